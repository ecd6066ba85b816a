"""Which lines of the store's order the credit notes of Odoo take back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.mapping.orders import make_line, make_order, make_rate, make_rules, make_shipping
from woodoo.domain.order import FeeLine
from woodoo.mapping.refunds.goods import Goods, GoodsMove, Picking
from woodoo.mapping.refunds.odoo_credits import CreditNote, Return
from woodoo.mapping.refunds.seen import Move, MoveLine, SeenOrder
from woodoo.mapping.refunds.taken_back import taken_back


def amount(text: str) -> Decimal:
    return Decimal(text)


ORDER = make_order(
    replace(make_line("20.00", 2, "MUG", "4.20"), external_id="1", name="Mug"),
    replace(make_line("20.00", 1, "MUG", "4.20"), external_id="3", name="Mug, painted"),
    total="49.00",
    tax_rates=(make_rate("8.40"),),
    shipping_lines=(make_shipping("5.00"),),
    fee_lines=(FeeLine("4", "Gift card", amount("-4.40"), amount("0")),),
)
RULES = make_rules()


def line(odoo_id: int, text: str, net: str, *, sku: str = "", quantity: str = "1", order_line: int = 0) -> MoveLine:
    product = {"MUG": 9}.get(sku, 50)
    ids = (order_line,) if order_line else ()
    return MoveLine(odoo_id, product, sku, text, amount(quantity), amount(net), amount(net), (11,), 1, ids)


def move(odoo_id: int, kind: str, *lines: MoveLine) -> Move:
    total = sum((one.gross for one in lines), amount("0"))
    made = Move(odoo_id, f"X/{odoo_id:04}", kind, "posted", "not_paid", total, total, 1, 2, 3, 3, 0, "", lines)
    return replace(made, day=date(2026, 11, 25), reference="broken")


INVOICE = move(
    5,
    "out_invoice",
    line(51, "Mug", "20.00", sku="MUG", quantity="2", order_line=71),
    line(52, "Mug, painted", "20.00", sku="MUG", order_line=72),
    line(53, "Flat rate", "5.00", order_line=73),
    line(54, "Gift card", "-4.40", order_line=74),
)


def notes_of(*credits_: Move, invoices: tuple[Move, ...] = (INVOICE,)) -> tuple[CreditNote, ...]:
    return taken_back(ORDER, SeenOrder(None, invoices, credits_), RULES).notes


def test_lines_of_the_wizard_are_those_of_the_invoice_whatever_was_made_of_their_text() -> None:
    (note,) = notes_of(
        move(
            6,
            "out_refund",
            line(61, "one of two", "10.00", sku="MUG", order_line=71),
            line(62, "painted", "20.00", sku="MUG", order_line=72),
            line(63, "way back", "5.00", order_line=73),
        )
    )
    assert [one.of for one in note.lines] == ["1", "3", "2"]
    assert (note.currency, note.day, note.reference, note.settled) == ("EUR", date(2026, 11, 25), "broken", False)


def test_without_a_sales_order_lines_are_known_by_product_and_text() -> None:
    alone = move(5, "out_invoice", *(replace(one, order_line_ids=()) for one in INVOICE.lines))
    (note,) = notes_of(
        move(6, "out_refund", line(61, "Mug, painted", "20.00", sku="MUG"), line(62, "Flat rate", "5.00")),
        invoices=(alone,),
    )
    assert [one.of for one in note.lines] == ["3", "2"]


def test_a_negative_line_is_no_line_of_the_order_but_its_negative_fee() -> None:
    (note,) = notes_of(
        move(
            6,
            "out_refund",
            line(61, "Mug", "-3.00", sku="MUG", order_line=71),
            line(62, "Gift card", "-4.40", order_line=74),
        )
    )
    assert [one.of for one in note.lines] == ["", "4"]


def test_a_line_somebody_typed_is_of_no_line_of_the_order() -> None:
    (note,) = notes_of(move(6, "out_refund", line(61, "Goodwill", "3.00")))
    assert [one.of for one in note.lines] == [""]


def test_what_is_reconciled_is_settled() -> None:
    made = move(6, "out_refund", line(61, "Mug", "10.00", order_line=71))
    paid = replace(made, payment_state="paid", residual=amount("0"))
    partial = replace(made, odoo_id=7, payment_state="partial", residual=amount("4"))
    settled = {note.odoo_id: note.settled for note in notes_of(partial, replace(paid, odoo_id=8), made)}
    assert settled == {6: False, 7: True, 8: True}


# Returns


def moved(odoo_id: int, line_id: int, product: int, quantity: str, *, back: bool = False, **changes: Any) -> GoodsMove:
    made = GoodsMove(odoo_id, line_id, product, 5 if back else 4, "done", amount(quantity), back=back)
    return replace(made, **changes)


def returned(*moves: GoodsMove, **changes: Any) -> tuple[Return, ...]:
    pickings = {
        4: Picking(4, "WH/OUT/4", "done"),
        5: replace(Picking(5, "WH/IN/5", "done", done_on=date(2026, 11, 25)), **changes),
    }
    goods = Goods("S1", matched={71: "1", 72: "3"}, moves=moves, pickings=pickings)
    return taken_back(ORDER, SeenOrder(None, (INVOICE,), (), goods=goods), RULES).returns


def pieces(returns: tuple[Return, ...]) -> list[tuple[str, int]]:
    return [(line.of, int(line.quantity)) for one in returns for line in one.lines]


OUT = moved(1, 71, 9, "2")


def test_a_return_that_is_done_has_the_pieces_that_came_back_of_each_line() -> None:
    (one,) = found = returned(OUT, moved(2, 71, 9, "1", back=True), moved(3, 72, 9, "1", back=True))
    assert (pieces(found), one.name, one.day, one.ours) == ([("1", 1), ("3", 1)], "WH/IN/5", date(2026, 11, 25), False)


@pytest.mark.parametrize(
    "changes", [{"state": "assigned"}, {"counts": False}, {"back": False}], ids=["open", "exchange", "out"]
)
def test_what_has_not_come_back_for_good_is_no_return(changes: dict[str, Any]) -> None:
    assert returned(OUT, moved(2, 71, 9, "1", **{"back": True, **changes})) == ()


def test_a_kit_has_come_back_with_all_its_parts() -> None:
    out = (moved(1, 71, 21, "4", per=amount("2")), moved(2, 71, 22, "2"))
    both = (moved(3, 71, 21, "2", back=True, per=amount("2")), moved(4, 71, 22, "1", back=True))
    assert pieces(returned(*out, *both)) == [("1", 1)]
    assert returned(*out, both[0]) == ()


def test_a_return_of_goods_the_store_restocked_is_woodoos_own() -> None:
    (one,) = returned(OUT, moved(2, 71, 9, "1", back=True), refund_id="140")
    assert one.ours
