"""What the settings of a connection say about products on their way to the store, looked up once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from ...domain.ownership import Group, Owners

#: Kilograms of a unit of weight, and metres of a unit of length, as both sides spell them.
WEIGHTS: Mapping[str, Decimal] = {
    "kg": Decimal(1),
    "g": Decimal("0.001"),
    "lb": Decimal("0.45359237"),
    "lbs": Decimal("0.45359237"),
    "oz": Decimal("0.028349523125"),
}
LENGTHS: Mapping[str, Decimal] = {
    "m": Decimal(1),
    "cm": Decimal("0.01"),
    "mm": Decimal("0.001"),
    "in": Decimal("0.0254"),
    "yd": Decimal("0.9144"),
}
#: Groups this direction looks after itself.
GROUPS = (Group.NAMES, Group.PRICES, Group.CATEGORIES, Group.IMAGES)


@dataclass(frozen=True)
class CatalogueRules:
    """What holds for a batch of products."""

    owners: Owners = field(default_factory=Owners)
    repair: bool = True
    #: New products may be made in the store.
    create: bool = False
    #: sellable, chosen or linked.
    sent: str = "sellable"
    category_ids: frozenset[int] = frozenset()
    tag_ids: frozenset[int] = frozenset()
    status: str = "publish"
    archived_status: str = "draft"
    archived_variants: str = "private"
    sku_field: str = "default_code"
    description_field: str = ""
    short_description_field: str = ""
    #: Of the two fields, those that hold HTML.
    html_fields: frozenset[str] = frozenset()
    #: public, internal or none.
    categories: str = "internal"
    #: length, width, height → field that is there.
    dimension_fields: Mapping[str, str] = field(default_factory=dict)
    dimension_unit: str = "m"
    store_weight_unit: str = "kg"
    store_dimension_unit: str = "cm"
    #: Odoo sales tax id → tax class of the store, where the mapping of taxes says it.
    tax_classes: Mapping[int, str] = field(default_factory=dict)
    #: Groups that go over: images only where they are switched on.
    groups: tuple[Group, ...] = (Group.NAMES, Group.PRICES, Group.CATEGORIES)
    namespace: str = "woodoo"
    #: SKU of the product of the test run under way; those of others make and delete theirs by themselves.
    trial: str = ""
    #: Prices of products the store has go over once after this moment; None: whenever they change.
    prices_due: datetime | None = None

    def of_trial(self, sku: str) -> CatalogueRules:
        """Return the rules for the product of a test run: whatever is sent, and seen by nobody in the shop."""
        return replace(self, trial=sku, sent="sellable", status="private")
