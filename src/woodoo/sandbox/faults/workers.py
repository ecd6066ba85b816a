"""Worker processes as a trial uses them: start one, see whether it lives, end it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

#: Seconds a worker that was told to end may take.
_GRACE = 30.0


class Workers:
    """Starts worker processes (`worker`), one at a time, for one trial at a time."""

    def __init__(self, log: Path) -> None:
        """Prepare the process they are forked from; what it and they log goes to `log`."""
        with log.open("ab") as output:
            self._parent = subprocess.Popen(
                [sys.executable, "-m", f"{__package__}.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                text=True,
                env={**os.environ, "DJANGO_SETTINGS_MODULE": "woodoo.settings"},
            )

    def close(self) -> None:
        """End everything."""
        self._parent.terminate()
        self._parent.communicate()

    def start(self, **asked: Any) -> int:
        """Start a worker and return its process id. Arguments are those of `worker._Worker`."""
        return int(self._ask(do="start", **asked))

    def get_ready(self, connection: int) -> None:
        """Find out what workers of a connection have to know, so that those started from now on need not."""
        self._ask(do="get ready", connection=connection)

    def alive(self, pid: int) -> bool:
        """Say whether it lives."""
        return bool(self._ask(do="alive", pid=pid))

    def end(self, pid: int) -> None:
        """End a worker in peace; kill it where it takes too long."""
        deadline = time.monotonic() + _GRACE
        number = signal.SIGTERM
        while self.alive(pid):
            os.kill(pid, number)
            if time.monotonic() > deadline:
                number = signal.SIGKILL
            time.sleep(0.01)

    def _ask(self, **asked: Any) -> Any:
        assert self._parent.stdin
        assert self._parent.stdout
        self._parent.stdin.write(json.dumps(asked) + "\n")
        self._parent.stdin.flush()
        said = self._parent.stdout.readline()
        if not said:
            raise RuntimeError("The process workers are forked from has ended; see its log.")
        return json.loads(said)
