"""What an order comes to on both sides: total = paid + refunded + open, each side by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from woodoo.domain.refund import Refund
from woodoo.mapping.documents.document import Document
from woodoo.mapping.documents.money import compare_money
from woodoo.mapping.refunds.seen import Move, SeenOrder

from .orders import make_order

DAY = datetime(2026, 11, 3, 10, 0, tzinfo=UTC)
PAID = replace(make_order(total="121.00"), total_tax=Decimal("21.00"), paid_at=DAY, status="processing")
OPEN = replace(PAID, paid_at=None, status="on-hold")


def refund(amount: str, number: str = "140") -> Refund:
    return Refund(number, PAID.external_id, Decimal(amount), "", DAY, by_gateway=True)


def move(total: str, residual: str = "0", **more: Any) -> Move:
    given: dict[str, Any] = {
        "odoo_id": 7, "name": "INV/7", "move_type": "out_invoice", "state": "posted",
        "payment_state": "paid" if residual == "0" else "not_paid", "currency_id": 1, "journal_id": 1, "partner_id": 1,
        "shipping_partner_id": 0, "fiscal_position_id": 0, "origin": "", "taxes": {5: Decimal("21.00")},
    }  # fmt: skip
    return Move(total=Decimal(total), residual=Decimal(residual), **{**given, **more})


def credit_note(total: str, residual: str = "0", **more: Any) -> Move:
    return move(total, residual, odoo_id=8, move_type="out_refund", taxes={}, reverses=7, **more)


def odoo(*invoices: Move, credit: tuple[Move, ...] = ()) -> SeenOrder:
    document = Document(12, "S00012", "sale", Decimal("121.00"))
    return SeenOrder(document, invoices, credit)


def rows(order: Any, refunds: list[Refund], seen: SeenOrder) -> dict[str, tuple[str, str | None]]:
    found = compare_money(order, refunds, seen).totals
    return {one.name: (str(one.store), None if one.odoo is None else str(one.odoo)) for one in found}


def same(amount: str) -> tuple[str, str]:
    return amount, amount


def test_a_paid_order_is_equal_on_both_sides() -> None:
    assert rows(PAID, [], odoo(move("121.00"))) == {
        "Total": same("121.00"), "Tax": same("21.00"), "Refunded": same("0.00"), "Paid": same("121.00"),
        "Open": same("0.00"),
    }  # fmt: skip


def test_what_is_not_paid_is_open() -> None:
    found = rows(OPEN, [], odoo(move("121.00", "121.00")))
    assert (found["Paid"], found["Open"]) == (same("0.00"), same("121.00"))


def test_a_refund_that_was_paid_back_is_less_paid() -> None:
    found = rows(PAID, [refund("30.00")], odoo(move("121.00"), credit=(credit_note("30.00"),)))
    assert (found["Refunded"], found["Paid"], found["Open"]) == (same("30.00"), same("91.00"), same("0.00"))


def test_a_refund_that_nobody_paid_back_is_owed_to_the_customer() -> None:
    found = rows(PAID, [refund("30.00")], odoo(move("121.00"), credit=(credit_note("30.00", "30.00"),)))
    assert found["Open"] == ("0.00", "-30.00")
    assert found["Paid"] == ("91.00", "121.00")


def test_a_refund_that_the_open_invoice_took_up_leaves_less_open() -> None:
    found = rows(OPEN, [refund("30.00")], odoo(move("121.00", "91.00"), credit=(credit_note("30.00"),)))
    assert (found["Refunded"], found["Paid"], found["Open"]) == (same("30.00"), same("0.00"), same("91.00"))


def test_a_refund_odoo_does_not_have_is_seen() -> None:
    found = compare_money(PAID, [refund("30.00")], odoo(move("121.00"))).totals
    assert {one.name for one in found if not one.equal} == {"Refunded", "Paid"}


def test_a_payment_odoo_does_not_have_is_seen() -> None:
    found = compare_money(PAID, [], odoo(move("121.00", "121.00"))).totals
    assert {one.name for one in found if not one.equal} == {"Paid", "Open"}


def test_a_cancelled_order_is_given_back_in_full() -> None:
    order = replace(OPEN, status="cancelled")
    found = rows(order, [], odoo(move("121.00"), credit=(credit_note("121.00"),)))
    assert (found["Refunded"], found["Open"], found["Paid"]) == (same("121.00"), same("0.00"), same("0.00"))


def test_what_was_refunded_before_the_invoice_is_in_neither() -> None:
    seen = replace(odoo(move("91.00")), inside=frozenset({"140"}))
    found = compare_money(PAID, [refund("30.00")], seen)
    assert all(one.equal for one in found.totals)
    assert "Without 30.00 EUR that were refunded before the invoice" in found.notes[0]


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        (SeenOrder(), "Odoo has nothing of this order yet."),
        (odoo(), "There is no invoice yet."),
        (odoo(move("121.00", state="draft")), "The invoice is a draft."),
        (odoo(move("121.00"), credit=(credit_note("30.00", state="draft"),)), "1 credit note is a draft"),
    ],
)
def test_what_is_not_there_yet_is_said(seen: SeenOrder, says: str) -> None:
    assert says in " ".join(compare_money(PAID, [], seen).notes)


def test_before_the_invoice_only_the_total_is_known() -> None:
    found = rows(PAID, [], odoo())
    assert found["Total"] == same("121.00")
    assert found["Paid"] == ("121.00", None)
