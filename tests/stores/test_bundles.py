"""Bundles and their parts are told by the marks of the plugins that sell them."""

from __future__ import annotations

from typing import Any

import pytest

from woodoo.stores.woocommerce.orders import to_domain

from .samples import order

KEY, OTHER = "a3f5" * 8, "b7c1" * 8


def line(number: int, total: str, product: int, /, extra: dict[str, Any] | None = None, **meta: Any) -> dict[str, Any]:
    return {
        "id": number,
        "name": f"Thing {number}",
        "product_id": product,
        "variation_id": 0,
        "quantity": 1,
        "tax_class": "",
        "subtotal": total,
        "total": total,
        "total_tax": "0",
        "taxes": [],
        "sku": f"SKU-{product}",
        "meta_data": [{"id": 1, "key": key, "value": value} for key, value in meta.items()],
        **(extra or {}),
    }


def told(*lines: dict[str, Any]) -> list[tuple[str, bool, str]]:
    """Return of each line its id, whether it is a bundle, and whose part it is."""
    placed = to_domain(order(102) | {"line_items": list(lines)}, 2)
    return [(one.external_id, one.is_bundle, one.part_of) for one in placed.lines]


BUNDLES = {
    "Product Bundles": (
        {"_bundle_cart_key": KEY, "_bundled_items": [OTHER]},
        {"_bundled_by": KEY, "_bundle_cart_key": OTHER, "_bundled_item_id": "3"},
    ),
    "YITH, paid": ({"_yith_bundle_cart_key": KEY, "_cartstamp": {"1": {}}}, {"_bundled_by": KEY}),
    "YITH, free": ({"_cartstamp": {"1": {}}}, {"_bundled_by": KEY}),
    "Composite Products": (
        {"_composite_cart_key": KEY, "_composite_children": [OTHER]},
        {"_composite_parent": KEY, "_composite_item": "1588", "_composite_cart_key": OTHER},
    ),
    "Mix and Match": ({"_mnm_cart_key": KEY, "_mnm_config": {"7": {}}}, {"_mnm_container": KEY}),
    "WPC Product Bundles": ({"_woosb_ids": "11/ab/1,12/cd/1"}, {"_woosb_parent_id": "100"}),
    "WPC Composite Products": ({"_wooco_ids": "11/1,12/1"}, {"_wooco_parent_id": 100}),
    "an old WPC": ({"woosb_ids": "11/1"}, {"woosb_parent_id": "100"}),
}


@pytest.mark.parametrize("plugin", BUNDLES)
def test_a_bundle_and_its_parts_are_known_by_their_marks(plugin: str):
    bundle, part = BUNDLES[plugin]
    lines = told(line(1, "5", 99), line(2, "0", 100, **bundle), line(3, "6", 11, **part), line(4, "4", 12, **part))
    assert lines == [("1", False, ""), ("2", True, ""), ("3", False, "2"), ("4", False, "2")]


def test_two_bundles_of_one_product_keep_their_own_parts():
    box, part = {"_woosb_ids": "11/1"}, {"_woosb_parent_id": "100"}
    lines = told(line(1, "0", 100, **box), line(2, "6", 11, **part), line(3, "0", 100, **box), line(4, "6", 11, **part))
    assert [part for _, _, part in lines] == ["", "1", "", "3"]


def test_the_line_a_plugin_names_in_the_api_counts_first():
    lines = told(
        line(1, "9", 100, _bundle_cart_key=KEY, _bundled_items=[OTHER]),
        line(2, "9", 100, _bundle_cart_key=KEY, _bundled_items=[OTHER]),
        line(3, "0", 11, {"bundled_by": 1}, _bundled_by=KEY),
    )
    assert lines[2] == ("3", False, "1")


def test_a_bundle_inside_a_composite_is_part_and_bundle():
    lines = told(
        line(1, "0", 100, _composite_cart_key=KEY, _composite_children=[OTHER]),
        line(2, "0", 50, _composite_parent=KEY, _bundle_cart_key=OTHER, _bundled_items=["x"]),
        line(3, "6", 11, _bundled_by=OTHER),
    )
    assert lines == [("1", True, ""), ("2", True, "1"), ("3", False, "2")]


def test_a_part_whose_bundle_is_gone_is_an_ordinary_line():
    assert told(line(1, "6", 11, _bundled_by=KEY), line(2, "3", 12)) == [("1", False, ""), ("2", False, "")]


def test_ordinary_lines_are_no_bundles():
    assert not any(bundle or part for _, bundle, part in told(line(1, "6", 11, _reduced_stock="1"), line(2, "3", 12)))
