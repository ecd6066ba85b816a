"""What there is to choose from on both sides of a connection, asked live.

Decides that a side that does not answer costs its own choices only: its fields then take numbers, and the page says
what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from woodoo.connections.models import Connection
from woodoo.domain.errors import WoodooError

if TYPE_CHECKING:
    from woodoo.odoo.records import Records
    from woodoo.stores.base import Store

T = TypeVar("T")

#: At most so many of a kind are offered; more belong into a search.
MOST = 300


@dataclass(frozen=True)
class Choice:
    """Something to choose: its key, how a person knows it, and what else helps to recognise it."""

    key: str
    title: str
    hint: str = ""
    #: Code of the currency it is in; pricelists only.
    currency: str = ""


@dataclass
class Choices:
    """Everything the configuration page offers. A list that could not be asked for is None."""

    #: Store side.
    tax_rates: list[Choice] | None = None
    payment_methods: list[Choice] | None = None
    shipping_methods: list[Choice] | None = None
    #: Odoo side, keys are ids.
    taxes: list[Choice] | None = None
    journals: list[Choice] | None = None
    service_products: list[Choice] | None = None
    carriers: list[Choice] | None = None
    warehouses: list[Choice] | None = None
    pricelists: list[Choice] | None = None
    #: Active ones besides the company's; keys are codes.
    currencies: list[Choice] | None = None
    #: Code of the company's own; empty where it could not be asked for.
    company_currency: str = ""
    teams: list[Choice] | None = None
    sku_fields: list[Choice] | None = None
    problems: list[WoodooError] = field(default_factory=list)


def read_choices(connection: Connection) -> Choices:
    """Ask both sides. Never raises for what a side answers; `problems` says what went wrong."""
    choices = Choices()
    _read_store(connection, choices)
    _read_odoo(connection, choices)
    return choices


def _read_store(connection: Connection, choices: Choices) -> None:
    from woodoo.wiring import build_store

    try:
        store: Store = build_store(connection)
        choices.tax_rates = [
            Choice(rate.rate_id, " ".join((rate.name or "Tax", *_missing(rate.percent, rate.name))), _rate_hint(rate))
            for rate in store.tax_rates()
        ]
        choices.payment_methods = [Choice(m.key, m.title or m.key, m.key) for m in store.payment_methods()]
        choices.shipping_methods = [Choice(m.key, m.title or m.key, m.key) for m in store.shipping_methods()]
    except WoodooError as error:
        choices.problems.append(error)


def _rate_hint(rate: Any) -> str:
    where = "-".join(part for part in (rate.country, rate.state) if part) or "every country"
    return ", ".join(part for part in (where, rate.tax_class, f"id {rate.rate_id}") if part)


def _percent(percent: Decimal) -> str:
    return f"{percent.normalize():f} %"


def _missing(percent: Decimal, name: str) -> list[str]:
    """Return the percentage in words, or nothing where the name has it already, as in "IVA 21%"."""
    number = re.escape(f"{percent.normalize():f}")
    told = re.search(rf"(?<![\d.,]){number}(?:[.,]0+)?\s*%", name.replace(",", "."))
    return [] if told else [_percent(percent)]


def _read_odoo(connection: Connection, choices: Choices) -> None:
    from woodoo.wiring import build_odoo

    try:
        odoo: Records = build_odoo(connection)
        company = ["|", ("company_id", "=", connection.odoo_company_id), ("company_id", "=", False)]
        own = [("company_id", "=", connection.odoo_company_id)]
        choices.taxes = _named(
            odoo,
            "account.tax",
            [*own, ("type_tax_use", "=", "sale"), ("amount_type", "=", "percent")],
            lambda row: "".join(_missing(Decimal(repr(row["amount"])), str(row["name"]))),
            ["amount"],
        )
        choices.journals = _named(
            odoo,
            "account.journal",
            [*own, ("type", "in", ["bank", "cash", "credit"])],
            lambda row: str(row["code"] or ""),
            ["code"],
        )
        choices.service_products = _named(
            odoo,
            "product.product",
            [("type", "=", "service"), *company],
            lambda row: str(row["default_code"] or ""),
            ["default_code"],
        )
        choices.warehouses = _if_there(odoo, "stock.warehouse", own)
        _read_pricelists(odoo, connection.odoo_company_id, company, choices)
        choices.carriers = _if_there(odoo, "delivery.carrier", company)
        choices.teams = _if_there(odoo, "crm.team", company)
        choices.sku_fields = _sku_fields(odoo)
    except WoodooError as error:
        choices.problems.append(error)


def _named(
    odoo: Records,
    model: str,
    domain: Sequence[Any],
    hint: Callable[[dict[str, Any]], str] = lambda row: "",
    fields: Sequence[str] = (),
) -> list[Choice]:
    rows = odoo.search_read(model, domain, ["name", *fields], limit=MOST, order="name")
    return [Choice(str(row["id"]), str(row["name"]), hint(row)) for row in rows]


def _if_there(odoo: Records, model: str, domain: Sequence[Any]) -> list[Choice]:
    """Return what a model of an optional Odoo app holds; nothing where the app is not installed."""
    try:
        return _named(odoo, model, domain)
    except WoodooError:
        return []


def _read_pricelists(odoo: Records, company_id: int, domain: Sequence[Any], choices: Choices) -> None:
    """Read the active currencies, which of them is the company's, and the pricelists in each."""
    codes = {row["id"]: str(row["name"]) for row in odoo.search_read("res.currency", [], ["name"], order="name")}
    own = odoo.search_read("res.company", [("id", "=", company_id)], ["currency_id"])
    choices.company_currency = codes.get(own[0]["currency_id"], "") if own else ""
    choices.currencies = [Choice(code, code) for code in codes.values() if code != choices.company_currency]
    rows = odoo.search_read("product.pricelist", domain, ["name", "currency_id"], limit=MOST, order="name")
    found = [(str(row["id"]), str(row["name"]), codes.get(row["currency_id"], "")) for row in rows]
    choices.pricelists = [Choice(key, name, "" if code in name else code, code) for key, name, code in found]


def _sku_fields(odoo: Records) -> list[Choice]:
    known = odoo.fields("product.product")
    wanted = [name for name in ("default_code", "barcode") if name in known]
    wanted += sorted(name for name in known if name.startswith("x_"))
    titles = {"default_code": "Internal reference", "barcode": "Barcode"}
    return [Choice(name, titles.get(name, name), name) for name in wanted]
