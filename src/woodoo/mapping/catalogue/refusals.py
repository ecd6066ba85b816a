"""What a person has to decide before a product goes to the store: no SKU, two owners of one, another kind, deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...domain.errors import DataError
from ...domain.product import Kind, Product

_MOST_NAMED = 5


def refuse_new(product: Product) -> None:
    """Refuse to create what nobody could find again: a product, or a variant, without SKU.

    Raises:
        DataError: naming it.
    """
    if product.kind is Kind.SIMPLE:
        if not product.sku:
            raise DataError(
                f"{product.label} has no SKU in Odoo, so it is not created in the store.",
                record=product.label,
                where="product.product -> default_code",
                fix="Give it an internal reference in Odoo.",
            )
        return
    if not product.variants:
        raise DataError(
            f"{product.label} has attributes to choose from, but no variants in Odoo.",
            record=product.label,
            where="product.template -> attribute_line_ids",
            fix="Create its variants in Odoo, or wait until one is sold.",
        )
    without = [", ".join(option for _, option in one.values) for one in product.variants if not one.sku]
    if without:
        named = "; ".join(without[:_MOST_NAMED]) + (" …" if len(without) > _MOST_NAMED else "")
        raise DataError(
            f"{product.label} has {len(without)} variant{'s' * (len(without) != 1)} without a SKU in Odoo: {named}.",
            record=product.label,
            where="product.product -> default_code",
            fix="Give each variant an internal reference in Odoo.",
        )


def refuse_kind(product: Product, store: Product) -> None:
    """Refuse to write on a grouped or external product, or one of a plugin's kind.

    Raises:
        DataError: naming both.
    """
    if store.kind is Kind.OTHER:
        raise DataError(
            f"{product.label} is neither a simple nor a variable product in the store (#{store.external_id}).",
            record=product.label,
            where=f"products/{store.external_id}",
            fix="Change its type in the store, or take the SKU off it there.",
        )


def store_lost_it(product: Product, external_id: str) -> DataError:
    """Say that a product was deleted in the store and is not to be created again."""
    return DataError(
        f"{product.label} was #{external_id} in the store and is deleted there.",
        record=product.label,
        where=f"products/{external_id}",
        fix="Restore it from the trash of the store, archive it in Odoo, or let products be created "
        "(settings -> create_products).",
    )


def refuse_shared_skus(product: Product, found: Mapping[str, Sequence[Mapping[str, Any]]], sku_field: str) -> None:
    """Refuse a SKU that several products of Odoo have; `found` as `find_skus` returns it.

    Raises:
        DataError: naming all of them.
    """
    for sku in skus_of(product):
        rows = found.get(sku, ())
        if len(rows) > 1:
            names = ", ".join(f"{row['display_name']} (id {row['id']})" for row in rows)
            raise DataError(
                f"{product.label} cannot go to the store because {len(rows)} products in Odoo have the SKU {sku}: "
                f"{names}.",
                record=product.label,
                where=f"product.product -> {sku_field}",
                fix="Leave the SKU on one of them.",
            )


def skus_of(product: Product) -> list[str]:
    """Return the SKUs of a product and its variants."""
    return [sku for sku in (product.sku, *(one.sku for one in product.variants)) if sku]


def barcodes_of(product: Product) -> list[str]:
    """Return the barcodes of a product and its variants."""
    return [code for code in (product.barcode, *(one.barcode for one in product.variants)) if code]
