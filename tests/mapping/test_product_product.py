"""Which product a line means: the one with its SKU, a placeholder where the settings name one, never the wrong one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.mapping.orders import make_line, make_order, make_rules
from woodoo.domain.errors import DataError
from woodoo.domain.order import OrderLine
from woodoo.mapping.documents.product_product import match_products

MUG = {"id": 50, "display_name": "Mug", "active": True}
CUP = {"id": 51, "display_name": "Cup", "active": True}
OLD = {"id": 52, "display_name": "Old mug", "active": False}
LINE = make_line("10.00")
VARIATION = replace(LINE, sku="", parent_sku="SHIRT", variation_id="8", name="Shirt - Red")
DELETED = replace(LINE, sku="", product_id="", name="Tea Green")


def match(line: OrderLine, found: dict[str, Any], **rules: object) -> Any:
    return match_products(make_order(line, total="10.00"), found, make_rules(**rules))


def test_the_one_active_product_with_the_sku_is_meant() -> None:
    assert match(LINE, {"MUG": [MUG, OLD]}).ids == {"1": 50}


def test_a_placeholder_does_not_stand_in_for_a_product_that_is_there() -> None:
    matched = match(LINE, {"MUG": [MUG]}, placeholder_product_id=99)
    assert (matched.ids, matched.replaced, matched.notes) == ({"1": 50}, frozenset(), ())


@pytest.mark.parametrize(
    ("line", "found", "says"),
    [
        (VARIATION, {"SHIRT": [MUG]}, "the SKU SHIRT it shows is that of its parent product, which would be the wrong"),
        (DELETED, {}, "the product of the line 'Tea Green' was deleted in the store"),
        (replace(LINE, sku=""), {}, "the line 'Thing MUG' has no SKU in the store"),
        (LINE, {}, "product SKU MUG was not found in Odoo product.product -> default_code"),
        (LINE, {"MUG": [OLD]}, "It is on the archived product Old mug"),
        (LINE, {"MUG": [MUG, CUP]}, "2 products in Odoo have the SKU MUG: Mug (id 50), Cup (id 51)"),
    ],
)
def test_what_no_product_can_be_told_for_is_parked(line: OrderLine, found: dict[str, Any], says: str) -> None:
    with pytest.raises(DataError) as parked:
        match(line, found)
    assert parked.value.message.startswith("Order #1054 failed to sync because ")
    assert says in parked.value.message
    assert (parked.value.where, bool(parked.value.fix)) == ("product.product -> default_code", True)


def test_a_variation_without_a_sku_names_itself_and_its_parent_s() -> None:
    with pytest.raises(DataError, match=r"'Shirt - Red' has no SKU of its own .* SHIRT") as parked:
        match(VARIATION, {"SHIRT": [MUG]})
    assert parked.value.fix == "Give the variation the SKU its product has in Odoo, then retry."


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (LINE, "Odoo has no product with the SKU MUG"),
        (replace(LINE, sku=""), "it has no SKU in the store"),
        (DELETED, "its product was deleted in the store"),
        (VARIATION, "only that of its parent product (SHIRT)"),
    ],
)
def test_a_placeholder_stands_in_for_what_odoo_does_not_have_and_says_so(line: OrderLine, why: str) -> None:
    matched = match(line, {"SHIRT": [MUG]}, placeholder_product_id=99)
    assert (matched.ids, matched.replaced) == ({"1": 99}, {"1"})
    assert why in matched.notes[0]
    assert line.name in matched.notes[0]


@pytest.mark.parametrize("products", [[OLD], [MUG, CUP]])
def test_archived_and_doubled_products_are_parked_even_with_a_placeholder(products: list[Any]) -> None:
    with pytest.raises(DataError):
        match(LINE, {"MUG": products}, placeholder_product_id=99)


def test_the_place_names_the_field_that_was_looked_in() -> None:
    with pytest.raises(DataError) as parked:
        match(LINE, {}, sku_field="barcode")
    assert parked.value.where == "product.product -> barcode"
