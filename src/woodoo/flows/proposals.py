"""What Woodoo would map of a store, from what both sides name: taxes, payment and shipping methods."""

from __future__ import annotations

from collections.abc import Sequence

from ..domain.errors import ConfigError
from ..mapping.proposals import Named, Proposal, propose_carriers, propose_journals
from ..mapping.rules import Rules
from ..mapping.taxes.tax_proposals import propose_taxes
from ..odoo.records import Records
from ..stores.base import Store, StoreTaxRate


def read_proposals(store: Store, odoo: Records, rules: Rules) -> tuple[Proposal, ...]:
    """Return a proposal for everything that is not mapped yet; those without a record say why there is none.

    Raises:
        WoodooError: where a side cannot be asked.
    """
    return (
        *read_tax_proposals(store.tax_rates(), store, odoo, rules),
        *propose_journals(
            [Named(one.key, one.title or one.key) for one in store.payment_methods()],
            read_named(odoo, "account.journal", "type", [("type", "in", ["bank", "cash", "credit"])]),
            {*rules.journals, *rules.policy.unpaid_methods},
        ),
        *propose_carriers(
            [Named(one.key, one.title or one.key) for one in store.shipping_methods()],
            read_named(odoo, "delivery.carrier"),
            {*rules.carriers, *rules.shipping_products},
        ),
    )


def read_tax_proposals(
    rates: Sequence[StoreTaxRate],
    store: Store,
    odoo: Records,
    rules: Rules,
    *,
    prices_include_tax: bool | None = None,
) -> list[Proposal]:
    """Return a proposal for each tax rate that is mapped nowhere.

    Whether prices include tax is asked where it matters and is not known.
    """
    if prices_include_tax is None:
        prices_include_tax = not rules.precision.can_pin and store.identify().prices_include_tax
    default_tax, home = company_defaults(odoo, rules)
    return propose_taxes(rates, rules, prices_include_tax=prices_include_tax, default_tax=default_tax, home=home)


def company_defaults(odoo: Records, rules: Rules) -> tuple[int | None, str]:
    """Return the company's default sales tax and the code of its country."""
    rows = odoo.read("res.company", [rules.company_id], ["account_sale_tax_id", "country_id"])
    row = rows[0] if rows else {}
    codes = {odoo_id: code for code, odoo_id in rules.countries.items()}
    return row.get("account_sale_tax_id") or None, codes.get(row.get("country_id") or 0, "")


def read_named(
    odoo: Records,
    model: str,
    kind: str = "",
    domain: Sequence[tuple[str, str, object]] = (),
    *,
    of_company: bool = True,
    order: str = "id",
) -> list[Named]:
    """Read the records of a model by name, the company's where it has such; none where the app is not installed."""
    limits = [("company_id", "in", [odoo.company_id, False])] if odoo.company_id and of_company else []
    try:
        rows = odoo.search_read(model, [*limits, *domain], ["name", *([kind] if kind else [])], order=order)
    except ConfigError as error:
        if error.where != model:
            raise
        return []
    return [Named(str(row["id"]), str(row["name"]), str(row[kind]) if kind else "") for row in rows]
