"""Lines to Odoo on which things go wrong as a test wishes."""

from __future__ import annotations

import random
import re
import socket
import threading
import time
from contextlib import closing, suppress
from urllib.parse import urlsplit


class Line:
    """A TCP proxy."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._target = (parts.hostname, parts.port)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with closing(client), suppress(OSError), closing(socket.create_connection(self._target)) as server:
            threading.Thread(target=self._answers, args=(server, client), daemon=True).start()
            self._requests(client, server)
            with suppress(OSError):
                server.shutdown(socket.SHUT_WR)
            time.sleep(0.2)

    def _requests(self, client: socket.socket, server: socket.socket) -> None:
        """Hand on what the client sends, until one side hangs up."""
        raise NotImplementedError

    def _answers(self, server: socket.socket, client: socket.socket) -> None:
        """Hand on what the server answers, until one side hangs up."""
        raise NotImplementedError


class SlowLine(Line):
    """Keeps the answer to the first request that fits a pattern, and everything after it on that connection."""

    def __init__(self, url: str, pattern: bytes) -> None:
        self._pattern = re.compile(pattern)
        self._keeping: set[socket.socket] = set()
        #: Set once an answer is kept: its request is carried out, and who sent it does not know.
        self.kept = threading.Event()
        super().__init__(url)

    def _requests(self, client: socket.socket, server: socket.socket) -> None:
        seen = b""
        while data := client.recv(65536):
            seen = seen[-500:] + data
            if self._pattern.search(seen):
                self._keeping.add(server)
            server.sendall(data)

    def _answers(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                if server in self._keeping:
                    self.kept.set()
                else:
                    client.sendall(data)


class BadLine(Line):
    """Loses requests and answers, cuts answers short, and stalls."""

    def __init__(self, url: str, seed: int) -> None:
        self._random = random.Random(seed)
        #: How many in a hundred answers and requests meet with an accident.
        self.accidents = 0
        self.happened: list[str] = []
        super().__init__(url)

    def _requests(self, client: socket.socket, server: socket.socket) -> None:
        while data := client.recv(65536):
            if self._accident("request lost"):
                break
            server.sendall(data)

    def _answers(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                if self._accident("answer lost"):
                    break
                if self._accident("answer cut short"):
                    client.sendall(data[: len(data) // 2])
                    break
                if self._accident("stalled"):
                    time.sleep(1.5)
                client.sendall(data)
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)

    def _accident(self, what: str) -> bool:
        if self._random.random() * 400 >= self.accidents:
            return False
        self.happened.append(what)
        return True


class SwitchedLine(Line):
    """Can be switched off: who calls then is refused, and who is connected is cut off."""

    def __init__(self, url: str) -> None:
        self._off = threading.Event()
        self._open: set[socket.socket] = set()
        super().__init__(url)

    def off(self) -> None:
        self._off.set()
        for one in list(self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def on(self) -> None:
        self._off.clear()

    def _serve(self, client: socket.socket) -> None:
        if self._off.is_set():
            client.close()
            return
        self._open.add(client)
        try:
            super()._serve(client)
        finally:
            self._open.discard(client)

    def _requests(self, client: socket.socket, server: socket.socket) -> None:
        while data := client.recv(65536):
            server.sendall(data)

    def _answers(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                client.sendall(data)
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)
