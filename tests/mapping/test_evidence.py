"""What past orders use, and the sheet of mappings that is laid beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.mapping.orders import make_rules
from woodoo.domain.past import PastOrder, UsedMethod, UsedRate
from woodoo.mapping.evidence.methods import fee_rows, payment_rows, shipping_rows
from woodoo.mapping.evidence.others import (
    Pricelist,
    Skus,
    category_row,
    currency_rows,
    sku_row,
    status_rows,
    warehouse_row,
)
from woodoo.mapping.evidence.row import Row, Stand, accepted
from woodoo.mapping.evidence.taxes import tax_rows
from woodoo.mapping.evidence.usage import Usage
from woodoo.mapping.policy import Policy
from woodoo.mapping.proposals import Named
from woodoo.mapping.rules import Carrier, Currency, Journal, Rules, Tax
from woodoo.stores.base import StoreTaxRate

AT = datetime(2025, 11, 3, 12, tzinfo=UTC)
IVA = UsedRate("1", "IVA", Decimal(21), "ES")
ORDER = PastOrder(
    "7",
    "1007",
    AT,
    "processing",
    "EUR",
    "ES",
    UsedMethod("stripe", "Card"),
    (UsedMethod("flat_rate:1", "Parcel"),),
    (IVA,),
    ("Gift wrap",),
)
VAT = Tax(5, "VAT 21 % S", Decimal(21), country="ES")


def usage_of(*orders: PastOrder) -> Usage:
    found = Usage()
    for order in orders:
        found.add(order)
    return found


def rules(**changes: object) -> Rules:
    empty = {"taxes": {}, "carriers": {}, "journals": {}, "sale_taxes": [VAT]}
    return make_rules(**(empty | changes))


# Counting


def test_an_order_counts_once_for_each_thing_it_uses() -> None:
    twice = replace(ORDER, rates=(IVA, IVA), fees=("Gift wrap", "gift wrap "), shipping=ORDER.shipping * 2)
    found = usage_of(twice)
    assert [found.of("rates", "1").orders, found.of("shipping", "flat_rate:1").orders] == [1, 1]  # type: ignore[union-attr]
    assert (found.of("payments", "stripe").orders, found.of("statuses", "processing").orders) == (1, 1)  # type: ignore[union-attr]


def test_the_newest_order_gives_its_name_and_the_last_day() -> None:
    newer = replace(ORDER, created_at=AT + timedelta(days=2), payment=UsedMethod("stripe", "Credit card"))
    older = replace(ORDER, created_at=AT - timedelta(days=2), payment=UsedMethod("stripe", "Old name"))
    found = usage_of(ORDER, newer, older)
    use = found.of("payments", "stripe")
    assert use is not None
    assert (use.title, use.orders, use.last) == ("Credit card", 3, newer.created_at)
    assert (found.since, found.until) == (older.created_at, newer.created_at)


def test_what_was_counted_is_read_back_as_it_was() -> None:
    found = usage_of(ORDER, replace(ORDER, payment=None, country="", rates=()))
    found.unreadable = 2
    assert Usage.from_json(found.to_json()).to_json() == found.to_json()
    assert Usage.from_json({}).orders == 0


# Taxes


def taxes(by: Rules, usage: Usage, *rates: StoreTaxRate) -> list[Row]:
    return list(tax_rows(rates, by, usage, prices_include_tax=False, default_tax=None, home="ES"))


RATE = StoreTaxRate("1", "IVA", Decimal(21), "ES", "", "standard", compound=False)


def test_a_rate_is_told_with_the_orders_that_used_it() -> None:
    (row,) = taxes(rules(), usage_of(ORDER, ORDER), RATE)
    assert (row.stand, row.value, row.name, row.orders, row.last) == (Stand.PROPOSED, 5, "VAT 21 % S", 2, AT)


def test_without_past_orders_nothing_is_said_of_use() -> None:
    (row,) = taxes(rules(), Usage(), RATE)
    assert (row.orders, row.is_used) == (None, True)


@pytest.mark.parametrize(
    ("by", "stand"),
    [
        (rules(taxes={"1": VAT}), Stand.MAPPED),
        (rules(tax_rules={"standard:ES:21": VAT}), Stand.MAPPED),
        (rules(match_taxes=True), Stand.MAPPED),
        (rules(taxes={"1": replace(VAT, percent=Decimal(10))}), Stand.WRONG),
        (rules(sale_taxes=[]), Stand.OPEN),
    ],
)
def test_a_rate_that_is_mapped_is_checked(by: Rules, stand: Stand) -> None:
    (row,) = taxes(by, usage_of(ORDER), RATE)
    assert row.stand is stand
    assert bool(row.fix) == row.is_gap


def test_a_rate_that_is_gone_from_the_store_is_told_where_orders_used_it() -> None:
    row = taxes(rules(), usage_of(replace(ORDER, rates=(replace(IVA, rate_id="9"),))), RATE)[1]
    assert (row.key, row.orders, row.stand) == ("9", 1, Stand.PROPOSED)


# Payments, shipping, fees


def test_payment_methods_are_mapped_left_open_proposed_or_gaps() -> None:
    by = rules(journals={"paypal": Journal(3, "PayPal")}, policy=Policy(unpaid_methods=frozenset({"bacs"})))
    methods = [Named("paypal", "PayPal"), Named("bacs", "Bank transfer"), Named("klarna", "Klarna")]
    journals = [Named("2", "Stripe", "bank"), Named("3", "PayPal", "bank")]
    found = {row.key: row for row in payment_rows(methods, journals, by, usage_of(ORDER))}
    assert {key: row.stand for key, row in found.items()} == {
        "paypal": Stand.MAPPED,
        "bacs": Stand.MAPPED,
        "klarna": Stand.OPEN,
        "stripe": Stand.PROPOSED,
    }
    assert (found["stripe"].title, found["stripe"].value, found["stripe"].orders) == ("Card", 2, 1)
    assert found["klarna"].is_used is False


def test_without_payments_no_journal_is_needed() -> None:
    by = rules(policy=Policy(order_becomes="order"))
    (row,) = payment_rows([Named("stripe", "Card")], [], by, Usage())
    assert (row.stand, row.name) == (Stand.MAPPED, "No journal needed")


@pytest.mark.parametrize(
    ("by", "stand", "name"),
    [
        (rules(carriers={"flat_rate": Carrier(7, "DHL", 1)}), Stand.MAPPED, "DHL"),
        (rules(shipping_products={"flat_rate:1": 4}), Stand.MAPPED, "Freight"),
        (rules(shipping_product_id=4), Stand.MAPPED, "Freight"),
        (rules(default_carrier=Carrier(7, "DHL", 1)), Stand.MAPPED, "DHL"),
        (rules(shipping_product_id=None), Stand.OPEN, ""),
    ],
)
def test_a_shipping_method_counts_as_mapped_by_whatever_brings_it_over(by: Rules, stand: Stand, name: str) -> None:
    (row,) = shipping_rows([Named("flat_rate", "Flat rate")], [], by, usage_of(ORDER), {4: "Freight"})
    assert (row.key, row.stand, row.name, row.orders) == ("flat_rate:1", stand, name, 1)


def test_a_shipping_method_with_the_name_of_a_delivery_method_is_proposed() -> None:
    listed = [Named("flat_rate:1", "Parcel (Spain)")]
    (row,) = shipping_rows(listed, [Named("7", "Parcel")], rules(shipping_product_id=4), Usage(), {})
    assert (row.stand, row.value) == (Stand.PROPOSED, 7)


@pytest.mark.parametrize(("product", "stand"), [(None, Stand.OPEN), (4, Stand.MAPPED)])
def test_fees_of_past_orders_need_a_product(product: int | None, stand: Stand) -> None:
    (row,) = fee_rows(rules(fee_product_id=product), usage_of(ORDER), {4: "Fees"})
    assert (row.title, row.stand, row.orders) == ("Gift wrap", stand, 1)


# Statuses, currencies, and single settings


def test_a_status_the_table_does_not_name_is_a_gap_with_its_orders() -> None:
    orders = [replace(ORDER, status="packed")] * 14
    found = {row.key: row for row in status_rows([Named("processing", "Processing")], rules(), usage_of(*orders))}
    assert (found["packed"].stand, found["packed"].orders) == (Stand.OPEN, 14)
    assert found["processing"].stand is Stand.MAPPED


def test_currencies_need_a_pricelist_unless_they_are_the_companys() -> None:
    by = rules(
        currencies={"EUR": Currency(1, "EUR", 2), "USD": Currency(2, "USD", 2), "CHF": Currency(3, "CHF", 2)},
        pricelists={},
    )
    used = usage_of(ORDER, *(replace(ORDER, currency=code) for code in ("USD", "CHF", "JPY")))
    found = {row.key: row for row in currency_rows("EUR", [Pricelist(8, "Export", "USD")], by, used)}
    assert {key: row.stand for key, row in found.items()} == {
        "EUR": Stand.MAPPED,
        "USD": Stand.PROPOSED,
        "CHF": Stand.OPEN,
        "JPY": Stand.WRONG,
    }
    assert found["USD"].value == 8


def test_several_warehouses_are_a_choice_and_one_is_none() -> None:
    main, other = Named("1", "Main"), Named("2", "Other")
    assert warehouse_row([], rules(warehouse_id=None)) is None
    one = warehouse_row([main], rules(warehouse_id=None))
    two = warehouse_row([main, other], rules(warehouse_id=None))
    assert one is not None
    assert two is not None
    assert (one.stand, two.stand, two.value) == (Stand.MAPPED, Stand.PROPOSED, 1)
    chosen = warehouse_row([main, other], rules(warehouse_id=2))
    assert chosen is not None
    assert (chosen.stand, chosen.name) == (Stand.MAPPED, "Other")


@pytest.mark.parametrize(
    ("found", "stand", "value"),
    [
        ({"default_code": 97, "barcode": 12}, Stand.MAPPED, None),
        ({"default_code": 12, "barcode": 97}, Stand.PROPOSED, "barcode"),
        ({}, Stand.OPEN, None),
    ],
)
def test_the_field_of_the_sku_goes_by_where_skus_are_found(
    found: dict[str, int], stand: Stand, value: str | None
) -> None:
    row = sku_row(Skus(100, found), "default_code")
    assert (row.stand, row.value) == (stand, value)
    if found:
        assert "97 % of 100 SKUs sold are in" in row.reason


def test_a_field_that_a_person_has_chosen_is_not_proposed_away() -> None:
    row = sku_row(Skus(100, {"default_code": 12, "barcode": 97}), "default_code", chosen=True)
    assert (row.stand, row.value, row.fix) == (Stand.OPEN, None, "Choose barcode.")


def test_categories_are_counted_by_name() -> None:
    row = category_row({"Mugs", "Cups"}, {"mugs"})
    assert row is not None
    assert row.reason == "1 of 2 have one of the same name in Odoo; the other is made as products come over"
    assert category_row(set(), {"mugs"}) is None


# Accepting


def test_what_is_accepted_is_added_and_nothing_is_overwritten() -> None:
    taken = [
        Row("", "1", "", Stand.PROPOSED, setting="tax_map", value=5),
        Row("", "2", "", Stand.PROPOSED, setting="tax_map", value=6),
        Row("", "sku", "", Stand.PROPOSED, setting="sku_field", value="barcode"),
        Row("", "warehouse", "", Stand.PROPOSED, setting="warehouse_id", value=3),
        Row("", "3", "", Stand.OPEN, setting="tax_map"),
    ]
    settings, count = accepted({"tax_map": {"1": 9}, "warehouse_id": 4}, taken)
    assert settings == {"tax_map": {"1": 9, "2": 6}, "warehouse_id": 4, "sku_field": "barcode"}
    assert count == 2
