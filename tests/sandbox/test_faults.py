"""The lines on which mishaps happen, and how points are put together: without Odoo."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2
import pytest

from woodoo.sandbox.faults.books import compare
from woodoo.sandbox.faults.line import Line, Place
from woodoo.sandbox.faults.mishaps import CLASSES, REFUSE
from woodoo.sandbox.faults.points import GETTING_READY, Recording, all_points, chains, spread
from woodoo.sandbox.faults.story import PHASES

CALL = Place("sale.order.load")
PATH = "/json/2/sale.order/load"
LONG = json.dumps({"data": ["x" * 5000]}).encode()
BODY = b'{"ids": [1, 2, 3], "messages": []}'
#: Seconds after which what a test waits for is taken never to happen.
PATIENCE = 300


@pytest.fixture
def received() -> list[bytes]:
    """Bodies of the requests the server has got in full."""
    return []


@pytest.fixture
def line(received: list[bytes]) -> Iterator[Line]:
    """A line to a small server."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) == length:
                received.append(body)
            self.send_response(200)
            self.send_header("Content-Length", str(len(BODY)))
            self.end_headers()
            self.wfile.write(BODY)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with closing(Line(f"http://127.0.0.1:{server.server_address[1]}")) as line:
            yield line
        server.shutdown()


def ask(line: Line, path: str = PATH, patience: float = PATIENCE) -> httpx2.Response:
    timeout = httpx2.Timeout(PATIENCE, read=patience)
    return httpx2.post(f"{line.url}{path}", content=LONG, timeout=timeout, trust_env=False)


#: Class → the error a client meets, or the status it gets; and whether the server has got the request.
SEEN = {
    "reset, unsent": (httpx2.ReadError, False),
    "request cut": (httpx2.ReadError, False),
    "reset, done": (httpx2.ReadError, True),
    "stall": (httpx2.ReadTimeout, True),
    "cut: status": (httpx2.RemoteProtocolError, True),
    "cut: headers": (httpx2.RemoteProtocolError, True),
    "cut: no body": (httpx2.RemoteProtocolError, True),
    "cut: body": (httpx2.RemoteProtocolError, True),
    "502, unsent": (502, False),
    "502, done": (502, True),
    "429": (429, False),
    "slow": (200, True),
}


@pytest.mark.parametrize("name", SEEN)
def test_a_mishap_happens_once_to_its_call_and_to_no_other(line: Line, received: list[bytes], name: str) -> None:
    what, (seen, arrives) = CLASSES[name].on_line, SEEN[name]
    assert what is not None
    line.arm({CALL: what})
    assert ask(line, "/json/2/sale.order/read").status_code == 200
    received.clear()
    if isinstance(seen, int):
        assert ask(line).status_code == seen
    else:
        with pytest.raises(seen):
            ask(line, patience=1 if CLASSES[name].needs_patience else PATIENCE)
    deadline = time.monotonic() + PATIENCE
    while arrives and not received:  # whoever hangs up first need not wait for the server
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert line.await_idle(PATIENCE)
    assert bool(received) is arrives
    assert line.happened == {CALL}
    assert ask(line).content == BODY
    assert [place for _, place in line.calls] == [Place("sale.order.read"), CALL, Place("sale.order.load", 2)]


def test_every_class_that_happens_on_the_line_and_kills_nobody_is_tried_here() -> None:
    assert {one.name for one in CLASSES.values() if one.on_line and not one.kills} == SEEN.keys()


def test_connections_are_refused_after_a_call_until_the_line_is_opened_again(line: Line) -> None:
    line.arm({}, [CALL])
    assert ask(line).status_code == 200
    with pytest.raises(httpx2.ConnectError):
        ask(line)
    assert not line.refused
    line.open_again()
    assert line.refused == {CALL}
    assert ask(line).status_code == 200


def recordings() -> tuple[dict[str, Recording], Recording]:
    """The phases of a trial whose workers were ready, and the first of one whose were not."""
    ready = ["GET /web/version", "res.users.context_get"]
    flow = ["GET orders", "sale.order.read", "sale.order.load", "account.move.load", "sale.order.read"]
    flow.append("account.move.action_post")
    # What is asked before it is clear which Odoo there is, is not in the ledger.
    cold = Recording(numbered([*ready, *flow]), [(side, place.name) for side, place in numbered([*ready[1:], *flow])])
    warm = Recording(numbered(flow), [(side, place.name) for side, place in numbered(flow)])
    return dict.fromkeys(PHASES, warm), cold


def numbered(names: list[str]) -> list[tuple[str, Place]]:
    sides = ["store" if name == "GET orders" else "odoo" for name in names]
    return [(sides[at], Place(name, 1 + names[:at].count(name))) for at, name in enumerate(names)]


def test_every_call_has_every_class_of_mishap_and_getting_ready_counts_once() -> None:
    points = all_points(*recordings())
    assert len(set(points)) == len(points)
    moments = [one for one in CLASSES.values() if one.moment]
    calls, ready = 6, 2
    on_line = (len(CLASSES) - len(moments)) * (2 * calls + ready)
    in_worker = (len(moments) - 1) * (2 * calls + ready - 1) + 2
    assert len(points) == on_line + in_worker
    assert {point.place.name for point in points if point.stage == GETTING_READY} == {
        "GET /web/version",
        "res.users.context_get",
    }


def test_kills_come_first_then_what_befalls_writes() -> None:
    points = all_points(*recordings())
    few = spread(points, 80)
    assert few == sorted(few, key=lambda point: point.rank)
    assert {point for point in points if point.rank == 0} <= set(few)
    assert spread(points, None) == points


@pytest.mark.parametrize("most", [1, 4])
def test_a_chain_holds_only_what_can_be_told_apart_after_a_mishap(most: int) -> None:
    points = all_points(*recordings())
    made = chains(points, most, PHASES)
    assert sorted(map(str, (point for chain in made for point in chain))) == sorted(map(str, points))
    for chain in made:
        for phase in PHASES:
            first, *others = [point for point in chain if point.phase == phase] or [None]
            assert len(others) < most
            assert all(point and point.is_single for point in others)
            assert first is None or first.is_single or all(p and p.position > first.position for p in others)


def test_books_tell_what_is_lost_what_is_doubled_and_what_differs() -> None:
    wanted = {"payment": ["a", "b"], "delivery": ["c"], "partner": ["d"]}
    found = {"payment": ["a", "a", "b"], "delivery": [], "partner": ["e"]}
    difference = compare(wanted, found)
    assert (difference.lost, difference.doubled, difference.differing) == (1, 1, 1)
    assert difference
    assert not compare(wanted, wanted)
    assert REFUSE in CLASSES
