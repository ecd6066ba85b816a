"""The web server's process: gunicorn's, which hangs up on whoever sends a request by drops.

Decides how long a request may take to arrive. A sender of one byte a second would otherwise hold one of few threads
for hours (gunicorn `workers/gthread.py` has no limit once a request has begun), and the store's webhooks would wait.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from . import lookout

#: Seconds a request may take to arrive, headers and body. 4 MB over a poor line take about 10.
ARRIVE_SECONDS = float(os.environ.get("WOODOO_REQUEST_SECONDS", "30"))
#: Seconds after which the line is cut whatever is going on, such as an answer that nobody reads.
LONGEST_SECONDS = 600.0


class DeadlineWorker(ThreadWorker):
    """A threaded worker of gunicorn with deadlines."""

    def init_process(self) -> None:
        """Begin to watch and to look out, and serve."""
        self._begun: dict[TConn, float] = {}
        self._begun_lock = threading.Lock()
        threading.Thread(target=self._watch, name="woodoo-deadlines", daemon=True).start()
        lookout.begin()
        super().init_process()

    def handle(self, conn: TConn) -> Any:
        """Serve one request of a connection under a deadline."""
        with self._begun_lock:
            self._begun[conn] = time.monotonic()
        try:
            return super().handle(conn)
        finally:
            with self._begun_lock:
                self._begun.pop(conn, None)

    def _watch(self) -> None:
        while True:
            time.sleep(min(1.0, ARRIVE_SECONDS / 2))
            now = time.monotonic()
            with self._begun_lock:  # held, so that no line is cut that has gone on to another request meanwhile
                for conn, begun in self._begun.items():
                    if now - begun > LONGEST_SECONDS:
                        _shut(conn, socket.SHUT_RDWR)
                    elif now - begun > ARRIVE_SECONDS:
                        _shut(conn, socket.SHUT_RD)  # what has arrived in full is still answered


def _shut(conn: TConn, how: int) -> None:
    with contextlib.suppress(OSError):
        conn.sock.shutdown(how)
