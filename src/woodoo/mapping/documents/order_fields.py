"""What of an order's words goes into fields the settings name: the customer's note, the staff's notes, meta data.

| setting               | sales order            | invoice of a sales order   | invoice without sales order |
|-----------------------|------------------------|----------------------------|-----------------------------|
| `customer_note_field` | that field             | `narration`, for `note`    | that field, `narration` for `note` |
| `admin_notes_field`   | that field             | -                          | that field, `narration` for `note` |
| `meta_fields`         | those fields           | -                          | those fields                |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...domain.order import Order
from ..rules import Rules
from .field_values import DocumentField, as_html, field_value

#: What a sales order calls `note`, an invoice calls `narration`. Odoo copies the one to the other when it invoices
#: an order (addons/sale/models/sale_order.py `_prepare_invoice`).
NOTE, NARRATION = "note", "narration"


def field_of(name: str, model: str) -> str:
    """Return the field of a document that a setting means."""
    return NARRATION if model == "account.move" and name == NOTE else name


def changing_fields(order: Order, rules: Rules, model: str) -> dict[str, Any]:
    """Return the fields that follow the order's later changes: the customer's note and meta data.

    All of them, empty where the order has nothing for them, but those whose value does not fit.
    """
    vals = {name: value for name, value, _ in _meta(order, rules, model) if value is not None}
    if rules.customer_note_field:
        name = field_of(rules.customer_note_field, model)
        vals[name] = _words([order.customer_note], _field(rules, model, name))
    return vals


def first_fields(order: Order, rules: Rules, model: str) -> dict[str, Any]:
    """Return the fields of a new document, the staff's notes among them where they were read.

    Without a customer's note its field is left to Odoo, which may have terms of its own there.
    """
    vals = changing_fields(order, rules, model)
    if not order.customer_note:
        vals.pop(field_of(rules.customer_note_field, model), None)
    if rules.admin_notes_field and order.admin_notes:
        name = field_of(rules.admin_notes_field, model)
        vals[name] = _words(order.admin_notes, _field(rules, model, name))
    return vals


def invoice_note(order: Order, rules: Rules) -> dict[str, Any]:
    """Return the field of an invoice of a sales order that takes the customer's note, if there is one."""
    if rules.customer_note_field != NOTE or not order.customer_note:
        return {}
    return {NARRATION: _words([order.customer_note], _field(rules, "account.move", NARRATION))}


def field_notes(order: Order, rules: Rules, model: str) -> tuple[str, ...]:
    """Say which meta data did not go into its field, and why."""
    return tuple(note for _, _, note in _meta(order, rules, model) if note)


def _meta(order: Order, rules: Rules, model: str) -> Iterator[tuple[str, Any, str]]:
    """Yield field, value (None where it does not fit) and what is to be noted."""
    for key, name in rules.meta_fields.items():
        field = _field(rules, model, name)
        try:
            yield name, field_value(order.meta.get(key), field, rules.timezone), ""
        except ValueError as error:
            yield name, None, f"'{key}' did not go into the field '{name}' ({field.type}): {error}."


def _words(texts: list[str] | tuple[str, ...], field: DocumentField) -> str:
    """Return texts as the field takes them: a line each, HTML escaped, one line in a field of one line."""
    if field.type == "html":
        return as_html("\n".join(texts))
    joined = "\n".join(texts).strip()
    return " ".join(joined.split()) if field.type == "char" else joined


def _field(rules: Rules, model: str, name: str) -> DocumentField:
    fields: Mapping[tuple[str, str], DocumentField] = rules.fields
    return fields.get((model, name)) or DocumentField(name, "text")
