"""Whether pricelists are in the currency they are used for.

| setting                                   | has to be in                       |
|-------------------------------------------|------------------------------------|
| `pricelist_map`                           | the currency of its row            |
| `pricelist_id`                            | the currency of the company        |
| `price_pricelist_id`, `sale_pricelist_id` | the currency of the store's prices |
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from woodoo.connections.models import Connection

from .portable.references import Reference

#: Where prices in the store come from; the others are pricelists of orders.
OF_PRICES = frozenset({"price_pricelist_id", "sale_pricelist_id"})


def in_other_currency(on: Connection, wanted: Sequence[Reference]) -> Iterator[tuple[Reference, str]]:
    """Yield each pricelist that is in another currency, and the sentence that says so.

    Raises:
        WoodooError: a side cannot be asked.
    """
    from woodoo.wiring import build_odoo, build_store

    odoo = build_odoo(on)
    codes = {int(row["id"]): str(row["name"]) for row in odoo.search_read("res.currency", [], ["name"])}
    company = odoo.search_read("res.company", [("id", "=", on.odoo_company_id)], ["currency_id"])
    of_company = codes.get(company[0]["currency_id"], "") if company else ""
    of_store = build_store(on).identify().currency if any(one.setting in OF_PRICES for one in wanted) else ""
    ids = sorted({one.odoo_id for one in wanted})
    rows = {
        int(row["id"]): row
        for row in odoo.search_read("product.pricelist", [("id", "in", ids)], ["name", "currency_id"])
    }
    for one in wanted:
        is_price = one.setting in OF_PRICES
        meant, row = of_store if is_price else one.key or of_company, rows.get(one.odoo_id)
        code = codes.get(row["currency_id"], "a currency that is not active") if row else meant
        if row and meant and code != meant:
            used_for = "the prices of the store are" if is_price else "the orders it is for are"
            yield one, f"The pricelist '{row['name']}' is in {code}, but {used_for} in {meant}. Choose one in {meant}."
