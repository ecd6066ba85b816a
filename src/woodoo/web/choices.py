"""What there is to choose from on both sides of a connection, asked live.

Decides that whatever cannot be asked costs its own choices only: a side that does not answer, an app of Odoo that is
not installed, a right the API user does not have. Such fields take numbers, or are left out, and the page says why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from woodoo.connections.models import Connection
from woodoo.domain.errors import ConfigError, RemoteDown, WoodooError
from woodoo.flows.field_rules import TEXTS, VALUES, offered_fields

if TYPE_CHECKING:
    from woodoo.odoo.records import Records
    from woodoo.stores.base import Store, StoreTaxRate

#: At most so many of a kind are offered; of more than these a person enters the number.
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
    """Everything the configuration page offers: name of a list → its choices, None where it could not be asked for."""

    lists: dict[str, list[Choice] | None] = field(default_factory=dict)
    #: List → why there is none, a sentence.
    notes: dict[str, str] = field(default_factory=dict)
    #: Lists of Odoo apps that are not installed, or of what this release has not; their fields are left out.
    missing: set[str] = field(default_factory=set)
    #: Code of the company's own currency; empty where it could not be asked for.
    company_currency: str = ""
    problems: list[WoodooError] = field(default_factory=list)

    def of(self, source: str) -> list[Choice] | None:
        return self.lists.get(source)


@dataclass(frozen=True)
class Listed:
    """A list of records of Odoo: what is offered, and what helps to recognise each."""

    model: str
    #: `COMPANY` and `SHARED` stand for the connection's company.
    domain: tuple[Any, ...] = ()
    hint: str = ""
    #: Row of the table of differences that says whether this Odoo has such records; empty: all have.
    needs: str = ""


#: Of the company; of the company or of all companies.
COMPANY, SHARED = "company", "shared"
#: Name of a list → what it holds. Keys are ids.
LISTS: Mapping[str, Listed] = {
    "taxes": Listed("account.tax", (COMPANY, ("type_tax_use", "=", "sale"), ("amount_type", "=", "percent")), "amount"),
    "journals": Listed("account.journal", (COMPANY, ("type", "in", ["bank", "cash", "credit"])), "code"),
    "sale_journals": Listed("account.journal", (COMPANY, ("type", "=", "sale")), "code"),
    # Record rules show the company's accounts only; where it is named differs between versions.
    "income_accounts": Listed("account.account", (("internal_group", "=", "income"),), "code"),
    "payment_terms": Listed("account.payment.term", (SHARED,)),
    "fiscal_positions": Listed("account.fiscal.position", (SHARED,)),
    "analytic_accounts": Listed("account.analytic.account", (SHARED,), "code"),
    "service_products": Listed("product.product", (("type", "=", "service"), SHARED), "default_code"),
    "carriers": Listed("delivery.carrier", (SHARED,)),
    "warehouses": Listed("stock.warehouse", (COMPANY,)),
    "stock_locations": Listed("stock.location", (COMPANY, ("usage", "=", "internal")), "complete_name"),
    "product_categories": Listed("product.category", (), "complete_name"),
    "teams": Listed("crm.team", (SHARED,)),
    "tags": Listed("crm.tag"),
    "product_tags": Listed("product.tag", needs="product_tags"),
    "partner_tags": Listed("res.partner.category"),
}


def read_choices(connection: Connection, stored: Mapping[str, Collection[int]] | None = None) -> Choices:
    """Ask both sides at once. Never raises for what a side answers; `problems` and `notes` say what went wrong.

    Args:
        connection: the two sides.
        stored: list → ids that are set already, and are shown by name even where they would not be offered.
    """
    choices = Choices()
    with ThreadPoolExecutor(1) as beside:
        store = beside.submit(_read_store, connection, choices)
        _read_odoo(connection, choices, stored or {})
    store.result()
    return choices


def _read_store(connection: Connection, choices: Choices) -> None:
    from woodoo.wiring import build_store

    try:
        store: Store = build_store(connection)
        choices.lists["tax_rates"] = [_rate(rate) for rate in store.tax_rates()]
        choices.lists["payment_methods"] = [Choice(m.key, m.title or m.key, m.key) for m in store.payment_methods()]
        choices.lists["shipping_methods"] = [Choice(m.key, m.title or m.key, m.key) for m in store.shipping_methods()]
        choices.lists["order_statuses"] = [Choice(s.key, s.title or s.key, s.key) for s in store.order_statuses()]
    except WoodooError as error:
        choices.problems.append(error)


def _rate(rate: StoreTaxRate) -> Choice:
    where = "-".join(part for part in (rate.country, rate.state) if part) or "every country"
    hint = ", ".join(part for part in (where, rate.tax_class, f"id {rate.rate_id}") if part)
    return Choice(rate.rate_id, " ".join((rate.name or "Tax", *_missing(rate.percent, rate.name))), hint)


def _missing(percent: Decimal, name: str) -> list[str]:
    """Return the percentage in words, or nothing where the name has it already, as in "IVA 21%"."""
    number = re.escape(f"{percent.normalize():f}")
    told = re.search(rf"(?<![\d.,]){number}(?:[.,]0+)?\s*%", name.replace(",", "."))
    return [] if told else [f"{percent.normalize():f} %"]


def _read_odoo(connection: Connection, choices: Choices, stored: Mapping[str, Collection[int]]) -> None:
    from woodoo.wiring import build_odoo

    company_id = connection.odoo_company_id
    model = "account.move" if str(connection.settings.get("order_becomes", "")).startswith("invoice") else "sale.order"
    try:
        odoo: Records = build_odoo(connection)
        codes = _read_currencies(odoo, company_id, choices)
        dialect = odoo.client.dialect
        choices.missing |= {source for source, one in LISTS.items() if one.needs and not getattr(dialect, one.needs)}
        for source, listed in LISTS.items():
            if source in choices.missing:
                continue
            _note(choices, source, partial(_records, odoo, company_id, listed, stored.get(source, ())))
        _note(choices, "pricelists", partial(_pricelists, odoo, company_id, codes))
        _note(choices, "languages", partial(_languages, odoo))
        _note(choices, "sku_fields", partial(_sku_fields, odoo))
        _note(choices, "text_fields", partial(_document_fields, odoo, model, TEXTS))
        _note(choices, "value_fields", partial(_document_fields, odoo, model, VALUES))
    except WoodooError as error:
        choices.problems.append(error)


def _note(choices: Choices, source: str, read: Callable[[], list[Choice]]) -> None:
    """Read one list; where that is refused, say why. A side that is down is left to the caller."""
    try:
        found = read()
    except RemoteDown:
        raise
    except WoodooError as error:
        choices.notes[source] = str(error)
        if isinstance(error, ConfigError) and error.where == LISTS.get(source, Listed("")).model:
            choices.missing.add(source)
        return
    if len(found) > MOST:
        choices.notes[source] = f"Odoo has more than {MOST} of these: enter the number (id)."
        return
    choices.lists[source] = found


def _records(odoo: Records, company_id: int, listed: Listed, stored: Collection[int]) -> list[Choice]:
    """Read what is offered, and what is set already though it is not offered (any more)."""
    domain = [term for one in listed.domain for term in _of_company(one, company_id)]
    fields = ["name", *([listed.hint] if listed.hint else [])]
    rows = odoo.search_read(listed.model, domain, fields, limit=MOST + 1, order="name")
    found = [Choice(str(row["id"]), str(row["name"]), _hint(row, listed)) for row in rows]
    if lost := sorted(set(stored) - {int(row["id"]) for row in rows}):
        others = odoo.read(listed.model, lost, ["name"])
        found += [Choice(str(row["id"]), str(row["name"]), "archived, or not meant for this") for row in others]
    return found


def _of_company(term: Any, company_id: int) -> list[Any]:
    if term == COMPANY:
        return [("company_id", "=", company_id)]
    return ["|", ("company_id", "=", company_id), ("company_id", "=", False)] if term == SHARED else [term]


def _hint(row: Mapping[str, Any], listed: Listed) -> str:
    if listed.hint == "amount":
        return "".join(_missing(Decimal(repr(row["amount"])), str(row["name"])))
    return str(row.get(listed.hint) or "")


def _read_currencies(odoo: Records, company_id: int, choices: Choices) -> dict[int, str]:
    """Read the active currencies and which of them is the company's; return the code of each."""
    codes = {row["id"]: str(row["name"]) for row in odoo.search_read("res.currency", [], ["name"], order="name")}
    own = odoo.search_read("res.company", [("id", "=", company_id)], ["currency_id"])
    choices.company_currency = codes.get(own[0]["currency_id"], "") if own else ""
    choices.lists["currencies"] = [Choice(code, code) for code in codes.values() if code != choices.company_currency]
    return codes


def _pricelists(odoo: Records, company_id: int, codes: Mapping[int, str]) -> list[Choice]:
    domain = _of_company(SHARED, company_id)
    rows = odoo.search_read("product.pricelist", domain, ["name", "currency_id"], limit=MOST + 1, order="name")
    found = [(str(row["id"]), str(row["name"]), codes.get(row["currency_id"], "")) for row in rows]
    return [Choice(key, name, "" if code in name else code, code) for key, name, code in found]


def _languages(odoo: Records) -> list[Choice]:
    """Return the active languages; keys are codes such as es_ES."""
    rows = odoo.search_read("res.lang", [], ["name", "code"], order="name")
    return [Choice(str(row["code"]), str(row["name"]), str(row["code"])) for row in rows]


def _sku_fields(odoo: Records) -> list[Choice]:
    known = odoo.fields("product.product")
    wanted = [name for name in ("default_code", "barcode") if name in known]
    wanted += sorted(name for name in known if name.startswith("x_"))
    titles = {"default_code": "Internal reference", "barcode": "Barcode"}
    return [Choice(name, titles.get(name, known[name].string or name), name) for name in wanted]


def _document_fields(odoo: Records, model: str, types: Collection[str]) -> list[Choice]:
    """Return the fields of the order's document that may take a text or value; those people added come first."""
    fields = [one for one in offered_fields(odoo, model, types) if one.name != "access_token"]
    fields.sort(key=lambda one: (not one.name.startswith("x_"), one.string))
    return [Choice(one.name, one.string or one.name, one.name) for one in fields]
