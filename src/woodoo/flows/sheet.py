"""The sheet of mappings of a connection: both sides read, laid beside what past orders use.

Decides what is read for it: lists of names alone, about a dozen light requests.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..domain.errors import ConfigError
from ..mapping.evidence.methods import fee_rows, payment_rows, shipping_rows
from ..mapping.evidence.others import (
    Pricelist,
    Skus,
    category_row,
    currency_rows,
    sku_row,
    status_rows,
    warehouse_row,
)
from ..mapping.evidence.row import Row
from ..mapping.evidence.taxes import tax_rows
from ..mapping.evidence.usage import Usage
from ..mapping.proposals import Named
from ..mapping.rules import Rules
from ..odoo.records import Records
from ..stores.base import Store, StoreChoice
from .proposals import company_defaults, read_named


def read_sheet(
    store: Store, odoo: Records, rules: Rules, usage: Usage, skus: Skus, *, sku_field_chosen: bool = False
) -> list[Row]:
    """Return a line for everything that is mapped, or could be.

    Raises:
        WoodooError: where a side cannot be asked.
    """
    shop = store.identify()
    default_tax, home = company_defaults(odoo, rules)
    products = _product_names(odoo, rules)
    journals = read_named(odoo, "account.journal", "type", [("type", "in", ["bank", "cash", "credit"])])
    categories = {term.name for term in store.catalogue.categories()}
    single = (
        warehouse_row(read_named(odoo, "stock.warehouse", order="sequence, id"), rules),
        sku_row(skus, rules.sku_field, chosen=sku_field_chosen),
        category_row(categories, [one.name for one in read_named(odoo, "product.category", of_company=False)]),
    )
    return [
        *tax_rows(
            store.tax_rates(),
            rules,
            usage,
            prices_include_tax=shop.prices_include_tax,
            default_tax=default_tax,
            home=home,
        ),
        *payment_rows(_names(store.payment_methods()), journals, rules, usage),
        *shipping_rows(_names(store.shipping_methods()), read_named(odoo, "delivery.carrier"), rules, usage, products),
        *fee_rows(rules, usage, products),
        *status_rows(_names(store.order_statuses()), rules, usage),
        *currency_rows(shop.currency, _pricelists(odoo, rules), rules, usage),
        *(row for row in single if row),
    ]


def _names(choices: Sequence[StoreChoice]) -> list[Named]:
    return [Named(one.key, one.title or one.key) for one in choices]


def _product_names(odoo: Records, rules: Rules) -> dict[int, str]:
    ids = {*rules.shipping_products.values(), *rules.fee_products.values()}
    ids |= {one for one in (rules.shipping_product_id, rules.fee_product_id) if one}
    rows = odoo.read("product.product", sorted(ids), ["display_name"]) if ids else []
    return {row["id"]: str(row["display_name"]) for row in rows}


def _pricelists(odoo: Records, rules: Rules) -> list[Pricelist]:
    codes = {currency.odoo_id: code for code, currency in rules.currencies.items()}
    of_company: list[Any] = [("company_id", "in", [odoo.company_id, False])] if odoo.company_id else []
    try:
        rows = odoo.search_read("product.pricelist", of_company, ["name", "currency_id"])
    except ConfigError as error:
        if error.where != "product.pricelist":
            raise
        return []
    return [Pricelist(row["id"], str(row["name"]), codes.get(row["currency_id"], "")) for row in rows]
