"""What a person sees while the sandbox works for minutes.

Decides that every step says what it does, that it is alive, how long it took, and where its log is when it
fails.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Lock, Thread

from woodoo.domain.errors import RemoteError
from woodoo.runtime.launch import Launch

#: Seconds between two signs of life of a long step.
_SIGN_OF_LIFE = 15.0

#: "2026-01-31 10:48:36,548 13260 INFO database odoo.modules.loading: "
_ODOO_PREFIX = re.compile(r"^[\d-]{10} [\d:,]+ \d+ [A-Z]+ \S+ [\w.]+: ")

_printing = Lock()


def say(text: str) -> None:
    """Print one line to the terminal (stderr: results go to stdout)."""
    with _printing:
        print(text, file=sys.stderr, flush=True)


@contextmanager
def step(title: str, log: Path) -> Iterator[None]:
    """Announce a step, show that it is alive with the last line of its log, and say how long it took."""
    began = time.monotonic()
    over = Event()

    def signs_of_life() -> None:
        while not over.wait(_SIGN_OF_LIFE):
            say(f"  {title}: {time.monotonic() - began:.0f} s so far; {_last_words(log)}")

    say(f"{title} ...")
    thread = Thread(target=signs_of_life, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    say(f"{title}: done in {time.monotonic() - began:.0f} s")


def run_logged(launch: Launch, log: Path, *, what: str, stdin: str = "") -> None:
    """Run a program with its output appended to a log.

    Raises:
        RemoteError: it failed; the message holds its last words and names the log.
    """
    with log.open("ab") as output:
        result = launch.run_into(output, stdin=stdin)
    if result != 0:
        last = " / ".join(_tail(log))
        raise RemoteError(
            f"{what} failed (exit code {result}): {last}",
            where=str(log),
            fix=f"The whole log is in {log}. Once the cause is gone, start again: finished steps are kept.",
        )


def _tail(log: Path, count: int = 4) -> list[str]:
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 4000))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return []
    return [line.strip() for line in lines if line.strip()][-count:]


def _last_words(log: Path, limit: int = 70) -> str:
    """Return the log's last line, short, without the time and process Odoo begins its lines with."""
    words = _ODOO_PREFIX.sub("", "".join(_tail(log, 1)))
    return words if len(words) <= limit else f"{words[: limit - 1]}…"
