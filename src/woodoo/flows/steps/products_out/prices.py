"""What the variants of a batch cost in the store."""

from __future__ import annotations

from collections.abc import Mapping

from ....domain.errors import WoodooError
from ....domain.money import to_decimal
from ....domain.product import Prices
from ....odoo.products import ProductRows
from ...sides import Sides


def read_prices(sides: Sides, rows: ProductRows) -> Mapping[int, Prices | WoodooError]:
    """Return the prices of each variant by its id, or why they cannot be said."""
    return {row["id"]: Prices(to_decimal(row["lst_price"])) for variants in rows.variants.values() for row in variants}
