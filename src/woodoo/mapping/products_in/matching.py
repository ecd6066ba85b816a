"""Which product of Odoo a product of the store is, and which variants its variations are.

| looked for, in this order                                   | found                                          |
|-------------------------------------------------------------|------------------------------------------------|
| the link of an earlier run, where its record is still there | that one, whatever SKU it has by now           |
| the SKU                                                     | the one that has it; of several the active one |
| the barcode                                                 | the same                                       |
| a variation of a product that was found: its options        | the variant with these options                 |

Decides that nothing is guessed: a SKU that several active products have, or that belongs to another product of the
store already, and variations that lie in several products of Odoo are refused, with all of them named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ...domain.errors import DataError
from ...domain.product import Kind, Product, Variant
from .seen import Known, OdooTemplate, OdooVariant, Seen


@dataclass(frozen=True)
class Match:
    """What a product of the store is in Odoo; without a template it is not there."""

    template: OdooTemplate | None = None
    #: External id of a variant → the variant of Odoo. A simple product's is its own id.
    variants: Mapping[str, OdooVariant] = field(default_factory=dict)


def match_product(product: Product, seen: Seen, sku_field: str) -> Match:
    """Return what of Odoo a product is.

    Raises:
        DataError: where several could be meant.
    """
    known = seen.known.get(product.external_id, Known())
    _refuse_doubled(product, seen)
    if product.kind is Kind.SIMPLE:
        return _match_simple(product, known, seen, sku_field)
    found = {
        one.external_id: variant
        for one in product.variants
        if (variant := _find(product, one, known.variant_ids.get(one.external_id, 0), seen, sku_field))
    }
    template_ids = {variant.template_id for variant in found.values()}
    if known.template_id in seen.templates:
        template_ids.add(known.template_id)
    if len(template_ids) > 1:
        raise _several_templates(product, [seen.templates[one] for one in sorted(template_ids)])
    if not template_ids:
        return Match()
    template = seen.templates[template_ids.pop()]
    found = _by_options(product, template, found)
    _refuse_shared(product, found)
    return Match(template, found)


def _match_simple(product: Product, known: Known, seen: Seen, sku_field: str) -> Match:
    linked = known.variant_ids.get(product.external_id, 0)
    if not linked and known.template_id in seen.templates:
        variants = seen.templates[known.template_id].variants
        linked = variants[0].odoo_id if len(variants) == 1 else 0
    found = _find(product, product, linked, seen, sku_field)
    if found is None:
        return Match()
    return Match(seen.templates[found.template_id], {product.external_id: found})


def _find(product: Product, record: Product | Variant, linked: int, seen: Seen, sku_field: str) -> OdooVariant | None:
    if linked in seen.variants:
        return seen.variants[linked]
    for field_name, value, found in (
        (sku_field, record.sku, seen.by_sku.get(record.sku, ())),
        ("barcode", record.barcode, seen.by_barcode.get(record.barcode, ())),
    ):
        if value and (one := _only(product, field_name, value, found)):
            owner = seen.taken.get(one.odoo_id)
            if owner and owner != record.external_id:
                raise _taken(product, field_name, value, one, owner)
            return one
    return None


def _only(product: Product, field_name: str, value: str, found: Sequence[OdooVariant]) -> OdooVariant | None:
    active = [one for one in found if one.active] or list(found)
    if len(active) <= 1:
        return active[0] if active else None
    names = ", ".join(one.shown for one in active)
    what = "barcode" if field_name == "barcode" else "SKU"
    raise DataError(
        f"{product.label} failed to sync because {len(active)} products in Odoo have the {what} {value}: {names}.",
        record=product.label,
        where=f"product.product -> {field_name}",
        fix=f"Leave the {what} on one of them, then retry.",
    )


def _by_options(product: Product, template: OdooTemplate, found: Mapping[str, OdooVariant]) -> dict[str, OdooVariant]:
    """Find the variants that have no SKU of their own by what they are chosen by."""
    matched = dict(found)
    for one in product.variants:
        if one.external_id in matched:
            continue
        taken = {variant.odoo_id for variant in matched.values()}
        fitting = [
            variant
            for variant in template.variants
            if variant.odoo_id not in taken and one.values and frozenset(one.key) <= template.values_of(variant)
        ]
        fitting = [variant for variant in fitting if variant.active] or fitting
        if len(fitting) == 1:
            matched[one.external_id] = fitting[0]
    return matched


def _refuse_doubled(product: Product, seen: Seen) -> None:
    for sku in filter(None, [product.sku, *(one.sku for one in product.variants)]):
        if owners := seen.doubled.get(sku):
            raise DataError(
                f"{product.label} failed to sync because {len(owners)} products of the store have the SKU {sku}: "
                f"{', '.join(owners)}.",
                record=product.label,
                where="products -> sku",
                fix="Leave the SKU on one of them in the store, then retry.",
            )


def _refuse_shared(product: Product, found: Mapping[str, OdooVariant]) -> None:
    owners: dict[int, str] = {}
    for external_id, variant in found.items():
        other = owners.setdefault(variant.odoo_id, external_id)
        if other != external_id:
            raise DataError(
                f"{product.label} failed to sync because its variations {_number(other)} and {_number(external_id)} "
                f"are both {variant.shown} in Odoo.",
                record=product.label,
                where="product.product",
                fix="Give each variation the SKU of its own variant, then retry.",
            )


def _number(external_id: str) -> str:
    return f"#{external_id.rpartition('/')[2]}"


def _several_templates(product: Product, templates: Sequence[OdooTemplate]) -> DataError:
    names = ", ".join(f"{one.name} (id {one.odoo_id})" for one in templates)
    return DataError(
        f"{product.label} failed to sync because its variations are variants of {len(templates)} products in Odoo: "
        f"{names}.",
        record=product.label,
        where="product.template",
        fix="Make them variants of one product in Odoo, or leave the SKUs on one of them, then retry.",
    )


def _taken(product: Product, field_name: str, value: str, variant: OdooVariant, owner: str) -> DataError:
    what = "barcode" if field_name == "barcode" else "SKU"
    return DataError(
        f"{product.label} failed to sync because the {what} {value} is that of {variant.shown} in Odoo, which product "
        f"{_number(owner)} of the store is already.",
        record=product.label,
        where=f"product.product -> {field_name}",
        fix=f"Give one of the two products of the store another {what}, then retry.",
    )
