"""What Odoo has of a batch of the store's products: templates, their variants, and what tells variants apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ...domain.ownership import Group

#: A value of an attribute by names in one form: ("color", "red").
Value = tuple[str, str]


@dataclass(frozen=True)
class Choice:
    """A value as one template offers it (`product.template.attribute.value`)."""

    odoo_id: int
    #: Ids of the attribute, the value and the template's line.
    attribute_id: int
    value_id: int
    line_id: int
    value: Value
    price_extra: Decimal
    active: bool = True


@dataclass(frozen=True)
class OdooVariant:
    """A variant (`product.product`). Of a product without attributes there is one."""

    odoo_id: int
    template_id: int
    name: str
    #: What the setting `sku_field` names.
    sku: str = ""
    barcode: str = ""
    active: bool = True
    #: Its choices; no_variant ones are not among them.
    choice_ids: frozenset[int] = frozenset()

    @property
    def shown(self) -> str:
        """As a message names it."""
        return f"{self.name} (id {self.odoo_id}{'' if self.active else ', archived'})"


@dataclass(frozen=True)
class OdooTemplate:
    """A product (`product.template`) with all its variants, archived ones included."""

    odoo_id: int
    name: str
    active: bool
    list_price: Decimal
    variants: tuple[OdooVariant, ...] = ()
    choices: Mapping[int, Choice] = field(default_factory=dict)
    #: What it says in the form of the comparison (held.py), and what each variant says, by product.product.
    values: Mapping[Group, Mapping[str, Any]] = field(default_factory=dict)
    variant_values: Mapping[int, Mapping[Group, Mapping[str, Any]]] = field(default_factory=dict)

    @property
    def attribute_lines(self) -> Mapping[str, int]:
        """Attribute by its name in one form → the line that offers it."""
        return {choice.value[0]: choice.line_id for choice in self.choices.values()}

    def values_of(self, variant: OdooVariant) -> frozenset[Value]:
        """Return what a variant is chosen by."""
        return frozenset(self.choices[one].value for one in variant.choice_ids if one in self.choices)

    def price_of(self, variant: OdooVariant) -> Decimal:
        """Return what a variant costs."""
        extras = (self.choices[one].price_extra for one in variant.choice_ids if one in self.choices)
        return sum(extras, self.list_price)


@dataclass(frozen=True)
class Prints:
    """What a record was like on both sides when it was looked at last, by group of fields."""

    store: Mapping[Group, str] = field(default_factory=dict)
    odoo: Mapping[Group, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """What earlier runs know of one product of the store."""

    template_id: int = 0
    #: External id of a variant (`PARENT/VARIATION`, or the product's) → product.product.
    variant_ids: Mapping[str, int] = field(default_factory=dict)
    #: What the product and each variant were like when they were looked at last, by external id.
    prints: Mapping[str, Prints] = field(default_factory=dict)
    #: What the flow from Odoo to the store has left there, by external id and group: its echo brings no news.
    sent: Mapping[str, Mapping[Group, str]] = field(default_factory=dict)
    #: External id → which codes and descriptions the store had at some time.
    had: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Seen:
    """What Odoo has of the products of a batch."""

    variants: Mapping[int, OdooVariant] = field(default_factory=dict)
    templates: Mapping[int, OdooTemplate] = field(default_factory=dict)
    #: SKU, barcode → the variants that have it, archived ones too.
    by_sku: Mapping[str, Sequence[OdooVariant]] = field(default_factory=dict)
    by_barcode: Mapping[str, Sequence[OdooVariant]] = field(default_factory=dict)
    #: Store product → what is known of it.
    known: Mapping[str, Known] = field(default_factory=dict)
    #: product.product → the store's variant it belongs to already.
    taken: Mapping[int, str] = field(default_factory=dict)
    #: Products and variants of the store that were linked and are gone from it: what they were linked to is free.
    freed: frozenset[str] = frozenset()
    #: SKU → the products of this batch that have it, as a message names them, where several do.
    doubled: Mapping[str, Sequence[str]] = field(default_factory=dict)
