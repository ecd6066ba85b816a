"""The figure of each product of a batch, from what Odoo has and what the store's orders hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ...domain.stock import Quantities, StoreStock
from ...mapping.stock.decision import Memo
from ...mapping.stock.figure import Figure, FigureRules, available, figure, plain
from ...mapping.stock.guard import NO_CLAIM, Claim
from ...odoo.kits import Kits, read_kits
from ...odoo.quantities import Goods, read_category_parents, read_goods, stock_locations
from ..sides import Sides

LANE = "stock"


@dataclass
class Item:
    """One product on its way."""

    goods: Goods
    external_id: str
    memo: Memo | None
    #: What the store was read to have; None: it was not read.
    before: StoreStock | None = None
    figure: Figure = field(default_factory=lambda: Figure(0, Decimal(0)))
    claim: Claim = NO_CLAIM
    #: When its orders were looked at, in seconds since 1970.
    at: int = 0
    #: Orders of the store move its figure.
    moving: bool = False
    #: It was looked for anew after the store did not know it.
    again: bool = False

    @property
    def record(self) -> str:
        return str(self.goods.odoo_id)

    @property
    def title(self) -> str:
        return self.goods.name


def read_products(sides: Sides, records: Iterable[str]) -> dict[int, Goods]:
    """Read the products of a batch, with what Odoo has of each now; one call."""
    ids = [int(record) for record in records if record.isdigit()]
    return read_goods(sides.odoo, ids, sku_field=sides.settings.sku_field, locations=locations_of(sides))


def locations_of(sides: Sides) -> tuple[int, ...]:
    """Return the places whose stock the store sells."""
    settings = sides.settings
    return sides.memory.get(
        "stock:locations",
        lambda: stock_locations(sides.odoo, settings.stock_warehouse_ids, settings.stock_location_ids),
    )


def kits_of(sides: Sides) -> Kits:
    """Return the kits of the database."""
    return sides.memory.get("stock:kits", lambda: read_kits(sides.odoo))


def rules_of(sides: Sides) -> FigureRules:
    """Return how figures are made; settings that were saved anew have a memory of their own (`woodoo.live`)."""
    return sides.memory.get("stock:rules", lambda: sides.settings.figure_rules)


def memos_of(sides: Sides, records: Sequence[str]) -> dict[str, Memo]:
    """Return what was written of these products the last time."""
    seen = sides.todo.seen_of(sides.connection_id, LANE, records)
    found = {one: Memo.read(text) for one, text in seen.items()}
    return {one: memo for one, memo in found.items() if memo}


def set_figure(sides: Sides, item: Item, quantities: Quantities, claim: Claim) -> None:
    """Give a product its figure."""
    rules = rules_of(sides)
    item.claim = claim
    item.figure = figure(available(quantities, rules.basis), claim.quantity, buffer_of(sides, item.goods), rules)


def is_as_before(sides: Sides, item: Item) -> bool:
    """Say whether nothing has happened since the last look that could change the figure. Asks nobody.

    An order that is counted against it may have reached Odoo, so then it cannot be said.
    """
    memo, quantities = item.memo, item.goods.quantities
    if memo is None or quantities is None or memo.orders:
        return False
    has = available(quantities, sides.settings.stock_figure)
    return memo.odoo == plain(has) and memo.how == how(sides, item.goods)


def memo_after(sides: Sides, item: Item, *, status_only: bool = False) -> Memo:
    """Return what is to be remembered of this look."""
    has, orders = plain(item.figure.available), item.claim.orders
    return Memo(has, item.figure.quantity, how(sides, item.goods), orders, status_only, item.at if orders else 0)


def how(sides: Sides, goods: Goods) -> str:
    """Return everything a figure depends on beside quantities and orders, in short."""
    settings = sides.settings
    parts = [settings.stock_figure, *map(str, locations_of(sides)), plain(buffer_of(sides, goods))]
    parts += [f"{settings.stock_share:g}", "guard" if settings.stock_guard else "-", settings.stock_wish.print]
    return " ".join(parts)


def buffer_of(sides: Sides, goods: Goods) -> Decimal:
    """Return how much of a product is kept back."""
    rules = rules_of(sides)
    categories: list[int] = []
    if rules.category_buffers:
        parents: Mapping[int, int] = sides.memory.get("stock:categories", lambda: read_category_parents(sides.odoo))
        one = goods.category_id
        while one and one not in categories:
            categories.append(one)
            one = parents.get(one, 0)
    return rules.buffer_of(goods.sku, categories)
