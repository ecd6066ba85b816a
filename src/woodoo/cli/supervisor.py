"""Keeps the parts of the service running as child processes until it is told to stop.

Decides that a part that ends is started again, more slowly the more often it ends at once; that all parts end
together; and that nothing is left behind, even where this process is killed (`runtime.launch`).
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

from woodoo.runtime.launch import Child, Launch

#: Seconds between two looks at the parts.
LOOK = 0.5
#: A part that lived this long has started well.
WELL = 30.0
LONGEST_PAUSE = 30.0
#: Seconds a part gets to finish what it is at.
GRACE = 25.0


@dataclass
class Part:
    """One process of the service."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    child: Child | None = None
    #: Ends in a row without a good start.
    ends: int = 0
    started: float = 0.0
    #: Not to be started before, by the monotonic clock.
    due: float = 0.0

    def start(self) -> None:
        """Start the process, with its output going where ours goes."""
        launch = Launch(self.argv, self.env, cwd=os.getcwd(), signal=signal.SIGTERM)
        self.child = Child.start(launch, sys.stderr.buffer)
        self.started = time.monotonic()

    def look(self, say: Callable[[str], None]) -> None:
        """Start the process again where it has ended, once its pause is over."""
        now = time.monotonic()
        if self.child is not None and self.child.running:
            return
        if self.child is not None:
            self.ends = 1 if now - self.started > WELL else self.ends + 1
            pause = min(LONGEST_PAUSE, 2.0 ** (self.ends - 1)) if self.ends > 1 else 0.0
            self.due = now + pause
            say(f"{self.name} ended with code {self.child.returncode}; started again in {pause:.0f} s.")
            self.child = None
        if now >= self.due:
            self.start()

    def stop(self) -> None:
        """End the process in order, within `GRACE` seconds."""
        if self.child is not None:
            self.child.stop((signal.SIGTERM, GRACE), (signal.SIGINT, 3.0))


@dataclass
class Supervisor:
    """The parts, and the wait for the signal to stop."""

    parts: Sequence[Part]
    say: Callable[[str], None]
    #: Called at each look; for what else has to be kept running.
    also: Callable[[], None] = lambda: None
    _pipe: tuple[int, int] = field(default=(-1, -1), init=False)

    def run(self) -> None:
        """Start all parts, keep them running, and end them on SIGTERM or SIGINT. Returns when all have ended."""
        with _Signals() as signals:
            try:
                for part in self.parts:
                    part.start()
                while not signals.wait(LOOK):
                    self.also()
                    for part in self.parts:
                        part.look(self.say)
            finally:
                self._stop()

    def _stop(self) -> None:
        """End all parts at the same time."""
        stoppers = [threading.Thread(target=part.stop, name=f"stop {part.name}") for part in self.parts]
        for stopper in stoppers:
            stopper.start()
        for stopper in stoppers:
            stopper.join()


class _Signals:
    """Notes that a signal to stop has come, through a pipe: handlers may run at any moment and may not lock."""

    def __enter__(self) -> _Signals:
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)
        self._before = {number: signal.signal(number, self._note) for number in (signal.SIGTERM, signal.SIGINT)}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self._read)
        os.close(self._write)

    def _note(self, number: int, frame: FrameType | None) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(self._write, b"x")

    def wait(self, seconds: float) -> bool:
        """Wait and return whether a signal has come."""
        ready, _, _ = select.select([self._read], [], [], seconds)
        return bool(ready)
