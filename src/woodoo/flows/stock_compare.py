"""What Odoo has of its products and what the store shows, compared one by one.

Decides what a difference is: the store was changed by somebody else where Odoo has what it had (drift); else Odoo
moved and nobody told of it. What only looks different because something is on its way is read a second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..domain.ownership import Group, Owner
from ..domain.stock import Managed
from ..engine.flow import DriftVals, Outcome, OutcomeKind
from ..mapping.stock.figure import plain
from ..mapping.stock.words import difference
from .sides import Sides
from .steps.open_orders import open_orders
from .steps.stock_figures import Item, how
from .steps.stock_lookup import forget_absent
from .stock import Batch, look_at, read_store, set_figures


@dataclass(frozen=True)
class Compared:
    """What a comparison found, by record of the stock lane."""

    equal: frozenset[str] = frozenset()
    #: Changed in the store.
    drifts: dict[str, Outcome] = field(default_factory=dict)
    #: Odoo moved, or they were never written.
    behind: frozenset[str] = frozenset()
    #: Without a figure in the store, each with its reason.
    others: dict[str, Outcome] = field(default_factory=dict)


def compare_stock(sides: Sides, records: Sequence[str]) -> Compared:
    """Compare these products; nothing is written but links that were found."""
    forget_absent(sides)
    batch = look_at(sides, records)
    sides.links.upsert(batch.links.values())
    equal: set[str] = set()
    for _ in range(2):
        if not batch.items:
            break
        read_store(batch, open_orders(sides), everything=True)
        set_figures(batch, open_orders(sides))
        equal |= _take_equal(batch)
    repair = sides.settings.repair_drift
    drifts = {
        item.record: _drift(item, repaired=repair) for item in batch.items.values() if _changed_by_others(sides, item)
    }
    behind = frozenset(item.record for item in batch.items.values() if item.record not in drifts)
    return Compared(frozenset(equal), drifts, behind, batch.outcomes)


def _take_equal(batch: Batch) -> set[str]:
    equal = {number: item for number, item in batch.items.items() if _is_equal(batch.sides, item)}
    for number in equal:
        del batch.items[number]
    return {item.record for item in equal.values()}


def _is_equal(sides: Sides, item: Item) -> bool:
    before = item.before
    if before is None:
        return False
    if before.managed is not Managed.OWN:
        # Told with the first figure that has no effect; the status is compared where only that is kept.
        return sides.settings.stock_unmanaged == "status" and (before.status == "instock") == (item.figure.quantity > 0)
    return before.quantity == item.figure.quantity


def _changed_by_others(sides: Sides, item: Item) -> bool:
    memo = item.memo
    as_it_was = memo is not None and memo.odoo == plain(item.figure.available) and memo.how == how(sides, item.goods)
    return as_it_was and item.before is not None


def _drift(item: Item, *, repaired: bool) -> Outcome:
    assert item.before is not None
    detail = difference(item.figure.quantity, item.before)
    drift = DriftVals(Group.STOCK.value, Owner.STORE.value, detail, repaired=repaired)
    return Outcome(OutcomeKind.DONE, title=item.title, drifts=(drift,))
