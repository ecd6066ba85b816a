"""What Odoo has of its products goes to the store as stock figures.

The story of a batch: look at the products, find them in the store, leave alone what is as it was, and for the rest:

1. read what the store has of those that its orders move;
2. read what was sold meanwhile, then which of those orders Odoo knows, then what Odoo has;
3. write a hundred at a time, and look at the answer of each;
4. look once more at what was sold while the figures were written, and begin anew with those products.

Decides the order of these reads, so that whatever happens in between leaves the store with less than there is for a
moment, never with more:

| in between                          | happens                                      | so                              |
|-------------------------------------|----------------------------------------------|---------------------------------|
| the store's figure and its orders   | a sale: counted, and in the store already    | taken off twice until step 4    |
| its orders and the writing          | a sale: not counted; the difference is added | exact                           |
|                                     | the same of a product that did not move      | step 4 sees it                  |
| which orders Odoo knows and figures | an order is confirmed: still counted         | taken off twice until its moves |
|                                     |                                              | ring                            |
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..domain.errors import DataError, RemoteError, WoodooError
from ..domain.ownership import Group, Owner
from ..domain.plan import Plan
from ..domain.search import FoundBy
from ..domain.stock import Managed, StockChange, StoreStock
from ..engine.flow import LinkVals, Outcome, OutcomeKind
from ..mapping.stock.decision import change_for, refuse_unmanaged, status_for
from ..mapping.stock.guard import NO_CLAIM
from ..mapping.stock.words import plan_shown, told
from ..odoo.quantities import Goods, read_quantities
from .planned import PlansInWords
from .sides import Sides
from .steps.open_orders import OpenOrders, open_orders, read_guard
from .steps.stock_figures import (
    Item,
    is_as_before,
    kits_of,
    locations_of,
    memo_after,
    memos_of,
    read_products,
    set_figure,
)
from .steps.stock_lookup import find_again, find_products

#: How often a product is looked at within one batch while the store's orders keep moving it.
ROUNDS = 4
#: In place of what is remembered of a look that ended badly: the next one is like the first.
UNSURE = "?"


@dataclass
class Batch:
    """The products of a batch, and what came of each."""

    sides: Sides
    items: dict[int, Item] = field(default_factory=dict)
    links: dict[int, LinkVals] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    #: Those whose figure was set, by the store's id.
    written: dict[str, Item] = field(default_factory=dict)

    def end(self, item: Item, outcome: Outcome) -> None:
        self.outcomes[item.record] = replace(outcome, found_by=FoundBy((item.goods.sku,)))
        self.items.pop(item.goods.odoo_id, None)

    def link(self, item: Item) -> tuple[LinkVals, ...]:
        link = self.links.get(item.goods.odoo_id)
        return (link,) if link else ()


def update_stock(sides: Sides, records: Sequence[str]) -> dict[str, Outcome]:
    """Bring the store's figures of these products to what Odoo has."""
    if not sides.owners.may_write(Group.STOCK, Owner.STORE):
        reason = "Stock belongs to the store (owners), so its figures are not written."
        return {record: Outcome(OutcomeKind.SKIPPED, reason) for record in records}
    batch = look_at(sides, records)
    leave_unchanged(batch)
    orders = open_orders(sides)
    for _ in range(ROUNDS):
        if not batch.items:
            break
        read_store(batch, orders)
        set_figures(batch, orders)
        sides.still_ours()
        begun = orders.clock()
        touched = write(batch)
        watch_sales(batch, orders, touched, begun)
    give_up(batch)
    return batch.outcomes


def plan_stock(sides: Sides, records: Sequence[str]) -> PlansInWords:
    """Say what would be written for these products."""
    batch = look_at(sides, records)
    orders = open_orders(sides)
    read_store(batch, orders, everything=True)
    set_figures(batch, orders)
    plans = {record: Plan(one.title, one.message) for record, one in batch.outcomes.items() if one.error is None}
    failures = {record: one.error for record, one in batch.outcomes.items() if isinstance(one.error, WoodooError)}
    for item in batch.items.values():
        change = _change(sides, item)
        plans[item.record] = plan_shown(item.title, _told(sides, item, written=change is not None), change)
    return PlansInWords(plans, failures)


def look_at(sides: Sides, records: Sequence[str]) -> Batch:
    """Read the products and find them in the store; those that have no figure there are done with."""
    batch = Batch(sides)
    goods = read_products(sides, records)
    for record in records:
        if not record.isdigit() or int(record) not in goods:
            gone = "Odoo does not have this product any more."
            batch.outcomes[record] = Outcome(OutcomeKind.SKIPPED, gone)
    kits = kits_of(sides).products
    counted: list[Goods] = []
    for one in goods.values():
        if one.counted or one.odoo_id in kits:
            counted.append(one)
        else:
            reason = "Odoo counts no stock of it: it is a service, or not tracked."
            batch.outcomes[str(one.odoo_id)] = Outcome(OutcomeKind.SKIPPED, reason, title=one.name)
    found = find_products(sides, counted)
    memos = memos_of(sides, [str(one) for one in found.external_ids])
    for one in counted:
        number, record = one.odoo_id, str(one.odoo_id)
        if number in found.errors:
            batch.outcomes[record] = Outcome.from_error(found.errors[number], title=one.name)
        elif number in found.skipped:
            batch.outcomes[record] = Outcome(OutcomeKind.SKIPPED, found.skipped[number], title=one.name)
        else:
            batch.items[number] = Item(one, found.external_ids[number], memos.get(record), found.stock.get(number))
    batch.links = found.links
    return batch


def leave_unchanged(batch: Batch) -> None:
    """Be done with products of which Odoo has what it had; this asks the store nothing."""
    for item in list(batch.items.values()):
        if is_as_before(batch.sides, item):
            said = f"Stays {item.memo.figure if item.memo else 0}: Odoo has what it had."
            batch.end(item, Outcome(OutcomeKind.DONE, said, title=item.title))


def read_store(batch: Batch, orders: OpenOrders, *, everything: bool = False) -> None:
    """Read what the store has of the products that move, and then what was sold."""
    items = {item.external_id: item for item in batch.items.values()}
    asked: set[str] = set()
    while True:
        moving = set(items) if everything else orders.moving(items)
        moving |= {one for one, item in items.items() if item.memo and item.memo.orders}
        new = moving - asked
        if new:
            stock = batch.sides.stock.read_stock(sorted(new))
            for external_id in new:
                items[external_id].moving = True
                items[external_id].before = stock.get(external_id)
            asked |= new
        if asked and not new:
            return
        orders.refresh(batch.sides.stock)
        if not orders.moving(items.keys() - asked):
            return


def set_figures(batch: Batch, orders: OpenOrders) -> None:
    """Give each product its figure: first what Odoo knows of the orders, then what it has."""
    sides = batch.sides
    by_external = {item.external_id: item for item in batch.items.values()}
    now = int(time.time())
    guard = read_guard(sides, orders, by_external.keys())
    again = [item.goods.odoo_id for item in batch.items.values() if item.moving or item.goods.quantities is None]
    fresh = read_quantities(sides.odoo, again, locations_of(sides)) if again else {}
    for item in batch.items.values():
        quantities = fresh.get(item.goods.odoo_id) or item.goods.quantities
        item.at = now
        if quantities is not None:
            set_figure(sides, item, quantities, guard.claims.get(item.external_id, NO_CLAIM))


def write(batch: Batch) -> set[str]:
    """Write what differs, and return what was set without having been read: a sale may be written over."""
    changes = {item.external_id: change for item in batch.items.values() if (change := _change(batch.sides, item))}
    unread = {one for one, change in changes.items() if change.quantity is not None}
    for item in list(batch.items.values()):
        if item.external_id not in changes:
            batch.end(item, _done(batch, item, written=False))
    if changes:
        try:
            answers = batch.sides.stock.write_stock(list(changes.values()))
        except RemoteError as error:
            _fail(batch, error)
        else:
            _judge(batch, changes, answers)
    return unread


def watch_sales(batch: Batch, orders: OpenOrders, unread: set[str], begun: float) -> None:
    """Begin anew with products that were sold while their figure was set."""
    if not unread:
        return
    orders.refresh(batch.sides.stock)
    for external_id in orders.touched_since(begun) & unread & batch.written.keys():
        item = batch.written[external_id]
        batch.items[item.goods.odoo_id] = item


def give_up(batch: Batch) -> None:
    """Leave products that kept moving to the next attempt."""
    for item in list(batch.items.values()):
        error = RemoteError(
            f"{item.title}: its stock in the store keeps changing while Woodoo writes it.",
            record=item.title,
            where=f"products/{item.external_id}",
            fix="It is tried again by itself; if it stays, look for another program that writes stock in the store.",
        )
        batch.end(item, Outcome.from_error(error, title=item.title, links=batch.link(item)))


def _change(sides: Sides, item: Item) -> StockChange | None:
    """Return what is to be written for a product; None where the store has it."""
    wish, memo = sides.settings.stock_wish, item.memo
    unmanaged = item.before is not None and item.before.managed is not Managed.OWN
    if (memo and memo.status_only) or (unmanaged and wish.unmanaged == "status"):
        wanted = status_for(item.external_id, item.figure.quantity, wish)
        return None if item.before and item.before.status == wanted.status else wanted
    if item.before is None and memo:
        now = memo_after(sides, item)
        if now.figure == memo.figure and now.how == memo.how:
            return None
    return change_for(item.external_id, item.figure.quantity, wish, item.before)


def _judge(batch: Batch, changes: Mapping[str, StockChange], answers: Mapping[str, StoreStock | WoodooError]) -> None:
    """Look at the answer for each product: what the store has now, or why it refused."""
    missing: list[Item] = []
    status_only: list[Item] = []
    for item in list(batch.items.values()):
        answer = answers.get(item.external_id)
        if answer is None:
            missing.append(item)
        elif isinstance(answer, WoodooError):
            batch.end(item, Outcome.from_error(answer, title=item.title, links=batch.link(item)))
        elif changes[item.external_id].status:
            batch.end(item, _done(batch, item, written=True, status_only=True))
        elif answer.managed is not Managed.OWN or answer.quantity is None:
            _without_figure(batch, item, answer, status_only)
        elif answer.quantity != item.figure.quantity:
            item.before, item.moving = None, True
        else:
            batch.end(item, _done(batch, item, written=True))
    _status_instead(batch, status_only)
    _look_again(batch, missing)


def _without_figure(batch: Batch, item: Item, answer: StoreStock, status_only: list[Item]) -> None:
    if batch.sides.settings.stock_unmanaged == "status" and answer.managed is Managed.NO:
        item.before = answer
        status_only.append(item)
    else:
        error = refuse_unmanaged(answer, item.title)
        batch.end(item, Outcome.from_error(error, title=item.title, links=batch.link(item)))


def _status_instead(batch: Batch, items: Sequence[Item]) -> None:
    """Set in stock or out of stock where the store keeps no figure."""
    wanted = {item.external_id: change for item in items if (change := _change(batch.sides, item))}
    for item in items:
        if item.external_id not in wanted:
            batch.end(item, _done(batch, item, written=False, status_only=True))
    if wanted:
        _judge_status(batch, items, batch.sides.stock.write_stock(list(wanted.values())))


def _judge_status(batch: Batch, items: Iterable[Item], answers: Mapping[str, StoreStock | WoodooError]) -> None:
    for item in items:
        answer = answers.get(item.external_id)
        if isinstance(answer, WoodooError):
            batch.end(item, Outcome.from_error(answer, title=item.title))
        elif answer is not None:
            batch.end(item, _done(batch, item, written=True, status_only=True))


def _look_again(batch: Batch, missing: Sequence[Item]) -> None:
    """Find products by SKU that the store does not have any more as they were linked."""
    fresh = [item for item in missing if not item.again]
    for item in missing:
        if item.again:
            batch.end(item, _gone(item))
    if not fresh:
        return
    found = find_again(batch.sides, [item.goods for item in fresh])
    for item in fresh:
        number = item.goods.odoo_id
        if number in found.errors:
            batch.end(item, Outcome.from_error(found.errors[number], title=item.title))
        elif number in found.external_ids and found.external_ids[number] != item.external_id:
            item.external_id, item.before, item.memo = found.external_ids[number], None, None
            item.again = True
            batch.links |= {number: found.links[number]}
        else:
            batch.end(item, _gone(item))


def _gone(item: Item) -> Outcome:
    error = DataError(
        f"{item.title}: the store does not have its product {item.external_id} any more, nor another one with the "
        f"SKU {item.goods.sku or '(none)'}.",
        record=item.title,
        where=f"products/{item.external_id}",
        fix="Give a product in the store this SKU, or take the product out of the sale in Odoo; then try again.",
    )
    return Outcome.from_error(error, title=item.title)


def _done(batch: Batch, item: Item, *, written: bool, status_only: bool = False) -> Outcome:
    batch.written[item.external_id] = item
    memo = memo_after(batch.sides, item, status_only=status_only)
    said = _told(batch.sides, item, written=written)
    return Outcome(OutcomeKind.DONE, said, title=item.title, links=batch.link(item), seen=memo.text())


def _told(sides: Sides, item: Item, *, written: bool) -> str:
    settings = sides.settings
    return told(item.figure, settings.stock_figure, item.claim.orders, settings.stock_share, written=written)


def _fail(batch: Batch, error: WoodooError) -> None:
    """Have everything that is left tried again, as if it had never been looked at: some of it may be written."""
    for item in list(batch.items.values()):
        outcome = Outcome.from_error(error, title=item.title, links=batch.link(item))
        batch.end(item, replace(outcome, seen=UNSURE))
