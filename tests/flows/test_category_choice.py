"""Which categories of Odoo go to the store where the settings leave it open."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from woodoo.flows.sides import Memory, Sides
from woodoo.flows.steps.products_out.rules import categories_meant


def sides(chosen: str, *, app: bool, sorted_in: list[int]) -> Sides:
    def search(model: str, domain: Any, *, limit: int) -> list[int]:
        assert (model, domain, limit) == ("product.template", [("public_categ_ids", "!=", False)], 1)
        return sorted_in

    client = SimpleNamespace(dialect=SimpleNamespace(product_public_categories=app))
    odoo = SimpleNamespace(client=client, search=search)
    return cast(Sides, SimpleNamespace(settings=SimpleNamespace(categories_from=chosen), odoo=odoo, memory=Memory()))


@pytest.mark.parametrize(
    ("chosen", "app", "sorted_in", "meant"),
    [
        ("auto", False, [], "internal"),
        ("auto", True, [], "internal"),
        ("auto", True, [7], "public"),
        ("public", True, [], "public"),
        ("internal", True, [7], "internal"),
        ("none", True, [7], "none"),
    ],
)
def test_ecommerce_categories_count_by_themselves_only_once_a_product_is_in_one(
    chosen: str, app: bool, sorted_in: list[int], meant: str
) -> None:
    assert categories_meant(sides(chosen, app=app, sorted_in=sorted_in)) == meant
