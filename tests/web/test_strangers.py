"""Whoever knocks too often, too slowly, twice or in disguise: strangers cost little, and no valid event is dropped."""

from __future__ import annotations

import gzip
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.test.client import FakePayload

from woodoo.connections.models import Connection
from woodoo.engine.models import Event, Work
from woodoo.web import hooks, throttle

from .test_hooks import ORDER, deliver, headers, tallied

#: Seconds after which what a test waits for is taken never to happen.
PATIENCE = 120


@pytest.fixture
def stingy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A source may be refused three times, and never gets any of it back."""
    monkeypatch.setattr(throttle, "BURST", 3.0)
    monkeypatch.setattr(throttle, "PER_SECOND", 0.0)


def refused(shop: Connection, times: int) -> list[int]:
    return [deliver(shop, ORDER, secret="wrong").status_code for _ in range(times)]


# Too often


@pytest.mark.usefixtures("stingy")
def test_whoever_is_refused_often_hears_429(shop: Connection) -> None:
    assert refused(shop, 5) == [401, 401, 429, 429, 429]
    assert Client().post("/hooks/nobody/", b"{}", content_type="application/json").status_code == 429


@pytest.mark.usefixtures("stingy")
def test_a_delivery_in_order_is_taken_whoever_else_knocks_from_there(shop: Connection) -> None:
    refused(shop, 20)
    for number in range(50):
        assert deliver(shop, {**ORDER, "id": number + 1}).status_code == 200
    assert Work.objects.count() == 50


@pytest.mark.usefixtures("stingy")
def test_a_ping_is_answered_whoever_else_knocks_from_there(shop: Connection) -> None:
    refused(shop, 20)
    ping = Client().post(
        f"/hooks/{shop.hook_token}/", b"webhook_id=1", content_type="application/x-www-form-urlencoded"
    )
    assert ping.status_code == 200


@pytest.mark.usefixtures("stingy")
def test_another_source_is_not_punished(shop: Connection) -> None:
    refused(shop, 5)
    body = json.dumps(ORDER).encode()
    answer = Client(REMOTE_ADDR="192.0.2.7").post(
        f"/hooks/{shop.hook_token}/",
        body,
        content_type="application/json",
        headers=headers(body, secret="wrong"),
    )
    assert answer.status_code == 401


@pytest.mark.usefixtures("stingy")
def test_what_is_not_signed_is_not_even_read_from_such_a_source(shop: Connection) -> None:
    class Untouchable(FakePayload):
        def read(self, *args: Any) -> bytes:
            raise AssertionError("the body was read")

    refused(shop, 5)
    request = RequestFactory().post(f"/hooks/{shop.hook_token}/", b"", content_type="application/json")
    request.META.update({"CONTENT_LENGTH": "100000", "wsgi.input": Untouchable()})
    assert hooks.receive(request, shop.hook_token).status_code == 429


@pytest.mark.usefixtures("stingy")
def test_behind_a_proxy_the_address_the_proxy_saw_counts(shop: Connection, settings: Any) -> None:
    settings.WOODOO_PROXY = True
    body = json.dumps(ORDER).encode()

    def knock(address: str) -> int:
        given = {**headers(body, secret="wrong"), "X-Forwarded-For": address}
        client = Client(REMOTE_ADDR="10.0.0.1")
        answer = client.post(f"/hooks/{shop.hook_token}/", body, content_type="application/json", headers=given)
        return int(answer.status_code)

    assert [knock("192.0.2.1") for _ in range(4)] == [401, 401, 429, 429]
    assert knock("192.0.2.2") == 401


def test_addresses_of_one_sender_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "BURST", 2.0)
    assert [throttle.refuse(f"2001:db8::{number:x}") for number in range(3)] == [False, True, True]
    assert not throttle.is_hot("2001:db8:0:1::1")
    assert not throttle.is_hot("192.0.2.1")


def test_strangers_cannot_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "_MOST", 10)
    for number in range(50):
        throttle.refuse(f"192.0.2.{number}")
    assert len(throttle._left) == 10


def test_a_share_comes_back_with_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    assert not any(throttle.refuse("192.0.2.1") for _ in range(59))
    assert throttle.refuse("192.0.2.1")
    now[0] += 10
    assert not throttle.is_hot("192.0.2.1")


# In disguise


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate, gzip"])
def test_a_compressed_body_is_refused_unopened(shop: Connection, coding: str) -> None:
    bomb = gzip.compress(b"0" * 10_000_000)
    assert deliver(shop, bomb, Content_Encoding=coding).status_code == 415
    assert tallied(shop) == {"compressed": 1}
    assert not Event.objects.exists()


def test_a_body_that_says_it_is_as_it_is_is_taken(shop: Connection) -> None:
    assert deliver(shop, ORDER, Content_Encoding="identity").status_code == 200


# Twice


def test_a_replay_rings_once_more_but_keeps_nothing_more(shop: Connection) -> None:
    for _ in range(5):
        assert deliver(shop, ORDER).status_code == 200
    assert Work.objects.get().generation == 5
    assert [bool(bytes(event.raw)) for event in Event.objects.order_by("id")] == [True, False, False, False, False]


def test_the_same_body_signed_for_another_connection_is_no_replay(shop: Connection) -> None:
    assert deliver(shop, ORDER).status_code == 200
    assert deliver(shop, {**ORDER, "status": "completed"}).status_code == 200
    assert all(bytes(event.raw) for event in Event.objects.all())


# By drops


@pytest.fixture
def server() -> Iterator[int]:
    """The service's own kind of web server with two threads and a deadline of two seconds; its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {"--bind": f"127.0.0.1:{port}", "--threads": "2", "--log-level": "error"}
    command = [sys.executable, "-m", "gunicorn", "tests.web.counting_app:app", "--no-control-socket"]
    command += ["--worker-class", "woodoo.web.server.DeadlineWorker", *(t for pair in options.items() for t in pair)]
    here = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
    process = subprocess.Popen(command, cwd=here, env={**os.environ, "WOODOO_REQUEST_SECONDS": "2"})
    try:
        deadline = time.monotonic() + PATIENCE
        while not _listens(port):
            assert process.poll() is None, "the web server did not start"
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _drip(port: int, beginning: bytes) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    line.sendall(beginning)
    return line


HALF_HEADERS = b"POST / HTTP/1.1\r\nHost: here\r\nX-Slow: "
HALF_BODY = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 1000\r\n\r\nab"


@pytest.mark.parametrize("beginning", [HALF_HEADERS, HALF_BODY], ids=["headers", "body"])
def test_whoever_sends_by_drops_is_hung_up_on_and_the_others_are_served(server: int, beginning: bytes) -> None:
    drips = [_drip(server, beginning) for _ in range(4)]
    body = b"x" * 3000
    with _drip(server, b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 3000\r\nConnection: close\r\n\r\n") as line:
        line.sendall(body)
        answer = b"".join(iter(lambda: line.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"3000" in answer
    for drip in drips:
        with drip:
            assert _fed_until_closed(drip)


def _fed_until_closed(drip: socket.socket) -> bool:
    """Feed it a byte at a time until the other side hangs up."""
    deadline = time.monotonic() + PATIENCE
    drip.settimeout(0.2)
    while time.monotonic() < deadline:
        try:
            drip.sendall(b"x")
            while drip.recv(4096):
                pass
        except TimeoutError:
            continue
        except OSError:
            return True
        return True
    return False
