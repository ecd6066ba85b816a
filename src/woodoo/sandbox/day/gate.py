"""A line to a server that can be cut: nobody gets through, and what was under way gets no answer."""

from __future__ import annotations

import socket
import threading
from contextlib import closing, suppress
from urllib.parse import urlsplit


class Gate:
    """Passes bytes both ways between its own address and a server's, while it is open."""

    def __init__(self, url: str) -> None:
        """Listen at `self.url`, in front of the server at `url`."""
        place = urlsplit(url)
        self._target = (place.hostname or "", place.port or 80)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._shut = False
        self._lines: set[socket.socket] = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True, name="gate").start()

    def shut(self) -> None:
        """Cut all lines and let nobody through; what has reached the server goes on there."""
        with self._lock:
            self._shut = True
            lines = list(self._lines)
        for line in lines:
            _hang_up(line)

    def open(self) -> None:
        """Let everybody through again."""
        self._shut = False

    def close(self) -> None:
        """End for good."""
        # A listener that is only closed goes on waiting in the thread that accepts.
        _hang_up(self._listener)
        self._listener.close()
        self.shut()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with closing(client), suppress(OSError), closing(socket.create_connection(self._target)) as server:
            with self._lock:
                if self._shut:
                    return
                self._lines |= {client, server}
            back = threading.Thread(target=_pump, args=(server, client), daemon=True)
            back.start()
            _pump(client, server)
            back.join()
            self._lines -= {client, server}


def _pump(source: socket.socket, target: socket.socket) -> None:
    """Pass on what comes until one side hangs up; then both do."""
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    _hang_up(source)
    _hang_up(target)


def _hang_up(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
