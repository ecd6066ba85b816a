"""The opening count: Odoo takes over the store's figures, once.

Decides which products are counted:

| the product                                        | then                                                    |
|----------------------------------------------------|---------------------------------------------------------|
| the store keeps no figure for it, or it is skipped | left                                                    |
| has lots or serial numbers                         | left: nobody knows which ones lie there                 |
| was counted by Woodoo, no moves since              | left, unless asked for again                            |
| has moves in Odoo since, or ever had any           | left, unless forced: Odoo knows better                  |
| lies at other places, too                          | left                                                    |
| all others                                         | counted: what the store sells, with what its open       |
|                                                    | orders hold, for that lies there until it is sent       |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ..domain.stock import Managed
from ..engine.flow import LinkVals
from ..mapping.stock.figure import ZERO, plain
from ..mapping.stock.guard import NO_CLAIM
from ..odoo.counting import count_goods, newest_moves
from ..odoo.quantities import read_quantities
from .sides import Sides
from .steps.open_orders import open_orders, read_claims
from .steps.stock_figures import Item, locations_of
from .stock import look_at, read_store, set_figures

KIND, MODEL = "opening", "stock.quant"


@dataclass(frozen=True)
class Count:
    """One product of an opening count."""

    product_id: int
    external_id: str
    name: str
    sku: str
    #: What the store sells; None: it keeps no figure.
    store: Decimal | None
    odoo: Decimal
    then: Decimal
    #: Why it is counted or left, in words.
    why: str
    counted: bool


@dataclass(frozen=True)
class Asked:
    """What a person asked for."""

    location: int
    #: Products that were counted before are counted again.
    again: bool = False
    #: Products that have moves are counted, too.
    force: bool = False


def plan_count(sides: Sides, records: Sequence[str], asked: Asked) -> list[Count]:
    """Say what would be counted of these products. Writes nothing."""
    batch = look_at(sides, records)
    items = list(batch.items.values())
    orders = open_orders(sides)
    read_store(batch, orders, everything=True)
    set_figures(batch, orders)
    held = read_claims(sides, orders, [item.external_id for item in items], delivered=True).claims
    products = [item.goods.odoo_id for item in items]
    here = read_quantities(sides.odoo, products, [asked.location])
    moves = newest_moves(sides.odoo, products)
    before = sides.links.find(KIND, [item.external_id for item in items])
    tracked = {row["id"] for row in sides.odoo.read("product.product", products, ["tracking"]) if _is_tracked(row)}
    counts = []
    for item in items:
        number = item.goods.odoo_id
        link = before.get(item.external_id)
        there = here[number].on_hand if number in here else ZERO
        why = _why_left(item, asked, there, moves.get(number, 0), link, tracked=number in tracked)
        counts.append(_count(item, there, held.get(item.external_id, NO_CLAIM).quantity, why))
    left = [
        Count(int(record), "", outcome.title, "", None, ZERO, ZERO, outcome.message, False)
        for record, outcome in batch.outcomes.items()
        if record.isdigit()
    ]
    return [*counts, *left]


def take_count(sides: Sides, counts: Sequence[Count], asked: Asked) -> list[Count]:
    """Count the products that are to be counted, and return what became of them.

    Raises:
        ConfigError: the user may not adjust inventory.
    """
    wanted = {one.product_id: one for one in counts if one.counted}
    if not wanted:
        return []
    counted = count_goods(sides.odoo, asked.location, {number: one.then for number, one in wanted.items()})
    moves = newest_moves(sides.odoo, counted.quants)
    for number, quant in counted.quants.items():
        one, last = wanted[number], str(moves.get(number, 0))
        sides.links.upsert([LinkVals(KIND, one.external_id, MODEL, quant, one.name, odoo_seen=last)])
    return [
        replace(one, counted=False, why=f"refused: {counted.errors[number].message}")
        if number in counted.errors
        else one
        for number, one in wanted.items()
    ]


def _why_left(item: Item, asked: Asked, there: Decimal, move: int, link: LinkVals | None, *, tracked: bool) -> str:
    """Return why a product is not counted; empty where it is."""
    before = item.before
    if before is None:
        return "left: the store does not have it any more"
    if before.managed is not Managed.OWN or before.quantity is None:
        return "left: the store keeps no figure for it"
    if tracked:
        return "left: it has lots or serial numbers"
    last = int(link.odoo_seen or 0) if link else 0
    if move > last and not asked.force:
        since = " since it was counted" if link else ""
        return f"left: Odoo has moves of it{since} (--force)"
    if link and not asked.again and not asked.force:
        return "left: it was counted before (--again)"
    everywhere = item.figure.available
    elsewhere = (item.goods.quantities.on_hand if item.goods.quantities else everywhere) - there
    if elsewhere:
        return f"left: Odoo has {plain(elsewhere)} of it at other places"
    return ""


def _count(item: Item, there: Decimal, sold: Decimal, why: str) -> Count:
    store = item.before.quantity if item.before else None
    then = max(ZERO, (store or ZERO) + sold)
    said = f"counted: {plain(store or ZERO)} on sale and {plain(sold)} sold, not sent yet" if sold else "counted"
    goods = item.goods
    return Count(
        goods.odoo_id,
        item.external_id,
        goods.name,
        goods.sku,
        store,
        there,
        there if why else then,
        why or said,
        not why,
    )


def _is_tracked(row: object) -> bool:
    return isinstance(row, dict) and row.get("tracking") not in (False, "none")


def first_location(sides: Sides) -> int:
    """Return where goods are counted where nobody says: the stock of the first warehouse that counts."""
    return locations_of(sides)[0]
