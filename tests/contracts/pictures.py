"""A web server with pictures, and with what looks like pictures and is none."""

from __future__ import annotations

import base64
import http.server
import threading
import uuid
from dataclasses import dataclass, field

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQEAYABgAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5"
    "PTgyPC4zNDL/wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AKp//2Q=="
)
HTML = b"<html>no picture</html>"
#: What lies at addresses whose name begins with a word; everything else is a picture.
ODD = {
    "missing": (404, "text/plain", b"no"),
    "broken": (500, "text/plain", b"no"),
    "html": (200, "text/html", HTML),
    "liar": (200, "image/png", HTML),
    "empty": (200, "image/png", b""),
    "octet": (200, "application/octet-stream", PNG),
    "jpeg": (200, "image/png", JPEG),
}


@dataclass
class Pictures:
    """The server; `asked` are the paths that were asked for."""

    host: str
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        pictures = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                pictures.asked.append(self.path)
                word = self.path.strip("/").split("-")[0].split(".")[0]
                status, kind, content = ODD.get(word, (200, "image/png", PNG))
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                return

        here = "127.0.0.1" if self.host == "127.0.0.1" else "0.0.0.0"  # a real shop may be on another machine
        self.server = http.server.ThreadingHTTPServer((here, 0), Handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def url(self, name: str) -> str:
        """Return the address of a picture."""
        return f"http://{self.host}:{self.server.server_port}/{name}"

    def fresh(self, *, ending: str = ".png") -> str:
        """Return the address of a picture whose name was never used."""
        return self.url(f"pic-{uuid.uuid4().hex[:10]}{ending}")

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
