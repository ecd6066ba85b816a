"""An order of WooCommerce becomes an order of the domain, to the cent and without guessing."""

from __future__ import annotations

import contextlib
import copy
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from woodoo.domain.errors import DataError
from woodoo.domain.money import round_money
from woodoo.stores.woocommerce.orders import parse_order, plain_text, to_domain, variation_parents

from .samples import names, order, sample

RECORDED = [*names("order_*"), *names("refunded_order_*")]
RECORDED = [name for name in RECORDED if "line_items" in sample(name)["body"]]


@pytest.mark.parametrize("name", RECORDED)
def test_the_parts_of_every_recorded_order_add_up(name):
    placed = to_domain(order(name), 2)
    taxes = sum(rate.tax_total + rate.shipping_tax_total for rate in placed.tax_rates)
    assert taxes == placed.total_tax
    lines = [*placed.lines, *placed.shipping_lines, *placed.fee_lines]
    net = sum(round_money(line.total) for line in lines)
    # Rounded lines may differ from the total by a cent per line (unrounded nets of prices with tax).
    assert abs(net + placed.total_tax - placed.total) <= Decimal("0.01") * len(lines)
    assert {tax.rate_id for line in lines for tax in line.taxes} <= {rate.rate_id for rate in placed.tax_rates}


def test_the_whole_order_comes_over():
    placed = to_domain(order("order_dp6"), 2)
    assert (placed.external_id, placed.number, placed.label) == ("159", "159", "Order #159")
    assert (placed.status, placed.currency, placed.prices_include_tax) == ("processing", "EUR", True)
    assert placed.created_at == datetime(2026, 11, 21, 7, 10, 10, tzinfo=UTC)
    assert placed.paid_at is None
    assert placed.customer_id == ""
    assert (placed.billing.name, placed.billing.email, placed.shipping.email) == ("Eva Web", "eva@example.com", "")
    assert (placed.total, placed.total_tax) == (Decimal("70.71"), Decimal("8.60"))
    first = placed.lines[0]
    assert (first.sku, first.product_id, first.variation_id, first.quantity) == ("WOO-S-006", "16", "", 1)
    assert (first.total, first.subtotal, first.total_tax) == (Decimal("3.322314"), Decimal("6.421488"), Decimal("0.7"))
    assert first.taxes[0].amount == Decimal("0.697686")
    shipping = placed.shipping_lines[0]
    assert (shipping.method_id, shipping.instance_id, shipping.title) == ("flat_rate", "1", "Flat rate")
    assert [(rate.rate_id, rate.percent, rate.label) for rate in placed.tax_rates] == [
        ("1", 21, "IVA 21%"),
        ("2", 10, "IVA 10%"),
    ]
    assert [(coupon.code, coupon.discount) for coupon in placed.coupons] == [("fixcart15", Decimal("13.02"))]
    assert placed.meta["is_vat_exempt"] == "no"


def test_options_are_what_the_buyer_chose_without_internal_keys():
    lines = to_domain(order(97), 2).lines
    assert lines[0].options == (("Color", "Red"), ("Size", "S"))
    assert lines[2].options == (("Grind", "Fine"), ("Bag", "250g"))
    assert lines[2].variation_id == "63"


def test_options_may_be_html_numbers_or_structures():
    payload = order(97)
    payload["line_items"][0]["meta_data"] = [
        {"id": 1, "key": "words", "value": "x", "display_key": "Engraving", "display_value": "<p>A &amp; B</p>\n"},
        {"id": 2, "key": "count", "value": 3, "display_key": "Count", "display_value": 3},
        {"id": 3, "key": "data", "value": {"a": 1}, "display_key": "data", "display_value": {"a": 1}},
        {"id": 4, "key": "gone", "value": None},
        {"id": 5, "key": "bare", "value": "x"},
        {"id": 6, "key": "poem", "value": "a\nb", "display_key": "Poem", "display_value": "<p>Roses<br />\nred</p>\n"},
        {"id": 7, "key": "Card", "value": "Ana\n<b>& Luis</b>", "display_value": "Ana &amp; Luis"},
        {"id": 8, "key": "pa_cup", "value": "red-cup", "display_key": "Cup", "display_value": "Red cup"},
    ]  # fmt: skip
    options = to_domain(payload, 2).lines[0].options
    assert options == (
        ("Engraving", "A & B"),
        ("Count", "3"),
        ("bare", "x"),
        ("Poem", "Roses\nred"),
        ("Card", "Ana\n& Luis"),
        ("Cup", "Red cup"),
    )


def test_a_deleted_product_leaves_a_line_without_product():
    gone = to_domain(order("order_76_after_product_and_rate_deleted"), 2)
    deleted = next(line for line in gone.lines if not line.product_id)
    assert (deleted.sku, deleted.variation_id) == ("", "")
    assert deleted.total > 0
    assert gone.tax_rates[0].percent == 21


def test_a_variation_that_shows_its_parents_sku_has_none():
    payload = order(97)
    payload["line_items"][0]["sku"] = "WOO-V-1"
    lines = to_domain(payload, 2, parent_skus={"41": "WOO-V-1", "60": "WOO-V-4"}).lines
    assert [line.sku for line in lines] == ["", "WOO-V-1-2", "WOO-V-4-3"]
    assert [line.parent_sku for line in lines] == ["WOO-V-1", "", ""]
    assert variation_parents([parse_order(payload)]) == {"41", "60"}


def test_a_simple_product_keeps_its_sku_whatever_the_parents():
    payload = order(76)
    assert to_domain(payload, 2, parent_skus={"13": payload["line_items"][0]["sku"]}).lines[0].sku
    assert variation_parents([parse_order(payload)]) == set()


def test_refunds_are_known_by_their_ids():
    assert to_domain(order("refunded_order_117"), 2).refund_ids == ("140",)


def test_negative_fees_keep_their_sign():
    fee = to_domain(order(83), 2).fee_lines[0]
    assert fee.total < 0
    assert fee.taxes[0].amount < 0


def test_an_order_of_a_guest_without_shipping_has_an_empty_address():
    assert to_domain(order(108), 2).shipping.is_empty


def test_of_a_meta_key_that_is_there_twice_the_first_counts():
    payload = order(76)
    payload["meta_data"] = [{"key": "a", "value": 1}, {"key": "a", "value": 2}, {"key": "", "value": 3}]
    assert to_domain(payload, 2).meta == {"a": 1}


def test_a_tax_without_percentage_gets_it_from_the_amounts():
    payload = order(76)
    for line in payload["tax_lines"]:
        line["rate_percent"] = None
    assert {rate.label: rate.percent for rate in to_domain(payload, 2).tax_rates} == {
        "IVA 21%": Decimal("21.00"),
        "IVA 10%": Decimal("10.00"),
    }


def test_a_shop_that_rounds_once_keeps_its_taxes_unrounded():
    """With many decimals such a shop shows tax lines as it stores them; their sum rounds to the order's tax."""
    payload = order(137) | {"total": "31.68000000", "total_tax": "5.50000000"}
    payload["tax_lines"][0] |= {"tax_total": "4.45859500", "shipping_tax_total": "1.03950000"}
    placed = to_domain(payload, 2)
    unrounded = sum(rate.tax_total + rate.shipping_tax_total for rate in placed.tax_rates)
    assert unrounded == Decimal("5.498095")
    assert round_money(unrounded) == placed.total_tax


def test_names_are_text_not_html():
    payload = order(76)
    payload["line_items"][0]["name"] = "Coffee &amp; <b>Tea</b>  5 < 6"
    assert to_domain(payload, 2).lines[0].name == "Coffee & Tea 5 < 6"
    assert plain_text("&lt;3") == "<3"


def test_unknown_fields_are_kept():
    payload = order(76) | {"my_plugin": {"a": 1}}
    assert parse_order(payload).model_extra["my_plugin"] == {"a": 1}


def test_php_may_write_lists_as_maps_and_maps_as_lists():
    payload = order(76)
    payload["line_items"] = {str(number): line for number, line in enumerate(payload["line_items"])}
    payload["shipping"] = []
    placed = to_domain(payload, 2)
    assert len(placed.lines) == 2
    assert placed.shipping.is_empty


def put(payload, path, value):
    *parents, last = path
    for step in parents:
        payload = payload[step]
    if value is ...:
        del payload[last]
    else:
        payload[last] = value


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("line_items", 0, "total"), "abc", "line_items.0.total is 'abc', not an amount"),
        (("line_items", 0, "total"), "1,50", "line_items.0.total is '1,50', not an amount"),
        (("line_items", 1, "subtotal"), "", "line_items.1.subtotal is '', not an amount"),
        (("line_items", 1, "quantity"), None, "line_items.1.quantity is None, not an amount"),
        (("line_items", 0, "taxes", 0, "total"), "x", "line_items.0.taxes.0.total is 'x', not an amount"),
        (("shipping_lines", 0, "total"), "NaN", "shipping_lines.0.total is 'NaN', not an amount"),
        (("total",), True, "total is True, not an amount"),
        (("total",), ..., "total is missing"),
        (("line_items",), ..., "line_items is missing"),
        (("line_items",), "no", "line_items is a text, not a list"),
        (("line_items", 0), 7, "line_items.0 is a number, not an object"),
        (("billing",), "Eva", "billing is a text, not an object"),
        (("billing", "city"), ["x"], "billing.city is a list, not a text"),
        (("date_created_gmt",), "0000-00-00 00:00", "date_created_gmt is '0000-00-00 00:00', not a date and time"),
        (("date_created_gmt",), None, "date_created_gmt is None, not a date and time"),
        (("tax_lines", 0, "rate_id"), 0, "tax_lines.0.rate_id is 0, not an id"),
        (("tax_lines", 0, "tax_total"), "12.x", "tax_lines.0.tax_total is '12.x', not an amount"),
    ],
)
def test_it_says_which_field_of_which_order_is_wrong(path, value, words):
    payload = order(76)
    put(payload, path, value)
    with pytest.raises(DataError) as caught:
        to_domain(payload, 2)
    assert caught.value.message == f"Order #76: {words}."
    assert (caught.value.record, caught.value.where) == ("Order #76", "orders/76")
    assert caught.value.fix


@pytest.mark.parametrize("value", ["1E+999999", 1e300, "1E-999999", "9" * 16])
def test_amounts_nobody_can_reckon_with_are_named(value):
    with pytest.raises(DataError, match=r"total is .* too large or too exact"):
        to_domain({**order(76), "total": value}, 2)


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00", "9999-12-31T23:59:59"])
def test_dates_nobody_can_reckon_with_are_named(value):
    with pytest.raises(DataError, match=r"date_created_gmt is .* not a date and time"):
        to_domain({**order(76), "date_created_gmt": value}, 2)


def test_characters_that_nothing_can_hold_are_left_out():
    payload = order(76)
    payload |= {"number": "7\x006", "transaction_id": "tx\ud800"}
    payload["billing"] |= {"first_name": "A\x0bna 😀", "email": "ana\x00@example.net\udfff"}
    payload["line_items"][0] |= {"sku": "AB\x1fC", "name": "Cup\x00 &#1;😀"}
    placed = to_domain(payload, 2)
    assert (placed.number, placed.transaction_id) == ("76", "tx")
    assert (placed.billing.first_name, placed.billing.email) == ("Ana 😀", "ana@example.net")
    assert (placed.lines[0].sku, placed.lines[0].name) == ("ABC", "Cup 😀")


def test_a_number_of_any_length_gives_a_label_people_can_read():
    with pytest.raises(DataError) as caught:
        to_domain({**order(76), "number": "8" * 10_000, "total": "no"}, 2)
    assert len(caught.value.record) < 80
    assert len(to_domain({**order(76), "number": "8" * 10_000}, 2).label) < 80


def test_of_many_wrong_fields_the_first_are_named():
    payload = order(76) | {"total": "x", "total_tax": "y", "date_created_gmt": "z", "tax_lines": 1, "status": []}
    with pytest.raises(DataError, match="and 2 more"):
        to_domain(payload, 2)


@given(st.data())
def test_whatever_a_field_holds_it_is_read_or_named(data):
    """Any field may hold any JSON: the order is read, or one DataError names it; nothing else happens."""
    payload = copy.deepcopy(order(79))
    places = [(key,) for key in payload]
    places += [("line_items", 0, key) for key in payload["line_items"][0]]
    places += [("coupon_lines", 0, key) for key in payload["coupon_lines"][0]]
    json_values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    json_values |= st.lists(json_values, max_size=2) | st.dictionaries(st.text(max_size=3), json_values, max_size=2)
    put(payload, data.draw(st.sampled_from(places)), data.draw(json_values))
    with contextlib.suppress(DataError):
        assert to_domain(payload, 2).total.is_finite()
