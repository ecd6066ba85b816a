"""A tap on the line: passes every request on to a server and counts them, whoever sends them."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

#: Headers that are about one hop only.
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@dataclass
class Tap:
    """What has gone through so far."""

    url: str
    #: Method and path of each request, without its query.
    requests: list[str] = field(default_factory=list)
    #: Bytes of all bodies, both ways.
    bytes: int = 0


@contextmanager
def tapped(target: str) -> Iterator[Tap]:
    """Listen in front of a server for the length of a block."""
    place = urlsplit(target).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            line = http.client.HTTPConnection(place, timeout=150)
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
            line.request(self.command, self.path, body or None, headers)
            answer = line.getresponse()
            said = answer.read()
            line.close()
            with lock:
                tap.requests.append(f"{self.command} {urlsplit(self.path).path}")
                tap.bytes += len(body) + len(said)
            self.send_response_only(answer.status, answer.reason)
            for name, value in answer.getheaders():
                if name.lower() not in _HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = do_PUT = do_DELETE = _pass_on  # noqa: N815 - names of the standard library

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    lock = threading.Lock()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    tap = Tap(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield tap
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
