"""Goods after refunds: what is not sent, what comes back, what stays with the customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mapping.orders import make_line, make_order
from woodoo.domain.errors import DataError
from woodoo.domain.order import Order
from woodoo.domain.refund import Refund, RefundLine
from woodoo.mapping.refunds.balance import Balance, Counted, balance
from woodoo.mapping.refunds.goods import EarlierStep, Goods, GoodsMove, Picking, Restock, SoldLine
from woodoo.mapping.refunds.goods_plan import GoodsPlan
from woodoo.mapping.refunds.lowering import lines_to_lower
from woodoo.mapping.refunds.returns import Wanted, plan_goods

D = Decimal


def a_refund(number: int, pieces: int, *, of: str = "1") -> Refund:
    line = RefundLine("product", str(number * 10), of, "Thing MUG", D(pieces), D(1), D(0))
    return Refund(str(number), "1054", D(1), "", datetime(2026, 11, 21, tzinfo=UTC), False, (line,))


def an_order(pieces: int, restocked: int = 0) -> Order:
    order = make_order(make_line("10.00", pieces), total="10.00")
    return replace(order, restocked={"1": D(restocked)} if restocked else {})


def a_move(odoo_id: int, pieces: float, state: str = "done", **changes: object) -> GoodsMove:
    move = GoodsMove(odoo_id, 1, 5, 100 + odoo_id, state, D(str(pieces)))
    return replace(move, **changes)  # type: ignore[arg-type]


def goods(*moves: GoodsMove, ordered: int = 2, refunds_of: Mapping[int, str] | None = None, **changes: object) -> Goods:
    """Return what Odoo has; `refunds_of` names the refund a picking was made for."""
    ours = refunds_of or {}
    pickings = {
        m.picking_id: Picking(m.picking_id, f"WH/{m.picking_id}", m.state, ours.get(m.picking_id, "")) for m in moves
    }
    line = SoldLine(1, D(ordered), D(ordered))
    found = Goods("S00001", lines=(line,), matched={1: "1"}, moves=moves, pickings=pickings)
    return replace(found, **changes)  # type: ignore[arg-type]


def plan(order: Order, refunds: Sequence[Refund], there: Goods, restock: Restock = Restock.RECEIVE) -> GoodsPlan:
    found = plan_goods(order, refunds, there, Wanted(restock))
    assert found is not None
    return found


def back(plan: GoodsPlan) -> dict[str, dict[int, Decimal]]:
    return {one.external_id: dict(one.moves) for one in plan.returns}


def shrunk(plan: GoodsPlan) -> dict[int, Decimal]:
    return {odoo_id: held for one in plan.reductions for odoo_id, held in one.demands.items()}


# The arithmetic


@pytest.mark.parametrize(
    ("said", "counted", "found"),
    [
        ("nothing is delivered", Counted(D(2), D(1), D(0), to_send=D(2)), Balance(D(1), D(0), D(1), D(0))),
        ("... nor is it restocked twice", Counted(D(2), D(1), D(1), to_send=D(2)), Balance(D(1), D(0), D(1), D(0))),
        ("delivered and restocked", Counted(D(2), D(1), D(1), sent=D(2)), Balance(D(0), D(1), D(1), D(0))),
        ("delivered and kept", Counted(D(2), D(1), D(0), sent=D(2)), Balance(D(0), D(0), D(0), D(1))),
        ("half of it delivered", Counted(D(2), D(2), D(2), sent=D(1), to_send=D(1)), Balance(D(0), D(1), D(2), D(0))),
        (
            "... and nothing restocked",
            Counted(D(2), D(2), D(0), sent=D(1), to_send=D(1)),
            Balance(D(0), D(0), D(1), D(1)),
        ),
        ("it came back already", Counted(D(2), D(1), D(1), sent=D(2), came_back=D(1)), Balance(D(0), D(0), D(1), D(0))),
        (
            "it is on its way back",
            Counted(D(2), D(1), D(1), sent=D(2), to_come_back=D(1)),
            Balance(D(0), D(0), D(1), D(0)),
        ),
        (
            "an exchange before is no refund",
            Counted(D(2), D(1), D(1), sent=D(3), came_back=D(1)),
            Balance(D(0), D(1), D(1), D(0)),
        ),
        (
            "an exchange that is still to be sent is not sent",
            Counted(D(2), D(1), D(1), sent=D(2), to_send=D(1), came_back=D(1)),
            Balance(D(0), D(0), D(1), D(0)),
        ),
        (
            "a person cancelled the return",
            Counted(D(2), D(1), D(1), sent=D(2), waived=D(1)),
            Balance(D(0), D(0), D(0), D(1)),
        ),
        ("more restocked than refunded", Counted(D(3), D(1), D(3), sent=D(3)), Balance(D(0), D(1), D(1), D(0))),
    ],
)
def test_the_balance_of_a_line(said: str, counted: Counted, found: Balance) -> None:
    assert balance(counted) == found, said


@given(
    ordered=st.integers(1, 6),
    refunded=st.integers(0, 6),
    restocked=st.integers(0, 6),
    sent=st.integers(0, 6),
    delivered_later=st.booleans(),
)
def test_a_repeat_finds_nothing_left_to_do(
    ordered: int, refunded: int, restocked: int, sent: int, delivered_later: bool
) -> None:
    refunded, sent = min(refunded, ordered), min(sent, ordered)
    before = Counted(D(ordered), D(refunded), D(restocked), sent=D(sent), to_send=D(ordered - sent))
    first = balance(before)
    assert first.leaves + first.stays == refunded
    assert first.ask_back <= min(restocked, sent)
    sent_now = D(sent) + (first.send if delivered_later else 0)
    after = replace(before, sent=sent_now, to_send=D(0) if delivered_later else first.send, came_back=first.ask_back)
    again = balance(after)
    assert again.ask_back == 0
    assert again.send == after.to_send
    assert again.leaves == first.leaves


# What is not delivered yet


def test_refunded_pieces_are_taken_off_the_open_delivery() -> None:
    found = plan(an_order(2), [a_refund(77, 1)], goods(a_move(1, 2, "assigned")))
    assert shrunk(found) == {1: D(1)}
    assert not found.returns
    assert not found.emptied
    assert found.off_invoice == {"1": D(1)}


def test_a_delivery_that_holds_nothing_any_more_may_go_even_after_a_run_that_was_cut_off() -> None:
    found = plan(an_order(2), [a_refund(77, 2)], goods(a_move(1, 2, "assigned")))
    assert (shrunk(found), found.emptied) == ({1: D(0)}, (101,))
    again = plan(an_order(2), [a_refund(77, 2)], goods(a_move(1, 0, "assigned")))
    assert (shrunk(again), again.emptied) == ({}, (101,))


def test_the_newest_delivery_shrinks_first_with_the_steps_before_it() -> None:
    there = goods(
        a_move(1, 1, "assigned"),
        a_move(2, 2, "waiting", before=(EarlierStep(8, 108, D(1)), EarlierStep(9, 109, D(5)))),
        ordered=3,
    )
    found = plan(an_order(3), [a_refund(77, 1)], there)
    assert shrunk(found) == {2: D(1), 8: D(0), 9: D(4)}
    assert found.emptied == (108,)


def test_where_several_lines_stand_for_one_the_first_shrinks_first_as_credit_notes_take_them() -> None:
    lines = (SoldLine(1, D(1), D(1)), SoldLine(2, D(1), D(1)))
    there = goods(a_move(1, 1, "assigned"), a_move(2, 1, "assigned", line_id=2), lines=lines, matched={1: "1", 2: "1"})
    assert shrunk(plan(an_order(2), [a_refund(77, 1)], there)) == {1: D(0)}


def test_what_is_being_packed_is_left_to_a_person_and_nothing_of_the_order_is_touched() -> None:
    found = plan(an_order(2), [a_refund(77, 1)], goods(a_move(1, 2, "assigned", entered=D(2))))
    assert not found
    assert isinstance(found.error, DataError)
    assert "WH/101 is being packed with 2 × Thing MUG, of which only 1" in found.error.message


def test_partly_delivered_the_open_part_shrinks_first_and_the_rest_comes_back() -> None:
    there = goods(a_move(1, 1), a_move(2, 1, "assigned"))
    one = plan(an_order(2, restocked=1), [a_refund(77, 1)], there)
    assert (shrunk(one), back(one)) == ({2: D(0)}, {})
    both = plan(an_order(2, restocked=2), [a_refund(77, 2)], there)
    assert (shrunk(both), back(both)) == ({2: D(0)}, {"stock_picking_refund_77": {1: D(1)}})


# What comes back


def test_restocked_goods_come_back_and_all_others_stay() -> None:
    restocked = plan(an_order(2, restocked=1), [a_refund(77, 1)], goods(a_move(1, 2)))
    assert back(restocked) == {"stock_picking_refund_77": {1: D(1)}}
    assert restocked.returns[0].waits == ""
    kept = plan(an_order(2), [a_refund(77, 1)], goods(a_move(1, 2)))
    assert not kept
    assert kept.off_invoice == {"1": D(0)}


def test_an_amount_touches_no_goods() -> None:
    refund = replace(a_refund(77, 0), lines=())
    assert not plan(an_order(2), [refund, a_refund(78, 0)], goods(a_move(1, 2, "assigned")))


def test_several_refunds_get_a_return_each_and_a_second_one_of_a_refund_a_name_of_its_own() -> None:
    refunds = [a_refund(77, 1), a_refund(78, 1)]
    both = plan(an_order(2, restocked=2), refunds, goods(a_move(1, 2)))
    assert back(both) == {"stock_picking_refund_78": {1: D(1)}, "stock_picking_refund_77": {1: D(1)}}
    there = goods(a_move(1, 2), a_move(2, 1, back=True, origin_id=1), refunds_of={102: "78"})
    more = plan(an_order(2, restocked=2), [a_refund(78, 2)], there)
    assert back(more) == {"stock_picking_refund_78_2": {1: D(1)}}


def test_goods_of_several_deliveries_come_back_from_each() -> None:
    there = goods(a_move(1, 1), a_move(2, 1))
    found = plan(an_order(2, restocked=2), [a_refund(77, 2)], there)
    assert back(found) == {"stock_picking_refund_77": {2: D(1)}, "stock_picking_refund_77_2": {1: D(1)}}


def test_a_return_made_by_hand_counts_and_stays_as_it_is() -> None:
    for state in ("done", "assigned"):
        there = goods(a_move(1, 2), a_move(2, 1, state, back=True, origin_id=1))
        found = plan(an_order(2, restocked=1), [a_refund(77, 1)], there)
        assert not found
        more = plan(an_order(2, restocked=2), [a_refund(77, 2)], there)
        assert back(more) == {"stock_picking_refund_77": {1: D(1)}}


def test_a_return_of_ours_that_is_open_is_received_and_one_that_was_cancelled_stays_so() -> None:
    def there(state: str) -> Goods:
        return goods(a_move(1, 2), a_move(2, 1, state, back=True, origin_id=1), refunds_of={102: "77"})

    order, refunds = an_order(2, restocked=1), [a_refund(77, 1)]
    assert [one.odoo_id for one in plan(order, refunds, there("assigned")).receive] == [102]
    assert not plan(order, refunds, there("assigned"), Restock.WAIT)
    assert not plan(order, refunds, there("cancel"))
    assert not plan(order, refunds, there("done"))


def test_a_return_that_was_deleted_in_odoo_is_told_and_not_made_again() -> None:
    found = plan(an_order(2, restocked=1), [a_refund(77, 1)], goods(a_move(1, 2), deleted=frozenset({"77"})))
    assert not found
    assert "deleted in Odoo" in found.notes[0]


@pytest.mark.parametrize(
    ("restock", "tracked", "waits"),
    [
        (Restock.RECEIVE, False, ""),
        (Restock.WAIT, False, "as the settings say"),
        (Restock.RECEIVE, True, "lots or serial numbers"),
    ],
)
def test_a_return_is_received_or_waits(restock: Restock, tracked: bool, waits: str) -> None:
    found = plan(an_order(2, restocked=1), [a_refund(77, 1)], goods(a_move(1, 2, tracked=tracked)), restock)
    assert waits in found.returns[0].waits
    assert bool(found.returns[0].waits) == bool(waits)
    # As long as it waits, Odoo counts the piece as delivered, and would want to invoice it again.
    assert found.off_invoice == {"1": D(0) if waits else D(1)}


def test_goods_invoiced_as_delivered_are_off_the_invoice_though_their_return_waits() -> None:
    there = goods(a_move(1, 2), lines=(SoldLine(1, D(2), D(2), by_delivery=True),))
    assert plan(an_order(2, 1), [a_refund(77, 1)], there, Restock.WAIT).off_invoice == {"1": D(1)}


def test_nothing_comes_back_where_the_settings_say_so_but_what_is_not_sent_is_not() -> None:
    found = plan(an_order(2, 1), [a_refund(77, 1)], goods(a_move(1, 2)), Restock.NOTHING)
    assert not found
    assert "leave Odoo's stock alone" in found.notes[0]
    assert found.off_invoice == {"1": D(0)}
    unsent = plan(an_order(2, 1), [a_refund(77, 1)], goods(a_move(1, 2, "assigned")), Restock.NOTHING)
    assert shrunk(unsent) == {1: D(1)}


def test_the_goods_of_a_deleted_refund_do_not_come_back_and_those_that_did_are_told() -> None:
    there = goods(
        a_move(1, 2),
        a_move(2, 1, "assigned", back=True, origin_id=1),
        a_move(3, 1, "done", back=True, origin_id=1),
        refunds_of={102: "77", 103: "78"},
    )
    found = plan(an_order(2, 1), [], there)
    assert [one.odoo_id for one in found.cancel] == [102]
    assert not found.receive
    assert "WH/103 has brought goods back for refund 78" in found.notes[0]


def test_a_refund_made_for_odoo_moves_nothing_and_its_goods_are_not_taken_for_others() -> None:
    there = goods(a_move(1, 2), a_move(2, 1, back=True, origin_id=1))
    made = {"77"}
    assert not plan_goods(an_order(2), [a_refund(77, 1)], there, Wanted(), made)
    found = plan_goods(an_order(2, 1), [a_refund(77, 1), a_refund(78, 1)], there, Wanted(), made)
    assert found is not None
    assert back(found) == {"stock_picking_refund_78": {1: D(1)}}


def test_what_came_back_for_a_refund_of_the_store_does_not_come_back_again_when_odoo_credits_another_piece() -> None:
    there = goods(a_move(1, 2), a_move(2, 1, back=True, origin_id=1), refunds_of={102: "77"})
    refunds = [a_refund(77, 1), a_refund(78, 1)]
    assert not plan_goods(an_order(2, 1), refunds, there, Wanted(), {"78"})


# Kits, units, services


def test_the_parts_of_a_kit_move_in_proportion() -> None:
    there = goods(a_move(1, 4, per=D(2)), a_move(2, 2, product_id=6))
    found = plan(an_order(2, restocked=1), [a_refund(77, 1)], there)
    assert {k: v for one in found.returns for k, v in one.moves.items()} == {1: D(2), 2: D(1)}
    part = goods(a_move(1, 4, per=D(2)), a_move(2, 2, "assigned", product_id=6))
    found = plan(an_order(2, restocked=1), [a_refund(77, 1)], part)
    assert shrunk(found) == {2: D(1)}
    assert back(found) == {"stock_picking_refund_77": {1: D(2)}}


def test_a_dozen_of_another_unit_is_counted_in_pieces() -> None:
    there = goods(a_move(1, 1, "assigned", per=1 / D(12)), ordered=12)
    assert shrunk(plan(an_order(12), [a_refund(77, 3)], there)) == {1: D("0.75")}
    assert not plan(an_order(12), [a_refund(77, 3)], goods(a_move(1, 0.75, "assigned", per=1 / D(12)), ordered=12))


def test_a_service_moves_nothing_and_stays_invoiced() -> None:
    found = plan(an_order(2), [a_refund(77, 1)], goods())
    assert not found
    assert found.off_invoice == {"1": D(0)}


def test_an_order_without_a_sales_order_has_no_goods() -> None:
    assert plan_goods(an_order(2), [a_refund(77, 1)], None, Wanted()) is None


# Bad input


@pytest.mark.parametrize(
    ("refund", "there", "words"),
    [
        (a_refund(77, 3), goods(a_move(1, 2)), "3 × Thing MUG are refunded, but the order has only 2"),
        (a_refund(77, 1, of="9"), goods(a_move(1, 2)), "pieces of the line 9, which the order does not have"),
        (a_refund(77, 1), goods(unclear={1: "no recipe."}), "cannot be counted: no recipe."),
    ],
)
def test_bad_input_names_the_order_and_moves_nothing(refund: Refund, there: Goods, words: str) -> None:
    found = plan(an_order(2, 1), [refund], there)
    assert not found
    assert isinstance(found.error, DataError)
    assert words in found.error.message
    assert "Order #1054" in found.error.message
    assert found.error.fix
    assert found.error.where


# The sales order's lines


def test_a_line_is_lowered_to_what_it_still_sells_once_that_is_credited_and_back() -> None:
    moved = (a_move(1, 2), a_move(2, 1, back=True, origin_id=1))
    credited = (SoldLine(1, D(2), D(1)),)
    assert lines_to_lower({"1"}, goods(*moved, lines=credited)) == {1: D(1)}
    assert lines_to_lower({"1"}, goods(*moved)) == {}, "not credited yet"
    assert lines_to_lower({"1"}, goods(a_move(1, 2), lines=credited)) == {}, "not back yet"
    waits = (a_move(1, 2), a_move(2, 1, "assigned", back=True, origin_id=1))
    assert lines_to_lower({"1"}, goods(*waits, lines=credited)) == {}, "still to come back"
    apart = (a_move(1, 2), a_move(2, 1, back=True, origin_id=1, counts=False))
    assert lines_to_lower({"1"}, goods(*apart, lines=credited)) == {}, "delivered does not go down with it"
    assert lines_to_lower({"1"}, goods(*moved, lines=credited, locked=True)) == {}
    assert lines_to_lower((), goods(*moved, lines=credited)) == {}, "not refunded"
    assert lines_to_lower({"1"}, goods(*moved, lines=(SoldLine(1, D(1), D(1)),))) == {}, "lowered already"
    all_gone = goods(a_move(1, 2), a_move(2, 2, back=True, origin_id=1), lines=(SoldLine(1, D(2), D(0)),))
    assert lines_to_lower({"1"}, all_gone) == {1: D(0)}
    cancelled = goods(a_move(1, 2, "cancel"), lines=(SoldLine(1, D(2), D(0)),))
    assert lines_to_lower({"1"}, cancelled) == {1: D(0)}
    assert lines_to_lower({"1"}, goods(lines=(SoldLine(1, D(2), D(0)),))) == {}, "a service"
