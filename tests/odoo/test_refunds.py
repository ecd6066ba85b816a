"""Refunds of the store become credit notes in a real Odoo: each kind, exact, once, with the money as it went."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from tests.odoo.refund_cases import Piece, RefundBench, Refunded
from tests.odoo.shop import cents

from woodoo.engine.flow import OutcomeKind
from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.odoo.fixtures import Admin

#: Paid with a card: 2 + 3 pieces at 21 and 10 %, shipping; the same in a shop with prices with tax; with a fee.
EXCLUDED, INCLUDED, REFUNDABLE = 76, 124, 117
FEE = 90
NUMBERS = (EXCLUDED, INCLUDED, REFUNDABLE, FEE)


@pytest.fixture(scope="module")
def shop(odoo: Endpoint, admin: Admin) -> Iterator[RefundBench]:
    with RefundBench.open(odoo, admin, "woodoo_refunds", NUMBERS) as bench:
        yield bench


#: Kind of refund → what is given back, once or several times.
KINDS: dict[str, tuple[Refunded, ...]] = {
    "pieces of a line": (Refunded((Piece(0, 1),), reason="damaged"),),
    "pieces of all lines and the shipping": (Refunded((Piece(0, 2), Piece(1, 1), Piece(2))),),
    "an amount of a line": (Refunded((Piece(0, net="1.50"),)),),
    "shipping alone": (Refunded((Piece(2),)),),
    "tax alone": (Refunded((Piece(0, net="0.00", taxes={"1": "0.50"}),)),),
    "an amount without its tax": (Refunded((Piece(0, net="3.00", taxes={}),)),),
    "an amount without lines": (Refunded(amount="5.00", reason="goodwill"),),
    "several": (Refunded((Piece(0, 1),)), Refunded(amount="2.50"), Refunded((Piece(2),))),
    "the rest without lines": (Refunded((Piece(0, 1),)), Refunded(amount="rest")),
}


def give_back(shop: RefundBench, record: str, kind: str, *, by_gateway: bool = False) -> list[str]:
    made = []
    for what in KINDS[kind]:
        amount = what.amount
        if amount == "rest":
            amount = str(Decimal(shop.order(record)["total"]) - sum(shop.amounts(record).values()))
        made.append(shop.refund(record, Refunded(what.lines, amount, what.reason, what.restock, by_gateway)))
    return made


def assert_credited(shop: RefundBench, record: str, refunds: list[str]) -> None:
    """Compare each credit note with its refund: amount and, where the store says so, each tax."""
    rows = shop.credit_notes(record, "amount_total", "ref", "invoice_date")
    assert [row["state"] for row in rows] == ["posted"] * len(refunds), rows
    assert [cents(row["amount_total"]) for row in rows] == [shop.amounts(record)[one] for one in refunds]
    names = shop.bench.odoo.external_ids("account.move", [row["id"] for row in rows])
    assert [names[row["id"]] for row in rows] == [f"account_move_refund_{one}" for one in refunds]
    for row, refund_id in zip(rows, refunds, strict=True):
        if wanted := shop.wanted_taxes(refund_id):
            assert shop.taxes(row["id"]) == wanted


@pytest.mark.parametrize("number", [EXCLUDED, INCLUDED], ids=["excluded", "included"])
def test_every_kind_of_refund_is_credited_to_the_cent_once_and_nothing_is_billed_again(
    shop: RefundBench, number: int
) -> None:
    orders = {kind: shop.copy(number) for kind in KINDS}
    brought = shop.bring(*orders.values())
    assert {one.kind for one in brought.values()} == {OutcomeKind.DONE}, brought
    refunds = {kind: give_back(shop, record, kind) for kind, record in orders.items()}
    outcomes = shop.sync(*orders.values())
    assert {record: one.message for record, one in outcomes.items() if one.kind is not OutcomeKind.DONE} == {}
    for kind, record in orders.items():
        assert_credited(shop, record, refunds[kind])
        status = shop.sale_order(record, "invoice_status", "invoice_count")
        assert (status["invoice_status"], status["invoice_count"]) == ("invoiced", 1 + len(refunds[kind])), kind
        assert shop.payments_back(record) == []
    again = shop.sync(*orders.values())
    assert {one.kind for one in again.values()} == {OutcomeKind.DONE}
    for kind, record in orders.items():
        assert_credited(shop, record, refunds[kind])
