"""Read delivery methods of Odoo with all that decides what they become in a store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ...domain.errors import ConfigError
from ...domain.money import to_decimal
from ...mapping.customers.contact import store_state
from ...mapping.shipping.delivery_carrier import DeliveryCarrier, ProductTax
from ..customer_rules import load_countries
from ..sides import Sides

MODEL = "delivery.carrier"
NO_APP = "Odoo lacks the app 'Delivery Costs' (delivery), so it has no delivery methods to send to the store."
NO_APP_FIX = "Install it in Odoo, or switch shipping methods off in the features of the connection."
_FIELDS = (
    "name", "active", "delivery_type", "fixed_price", "free_over", "amount", "margin", "product_id", "company_id",
    "country_ids", "state_ids",
)  # fmt: skip
#: Nobody sees archived ones but us; names are those the company's own language has.
_WITH_ARCHIVED = {"active_test": False}


def read_carriers(sides: Sides, ids: Iterable[int]) -> dict[int, DeliveryCarrier]:
    """Read delivery methods by id, archived ones too; those of other companies and those that are gone are left out.

    Raises:
        ConfigError: where Odoo lacks the app that brings them.
    """
    odoo, dialect = sides.odoo, sides.odoo.client.dialect
    if not dialect.order_carrier:
        raise ConfigError(NO_APP, where=MODEL, fix=NO_APP_FIX)
    zips = ("zip_prefix_ids",) if dialect.carrier_zips == "zip_prefix_ids" else ("zip_from", "zip_to")
    domain = [("id", "in", sorted(set(ids))), ("company_id", "in", [False, odoo.company_id])]
    rows = odoo.search_read(MODEL, domain, [*_FIELDS, *zips], context=_WITH_ARCHIVED)
    taxes = _taxes(sides, {row["product_id"] for row in rows if row["product_id"]})
    countries = _named(sides, "res.country", [one for row in rows for one in row["country_ids"]], ("code", "name"))
    states = _named(sides, "res.country.state", [one for row in rows for one in row["state_ids"]], ("country_id",))
    prefixes = _named(
        sides, "delivery.zip.prefix", [one for row in rows for one in row.get("zip_prefix_ids", ())], ("name",)
    )
    return {
        row["id"]: DeliveryCarrier(
            odoo_id=row["id"],
            name=" ".join(str(row["name"]).split()),
            delivery_type=str(row["delivery_type"]),
            active=bool(row["active"]),
            price=_price(row, on_fixed=dialect.carrier_margin_on_fixed),
            free_from=to_decimal(row["amount"]) if row["free_over"] else None,
            countries={countries[one]["code"]: countries[one]["name"] for one in row["country_ids"]},
            states=_states(sides, row["state_ids"], states),
            zip_prefixes=[str(prefixes[one]["name"]) for one in row.get("zip_prefix_ids", ())],
            zip_from=str(row.get("zip_from") or "").strip(),
            zip_to=str(row.get("zip_to") or "").strip(),
            taxes=taxes.get(row["product_id"], ()),
        )
        for row in rows
    }


def _price(row: Mapping[str, Any], *, on_fixed: bool) -> Decimal:
    price = to_decimal(row["fixed_price"])
    return price * (1 + to_decimal(row["margin"]) / 100) if on_fixed and row["margin"] else price


def _states(sides: Sides, ids: Sequence[int], states: Mapping[int, Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    """Return country and the store's code of each state."""
    if not ids:
        return ()
    countries, known = sides.memory.get("countries", lambda: load_countries(sides.odoo))
    by_id = {odoo_id: code for code, odoo_id in countries.items()}
    found = []
    for one in ids:
        country = by_id.get(states[one]["country_id"], "")
        found.append((country, store_state(states_of(sides, country), known, country, one)))
    return tuple(found)


def states_of(sides: Sides, country: str) -> Sequence[str]:
    """Return the store's codes of a country's states."""
    return sides.memory.get(f"states:{country}", lambda: sides.store.customers.states(country), life=86_400)


def _taxes(sides: Sides, products: Iterable[int]) -> dict[int, tuple[ProductTax, ...]]:
    """Return the sales taxes of products, as far as they are the company's."""
    rows = sides.odoo.read("product.product", sorted(products), ["taxes_id"], _WITH_ARCHIVED)
    wanted = sorted({tax for row in rows for tax in row["taxes_id"]})
    domain = [("id", "in", wanted), ("company_id", "=", sides.odoo.company_id)]
    fields = ["amount", "amount_type", "price_include"]
    found = {row["id"]: row for row in sides.odoo.search_read("account.tax", domain, fields)} if wanted else {}
    return {
        row["id"]: tuple(
            ProductTax(str(tax["amount_type"]), to_decimal(tax["amount"]), bool(tax["price_include"]))
            for one in row["taxes_id"]
            if (tax := found.get(one))
        )
        for row in rows
    }


def _named(sides: Sides, model: str, ids: Sequence[int], fields: Sequence[str]) -> dict[int, dict[str, Any]]:
    return {row["id"]: row for row in sides.odoo.read(model, sorted(set(ids)), list(fields))} if ids else {}
