"""The products of one batch on their way to the store: what fails drops out with its reason, the rest goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ....domain.errors import WoodooError
from ....domain.ownership import Group, print_of
from ....domain.product import Product, Variant, values_of
from ....mapping.catalogue.product_plan import Part, ProductPlan


@dataclass
class Going:
    """How far one product has come."""

    plan: ProductPlan
    #: Its number in the store; empty until it has one.
    external_id: str = ""
    #: As the store has it after the writing.
    product: Product | None = None
    #: Variant id → its variation, and as the store has it after the writing.
    variations: dict[int, str] = field(default_factory=dict)
    variants: dict[int, Variant] = field(default_factory=dict)
    #: Variants the store did not take, and why.
    refused: dict[int, WoodooError] = field(default_factory=dict)
    #: Why it was not written: a variation of the batch, written after it, has its code.
    blocked: WoodooError | None = None
    #: Pictures that cannot go, and why.
    problems: list[WoodooError] = field(default_factory=list)
    #: The store's answers show that something else was changed there, or that the product is gone.
    again: bool = False

    @property
    def record(self) -> str:
        return str(self.plan.product.odoo_id)


@dataclass
class ProductBatch:
    """The products still under way, and those that dropped out with why, by template id."""

    products: dict[str, Going]
    dropped: dict[str, tuple[Going, WoodooError]] = field(default_factory=dict)
    #: The options of each attribute in Odoo's order, by its name in one form.
    orders: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Going]:
        return iter(list(self.products.values()))

    def drop(self, going: Going, error: WoodooError) -> None:
        """Take a product out, with the reason."""
        self.products.pop(going.record, None)
        self.dropped[going.record] = (going, error)


def changed_meanwhile(part: Part, answer: Product | Variant) -> bool:
    """Say whether the store's answer to a write shows another change there, in a group that was not written."""
    if part.known is None or part.store is not None:
        return False
    known = part.known.store
    others = [group for group in Group if group in known and group not in part.groups]
    return any(print_of(values_of(answer, group)) != known[group] for group in others)
