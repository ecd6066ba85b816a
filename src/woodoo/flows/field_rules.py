"""The fields of Odoo that settings name: all of them must be there, take what is meant for them, and be free for it.

| setting               | model                                | has to be                                            |
|-----------------------|--------------------------------------|------------------------------------------------------|
| `sku_field`           | product.product                      | a text that can be searched                          |
| `customer_note_field` | sale.order, or account.move without  | a text of its own                                    |
| `admin_notes_field`   | the same                             | a text of its own                                    |
| `meta_fields`         | the same                             | a text, number, date, yes/no or selection of its own |
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches

from ..connections.settings import ConnectionSettings
from ..domain.errors import ConfigError
from ..mapping.documents.field_values import DocumentField
from ..mapping.documents.order_fields import NARRATION, NOTE, field_of
from ..odoo.client import FieldInfo
from ..odoo.records import Records
from .pointed import read_pointed

TEXTS = frozenset({"char", "text", "html"})
VALUES = TEXTS | {"integer", "float", "monetary", "boolean", "date", "datetime", "selection"}
#: What Woodoo itself writes into a document, and what makes it one.
OWN: Mapping[str, frozenset[str]] = {
    "sale.order": frozenset(
        {"name", "client_order_ref", "origin", "date_order", "state", "require_payment", "require_signature"}
    ),
    "account.move": frozenset(
        {"name", "ref", "invoice_origin", "invoice_date", "date", "payment_reference", "state", "move_type"}
    ),
}
#: How many fields a message offers.
OFFERED = 8


@dataclass(frozen=True)
class Analytic:
    """How documents name analytic accounts."""

    #: Account → percent.
    shares: Mapping[int, Decimal]
    #: Lines carry the distribution; else the sales order and the lines of the invoice name one account.
    distributed: bool


def load_document_fields(
    odoo: Records, settings: ConnectionSettings, model: str
) -> dict[tuple[str, str], DocumentField]:
    """Return the fields of the order's document (`model`) that settings name, with what they take.

    Raises:
        ConfigError: where a field is not there, or cannot be written to, or two settings name the same one.
    """
    wanted: list[tuple[str, str, Collection[str]]] = [
        ("customer_note_field", settings.customer_note_field, TEXTS),
        ("admin_notes_field", settings.admin_notes_field, TEXTS),
        *(("meta_fields", name, VALUES) for name in settings.meta_fields.values()),
    ]
    named = [(setting, field_of(name, model), types) for setting, name, types in wanted if name]
    _refuse_doubles([name for _, name, _ in named], model)
    fields = {(model, name): _own_field(odoo, model, name, types, setting) for setting, name, types in named}
    if model == "sale.order" and settings.customer_note_field == NOTE:
        fields["account.move", NARRATION] = _described(odoo.fields("account.move")[NARRATION])
    return fields


def offered_fields(odoo: Records, model: str, types: Collection[str]) -> list[FieldInfo]:
    """Return the fields of the order's document that settings may name.

    Raises:
        ConfigError: where Odoo does not know the model.
    """
    return [one for one in odoo.fields(model).values() if _is_free(one, types) and one.name not in OWN[model]]


def load_sku_field(odoo: Records, name: str) -> str:
    """Return the field of products that SKUs are looked up in.

    Raises:
        ConfigError: where products have no such field, or it is no text that can be searched.
    """
    fields = odoo.fields("product.product")
    usable = [field.name for field in fields.values() if field.type in {"char", "text"} and field.searchable]
    if name not in fields:
        raise ConfigError(
            f"Products in Odoo have no field '{name}' to look SKUs up in.",
            where="settings -> sku_field",
            fix=_offer(name, usable),
        )
    if name not in usable:
        raise ConfigError(
            f"The field '{name}' of products in Odoo ({fields[name].type}) is no text that SKUs can be looked up in.",
            where="settings -> sku_field",
            fix=_offer(name, usable),
        )
    return name


def load_analytic(odoo: Records, settings: ConnectionSettings) -> Analytic:
    """Return the analytic accounts of the documents.

    Raises:
        ConfigError: where Odoo does not have one, or cannot share between several.
    """
    shares = {int(account): Decimal(str(share)) for account, share in settings.analytic_distribution.items()}
    distributed = odoo.client.dialect.analytic_distribution
    if shares and not distributed and (len(shares) > 1 or set(shares.values()) != {Decimal(100)}):
        raise ConfigError(
            "This version of Odoo puts one analytic account with 100 % on an order, and the settings name others.",
            where="settings -> analytic_distribution",
            fix="Leave one account with 100 in the connection's settings.",
        )
    read_pointed(odoo, "account.analytic.account", shares, ["name"], "analytic accounts")
    return Analytic(shares, distributed)


def _own_field(odoo: Records, model: str, name: str, types: Collection[str], setting: str) -> DocumentField:
    """Return a field that is free for what a setting puts there."""
    fields = odoo.fields(model)
    usable = [field.name for field in offered_fields(odoo, model, types)]
    field = fields.get(name)
    if field is None:
        problem = f"The settings name the field '{name}' of {model}, which Odoo does not have."
    elif name in OWN[model]:
        problem = f"The settings name the field '{name}' of {model}, which Woodoo fills itself."
    elif field.type not in types:
        problem = f"The settings name the field '{name}' of {model}, whose type ({field.type}) cannot take it."
    elif not _is_free(field, types):
        problem = f"The settings name the field '{name}' of {model}, which Odoo computes or lets nobody change."
    else:
        return _described(field)
    raise ConfigError(problem, where=f"settings -> {setting}", fix=_offer(name, usable))


def _is_free(field: FieldInfo, types: Collection[str]) -> bool:
    return field.type in types and field.stored and not field.readonly


def _described(field: FieldInfo) -> DocumentField:
    return DocumentField(field.name, field.type, field.selection)


def _refuse_doubles(names: list[str], model: str) -> None:
    doubled = [name for name, count in Counter(names).items() if count > 1]
    if doubled:
        raise ConfigError(
            f"Two settings name the field '{doubled[0]}' of {model}; one would overwrite the other.",
            where="settings -> customer_note_field, admin_notes_field, meta_fields",
            fix="Choose another field for one of them in the connection's settings.",
        )


def _offer(name: str, usable: Collection[str]) -> str:
    """Name the fields that would do: those with similar names first, then those people added."""
    close = get_close_matches(name, usable, n=3, cutoff=0.5)
    added = sorted(one for one in usable if one.startswith("x_"))
    found = list(dict.fromkeys([*close, *added, *sorted(usable)]))[:OFFERED]
    return f"Choose another field in the connection's settings, such as {', '.join(found) or 'one you add in Odoo'}."
