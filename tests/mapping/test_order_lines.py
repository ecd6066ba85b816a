"""What lines are booked on and what they say; bundles stay whole."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.mapping.orders import make_line, make_order, make_rules, make_shipping
from woodoo.domain.errors import ConfigError
from woodoo.domain.order import Coupon, FeeLine, Order, OrderLine, ShippingLine
from woodoo.mapping.documents.document import Seen
from woodoo.mapping.documents.order_lines import LONGEST_OPTION, carrier_of, leave_out_bundles, line_product, line_text
from woodoo.mapping.documents.product_product import Matched
from woodoo.mapping.order_plan import OrderPlan, plan_order
from woodoo.mapping.rules import Carrier

SHIP, PARCEL, POST = Carrier(5, "Parcel", 50), Carrier(6, "Express", 60), Carrier(7, "Post", 70)
FOUND = {sku: [{"id": number, "display_name": sku, "active": True}] for sku, number in (("MUG", 1), ("TEA", 2))}


def planned(order: Order, found: Any = FOUND, **rules: object) -> OrderPlan:
    plan = plan_order(order, Seen(products=found), make_rules(**rules))
    assert isinstance(plan, OrderPlan)
    return plan


# Shipping


@pytest.mark.parametrize(
    ("settings", "carrier", "product"),
    [
        ({"carriers": {"flat_rate:1": PARCEL, "flat_rate": SHIP}, "default_carrier": POST}, PARCEL, 60),
        ({"carriers": {"flat_rate": SHIP}, "default_carrier": POST}, SHIP, 50),
        ({"carriers": {}, "shipping_products": {"flat_rate": 80}, "default_carrier": POST}, None, 80),
        ({"carriers": {"flat_rate": SHIP}, "shipping_products": {"flat_rate:1": 81}}, None, 81),
        ({"carriers": {}, "default_carrier": POST, "shipping_product_id": 90}, POST, 70),
        ({"carriers": {"courier": SHIP}, "shipping_product_id": 90}, None, 90),
    ],
    ids=["this method", "its kind", "product of its kind", "product of this method", "default carrier", "product"],
)
def test_shipping_goes_to_what_is_mapped_nearest(
    settings: dict[str, Any], carrier: Carrier | None, product: int
) -> None:
    rules, source = make_rules(**settings), make_shipping("4.95")
    assert carrier_of(source, rules) == carrier
    assert line_product(source, make_order(total="0"), {}, rules) == product


def test_shipping_that_is_mapped_nowhere_names_the_method() -> None:
    with pytest.raises(ConfigError, match=r"'Flat rate' \(flat_rate\) is not mapped"):
        line_product(make_shipping("4.95"), make_order(total="0"), {}, make_rules(carriers={}))


def test_the_first_carrier_of_several_shipping_lines_is_the_order_s() -> None:
    lines = (make_shipping("1.00", method="pickup"), make_shipping("2.00"), make_shipping("3.00", method="courier"))
    order = make_order(make_line("10.00"), total="16.00", shipping_lines=lines)
    plan = planned(order, carriers={"flat_rate": SHIP, "courier": POST}, shipping_products={"pickup": 80})
    assert plan.carrier == SHIP
    assert [(line.product_id, line.is_delivery) for line in plan.lines[1:]] == [(80, False), (50, True), (70, True)]


def test_shipping_that_a_coupon_made_free_stays_and_names_the_coupon() -> None:
    coupons = (Coupon("freeship", Decimal(0), free_shipping=True), Coupon("ten", Decimal(1)))
    order = make_order(make_line("10.00"), total="10.00", shipping_lines=(make_shipping("0.00"),), coupons=coupons)
    plan = planned(order)
    assert plan.lines[1].name == "Flat rate (freeship)"
    assert "Shipping is free by the coupon freeship." in plan.notes


def test_shipping_that_is_charged_in_spite_of_a_coupon_is_as_always() -> None:
    coupons = (Coupon("freeship", Decimal(0), free_shipping=True),)
    order = make_order(make_line("10.00"), total="14.95", shipping_lines=(make_shipping("4.95"),), coupons=coupons)
    assert planned(order).lines[1].name == "Flat rate"


# Fees


@pytest.mark.parametrize(
    ("name", "product"), [("Tip", 41), ("TIP", 41), (" tip ", 41), ("Gift card", 42), ("Packing", 40)]
)
def test_a_fee_goes_to_the_product_of_its_name_else_to_that_of_all(name: str, product: int) -> None:
    rules = make_rules(fee_products={"tip": 41, "gift card": 42}, fee_product_id=40)
    assert line_product(FeeLine("5", name, Decimal(-3), Decimal(0)), make_order(total="0"), {}, rules) == product


def test_a_fee_without_a_product_is_named_with_its_amount() -> None:
    fee = FeeLine("5", "Tip", Decimal("3.00"), Decimal(0))
    with pytest.raises(ConfigError, match=r"the fee 'Tip' over 3.00, and no fee product is set"):
        line_product(fee, make_order(total="0"), {}, make_rules(fee_products={"gift card": 42}))


# Texts


def text(source: OrderLine | ShippingLine | FeeLine, *replaced: str) -> str:
    return line_text(source, make_order(total="0"), Matched({}, frozenset(replaced)))


def test_a_line_says_what_the_buyer_chose_or_wrote() -> None:
    source = replace(make_line("1"), options=(("Color", "Red"), ("Engraving", "For Eva")))
    assert text(source) == "Thing MUG\nColor: Red\nEngraving: For Eva"


def test_a_line_on_the_placeholder_names_its_sku() -> None:
    source = replace(make_line("1"), options=(("Color", "Red"),))
    assert text(source, "1") == "Thing MUG\nSKU: MUG\nColor: Red"
    assert text(replace(source, sku=""), "1") == "Thing MUG\nColor: Red"


def test_a_line_without_a_name_still_says_something() -> None:
    assert text(replace(make_line("1"), name="")) == "MUG"
    assert text(replace(make_line("1"), name="", sku="")) == "-"
    assert text(FeeLine("5", "", Decimal(1), Decimal(0))) == "Fee"
    assert text(replace(make_shipping("1"), title="")) == "Shipping"


def test_a_value_longer_than_a_document_bears_is_cut_and_noted() -> None:
    source = replace(make_line("10.00"), options=(("Poem", "x" * (LONGEST_OPTION + 1)), ("Color", "Red")))
    plan = planned(make_order(source, total="10.00"))
    assert len(plan.lines[0].name) == len("Thing MUG\nPoem: \nColor: Red") + LONGEST_OPTION
    assert [note for note in plan.notes if "'Poem' of the line 'Thing MUG' has 1001 characters" in note]


def test_quantities_may_have_decimals() -> None:
    plan = planned(make_order(replace(make_line("10.00"), quantity=Decimal("2.5")), total="10.00"))
    assert [line.priced.quantity for line in plan.lines] == [Decimal("2.5")]


# Bundles


def part(number: str, sku: str, total: str, of: str = "1") -> OrderLine:
    return replace(make_line(total, sku=sku), external_id=number, part_of=of)


def bundle(number: str, sku: str, total: str, of: str = "") -> OrderLine:
    return replace(part(number, sku, total, of), is_bundle=True)


def test_a_bundle_that_costs_nothing_and_is_no_product_names_its_parts() -> None:
    order = make_order(bundle("1", "BOX", "0"), part("2", "MUG", "6.00"), part("3", "TEA", "4.00"), total="10.00")
    plan = planned(order)
    assert [line.name for line in plan.lines] == ["Thing BOX – Thing MUG", "Thing BOX – Thing TEA"]
    assert plan.targets.total == 10
    assert ["The bundle 'Thing BOX' costs nothing itself" in note for note in plan.notes] == [True]
    assert plan.order is order


@pytest.mark.parametrize("prices", [("0", "6.00", "4.00"), ("10.00", "0", "0"), ("2.00", "5.00", "3.00")])
def test_a_bundle_that_is_a_product_stays_a_line_whoever_has_the_price(prices: tuple[str, str, str]) -> None:
    found = {**FOUND, "BOX": [{"id": 3, "display_name": "Box", "active": True}]}
    lines = (bundle("1", "BOX", prices[0]), part("2", "MUG", prices[1]), part("3", "TEA", prices[2]))
    plan = planned(make_order(*lines, total="10.00"), found)
    assert [line.product_id for line in plan.lines] == [3, 1, 2]
    assert sum(line.priced.net for line in plan.lines) == 10
    assert plan.notes == ()


@pytest.mark.parametrize(
    "line",
    [
        bundle("1", "BOX", "2.00"),
        replace(bundle("1", "BOX", "0"), subtotal=Decimal(2)),
        replace(bundle("1", "BOX", "0"), is_bundle=False),
    ],
    ids=["has a price", "had a price before a coupon", "is no bundle"],
)
def test_other_lines_are_not_left_out(line: OrderLine) -> None:
    order = make_order(line, part("2", "MUG", "6.00"), total="6.00")
    assert leave_out_bundles(order, FOUND) == (order, ())


def test_a_bundle_without_parts_is_not_left_out() -> None:
    order = make_order(bundle("1", "BOX", "0"), part("2", "MUG", "6.00", of=""), total="6.00")
    assert leave_out_bundles(order, FOUND) == (order, ())


def test_an_archived_product_is_still_one() -> None:
    order = make_order(bundle("1", "BOX", "0"), part("2", "MUG", "6.00"), total="6.00")
    archived = {**FOUND, "BOX": [{"id": 3, "display_name": "Box", "active": False}]}
    assert leave_out_bundles(order, archived) == (order, ())


def test_a_bundle_within_a_bundle_names_both() -> None:
    lines = (bundle("1", "SET", "0"), bundle("2", "BOX", "0", of="1"), part("3", "MUG", "6.00", of="2"))
    kept, notes = leave_out_bundles(make_order(*lines, total="6.00"), FOUND)
    assert [line.name for line in kept.lines] == ["Thing SET – Thing BOX – Thing MUG"]
    assert len(notes) == 2


def test_bundles_that_name_each_other_come_to_an_end() -> None:
    lines = (bundle("1", "SET", "0", of="2"), bundle("2", "BOX", "0", of="1"), part("3", "MUG", "6.00", of="2"))
    kept, _ = leave_out_bundles(make_order(*lines, total="6.00"), FOUND)
    assert [line.external_id for line in kept.lines] == ["3"]
