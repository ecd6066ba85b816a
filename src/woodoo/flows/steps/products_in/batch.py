"""The products of a batch on their way through Odoo: what is planned, what has come of it, and who dropped out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ....domain.errors import WoodooError
from ....domain.product import Product
from ....mapping.products_in.product_plan import ProductPlan
from ....mapping.products_in.product_rules import ProductRules
from ....mapping.products_in.product_template import Form, odoo_price


@dataclass
class Progress:
    """One product."""

    plan: ProductPlan
    template_id: int = 0
    #: External id of a variant → product.product.
    variant_ids: dict[str, int] = field(default_factory=dict)
    category_id: int | None = None
    #: (attribute, option) by names in one form → ids of attribute and value.
    values: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    #: Whether Odoo makes no variants by itself: one of its attributes is dynamic.
    one_by_one: bool = True
    notes: list[str] = field(default_factory=list)
    #: External ids of what has got its picture.
    pictures: set[str] = field(default_factory=set)

    @property
    def product(self) -> Product:
        return self.plan.product

    @property
    def record(self) -> str:
        """Its id in the store."""
        return self.plan.product.external_id


@dataclass
class ProductBatch:
    """The products that are still on their way, by the store's id."""

    rules: ProductRules
    form: Form
    progress: dict[str, Progress] = field(default_factory=dict)
    dropped: dict[str, tuple[Progress, WoodooError]] = field(default_factory=dict)

    @classmethod
    def of(cls, plans: Mapping[str, ProductPlan], rules: ProductRules, form: Form) -> ProductBatch:
        batch = cls(rules, form)
        for record, plan in plans.items():
            template = plan.match.template
            known = {external_id: one.odoo_id for external_id, one in plan.match.variants.items()}
            batch.progress[record] = Progress(plan, template.odoo_id if template else 0, known)
        return batch

    def __iter__(self) -> Iterator[Progress]:
        return iter(list(self.progress.values()))

    def __bool__(self) -> bool:
        return bool(self.progress)

    def drop(self, progress: Progress, error: WoodooError) -> None:
        """Take a product out; the others go on."""
        if not error.record:
            error.record = progress.product.label
            error.message = f"{progress.product.label} failed to sync: {error.message}"
        self.dropped[progress.product.external_id] = (progress, error)
        self.progress.pop(progress.product.external_id, None)

    def drop_all(self, errors: Iterable[tuple[Progress, WoodooError]]) -> None:
        for progress, error in errors:
            self.drop(progress, error)


def prices_of(product: Product, rules: ProductRules) -> dict[frozenset[tuple[str, str]], Decimal]:
    """Return what each variation costs, as Odoo holds it, by its values; those without a price are left out."""
    return {
        frozenset(one.key): odoo_price(one.prices.regular, product.tax_class, rules)
        for one in product.variants
        if one.prices.regular is not None
    }
