"""Kits move with their components, at any depth; without Manufacturing there are none."""

from __future__ import annotations

from typing import Any

from woodoo.domain.errors import ConfigError
from woodoo.odoo.kits import Kits, read_kits


class Recipes:
    """An Odoo whose template 50 (variants 5 and 6) is a kit of 1 and 2, and whose product 9 is a kit of 5 and 3."""

    def search_read(self, model: str, domain: Any, fields: Any) -> list[dict[str, Any]]:
        return {
            "mrp.bom": [
                {"id": 1, "product_id": False, "product_tmpl_id": 50},
                {"id": 2, "product_id": 9, "product_tmpl_id": 90},
            ],
            "mrp.bom.line": [
                {"bom_id": 1, "product_id": 1},
                {"bom_id": 1, "product_id": 2},
                {"bom_id": 2, "product_id": 5},
                {"bom_id": 2, "product_id": 3},
            ],
            "product.product": [{"id": 5, "product_tmpl_id": 50}, {"id": 6, "product_tmpl_id": 50}],
        }[model]


class NoRecipes:
    def search_read(self, model: str, domain: Any, fields: Any) -> list[dict[str, Any]]:
        raise ConfigError(f"Odoo does not know the model {model}.", where=model)


def test_a_kit_moves_with_its_components_and_with_those_of_kits_in_it():
    kits = read_kits(Recipes())  # type: ignore[arg-type]
    assert kits.products == {5, 6, 9}
    assert kits.holding([1]) == {5, 6, 9}
    assert kits.holding([3]) == {9}
    assert kits.holding([7]) == frozenset()


def test_kits_that_hold_each_other_end_somewhere():
    assert Kits(frozenset({1, 2}), {1: frozenset({2}), 2: frozenset({1})}).holding([1]) == {1, 2}


def test_without_manufacturing_or_the_right_to_see_it_there_are_none():
    assert read_kits(NoRecipes()) == Kits()  # type: ignore[arg-type]
