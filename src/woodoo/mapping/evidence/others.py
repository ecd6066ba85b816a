"""Statuses, currencies, warehouse, SKU field and categories: what the store has, and what they are in Odoo."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..policy import NEVER_CREATED
from ..proposals import Named
from ..rules import Rules
from .row import Row, Stand
from .usage import Usage

#: What the status table says → in words.
STEP_WORDS: Mapping[str, str] = {
    "ignore": "Left out",
    "quotation": "Quotation",
    "confirm": "Sales order",
    "invoice": "Sales order, invoice and payment",
    "deliver": "All, and delivered",
    "cancel": "Cancelled in Odoo",
    "tell": "A person decides",
}
#: By so many percent another field has to be better to be proposed.
_BETTER = 10


@dataclass(frozen=True)
class Skus:
    """In which fields of Odoo's products the SKUs of past orders are found."""

    total: int = 0
    #: Field → how many of them.
    by_field: Mapping[str, int] | None = None

    def percent(self, field: str) -> int:
        return (self.by_field or {}).get(field, 0) * 100 // self.total if self.total else 0


@dataclass(frozen=True)
class Pricelist:
    """A pricelist of Odoo, with the code of its currency."""

    odoo_id: int
    name: str
    currency: str


def status_rows(statuses: Iterable[Named], rules: Rules, usage: Usage) -> Iterator[Row]:
    """Yield a line for each status of the store, and each that orders have."""
    every = {one.key: one.name for one in statuses}
    for key, use in usage.groups["statuses"].items():
        every.setdefault(key, use.title)
    for key, title in every.items():
        if key in NEVER_CREATED and key not in rules.policy.status_steps:
            row = Row("statuses", key, title, Stand.MAPPED, STEP_WORDS["ignore"], "such orders are never made in Odoo")
        elif key in rules.policy.status_steps:
            step = rules.policy.status_steps[key]
            row = Row("statuses", key, title, Stand.MAPPED, STEP_WORDS.get(step, step), "", "", "status_steps")
        else:
            why = "orders in it are left out until you say how far they go"
            row = Row("statuses", key, title, Stand.OPEN, "", why, "Say what they become.", "status_steps")
        yield row.used(usage.of("statuses", key), counted=bool(usage.orders))


def currency_rows(own: str, pricelists: Sequence[Pricelist], rules: Rules, usage: Usage) -> Iterator[Row]:
    """Yield a line for the store's `own` currency, and each that orders were paid in."""
    for code in dict.fromkeys([*([own] if own else []), *usage.groups["currencies"]]):
        yield _currency(code, pricelists, rules).used(usage.of("currencies", code), counted=bool(usage.orders))


def _currency(code: str, pricelists: Sequence[Pricelist], rules: Rules) -> Row:
    fitting = [one for one in pricelists if one.currency == code]
    known = next((one.name for one in pricelists if one.odoo_id == rules.pricelists.get(code)), "")
    if code not in rules.currencies:
        why, fix = f"{code} is not an active currency in Odoo", f"Activate {code} in Odoo."
        return Row("currencies", code, code, Stand.WRONG, "", why, fix, "pricelist_map")
    if known:
        return Row("currencies", code, code, Stand.MAPPED, known, "the pricelist of these orders", "", "pricelist_map")
    if code == rules.company_currency:
        return Row("currencies", code, code, Stand.MAPPED, code, "the company's currency; no pricelist is needed")
    if not rules.policy.with_sale_order:
        return Row("currencies", code, code, Stand.MAPPED, code, "active in Odoo; invoices alone need no pricelist")
    if len(fitting) == 1:
        why = f"it is the one pricelist in {code}"
        one = fitting[0]
        return Row("currencies", code, code, Stand.PROPOSED, one.name, why, "", "pricelist_map", one.odoo_id)
    why = f"Odoo has {len(fitting) or 'no'} pricelist{'s' if len(fitting) != 1 else ''} in {code}"
    fix = f"Choose a pricelist in {code}." if fitting else f"Make a pricelist in {code} in Odoo, then choose it."
    return Row("currencies", code, code, Stand.OPEN, "", why, fix, "pricelist_map")


def warehouse_row(warehouses: Sequence[Named], rules: Rules) -> Row | None:
    """Return the line of the warehouse orders are delivered from; None where Odoo keeps no stock."""
    if not warehouses:
        return None
    title = "Orders are delivered from"
    own = next((one for one in warehouses if int(one.key) == rules.warehouse_id), None)
    if own:
        return Row("warehouse", "warehouse", title, Stand.MAPPED, own.name, "", "", "warehouse_id")
    first = warehouses[0]
    if len(warehouses) == 1:
        return Row("warehouse", "warehouse", title, Stand.MAPPED, first.name, "the only one in Odoo")
    why = f"Odoo has {len(warehouses)}, and would take this one by itself"
    return Row("warehouse", "warehouse", title, Stand.PROPOSED, first.name, why, "", "warehouse_id", int(first.key))


def sku_row(skus: Skus, field: str, *, chosen: bool = False) -> Row:
    """Return the line of the field that SKUs are looked up in; `chosen`: a person has set it."""
    title = "SKUs of the store are in"
    if not skus.total:
        return Row("sku", "sku", title, Stand.MAPPED, field, "no SKU of a past order was looked up yet")
    found = dict(skus.by_field or {})
    best = max(found, key=lambda name: (found[name], name == field), default=field)
    shares = [f"{skus.percent(name)} % of {skus.total} SKUs sold are in {name}" for name in _by_count(found)]
    reason = ", ".join(shares)
    if best != field and skus.percent(best) >= skus.percent(field) + _BETTER:
        if chosen:
            return Row("sku", "sku", title, Stand.OPEN, field, reason, f"Choose {best}.", "sku_field")
        return Row("sku", "sku", title, Stand.PROPOSED, best, reason, "", "sku_field", best)
    if not found.get(field):
        fix = "Give the products of Odoo the SKUs they have in the store, or have the products made."
        return Row("sku", "sku", title, Stand.OPEN, field, reason, fix, "sku_field")
    return Row("sku", "sku", title, Stand.MAPPED, field, reason, "", "sku_field")


def _by_count(found: Mapping[str, int]) -> list[str]:
    return sorted(found, key=lambda name: (-found[name], name))


def category_row(names: Collection[str], known: Collection[str]) -> Row | None:
    """Return the line of product categories; None where the store has none. Both are names."""
    if not names:
        return None
    there = {name.casefold() for name in known}
    same = sum(name.casefold() in there for name in names)
    missing = len(names) - same
    reason = f"{same} of {len(names)} have one of the same name in Odoo"
    if missing:
        reason += f"; the other{'s are' if missing > 1 else ' is'} made as products come over"
    return Row("categories", "categories", "Product categories", Stand.MAPPED, "By their names", reason)
