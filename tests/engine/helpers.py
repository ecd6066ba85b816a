"""What the tests of the engine share: time that passes at will, and flows that do as they are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from woodoo.engine import db, inbox, pump, registry
from woodoo.engine.flow import Batch, Item, Outcome, OutcomeKind
from woodoo.engine.models import Work
from woodoo.engine.registry import Lanes

SHOP = 1
OTHER_SHOP = 2
#: Seconds after which what a test waits for is taken never to happen. No test asserts that it takes less.
PATIENCE = 300
DONE = Outcome(OutcomeKind.DONE, "In Odoo.")


def event(record: str = "1054", *, shop: int = SHOP, lane: str = "orders", raw: bytes = b"{}") -> None:
    """Let an event about a record come in."""
    inbox.receive(
        shop, source="webhook", topic="order.updated", lane=lane, flow="order", record=record, raw=raw, headers={}
    )


def let_pass(seconds: float) -> None:
    """Let time pass, as the database sees it: everything it holds a time for lies that much further back."""
    for table, columns in {
        "engine_work": ("due_at", "lease_until", "updated_at"),
        "engine_import": ("due_at",),
        "engine_breaker": ("paused_until", "probe_until", "since"),
        "engine_chore": ("due_at", "began_at", "ended_at", "well_at", "failing_since"),
        "engine_event": ("received_at",),
        "engine_run": ("started_at", "ended_at"),
        "engine_call": ("started_at",),
        "engine_drift": ("since", "seen_at", "ended_at"),
    }.items():
        shift = ", ".join(f"{name} = {name} - make_interval(secs => %(s)s)" for name in columns)
        db.change(f"UPDATE {table} SET {shift}", {"s": seconds})


def work(record: str = "1054", *, shop: int = SHOP, lane: str = "orders") -> Work:
    return Work.objects.get(connection_id=shop, lane=lane, record=record)


def drain_all(shop: int = SHOP, lane: str = "orders", *, most: int = 100) -> int:
    """Run batches until nothing is due, and return how many records were run."""
    count = 0
    for _ in range(most):
        ran = pump.drain(shop, lane)
        if not ran:
            return count
        count += ran
    raise AssertionError("It never comes to rest.")


Answer = Outcome | BaseException | Callable[[Item], Outcome]


class ScriptedFlow:
    """A flow that answers for each record what it was told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.default: Answer = DONE
        #: The whole flow raises this.
        self.raises: BaseException | None = None
        self.batches: list[list[Item]] = []
        self.during: Callable[[Sequence[Item], Batch], Any] = lambda items, batch: None

    def __call__(self, items: Sequence[Item], batch: Batch) -> Mapping[int, Outcome]:
        self.batches.append(list(items))
        self.during(items, batch)
        if self.raises is not None:
            raise self.raises
        return {item.work_id: self._answer(item) for item in items}

    def _answer(self, item: Item) -> Outcome:
        answer = self.answers.get(item.record, self.default)
        if isinstance(answer, BaseException):
            return Outcome.from_error(answer)
        return answer(item) if callable(answer) else answer

    @property
    def seen(self) -> list[str]:
        """The records in the order in which they were run."""
        return [item.record for items in self.batches for item in items]


def use(flow: ScriptedFlow, *, lanes: Sequence[str] = ("orders",), **options: Any) -> None:
    """Register a flow for every connection."""
    registry.register(lambda connection_id: Lanes(handlers=dict.fromkeys(lanes, flow), **options))
