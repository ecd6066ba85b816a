"""What stands on the header of a sales order and of its invoice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.mapping.orders import MADRID, make_line, make_order, make_rules
from woodoo.domain.errors import DataError
from woodoo.domain.order import Order
from woodoo.mapping.documents.account_move import invoice_lines, invoice_vals
from woodoo.mapping.documents.document import Document, Seen
from woodoo.mapping.documents.field_values import DocumentField
from woodoo.mapping.documents.sale_order import sale_order_changes, sale_order_line_vals, sale_order_vals
from woodoo.mapping.order_plan import OrderPlan, plan_order
from woodoo.mapping.policy import Policy

ORDER = make_order(make_line("10.00"), total="10.00")
SEEN = Seen(products={"MUG": [{"id": 50, "display_name": "Mug", "active": True}]})
INVOICE_ONLY = Policy(order_becomes="invoice_payment", status_steps={"processing": "invoice"})


def header(order: Order = ORDER, **rules: object) -> dict[str, Any]:
    return sale_order_vals(order, make_rules(**rules), partner_id=1, invoice_id=2, shipping_id=3, carrier=None)


def invoice(order: Order = ORDER, **rules: object) -> dict[str, Any]:
    day = date(2026, 11, 21)
    return invoice_vals(
        order, make_rules(**rules), day=day, order_name="S1", invoice_id=2, shipping_id=3, memo="1054 ch_1"
    )


def planned(order: Order = ORDER, seen: Seen = SEEN, **rules: object) -> OrderPlan:
    plan = plan_order(order, seen, make_rules(**rules))
    assert isinstance(plan, OrderPlan)
    return plan


def fields(**kinds: str) -> Mapping[tuple[str, str], DocumentField]:
    models = ("sale.order", "account.move")
    return {(model, name): DocumentField(name, kind) for model in models for name, kind in kinds.items()}


def test_what_no_setting_names_is_left_to_odoo() -> None:
    left = {"name", "payment_term_id/.id", "fiscal_position_id/.id", "tag_ids/.id", "team_id/.id", "note"}
    assert not left & header().keys()
    assert (
        not {"journal_id/.id", "invoice_payment_term_id/.id", "fiscal_position_id/.id", "narration"} & invoice().keys()
    )


@pytest.mark.parametrize(("method", "term"), [("stripe", 21), ("bacs", 20), ("", 20)])
def test_terms_are_those_of_the_payment_method_else_of_all(method: str, term: int) -> None:
    order, rules = replace(ORDER, payment_method=method), {"payment_terms": {"stripe": 21}, "payment_term_id": 20}
    assert header(order, **rules)["payment_term_id/.id"] == term
    assert invoice(order, **rules)["invoice_payment_term_id/.id"] == term


@pytest.mark.parametrize(
    ("exempt", "delivery", "billing", "position"),
    [(True, "FR", "ES", 33), (False, "FR", "ES", 32), (False, "", "FR", 32), (False, "ES", "FR", 31)],
    ids=["exempt first", "country of delivery", "billed there where nothing is delivered", "default"],
)
def test_the_fiscal_position_is_the_nearest_that_is_set(
    exempt: bool, delivery: str, billing: str, position: int
) -> None:
    order = replace(
        ORDER,
        is_vat_exempt=exempt,
        shipping=replace(MADRID, country=delivery),
        billing=replace(MADRID, country=billing),
    )
    rules = {"fiscal_position_id": 31, "fiscal_positions": {"FR": 32, "exempt": 33}}
    assert header(order, **rules)["fiscal_position_id/.id"] == position
    assert invoice(order, **rules)["fiscal_position_id/.id"] == position


def test_tags_warehouse_team_and_number_are_as_named() -> None:
    vals = header(tag_ids=(4, 5), warehouse_id=6, team_id=7, use_order_number=True, order_number_format="WEB-{number}")
    assert (vals["tag_ids/.id"], vals["warehouse_id/.id"], vals["team_id/.id"]) == ("4,5", 6, 7)
    assert vals["name"] == vals["client_order_ref"] == vals["origin"] == "WEB-1054"


def test_lines_carry_the_analytic_distribution() -> None:
    rules = make_rules(analytic={8: Decimal(60), 9: Decimal("39.5")})
    line = planned().lines[0]
    sold = sale_order_line_vals(line, rules, "EUR", taxes_field="tax_ids")
    [billed] = invoice_lines([line], [77], rules, "EUR")
    assert json.loads(sold["analytic_distribution"]) == {"8": 60.0, "9": 39.5}
    assert sold["analytic_distribution"] == billed["analytic_distribution"]


def test_up_to_15_the_order_and_the_lines_of_its_invoice_name_one_account() -> None:
    changes: dict[str, Any] = {"analytic": {8: Decimal(100)}, "analytic_distributed": False}
    line = planned().lines[0]
    assert header(**changes)["analytic_account_id/.id"] == 8
    assert "analytic_distribution" not in sale_order_line_vals(line, make_rules(**changes), "EUR", taxes_field="tax_id")
    assert invoice_lines([line], [77], make_rules(**changes), "EUR")[0]["analytic_account_id/.id"] == 8


def test_without_analytic_accounts_no_line_names_any() -> None:
    line = planned().lines[0]
    vals = {**sale_order_line_vals(line, make_rules(), "EUR", taxes_field="tax_id")}
    vals |= invoice_lines([line], [77], make_rules(), "EUR")[0]
    assert not [column for column in vals if column.startswith("analytic")]


# Notes and meta data

NOTED = replace(
    ORDER, customer_note="Ring <twice>\nPlease", admin_notes=("Call first", "Gift"), meta={"_day": "24.12.2026"}
)


def test_the_customer_s_note_is_escaped_where_the_field_is_html() -> None:
    assert header(NOTED, fields=fields(note="html"))["note"] == "<p>Ring &lt;twice&gt;<br>Please</p>"
    assert header(NOTED, fields=fields(note="text"))["note"] == "Ring <twice>\nPlease"
    assert header(NOTED, customer_note_field="x_note", fields=fields(x_note="char"))["x_note"] == "Ring <twice> Please"


def test_no_field_for_the_note_leaves_it_out() -> None:
    assert "note" not in header(NOTED, customer_note_field="")


def test_the_invoice_of_an_order_has_the_note_and_nothing_else() -> None:
    vals = invoice(NOTED, admin_notes_field="x_staff", meta_fields={"_day": "x_day"}, fields=fields(narration="html"))
    assert vals["narration"] == "<p>Ring &lt;twice&gt;<br>Please</p>"
    assert not {"x_staff", "x_day"} & vals.keys()
    assert "narration" not in invoice(NOTED, customer_note_field="x_note")


def test_an_invoice_without_a_sales_order_takes_them_all() -> None:
    vals = invoice(
        NOTED,
        policy=INVOICE_ONLY,
        admin_notes_field="x_staff",
        meta_fields={"_day": "x_day"},
        fields=fields(narration="text", x_staff="text", x_day="date"),
    )
    assert (vals["narration"], vals["x_staff"], vals["x_day"]) == (
        "Ring <twice>\nPlease",
        "Call first\nGift",
        "2026-12-24",
    )


def test_a_value_that_does_not_fit_leaves_its_field_out_and_is_noted() -> None:
    order = replace(ORDER, meta={"_day": "soon", "n": "5"})
    rules: dict[str, Any] = {
        "meta_fields": {"_day": "x_day", "n": "x_n"},
        "fields": fields(x_day="date", x_n="integer"),
    }
    vals = header(order, **rules)
    assert (vals["x_n"], "x_day" in vals) == (5, False)
    assert planned(order, **rules).notes == (
        "'_day' did not go into the field 'x_day' (date): 'soon' is not a date, or can be read as two.",
    )


def test_changes_empty_what_the_store_no_longer_has_and_keep_what_odoo_chose() -> None:
    rules = make_rules(
        meta_fields={"_day": "x_day"}, admin_notes_field="x_staff", fields=fields(note="html", x_day="date")
    )
    assert sale_order_changes(ORDER, rules) == {"note": "", "x_day": ""}
    assert sale_order_changes(NOTED, rules) == {"note": "<p>Ring &lt;twice&gt;<br>Please</p>", "x_day": "2026-12-24"}
    chosen = replace(rules, payment_term_id=20, customer_note_field="")
    assert sale_order_changes(ORDER, chosen) == {"payment_term_id/.id": 20, "x_day": ""}


# Names


def test_an_order_whose_number_is_another_order_s_name_is_parked() -> None:
    seen = replace(SEEN, taken_names={"1054": "the sales order with the id 7"})
    with pytest.raises(
        DataError, match=r"cannot be called '1054' in Odoo: the sales order with the id 7 has that name"
    ):
        plan_order(ORDER, seen, make_rules(use_order_number=True))


@pytest.mark.parametrize("case", ["names are Odoo's", "its own order is there", "it becomes an invoice only"])
def test_a_name_does_not_matter_where_none_is_given(case: str) -> None:
    seen = replace(SEEN, taken_names={"1054": "the sales order with the id 7"})
    changes: dict[str, Any] = {"use_order_number": case != "names are Odoo's"}
    if case == "its own order is there":
        seen = replace(seen, documents={"1054": [Document(18, "1054", "draft", Decimal("10.00"))]})
    if case == "it becomes an invoice only":
        changes["policy"] = INVOICE_ONLY
    assert planned(ORDER, seen, **changes).reference == "1054"
