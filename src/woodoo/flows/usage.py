"""Reads what past orders of the store use, and in which field of Odoo's products their SKUs are: evidence for mappings.

Decides that orders are read lightly, a hundred a request, and that SKUs are looked up in Odoo with one read a page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..domain.history import OrderRange
from ..domain.past import PastOrder, SoldItem
from ..engine.registry import Found, Looked
from ..mapping.evidence.usage import Usage
from ..odoo.records import Records
from ..stores.base import Store

#: Kind of finding: a SKU of a past order, and where Odoo has it.
SKU = "sku"
#: Orders that are looked at unless a number is given, and at most.
NEWEST, MOST = 300, 5000
#: Fields of a product that SKUs may be in, beside the one that is set.
FIELDS = ("default_code", "barcode")


@dataclass(frozen=True)
class UsageSurvey:
    """What the newest orders use (`woodoo.engine.registry.Survey`)."""

    store: Store
    odoo: Callable[[], Records]
    #: The field SKUs are looked up in, as it is set.
    sku_field: str

    def look(self, wanted: OrderRange, cursor: str, figures: Mapping[str, Any]) -> Looked:
        """Count a page of orders, and look its SKUs up."""
        usage = Usage.from_json(figures)
        most = wanted.newest or NEWEST
        page = self.store.past_orders(cursor)
        orders = page.orders[: max(0, most - usage.orders)]
        for order in orders:
            usage.add(order)
        usage.unreadable += page.unreadable
        total = None if page.total is None else min(most, page.total)
        on = page.cursor if usage.orders < most else ""
        return Looked(on, len(orders), self._skus(orders), usage.to_json(), total)

    def _skus(self, orders: Iterable[PastOrder]) -> list[Found]:
        items = _by_sku(orders)
        if not items:
            return []
        found = find_skus(self.odoo(), list(items), self.sku_field)
        return [
            Found(
                SKU,
                sku,
                item.name,
                facts={"fields": sorted(found.get(sku, ())), "product": item.product_id, "orders": count},
            )
            for sku, (item, count) in items.items()
        ]


def find_skus(odoo: Records, skus: Iterable[str], sku_field: str) -> Mapping[str, set[str]]:
    """Return in which fields of Odoo's products each SKU is found; archived products count, too."""
    wanted = set(skus)
    fields = tuple(dict.fromkeys([sku_field, *FIELDS]))
    domain: list[Any] = ["|"] * (len(fields) - 1) + [(name, "in", sorted(wanted)) for name in fields]
    if odoo.company_id:
        domain = [("company_id", "in", [False, odoo.company_id]), *domain]
    found: dict[str, set[str]] = defaultdict(set)
    for row in odoo.search_read("product.product", domain, list(fields), context={"active_test": False}):
        for name in fields:
            if row[name] in wanted:
                found[row[name]].add(name)
    return found


def _by_sku(orders: Iterable[PastOrder]) -> dict[str, tuple[SoldItem, int]]:
    """Return an item of each SKU, and how many orders have it."""
    found: dict[str, tuple[SoldItem, int]] = {}
    for order in orders:
        for sku, item in {item.sku: item for item in order.items if item.sku}.items():
            found[sku] = (found[sku][0] if sku in found else item, found.get(sku, (item, 0))[1] + 1)
    return found
