"""Counts goods in Odoo (`stock.quant`): how many pieces of a product lie at a place.

Decides nothing about quantities. Setting an absolute quantity may be repeated; how it takes effect differs: at once up
to 14, when it is applied from 15 on (dialect `quant_apply_needed`; api-facts C.5).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ..domain.errors import ConfigError, DataError, WoodooError
from .records import Records, halved

_MODE = {"inventory_mode": True}


@dataclass(frozen=True)
class Counted:
    """Each product is in exactly one of the two."""

    #: Product → its quant.
    quants: Mapping[int, int] = field(default_factory=dict)
    errors: Mapping[int, WoodooError] = field(default_factory=dict)


def count_goods(records: Records, location: int, quantities: Mapping[int, Decimal]) -> Counted:
    """Set how many pieces of these products lie at a location; each product by itself where one is refused.

    Raises:
        ConfigError: the user may not adjust inventory.
    """
    quants: dict[int, int] = {}

    def attempt(products: Sequence[int]) -> None:
        rows = [
            {"product_id": one, "location_id": location, "inventory_quantity": float(quantities[one])}
            for one in products
        ]
        made = records.patiently(lambda: records.create("stock.quant", rows, _MODE))
        if records.client.dialect.quant_apply_needed:
            applied = records.action("stock.quant", "action_apply_inventory", made)
            for error in applied.errors.values():
                raise error
            if any(isinstance(answer, dict) and answer.get("res_model") for _, answer in applied.answers):
                raise DataError("Somebody moved it while it was counted.", where="stock.quant", fix="Count it again.")
        quants.update(zip(products, made, strict=True))

    try:
        result = halved(list(quantities), attempt)
    except ConfigError as error:
        if not error.where.startswith("stock.quant"):
            raise
        raise ConfigError(
            f"The Odoo user {records.client.endpoint.login} may not adjust inventory: {error.message}",
            where="stock.quant",
            fix="Give it the role Inventory / Administrator in Odoo, at least while goods are counted.",
        ) from error
    return Counted(quants, result.errors)


def newest_moves(records: Records, products: Iterable[int]) -> dict[int, int]:
    """Return the newest finished move of each product; products without any are left out."""
    domain = [("product_id", "in", sorted(set(products))), ("state", "=", "done")]
    rows: list[dict[str, Any]] = records.search_read("stock.move", domain, ["product_id"])
    return {row["product_id"]: row["id"] for row in rows}
