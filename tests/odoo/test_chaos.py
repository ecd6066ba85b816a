"""Everything goes wrong at once: a line that breaks, workers that are killed, a database that drops its connections."""

from __future__ import annotations

import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from urllib.parse import urlsplit

import pytest
from tests.odoo.test_end_to_end import RECORDS, Way, way

from woodoo.engine import breaker, db
from woodoo.engine import work as todo
from woodoo.engine.models import State, Work
from woodoo.odoo.endpoint import Endpoint

__all__ = ["way"]

#: Seconds after which Odoo has ended whatever it was at, here.
ENDED = 5
#: What has to have happened before it is enough, and seconds after which it is enough anyway.
ACCIDENTS, ENOUGH = 6, 60
FEW = RECORDS[:8]
_DROP_CONNECTIONS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE pid <> pg_backend_pid() AND datname = current_database()
"""


class BadLine:
    """A TCP proxy that loses requests and answers, cuts answers short, and stalls."""

    def __init__(self, url: str, seed: int) -> None:
        parts = urlsplit(url)
        self._target = (parts.hostname, parts.port)
        self._random = random.Random(seed)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        #: How many in a hundred answers and requests meet with an accident.
        self.accidents = 0
        self.happened: list[str] = []
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
            while data := client.recv(65536):
                if self._accident("request lost"):
                    break
                server.sendall(data)
            with suppress(OSError):
                server.shutdown(socket.SHUT_WR)
            time.sleep(0.2)

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


@pytest.fixture
def line(odoo: Endpoint) -> Iterator[BadLine]:
    with closing(BadLine(odoo.url, seed=5)) as line:
        yield line


def hurry() -> None:
    """Let pass what the service waits for: pauses, and the time after which a call must be over."""
    db.change(
        """UPDATE engine_work w SET due_at = now() WHERE state = 'waiting' AND NOT EXISTS (
               SELECT 1 FROM engine_run r
                WHERE r.work_id = w.id AND r.started_at > now() - make_interval(secs => %s))""",
        [ENDED + 2],
    )
    db.change("UPDATE engine_breaker SET paused_until = LEAST(paused_until, now())")


def test_whatever_breaks_every_order_is_there_once_in_the_end(
    way: Way, line: BadLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WOODOO_CALL_SECONDS", str(ENDED))
    way.connection.odoo_url = line.url
    way.connection.save()
    chance = random.Random(7)
    workers = [way.start_worker(), way.start_worker()]
    line.accidents = 60
    ends = time.monotonic() + ENOUGH
    dropped = killed = 0
    while time.monotonic() < ends and (len(line.happened) < ACCIDENTS or not dropped or not killed):
        for record in chance.sample(FEW, 3):
            assert way.ring(record) == 200
        time.sleep(chance.uniform(0.5, 2.0))
        hurry()
        if len(line.happened) >= ACCIDENTS / 2 and not dropped:
            db.rows(_DROP_CONNECTIONS)
            dropped += 1
        elif len(line.happened) >= ACCIDENTS / 2 and chance.random() < 0.2:
            victim = workers.pop(0)
            victim.kill()
            victim.wait()
            killed += 1
        workers = [worker for worker in workers if worker.poll() is None]
        workers += [way.start_worker() for _ in range(2 - len(workers))]
    line.accidents = 0
    for record in FEW:
        way.ring(record)
    todo.retry(Work.objects.filter(state=State.FAILED).values_list("pk", flat=True))
    breaker.reset(way.connection.pk)
    deadline = time.monotonic() + 120
    while Work.objects.filter(state__in=(State.READY, State.RUNNING, State.WAITING)).exists():
        assert time.monotonic() < deadline, list(Work.objects.values("record", "state", "message"))
        time.sleep(0.5)
        hurry()
    way.assert_all_there_once(FEW)
    assert line.happened, "nothing broke"
