"""A line to a server on which mishaps happen to some calls.

Decides that a request which has gone out is waited for to its end, whoever sent it is alive or not: so it is known when
the other side has ended what it was at.
"""

from __future__ import annotations

import os
import signal
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from .wire import Request, read_all, read_request

#: What makes a closed connection a broken one: no farewell, the rest is thrown away (socket(7), SO_LINGER).
_AT_ONCE = struct.pack("ii", 1, 0)


@dataclass(frozen=True, order=True)
class Place:
    """One call of many: the how-manieth of its name, counted from 1."""

    name: str
    count: int = 1

    def __str__(self) -> str:
        return self.name if self.count == 1 else f"{self.name} no. {self.count}"


@dataclass
class Exchange:
    """A request at which the mishap happens, and what can be done with it."""

    line: Line
    client: socket.socket
    request: Request

    def ask(self) -> bytes:
        """Send the request on, and wait for the whole answer."""
        return self.line.ask(self.request.raw)

    def ask_for_half(self) -> None:
        """Send half of the request on, and hang up."""
        self.line.ask(self.request.raw[: len(self.request.raw) // 2], whole=False)

    def send_on(self) -> Callable[[], bytes]:
        """Send the request on; the answer is waited for by calling what is returned."""
        return self.line.send_on(self.request.raw)

    def tell(self, answer: bytes) -> None:
        """Hand an answer on, or a part of one."""
        self.client.sendall(answer)

    def reset(self) -> None:
        """Break the connection without a farewell."""
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)

    def kill(self) -> None:
        """Kill the worker that asks (SIGKILL)."""
        self.line.kill()

    def hang(self) -> None:
        """Say nothing until the client gives up."""
        with suppress(OSError):
            while self.client.recv(1024):
                pass


Mishap = Callable[[Exchange], None]


class Line:
    """A line to one server, for one worker process at a time."""

    def __init__(self, url: str) -> None:
        """Begin to listen. `url` is where the server is, the attribute `url` where this line is."""
        parts = urlsplit(url)
        self._target = (parts.hostname or "", parts.port or 80)
        self._lock = threading.Lock()
        self._server: socket.socket | None = None
        self._begun: Counter[str] = Counter()
        self._mishaps: dict[Place, Mishap] = {}
        self._shut_after: set[Place | None] = set()
        self._shut_by: Place | None = None
        self._under_way = 0
        self._idle = threading.Condition(self._lock)
        self._victim = 0
        #: Calls of this line, in their order, with when they came (seconds of the monotonic clock).
        self.calls: list[tuple[float, Place]] = []
        #: Where mishaps have happened; of refused connections, the calls behind which they were refused.
        self.happened: set[Place] = set()
        self.refused: set[Place | None] = set()
        self._port = 0
        self._open()
        self.url = f"http://127.0.0.1:{self._port}"

    def close(self) -> None:
        """Listen no more."""
        self._shut(None)

    def arm(self, mishaps: Mapping[Place, Mishap], refuse_after: Collection[Place | None] = ()) -> None:
        """Forget the calls so far, and have mishaps happen at some of the next.

        Args:
            mishaps: each happens once.
            refuse_after: calls after whose answer connections are refused, None: from now on; until `open_again`.
        """
        self.open_again()
        with self._lock:
            self._begun.clear()
            self.calls, self.happened, self.refused = [], set(), set()
            self._mishaps, self._shut_after = dict(mishaps), set(refuse_after)
        if None in self._shut_after:
            self._shut(None)

    def open_again(self) -> None:
        """End the refusing."""
        if self._server is None:
            self.refused.add(self._shut_by)
            self._open()

    def watch(self, pid: int) -> None:
        """Say which process is to be killed, if one is."""
        self._victim = pid

    def kill(self) -> None:
        """Kill it."""
        with suppress(ProcessLookupError):
            os.kill(self._victim, signal.SIGKILL)

    def await_idle(self, seconds: float) -> bool:
        """Wait until the server has ended all it was asked; False where it has not within `seconds`."""
        with self._idle:
            return self._idle.wait_for(lambda: not self._under_way, seconds)

    def ask(self, raw: bytes, *, whole: bool = True) -> bytes:
        """Send bytes to the server and return its answer; with `whole` off, hang up after sending."""
        with self._asking(), closing(socket.create_connection(self._target)) as server:
            server.sendall(raw)
            if whole:
                return read_all(server)
            server.shutdown(socket.SHUT_WR)
            with suppress(OSError):
                read_all(server)
            return b""

    def send_on(self, raw: bytes) -> Callable[[], bytes]:
        """Send bytes to the server, and return what waits for its answer. Call it: the line is busy until then."""
        server = socket.create_connection(self._target)
        server.sendall(raw)

        def rest() -> bytes:
            with self._asking(), closing(server):
                return read_all(server)

        return rest

    @contextmanager
    def _asking(self) -> Iterator[None]:
        with self._idle:
            self._under_way += 1
        try:
            yield
        finally:
            with self._idle:
                self._under_way -= 1
                self._idle.notify_all()

    def _open(self) -> None:
        self._server = socket.create_server(("127.0.0.1", self._port), backlog=16)
        self._port = self._server.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._server,), daemon=True).start()

    def _shut(self, after: Place | None) -> None:
        self._shut_by = after
        server, self._server = self._server, None
        if server is not None:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)  # wakes who waits for a connection
            server.close()

    def _accept(self, server: socket.socket) -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with self._asking(), closing(client), suppress(OSError):
            request = read_request(client)
            if request is None:
                return
            place, mishap = self._begin(request)
            if mishap is not None:
                mishap(Exchange(self, client, request))
                return
            answer = self.ask(request.raw)
            if place in self._shut_after:
                self._shut_after.discard(place)
                self._shut(place)
            client.sendall(answer)

    def _begin(self, request: Request) -> tuple[Place, Mishap | None]:
        with self._lock:
            self._begun[request.name] += 1
            place = Place(request.name, self._begun[request.name])
            self.calls.append((time.monotonic(), place))
            mishap = self._mishaps.pop(place, None)
            if mishap is not None:
                self.happened.add(place)
            return place, mishap


def pause(seconds: float) -> None:
    """Let time pass on the line."""
    time.sleep(seconds)
