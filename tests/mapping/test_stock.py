"""How much a store may sell: the arithmetic, the orders that count against it, and what is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from woodoo.connections.settings import DEFAULT_STATUS_STEPS, ConnectionSettings
from woodoo.domain.stock import Managed, Quantities, SoldOrder, StockChange, StoreStock
from woodoo.mapping.stock.decision import Memo, Unmanaged, Wish, change_for, refuse_unmanaged, status_for
from woodoo.mapping.stock.figure import FigureRules, available, figure
from woodoo.mapping.stock.guard import claims, open_statuses
from woodoo.mapping.stock.words import told

amounts = st.decimals(-1000, 100_000, places=3, allow_nan=False)
pieces = st.integers(0, 500).map(Decimal)
rules = st.builds(
    FigureRules, share=st.sampled_from([Decimal("0.25"), Decimal("0.625"), Decimal(1)]), below_zero=st.booleans()
)


# The figure


@given(amounts, pieces, pieces, rules)
def test_the_figure_is_the_same_before_and_after_an_order_reaches_odoo(has, sold, buffer, how):
    before, after = figure(has, sold, buffer, how), figure(has - sold, Decimal(0), buffer, how)
    assert before.quantity == after.quantity


@given(amounts, pieces, pieces, rules)
def test_the_store_never_gets_more_than_there_is(has, sold, buffer, how):
    got = figure(has, sold, buffer, how).quantity
    assert got <= max(has - sold - buffer, Decimal(0))
    assert got >= 0 or how.below_zero


@given(amounts, pieces, pieces, pieces, rules)
def test_each_piece_kept_back_or_sold_lowers_the_figure_or_leaves_it(has, sold, buffer, more, how):
    got = figure(has, sold, buffer, how).quantity
    assert figure(has, sold + more, buffer, how).quantity <= got
    assert figure(has, sold, buffer + more, how).quantity <= got


def test_noise_of_floating_point_costs_no_piece_and_half_a_piece_is_not_sold():
    assert figure(Decimal("2.9999999999999996"), Decimal(0), Decimal(0), FigureRules()).quantity == 3
    half = figure(Decimal("2.5"), Decimal(0), Decimal(0), FigureRules())
    assert (half.quantity, half.notes) == (2, ("2.5 rounded down to 2: the store counts whole pieces",))


def test_below_zero_only_what_may_be_sold_without_stock():
    gone = figure(Decimal(-3), Decimal(0), Decimal(0), FigureRules())
    assert (gone.quantity, gone.notes) == (0, ("-3 becomes 0: there is nothing to sell",))
    assert figure(Decimal(-3), Decimal(1), Decimal(0), FigureRules(below_zero=True)).quantity == -4


@pytest.mark.parametrize(
    ("basis", "on_hand", "unreserved", "forecast", "outgoing", "has"),
    [
        ("free", 10, 6, 9, 4, 6),  # reserved at once
        ("free", 10, 10, 6, 4, 6),  # confirmed, not reserved yet
        ("free", 10, 7, 10, 0, 7),  # reserved by something that does not leave
        ("forecast", 10, 6, 26, 4, 26),
        ("on_hand", 10, 6, 26, 4, 10),
    ],
)
def test_what_odoo_has_by_each_basis(basis, on_hand, unreserved, forecast, outgoing, has):
    found = Quantities(*map(Decimal, (on_hand, unreserved, forecast, outgoing)))
    assert available(found, basis) == has


def test_the_buffer_is_that_of_the_product_else_of_its_nearest_category_else_of_all():
    how = ConnectionSettings(stock_buffer=1, stock_buffer_map={"MUG": 5}, stock_category_buffer_map={"7": 3, "2": 2})
    assert how.figure_rules.buffer_of("MUG", [7, 2]) == 5
    assert how.figure_rules.buffer_of("CUP", [9, 7, 2]) == 3
    assert how.figure_rules.buffer_of("CUP", [9, 2]) == 2
    assert how.figure_rules.buffer_of("CUP", []) == 1


def test_a_figure_tells_how_it_came_about():
    got = figure(Decimal(15), Decimal(2), Decimal(1), FigureRules(share=Decimal("0.5")))
    assert told(got, "free", ("1054",), 50, written=True) == (
        "Set to 6: 15 free in Odoo, 2 sold by order 1054 not taken into account there yet, 1 kept back, "
        "50 % of it for this store."
    )
    many = tuple(map(str, range(8)))
    assert "orders 0, 1, 2, 3, 4 and 3 more" in told(got, "free", many, 100, written=False)


# The guard


def sold(number: str, status: str, **goods: int) -> SoldOrder:
    return SoldOrder(number, status, datetime(2026, 11, 25, tzinfo=UTC), {k: Decimal(v) for k, v in goods.items()})


def test_orders_count_as_long_as_odoo_does_not_take_them_into_account():
    orders = [
        sold("1", "processing", mug=2),
        sold("2", "on-hold", mug=1, cup=4),
        sold("3", "processing", mug=8),
        sold("4", "completed", mug=16),
        sold("5", "completed", mug=32),
        sold("6", "pending", mug=64),
        sold("7", "cancelled", mug=128),
        sold("8", "shipped", mug=256),
    ]
    statuses = open_statuses({**DEFAULT_STATUS_STEPS, "shipped": "deliver", "pending": "quotation"})
    found = claims(orders, statuses=statuses, known={"3"}, unsettled={"5"})
    assert (found["mug"].quantity, found["mug"].orders) == (2 + 1 + 32 + 256, ("1", "2", "5", "8"))
    assert (found["cup"].quantity, found["cup"].orders) == (4, ("2",))


def test_statuses_without_goods_never_count_whatever_the_settings_bring_over():
    steps = dict.fromkeys(["pending", "failed", "cancelled", "refunded", "completed"], "confirm")
    assert open_statuses(steps) == {"on-hold", "processing"}
    assert open_statuses({"processing": "ignore"}) == {"on-hold", "processing"}


# What is written


def kept(quantity: int | None, managed: Managed = Managed.OWN, **more: str) -> StoreStock:
    return StoreStock("7", managed, None if quantity is None else Decimal(quantity), **more)


@pytest.mark.parametrize("unmanaged", ["manage", "status", "report"])
def test_a_product_that_was_not_read_is_set(unmanaged: Unmanaged):
    change = change_for("7", 5, Wish(unmanaged), None)
    assert change == StockChange("7", quantity=5, manage=unmanaged == "manage")


def test_a_product_that_moves_gets_the_difference_and_nothing_where_there_is_none():
    assert change_for("7", 5, Wish(), kept(8)) == StockChange("7", delta=-3)
    assert change_for("7", 5, Wish(), kept(5)) is None
    wish = Wish(backorders="no")
    assert change_for("7", 5, wish, kept(5, backorders="yes")) == StockChange("7", backorders="no")
    assert change_for("7", 5, wish, kept(5, backorders="no")) is None


def test_a_figure_of_its_own_is_switched_on_where_there_is_none():
    for managed in (Managed.NO, Managed.PARENT):
        assert change_for("7", 5, Wish(), kept(9, managed)) == StockChange("7", quantity=5, manage=True)


@pytest.mark.parametrize("there", [None, Decimal("2.5")])
def test_what_has_no_figure_yet_or_half_a_piece_is_set_and_not_moved_by_a_difference(there: Decimal | None):
    """A store that manages stock and has no figure of a product sells it without end."""
    for wanted in (0, 5):
        assert change_for("7", wanted, Wish(), replace(kept(1), quantity=there)) == StockChange(
            "7", quantity=wanted, manage=True
        )


def test_only_the_status_of_products_without_a_figure():
    assert status_for("7", 1, Wish("status")).status == "instock"
    assert status_for("7", 0, Wish("status")).status == "outofstock"
    assert status_for("7", 0, Wish("status", "notify")).status == "onbackorder"


def test_a_figure_without_effect_is_refused_in_words_of_its_own():
    assert "does not manage its stock" in refuse_unmanaged(kept(None, Managed.NO), "Mug").message
    assert "no stock figures at all" in refuse_unmanaged(kept(None, Managed.OWN), "Mug").message
    assert "for the whole variable product" in refuse_unmanaged(kept(3, Managed.PARENT), "Mug").message


def test_what_is_remembered_is_read_again_and_anything_else_is_nothing():
    memo = Memo("12.5", 12, "free 8", ("1", "2"), at=1_800_000_000)
    assert Memo.read(memo.text()) == memo
    assert Memo.read(replace(memo, orders=()).text()) == replace(memo, orders=())
    for text in ("", "?", "null", "[]", '{"odoo": "1"}', '{"orders": 3}'):
        assert Memo.read(text) is None
