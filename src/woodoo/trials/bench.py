"""What the steps of a test run work with: both sides, the marks, and the way a record goes through the real flows.

Decides that a step takes the road every record takes: it rings, and a pump carries the record through its flow with
lease, ledger and links. The run pumps itself where no worker is faster, so it also works without one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..domain.calls import NullRecorder
from ..domain.errors import DataError
from ..domain.order import Order
from ..domain.trial import TrialMark
from ..engine import pump
from ..engine.links import Links
from ..engine.models import State, Work
from ..engine.work import enqueue
from ..flows.context import Context
from ..flows.table import FLOWS
from ..live import Live
from ..odoo.records import Records
from ..stores.base import Store
from ..stores.trials import TrialStore
from . import book
from .models import Trial

#: Seconds a record may take to come to rest.
PATIENCE = 180.0
_RESTING = (State.DONE, State.SKIPPED, State.PARKED, State.FAILED)


class Stopped(Exception):
    """A person wants the run to end, or the process ends."""


@dataclass
class Bench:
    """One test run under way."""

    trial: Trial
    live: Live
    mark: TrialMark
    store: Store
    shop: TrialStore
    odoo: Records
    links: Links
    #: What the steps have made so far: the store's ids, and Odoo's product.product.
    product_id: str = ""
    order_id: str = ""
    odoo_product_id: int = 0
    ordered_at: float = 0.0
    clock: Callable[[], float] = field(default=time.monotonic)

    @classmethod
    def of(cls, trial: Trial, live: Live) -> Bench:
        number = live.connection.pk
        store, odoo = live.store(NullRecorder()), live.odoo(NullRecorder())
        return cls(trial, live, book.mark_of(trial, live.connection), store, live.trials(), odoo, Links(number))

    def go_on(self) -> None:
        """Look whether the run is to end.

        Raises:
            Stopped: it is.
        """
        wanted = Trial.objects.filter(pk=self.trial.pk).values_list("stopping", flat=True).first()
        if wanted is not False or pump.stopping.is_set():
            raise Stopped

    def context(self) -> Context:
        """Return what flows that go by the rules of orders work with; the settings are read afresh."""
        rules, _ = self.live.rules(self.odoo, younger_than=0)
        return Context(self.store, self.odoo, rules, self.links)

    def note(self, flow: str, record: str) -> None:
        """Have a record count nowhere, whoever rings for it."""
        book.note_record(self.trial, FLOWS[flow].lane, record)

    def settle(self, flow: str, record: str) -> Work:
        """Send a record through a flow as an event would, and return what came of it.

        Raises:
            DataError: it did not come to rest in time, or needs a person.
        """
        row, connection_id = FLOWS[flow], self.live.connection.pk
        self.note(flow, record)
        enqueue(connection_id, row.lane, row.name, [record], source="test")
        book.set_aside(self.trial)
        deadline = self.clock() + PATIENCE
        while True:
            work = Work.objects.get(connection_id=connection_id, lane=row.lane, record=record)
            if work.state in _RESTING:
                break
            if self.clock() > deadline:
                raise DataError(f"It did not come to rest within {PATIENCE:.0f} seconds. {work.message}", fix=work.fix)
            self.go_on()
            if not pump.drain(connection_id, row.lane):
                time.sleep(0.3)
        book.set_aside(self.trial)
        if work.state in (State.PARKED, State.FAILED):
            raise DataError(work.message, fix=work.fix, where=work.place)
        return work

    def order(self) -> Order:
        """Return the order as the store has it now.

        Raises:
            DataError: it has it no more.
        """
        fetched = self.store.fetch_orders([self.order_id])
        for error in fetched.broken.values():
            raise error
        found = fetched.found.get(self.order_id)
        if found is None:
            raise DataError(f"Order {self.order_id} is not in the store any more.", fix="Run the tests again.")
        return found

    def document(self) -> tuple[str, dict[str, Any]]:
        """Return the model of what the order has become in Odoo, and its amounts.

        Raises:
            DataError: Odoo has nothing of it.
        """
        link = self.links.find("order", [self.order_id]).get(self.order_id)
        fields = ["name", "state", "amount_untaxed", "amount_tax", "amount_total"]
        rows = self.odoo.read(link.odoo_model, [link.odoo_id], fields) if link else []
        if link is None or not rows:
            raise DataError("Odoo has nothing of the order.", fix="See the journey of the order.")
        return link.odoo_model, rows[0]

    def partners(self) -> list[int]:
        """Return the customer of the run in Odoo, with the addresses below it."""
        return partners_of(self.odoo, self.mark)


def partners_of(odoo: Records, mark: TrialMark) -> list[int]:
    """Return the customers of a run in Odoo with the addresses below them, archived ones too."""
    everything = {"active_test": False}
    found = odoo.search("res.partner", [("email", "=ilike", mark.email)], context=everything)
    return odoo.search("res.partner", [("id", "child_of", found)], context=everything) if found else []
