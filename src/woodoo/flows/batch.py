"""The records of one batch on their way: what fails drops out with its reason, the rest goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ..domain.errors import DataError, WoodooError
from ..domain.plan import Total
from ..mapping.order_plan import OrderPlan
from ..mapping.policy import Do


@dataclass
class Progress:
    """How far one order has come in Odoo."""

    plan: OrderPlan
    #: The commercial partner, and who orders: a contact below it, or the partner itself.
    partner_id: int = 0
    contact_id: int = 0
    invoice_partner_id: int = 0
    delivery_partner_id: int = 0
    #: The `sale.order` and `account.move` as last read.
    sale_order: Mapping[str, Any] = field(default_factory=dict)
    order_line_ids: tuple[int, ...] = ()
    invoice: Mapping[str, Any] = field(default_factory=dict)
    #: What the invoice shows per Odoo tax id.
    invoice_taxes: Mapping[int, Decimal] = field(default_factory=dict)
    #: The `account.payment` that pays the invoice.
    payment: Mapping[str, Any] = field(default_factory=dict)
    #: All of it has left.
    delivered: bool = False
    totals: tuple[Total, ...] = ()
    #: Marks of what Odoo has of the order by now, where only a part of its change could be written.
    written: str = ""
    notes: list[str] = field(default_factory=list)

    def wants(self, step: Do) -> bool:
        """Say whether the order goes that far now."""
        return step in self.plan.steps

    @property
    def record(self) -> str:
        return self.plan.order.external_id

    @property
    def label(self) -> str:
        return self.plan.order.label


@dataclass
class OrderBatch:
    """The orders still under way, in the order in which they came, and those that dropped out."""

    orders: dict[str, Progress]
    #: Those that dropped out, how far they came and why, by store id.
    dropped: dict[str, tuple[Progress, WoodooError]] = field(default_factory=dict)

    @classmethod
    def of(cls, plans: Mapping[str, OrderPlan]) -> OrderBatch:
        return cls({record: Progress(plan) for record, plan in plans.items()})

    def __iter__(self) -> Iterator[Progress]:
        return iter(list(self.orders.values()))

    def __bool__(self) -> bool:
        return bool(self.orders)

    def drop(self, progress: Progress, error: WoodooError) -> None:
        """Take a record out of the batch. The first reason stands."""
        error.record = error.record or progress.label
        self.dropped.setdefault(progress.record, (progress, error))
        self.orders.pop(progress.record, None)

    def where(self, wanted: Callable[[Progress], bool]) -> list[Progress]:
        return [progress for progress in self if wanted(progress)]


def named(progress: Progress, error: WoodooError, doing: str) -> WoodooError:
    """Return the error of a bulk call as one about this record: "Order #1054 could not be confirmed: …"."""
    message = f"{progress.label} {doing}: {error.message}"
    if isinstance(error, DataError):
        return DataError(message, record=progress.label, where=error.where, fix=error.fix)
    error.message = message
    error.record = progress.label
    return error
