"""SKUs, barcodes and descriptions the store never had: those of Odoo stay, also where the store has the say.

Decides what an empty one means: a barcode that is no EAN, GTIN, UPC or ISBN no store can hold, an older WooCommerce has
no field for any, a product may have been matched by the other of the two, and a text of Odoo may be for its quotations
alone. So only what the store had and emptied is emptied in Odoo.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from ...domain.product import Product, Variant
from .matching import Match
from .seen import Known, OdooVariant

CODES = ("sku", "barcode")
#: Of a product only; those of variations stay in the store.
TEXTS = ("description", "short_description")
R = TypeVar("R", Product, Variant)


def ever_had(product: Product, known: Known) -> dict[str, frozenset[str]]:
    """Return which of these the product and each variant have in the store, or had once, by external id."""
    found = {one.external_id: _has(one, CODES) for one in product.variants}
    found[product.external_id] = _has(product, (*CODES, *TEXTS))
    return {external_id: has | known.had.get(external_id, frozenset()) for external_id, has in found.items()}


def _has(record: Product | Variant, names: Sequence[str]) -> frozenset[str]:
    return frozenset(name for name in names if getattr(record, name).strip())


def with_codes_of_odoo(product: Product, match: Match, had: Mapping[str, frozenset[str]]) -> Product:
    """Return the product with the codes of Odoo in place of those the store never had."""

    def kept(record: R, odoo: OdooVariant | None) -> R:
        empty = [name for name in CODES if name not in had[record.external_id]] if odoo else []
        return replace(record, **{name: getattr(odoo, name) for name in empty}) if empty else record

    own = kept(product, match.variants.get(product.external_id))
    return replace(own, variants=tuple(kept(one, match.variants.get(one.external_id)) for one in product.variants))
