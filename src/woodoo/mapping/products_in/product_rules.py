"""What plans of products from the store depend on besides the two records: settings, and what Odoo says of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ...domain.ownership import Owners
from ..rules import Tax


@dataclass(frozen=True)
class ProductRules:
    """The rules of one connection."""

    owners: Owners = field(default_factory=Owners)
    #: Products are changed, and made where Odoo lacks them.
    take: bool = False
    create: bool = False
    #: Products go to the store, too.
    send: bool = False
    repair: bool = True
    #: What the store deletes is archived.
    archive: bool = True
    sku_field: str = "default_code"
    #: "store", "storable", "consumable" or "service": what new products are.
    product_type: str = "store"
    #: Decimals of a price in Odoo; None where it keeps prices as given.
    price_digits: int | None = 2
    #: The store's prices hold the tax.
    prices_include_tax: bool = False
    #: Tax class of the store ("" is the standard one) → the sales tax of Odoo, where it can be told.
    taxes: Mapping[str, Tax] = field(default_factory=dict)
    #: Tax class → the taxes of Odoo that are meant by it, where that is not one; of a store that has rates at all.
    untold_taxes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    has_rates: bool = False
    #: Fields of the template that take the descriptions; empty: none. Those of them that take markup.
    description_field: str = "description_sale"
    short_description_field: str = ""
    html_fields: frozenset[str] = frozenset()
    #: Kilograms (or what Odoo weighs in) of one unit of the store's weights.
    weight_factor: Decimal = Decimal(1)
