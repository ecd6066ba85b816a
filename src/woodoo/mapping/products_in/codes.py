"""SKUs and barcodes the store never had: those of Odoo stay, also where the store has the say.

Decides what an empty one means: a barcode that is no EAN, GTIN, UPC or ISBN no store can hold, an older WooCommerce has
no field for any, and a product may have been matched by the other of the two. So only one the store had and emptied is
emptied in Odoo.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from ...domain.product import Product, Variant
from .matching import Match
from .seen import Known, OdooVariant

CODES = ("sku", "barcode")
R = TypeVar("R", Product, Variant)


def had_codes(product: Product, known: Known) -> dict[str, frozenset[str]]:
    """Return which codes the product and each variant have in the store, or had once, by external id."""
    records: list[Product | Variant] = [product, *product.variants]
    return {
        one.external_id: known.had.get(one.external_id, frozenset())
        | {name for name in CODES if getattr(one, name).strip()}
        for one in records
    }


def with_codes_of_odoo(product: Product, match: Match, had: Mapping[str, frozenset[str]]) -> Product:
    """Return the product with the codes of Odoo in place of those the store never had."""

    def kept(record: R, odoo: OdooVariant | None) -> R:
        empty = [name for name in CODES if name not in had[record.external_id]] if odoo else []
        return replace(record, **{name: getattr(odoo, name) for name in empty}) if empty else record

    own = kept(product, match.variants.get(product.external_id))
    return replace(own, variants=tuple(kept(one, match.variants.get(one.external_id)) for one in product.variants))
