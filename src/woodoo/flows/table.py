"""The flows, one row each: what they bring over, in which lane, and what wakes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..engine.flow import Outcome
from ..stores.base import Changed, Store
from .context import Context
from .order import Planned, plan_orders, sync_orders


@dataclass(frozen=True)
class Flow:
    """One direction of one kind of record."""

    name: str
    #: The queue it goes through; lanes never delay each other.
    lane: str
    #: The kind of record in the store's events ("order" of "order.updated").
    resource: str
    #: Brings records to where they should be.
    sync: Callable[[Context, Sequence[str]], Mapping[str, Outcome]]
    #: The same without writing.
    plan: Callable[[Context, Sequence[str]], Planned]
    #: What changed in the store since then, for the poll that backs up the webhooks.
    changed: Callable[[Store, datetime | None], Iterator[Changed]]
    help: str


FLOWS: Mapping[str, Flow] = {
    flow.name: flow
    for flow in (
        Flow(
            name="order",
            lane="orders",
            resource="order",
            sync=sync_orders,
            plan=plan_orders,
            changed=lambda store, since: store.changed_orders(since),
            help="A shop order becomes what the policies make of it in Odoo: a sales order with its invoice, payment "
            "and delivery, or an invoice.",
        ),
    )
}
