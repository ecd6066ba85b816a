"""A field that a setting names is there, takes what is meant for it and is free, or no order is begun."""

from __future__ import annotations

from typing import Any, cast

import pytest

from woodoo.connections.settings import ConnectionSettings
from woodoo.domain.errors import ConfigError
from woodoo.flows.field_rules import load_document_fields, load_sku_field
from woodoo.mapping.documents.field_values import DocumentField
from woodoo.odoo.client import FieldInfo


def info(name: str, kind: str, **changes: Any) -> FieldInfo:
    values = {"string": name, "required": False, "readonly": False, "relation": "", "selection": ()}
    return FieldInfo(name, type=kind, **(values | changes))


FIELDS = {
    "sale.order": [
        info("name", "char"),
        info("note", "html"),
        info("client_order_ref", "char"),
        info("partner_id", "many2one", relation="res.partner"),
        info("amount_total", "monetary", readonly=True),
        info("display_name", "char", stored=False),
        info("x_delivery_day", "date"),
        info("x_slot", "selection", selection=("am", "pm")),
        info("x_staff", "text"),
    ],
    "account.move": [info("narration", "text"), info("ref", "char"), info("x_staff", "text")],
    "product.product": [
        info("default_code", "char"),
        info("barcode", "char"),
        info("x_sku", "char", stored=False),
        info("x_shown", "char", stored=False, searchable=False),
        info("list_price", "float"),
    ],
}


class Odoo:
    """Knows the fields of some models."""

    def fields(self, model: str) -> dict[str, FieldInfo]:
        return {field.name: field for field in FIELDS[model]}


def load(model: str = "sale.order", **settings: Any) -> dict[tuple[str, str], DocumentField]:
    return load_document_fields(cast(Any, Odoo()), ConnectionSettings(**settings), model)


def test_what_a_field_takes_goes_to_the_rules() -> None:
    found = load(meta_fields={"_day": "x_delivery_day", "_slot": "x_slot"}, admin_notes_field="x_staff")
    assert found == {
        ("sale.order", "note"): DocumentField("note", "html"),
        ("sale.order", "x_staff"): DocumentField("x_staff", "text"),
        ("sale.order", "x_delivery_day"): DocumentField("x_delivery_day", "date"),
        ("sale.order", "x_slot"): DocumentField("x_slot", "selection", ("am", "pm")),
        ("account.move", "narration"): DocumentField("narration", "text"),
    }


def test_an_invoice_without_a_sales_order_has_its_note_in_its_narration() -> None:
    assert load("account.move") == {("account.move", "narration"): DocumentField("narration", "text")}


def test_no_field_for_the_note_asks_for_none() -> None:
    assert load(customer_note_field="") == {}


@pytest.mark.parametrize(
    ("settings", "says", "where"),
    [
        ({"meta_fields": {"a": "x_delivery_dya"}}, "'x_delivery_dya' of sale.order, which Odoo does not have", "meta"),
        ({"meta_fields": {"a": "partner_id"}}, "whose type (many2one) cannot take it", "meta"),
        ({"meta_fields": {"a": "amount_total"}}, "which Odoo computes or lets nobody change", "meta"),
        ({"meta_fields": {"a": "display_name"}}, "which Odoo computes or lets nobody change", "meta"),
        ({"meta_fields": {"a": "client_order_ref"}}, "which Woodoo fills itself", "meta"),
        ({"admin_notes_field": "x_slot"}, "whose type (selection) cannot take it", "admin_notes"),
        ({"customer_note_field": "x_delivery_day"}, "whose type (date) cannot take it", "customer_note"),
        ({"admin_notes_field": "note"}, "Two settings name the field 'note'", "customer_note"),
    ],
)
def test_a_field_that_will_not_do_is_named_with_the_reason(settings: dict[str, Any], says: str, where: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load(**settings)
    assert says in refused.value.message
    assert refused.value.where.startswith(f"settings -> {where}")
    assert "in the connection's settings" in refused.value.fix


def test_the_nearest_field_is_offered_first() -> None:
    with pytest.raises(ConfigError) as refused:
        load(meta_fields={"a": "x_delivery_dya"})
    assert refused.value.fix.startswith("Choose another field in the connection's settings, such as x_delivery_day, ")
    assert "partner_id" not in refused.value.fix


@pytest.mark.parametrize("name", ["default_code", "barcode", "x_sku"])
def test_skus_are_looked_up_in_any_text_that_can_be_searched(name: str) -> None:
    assert load_sku_field(cast(Any, Odoo()), name) == name


@pytest.mark.parametrize(
    ("name", "says"),
    [("x_gone", "no field 'x_gone'"), ("list_price", r"'list_price' .* is no text"), ("x_shown", "is no text")],
)
def test_skus_are_looked_up_nowhere_else(name: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says) as refused:
        load_sku_field(cast(Any, Odoo()), name)
    assert "default_code" in refused.value.fix
