"""The prices of products as the store is to have them, read from Odoo for a whole batch in a few calls.

Decides what is asked: rules of pricelists for the products of the batch and those for categories or all products;
cost, exchange rates and categories only where a rule needs them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from ..domain.errors import ConfigError, WoodooError
from ..domain.money import to_decimal
from ..mapping.prices.price_tax import NOT_IN_PERCENT, ProductTaxes
from ..mapping.prices.pricelist import Base, Book, Formula, Goods, Pricelist, Rule, needed_pricelists
from ..mapping.prices.store_prices import Offer, PricePolicy, offer
from ..odoo.records import Records
from ..stores.base import StoreIdentity
from .sides import Sides
from .tax_rules import TAX_FIELDS, tax_of

Row = Mapping[str, Any]
#: Seconds for which currency, decimals and taxes of the store are believed.
_IDENTITY = 3600.0
#: The order in which Odoo goes through the rules of a pricelist (`_order` of product.pricelist.item since 14).
RULE_ORDER = "applied_on, min_quantity desc, categ_id desc, id desc"
RULE_FIELDS = (
    "pricelist_id", "product_tmpl_id", "product_id", "categ_id", "min_quantity", "date_start", "date_end",
    "compute_price", "fixed_price", "percent_price", "price_discount", "price_round", "price_surcharge",
    "price_min_margin", "price_max_margin", "base", "base_pricelist_id",
)  # fmt: skip

_FORMULA = ("price_discount", "price_round", "price_surcharge", "price_min_margin", "price_max_margin")
_GOODS_FIELDS = (
    "display_name", "name", "default_code", "product_tmpl_id", "categ_id", "lst_price", "currency_id",
    "cost_currency_id", "taxes_id",
)  # fmt: skip


def read_offers(
    sides: Sides, product_ids: Iterable[int], now: datetime | None = None
) -> Mapping[int, Offer | WoodooError]:
    """Return what these variants (`product.product`) cost in the store, or why that cannot be said, by id.

    Raises:
        ConfigError: a pricelist of the settings is not there.
        WoodooError: a side does not answer.
    """
    moment = now or datetime.now(UTC)
    policy = price_policy(sides)
    read = read_priced(sides, policy, product_ids)
    found: dict[int, Offer | WoodooError] = {}
    for number, goods in read.goods.items():
        record = product_label(read.rows[number])
        try:
            found[number] = offer(goods, read.taxes[number], read.book, policy, moment, record=record)
        except WoodooError as error:
            found[number] = error
    return found


@dataclass(frozen=True)
class Priced:
    """Products by `product.product`, and the pricelists they are priced by."""

    rows: Mapping[int, Row]
    goods: Mapping[int, Goods]
    taxes: Mapping[int, ProductTaxes]
    book: Book


def read_priced(sides: Sides, policy: PricePolicy, product_ids: Iterable[int]) -> Priced:
    """Read these products with all that their prices depend on."""
    rows = sides.odoo.read("product.product", product_ids, _GOODS_FIELDS, context={"active_test": False})
    book, costs = _read_book(sides, policy, rows)
    by_id = {row["id"]: row for row in rows}
    return Priced(by_id, _goods(sides, rows, costs), _taxes(sides.odoo, rows), book)


def price_policy(sides: Sides) -> PricePolicy:
    """Return what settings and store say of prices."""
    identity: StoreIdentity = sides.memory.get("store identity", sides.store.identify, life=_IDENTITY)
    settings = sides.settings
    return PricePolicy(
        settings.price_pricelist_id,
        settings.sale_pricelist_id,
        identity.currency,
        identity.currency_digits,
        identity.prices_include_tax,
        settings.send_free,
    )


def product_label(row: Row) -> str:
    """Return a product as a person calls it: "Product Green mug (MUG-1)"."""
    return f"Product {row['name']} ({row['default_code']})" if row["default_code"] else f"Product {row['name']}"


def _read_book(sides: Sides, policy: PricePolicy, rows: Sequence[Row]) -> tuple[Book, Mapping[int, Decimal]]:
    """Return the pricelists that are needed for these products, and what they cost where a rule asks for it."""
    odoo = sides.odoo
    wanted = {one for one in (policy.regular_id, policy.sale_id) if one}
    rules: dict[int, tuple[Rule, ...]] = {}
    while missing := wanted - rules.keys():
        rules |= _read_rules(odoo, missing, rows)
        wanted |= needed_pricelists(rule for one in rules.values() for rule in one)
    codes = _currencies(sides)
    lists = _read_pricelists(odoo, wanted, rules, codes)
    every = [rule for one in rules.values() for rule in one]
    costs: Mapping[int, Decimal] = {}
    if any(rule.base is Base.COST and rule.computed != "fixed" for rule in every):
        read = odoo.read("product.product", [row["id"] for row in rows], ["standard_price"])
        costs = {row["id"]: to_decimal(row["standard_price"]) for row in read}
    used = {one.currency for one in lists.values()}
    used |= {codes[row[name]] for row in rows for name in ("currency_id", "cost_currency_id") if row[name] in codes}
    rates = _rates(odoo, used) if len(used) > 1 and lists else {}
    return Book(lists, rates, converts_first=odoo.client.dialect.pricelist_converts_first), costs


def _read_pricelists(
    odoo: Records, wanted: set[int], rules: Mapping[int, tuple[Rule, ...]], codes: Mapping[int, str]
) -> dict[int, Pricelist]:
    found = (
        odoo.search_read("product.pricelist", [("id", "in", sorted(wanted))], ["name", "currency_id"]) if wanted else []
    )
    lists = {
        row["id"]: Pricelist(row["id"], row["name"], codes.get(row["currency_id"], ""), rules[row["id"]])
        for row in found
    }
    if lost := sorted(wanted - lists.keys()):
        raise ConfigError(
            f"The prices of products come from product.pricelist {', '.join(map(str, lost))}, which Odoo does not have "
            "(any more) or has archived.",
            where="settings -> price_pricelist_id",
            fix="Choose another pricelist in the connection's settings.",
        )
    return lists


def _read_rules(odoo: Records, pricelist_ids: set[int], rows: Sequence[Row]) -> dict[int, tuple[Rule, ...]]:
    templates = sorted({row["product_tmpl_id"] for row in rows})
    domain = [
        ("pricelist_id", "in", sorted(pricelist_ids)),
        "|", ("product_tmpl_id", "=", False), ("product_tmpl_id", "in", templates),
        "|", ("product_id", "=", False), ("product_id", "in", sorted(row["id"] for row in rows)),
    ]  # fmt: skip
    found = odoo.search_read("product.pricelist.item", domain, RULE_FIELDS, order=RULE_ORDER)
    return {one: tuple(_rule(row) for row in found if row["pricelist_id"] == one) for one in sorted(pricelist_ids)}


def _rule(row: Row) -> Rule:
    return Rule(
        odoo_id=row["id"],
        template_id=row["product_tmpl_id"] or 0,
        product_id=row["product_id"] or 0,
        category_id=row["categ_id"] or 0,
        min_quantity=to_decimal(row["min_quantity"]),
        start=moment(row["date_start"]),
        end=moment(row["date_end"]),
        computed=row["compute_price"],
        fixed_price=to_decimal(row["fixed_price"]),
        percent=to_decimal(row["percent_price"]),
        formula=Formula(*(to_decimal(row[name]) for name in _FORMULA)),
        base=Base(row["base"]),
        base_pricelist_id=row["base_pricelist_id"] or 0,
    )


def moment(text: str | bool) -> datetime | None:
    """Return a time of Odoo, aware UTC; None for none."""
    return datetime.fromisoformat(str(text)).replace(tzinfo=UTC) if text else None


def _goods(sides: Sides, rows: Sequence[Row], costs: Mapping[int, Decimal]) -> dict[int, Goods]:
    codes = _currencies(sides)
    above = sides.memory.get("categories of Odoo", lambda: _categories(sides.odoo))
    return {
        row["id"]: Goods(
            row["id"],
            row["product_tmpl_id"],
            frozenset(_line(row["categ_id"], above)),
            to_decimal(row["lst_price"]),
            codes.get(row["currency_id"], ""),
            costs.get(row["id"], Decimal(0)),
            codes.get(row["cost_currency_id"], ""),
        )
        for row in rows
    }


def _categories(odoo: Records) -> Mapping[int, int]:
    """Return which category stands above each; 0: none."""
    return {row["id"]: row["parent_id"] or 0 for row in odoo.search_read("product.category", [], ["parent_id"])}


def _line(category_id: int, above: Mapping[int, int]) -> list[int]:
    """Return a category and those above it."""
    line: list[int] = []
    while category_id and category_id not in line:
        line.append(category_id)
        category_id = above.get(category_id, 0)
    return line


def _currencies(sides: Sides) -> Mapping[int, str]:
    def read() -> Mapping[int, str]:
        rows = sides.odoo.search_read("res.currency", [], ["name"], context={"active_test": False})
        return {row["id"]: row["name"] for row in rows}

    return sides.memory.get("currencies of Odoo", read)


def _rates(odoo: Records, codes: Iterable[str]) -> Mapping[str, Decimal]:
    """Return today's rates of the company."""
    rows = odoo.search_read("res.currency", [("name", "in", sorted(codes))], ["name", "rate"])
    return {row["name"]: to_decimal(row["rate"]) for row in rows}


def _taxes(odoo: Records, rows: Sequence[Row]) -> dict[int, ProductTaxes]:
    """Return the sales taxes of each product, of the company."""
    wanted = sorted({tax_id for row in rows for tax_id in row["taxes_id"]})
    fields = [*TAX_FIELDS, "company_id", "children_tax_ids"]
    if odoo.client.dialect.tax_base_affected:
        fields.append("is_base_affected")
    found = {row["id"]: row for row in odoo.read("account.tax", wanted, fields)} if wanted else {}
    parts = sorted(
        {part for row in found.values() if row["amount_type"] == "group" for part in row["children_tax_ids"]}
    )
    found |= {row["id"]: row for row in odoo.read("account.tax", parts, fields)} if parts else {}
    ours = {
        odoo_id: row for odoo_id, row in found.items() if row["company_id"] == odoo.company_id or not odoo.company_id
    }
    return {row["id"]: _product_taxes([one for one in row["taxes_id"] if one in ours], found) for row in rows}


def _product_taxes(tax_ids: Sequence[int], rows: Mapping[int, Row]) -> ProductTaxes:
    single = [
        part
        for tax_id in tax_ids
        for part in (rows[tax_id]["children_tax_ids"] if rows[tax_id]["amount_type"] == "group" else [tax_id])
        if part in rows
    ]
    odd = next((rows[one] for one in single if rows[one]["amount_type"] != "percent"), None)
    if odd is not None:
        return ProductTaxes(other=f"'{odd['name']}' is {NOT_IN_PERCENT.get(odd['amount_type'], odd['amount_type'])}")
    return ProductTaxes(tuple(tax_of(rows[one], {}) for one in single))
