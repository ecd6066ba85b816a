"""A store and an Odoo with a connection between them that is moved on by hand, turn by turn.

Decides what a turn is: every chore once, then all that is due in every lane. It is quiet once turns write nothing on
either side; reading costs nothing here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from woodoo.engine import chores, pump, registry
from woodoo.engine.models import Call, Chore, Work
from woodoo.sandbox.odoo.fixtures import Admin
from woodoo.sandbox.store import StoreDouble
from woodoo.stores.woocommerce.client import WooClient

#: Chores that look after something else than what goes over.
_ASIDE = frozenset({"webhooks", "census", "contents", "customers", "odoo_records"})
#: Methods that change nothing in Odoo.
_READING = frozenset(
    {"search_read", "read", "search", "search_count", "read_group", "name_search", "name_get", "fields_get"}
    | {"default_get", "check_object_reference", "context_get", "has_access", "check_access_rights"}
)
_AT_WORK = ("ready", "running", "waiting")


@dataclass
class Circle:
    """Both sides, and the connection."""

    store: StoreDouble
    admin: Admin
    connection_id: int
    #: The shop's own people, who edit in the store.
    shop: WooClient
    #: Seconds a webhook may take.
    patience: float = 60.0
    #: Turns so far.
    turns: int = 0
    #: Calls counted so far: the number of the last one that was looked at.
    _counted: int = field(default=0, repr=False)

    def turn(self) -> Counter[str]:
        """Do every chore, and all that is due; return what was written, by side and call."""
        if not self.store.webhooks.wait(self.patience):
            raise TimeoutError("The webhooks of the store do not arrive.")
        lanes = registry.resolve(self.connection_id)
        for chore in lanes.chores:
            if chore.name not in _ASIDE:
                chores.do(self.connection_id, chore.name)
        self._drain(lanes.handlers)
        self.turns += 1
        return self._written()

    def until_quiet(self, *, most: int = 30) -> int:
        """Take turns until two in a row write nothing, and return how many that took.

        Raises:
            AssertionError: it goes round in circles, or something cannot go on; says what.
        """
        still = 0
        for number in range(1, most + 1):
            written = self.turn()
            still = 0 if written or self._waits() else still + 1
            if still == 2:
                return number
        raise AssertionError(f"It is not quiet after {most} turns: {dict(written)}, {self.trouble()}")

    def trouble(self) -> list[str]:
        """Return what does not go over, and which chores fail."""
        rows = Work.objects.filter(connection_id=self.connection_id).exclude(state__in=("done", "skipped"))
        said = [f"{row.flow} {row.record} {row.title}: {row.state} {row.message}" for row in rows.order_by("pk")[:20]]
        failing = Chore.objects.filter(connection_id=self.connection_id).exclude(message="")
        return said + [f"{one.name}: {one.message}" for one in failing]

    def _drain(self, lanes: Iterable[str]) -> None:
        for lane in lanes:
            while pump.drain(self.connection_id, lane):
                pass

    def _waits(self) -> bool:
        return Work.objects.filter(connection_id=self.connection_id, state__in=_AT_WORK).exists()

    def _written(self) -> Counter[str]:
        calls = Call.objects.filter(connection_id=self.connection_id, pk__gt=self._counted).order_by("pk")
        found: Counter[str] = Counter()
        for call in calls.only("pk", "system", "summary"):
            self._counted = call.pk
            if is_write(call.system, call.summary):
                found[f"{call.system}: {call.summary}"] += 1
        return found


def is_write(system: str, summary: str) -> bool:
    """Say whether a call of that summary changes something on its side."""
    what = summary.split()[0]
    return what != "GET" if system == "store" else what.rpartition(".")[2] not in _READING
