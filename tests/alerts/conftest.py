"""A shop, a database whose clock can be moved on, and people's ends of the channels: a web and a mail server."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from woodoo.alerts import channels
from woodoo.alerts.models import Alert, Delivery, Message
from woodoo.connections.models import Connection
from woodoo.engine import db
from woodoo.engine.models import Work

from ..web import scene


@pytest.fixture
def shop(db: None) -> Connection:
    return scene.connection(settings={"timezone": "Europe/Madrid"})


def order(to: Connection, record: str = "1057", state: str = "parked", **fields: Any) -> Work:
    """An order that cannot be paid because nobody mapped its method."""
    given = {
        "place": "settings -> payment journals",
        "cause": "was paid with 'klarna', which is mapped to no journal",
        "message": f"Order #{record} was paid by Ana García with 'klarna', which is mapped to no journal.",
        "fix": "Map the payment method.",
    }
    return scene.work(to, record, state, **{**given, **fields})


def let_pass(**span: float) -> None:
    """Move everything that is noted with a time into the past."""
    back = timedelta(**span)
    for table, columns in {
        Alert: ("first_at", "last_at", "gone_at", "resolved_at", "news_at", "told_at"),
        Message: ("created_at",),
        Delivery: ("due_at", "sent_at", "given_up_at", "tried_at"),
    }.items():
        for column in columns:
            db.change(f"UPDATE {table._meta.db_table} SET {column} = {column} - %s", [back])


class Post:
    """What came in at the other end of the channels, and what that end answers."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.status = 200
        self.came = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()

    def titles(self) -> list[str]:
        return [one["title"] for one in self.got]


@pytest.fixture
def web_post() -> Iterator[tuple[str, Post]]:
    """A web server that takes what Apprise sends as JSON: its address as a channel, and what came."""
    post = Post()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            post.came.set()
            post.go_on.wait(30)
            if post.status == 200:
                post.got.append(content)
            self.send_response(post.status)
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"json://127.0.0.1:{server.server_port}/secret-path-81", post
    post.go_on.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def mail_post() -> Iterator[tuple[str, Post]]:
    """A mail server: its address as a channel, and the letters that came."""
    post = Post()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say(b"220 ready")
            while line := self.rfile.readline().strip():
                word = line.upper().split(b":")[0].split()[0]
                if word == b"DATA":
                    self.say(b"354 go on")
                    post.got.append(self.letter())
                    self.say(b"250 taken")
                elif word == b"QUIT":
                    return self.say(b"221 bye")
                else:
                    self.say(b"250 fine")
            return None

        def say(self, line: bytes) -> None:
            self.wfile.write(line + b"\r\n")

        def letter(self) -> dict[str, Any]:
            lines = []
            while (line := self.rfile.readline()) != b".\r\n":
                lines.append(line)
            letter = message_from_bytes(b"".join(lines), policy=policy.default)
            body = letter.get_body(("plain", "html"))
            assert body
            return {"title": letter["Subject"], "to": letter["To"], "message": body.get_content()}

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    yield f"mailto://127.0.0.1:{port}?smtp=127.0.0.1&from=woodoo@example.com&to=owner@example.com&mode=insecure", post
    server.shutdown()
    server.server_close()


def with_channels(shop: Connection, *addresses: str, **settings: Any) -> Connection:
    for address in addresses:
        channels.add(shop, address)
    if settings:
        shop.settings = {**shop.settings, **settings}
        shop.save(update_fields=["settings"])
    return shop
