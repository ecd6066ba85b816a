"""Worker processes that can be killed: this one prepares everything and forks as many as it is asked for.

A worker runs the engine's own sweep and pump on one connection. Decides that it may kill itself (SIGKILL) at a moment
nobody outside can hit: around the lines in which the engine writes down a call or what came of a batch.

Spoken to by lines of JSON: `{"do": "start", …}` is answered with the process id, `{"do": "alive", "pid": …}` with
whether it is. `{"do": "get ready", …}` finds out about an Odoo and reads what the settings point at: workers that are
started afterwards know it, and nothing else of those before them. Without, each finds out by itself.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

#: Moments at which a worker may kill itself.
MOMENTS = {
    "begin": "before a call is written down",
    "begun": "after that, before it is sent",
    "end": "after the answer, before that is written down",
    "report": "before what came of a batch is written down",
}
#: Seconds between two looks for something to do.
_PAUSE = 0.1


def main() -> None:
    """Answer what is asked until the line ends, then end all workers."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "woodoo.settings")
    django.setup()
    from ... import logs, wiring

    logs.set_up(level="WARNING", as_json=True)
    wiring.install()
    _warm_up()
    running: set[int] = set()
    try:
        for line in sys.stdin:
            asked = json.loads(line)
            what = asked.pop("do")
            if what == "start":
                answer: object = _fork(asked)
                running.add(int(str(answer)))
            elif what == "get ready":
                answer = _get_ready(**asked)
            else:
                answer = _alive(asked["pid"], running)
            print(json.dumps(answer), flush=True)
    finally:
        for pid in running:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _warm_up() -> None:
    """Import what a first request imports, so that not every worker has to."""
    import httpx2

    with suppress(httpx2.HTTPError):
        httpx2.get("http://127.0.0.1:9/", trust_env=False)


def _get_ready(connection: int) -> bool:
    """Make the clients of a connection and read its rules, for all workers started from now on."""
    from django.db import connections

    from ... import live
    from ...domain.calls import NullRecorder

    live._live.clear()
    ready = live.live_connection(connection)
    ready.rules(ready.odoo(NullRecorder()))
    connections.close_all()
    return True


def _be_patient(seconds: float | None) -> None:
    """Make clients wait so long for an answer; None: as long as Woodoo does."""
    from ... import live
    from ...odoo.endpoint import Endpoint
    from ...stores.woocommerce.client import WooClient

    live.Endpoint = partial(Endpoint, timeout=seconds) if seconds else Endpoint  # type: ignore[misc, assignment]
    live.WooClient = partial(WooClient, timeout=seconds) if seconds else WooClient  # type: ignore[misc, assignment]
    for ready in live._live.values():
        if seconds and ready._odoo is not None:
            ready._odoo._http._client.timeout = seconds


def _alive(pid: int, running: set[int]) -> bool:
    if pid in running and os.waitpid(pid, os.WNOHANG)[0]:
        running.discard(pid)
    return pid in running


def _fork(asked: Mapping[str, Any]) -> int:
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    try:
        os.close(0)
        os.dup2(2, 1)
        _Worker(parent, **asked).run()
    finally:
        os._exit(0)


class _Worker:
    """One worker process, from inside."""

    def __init__(
        self,
        parent: int,
        connection: int,
        lane: str,
        dies_at: Sequence[Sequence[Any]] = (),
        tells: str = "",
        patience: float | None = None,
    ) -> None:
        """Prepare.

        Args:
            parent: process without which it does not go on.
            connection: on which it works.
            lane: likewise.
            dies_at: moments, each (a key of `MOMENTS`, name of the call, how-manieth); it dies at the first it reaches.
            tells: file in which it writes that moment before.
            patience: seconds it waits for an answer; None: as long as Woodoo does.
        """
        self._parent, self._connection, self._lane = parent, connection, lane
        self._dies_at = {(moment, name, count) for moment, name, count in dies_at}
        self._tells = tells
        self._passed: Counter[tuple[str, str]] = Counter()
        self._patience = patience

    def run(self) -> None:
        """Sweep and pump until told to end, also where the database is away for a while."""
        from django.db import InterfaceError, OperationalError, connection

        from ...engine import pump, sweep

        signal.signal(signal.SIGTERM, lambda *_: pump.stopping.set())
        self._prepare()
        while not pump.stopping.is_set() and os.getppid() == self._parent:
            try:
                sweep.sweep()
                if pump.drain(self._connection, self._lane):
                    continue
            except (InterfaceError, OperationalError):
                connection.close()
            time.sleep(_PAUSE)

    def _prepare(self) -> None:
        """Put the moments into the engine, and make the clients as impatient as asked for."""
        from ...engine import pump, report
        from ...engine.ledger import LedgerRecorder
        from .wire import noted

        worker = self

        class MortalRecorder(LedgerRecorder):
            """Writes the ledger, and may not live to do so."""

            def begin(self, *, system: str, summary: str, request: Any) -> int:
                name = noted(summary, request)
                worker.moment("begin", name)
                number = super().begin(system=system, summary=summary, request=request)
                worker.moment("begun", name)
                self._names = {**getattr(self, "_names", {}), number: name}
                return number

            def end(self, token: int, *, status: str, response: Any = None, error: str = "") -> None:
                worker.moment("end", self._names[token])
                super().end(token, status=status, response=response, error=error)

        finish = report.finish

        def reporting(*arguments: Any) -> Sequence[Any]:
            worker.moment("report", "")
            return finish(*arguments)

        pump.LedgerRecorder = MortalRecorder  # type: ignore[misc]
        report.finish = reporting  # type: ignore[assignment]
        _be_patient(self._patience)

    def moment(self, moment: str, name: str) -> None:
        """Pass a moment, or die in it."""
        self._passed[moment, name] += 1
        here = (moment, name, self._passed[moment, name])
        if here in self._dies_at:
            Path(self._tells).write_text(json.dumps(here), encoding="utf-8")
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
