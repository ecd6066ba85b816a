"""What the variants of a batch cost in the store.

Decides that a pricelist that cannot be used keeps nothing back but prices.
"""

from __future__ import annotations

from collections.abc import Mapping

from ....domain.errors import ConfigError, WoodooError
from ....domain.product import Prices
from ....mapping.prices.store_prices import Offer
from ....odoo.products import ProductRows
from ...price_book import read_offers
from ...sides import Sides


def read_prices(sides: Sides, rows: ProductRows) -> Mapping[int, Offer | WoodooError]:
    """Return the prices of each variant by its id, or why they cannot be said."""
    ids = [row["id"] for variants in rows.variants.values() for row in variants]
    try:
        return read_offers(sides, ids) if ids else {}
    except ConfigError as error:
        return dict.fromkeys(ids, error)


def prices_of(offers: Mapping[int, Offer | WoodooError]) -> Mapping[int, Prices | WoodooError]:
    """Return the prices alone."""
    return {one: offer.prices if isinstance(offer, Offer) else offer for one, offer in offers.items()}
