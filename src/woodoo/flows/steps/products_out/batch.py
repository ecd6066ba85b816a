"""The products of one batch on their way to the store: what fails drops out with its reason, the rest goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from ....domain.errors import DataError, WoodooError
from ....domain.ownership import Group, print_of
from ....domain.product import Product, Variant, values_of
from ....domain.text import same_name
from ....mapping.catalogue.product_plan import Part, ProductPlan
from ....odoo.products import AttributeRow


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

    def replace_part(self, number: int, part: Part) -> None:
        """Put another part in the place of that of a variant, by its id; 0: of the product itself."""
        plan = self.plan
        if number:
            variants = tuple(part if one.record.odoo_id == number else one for one in plan.variants)
            self.plan = replace(plan, variants=variants)
        else:
            self.plan = replace(plan, main=part)


@dataclass
class ProductBatch:
    """The products still under way, and those that dropped out with why, by template id."""

    products: dict[str, Going]
    dropped: dict[str, tuple[Going, WoodooError]] = field(default_factory=dict)
    #: The attributes of Odoo all products of the batch have, by id.
    attributes: Mapping[int, AttributeRow] = field(default_factory=dict)

    @property
    def orders(self) -> dict[str, list[str]]:
        """Return the options of each attribute in Odoo's order, by its name in one form."""
        found: dict[str, list[str]] = {}
        for one in self.attributes.values():
            found.setdefault(same_name(one.name), []).extend(one.values.values())
        return found

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


def kept_otherwise(part: Part, answer: Product | Variant, product: Product) -> DataError | None:
    """Return what is to be told where the store has made another SKU of the one it was given.

    WordPress takes signs out of it (`sanitize_text_field`): tags, `%` with two digits or letters, blanks in a row.
    """
    sku = part.record.sku
    written = Group.NAMES in part.groups and "sku" not in part.leave
    if not (written and sku) or answer.sku.casefold() == sku.casefold():
        return None
    return DataError(
        f"{product.label}: the store keeps its SKU {sku!r} as {answer.sku!r}, and so will its orders name it.",
        record=product.label,
        where="product.product -> default_code",
        fix="Give it a SKU without tags, percent signs and blanks in a row in Odoo.",
    )
