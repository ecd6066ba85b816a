"""What of a product of the store needs a person before it can be made or changed in Odoo."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from math import prod

from ...domain.errors import DataError
from ...domain.product import Product, Variant, number_text
from ...domain.text import same_name
from .matching import Match
from .seen import Seen

#: Combinations of values Odoo makes variants of at once (product.dynamic_variant_limit).
MOST_COMBINATIONS = 1000
_WHERE = "products -> attributes"
#: How many times what it was a price is that lost its comma: a hundred times, and changed in the same moment.
_COMMA_LOST = Decimal(50), Decimal(200)


def refuse_unreadable(product: Product) -> None:
    """Refuse what is no number where one has to be, such as a price with a comma."""
    for name, text in product.unreadable:
        raise DataError(
            f"{product.label} failed to sync because its {name} is '{text}', which is no number.",
            record=product.label,
            where=f"products -> {name}",
            fix="Write it with a point and without other signs in the store, then retry.",
        )


def refuse_lost_comma(product: Product, given: Decimal, wanted: Decimal, there: Decimal) -> None:
    """Refuse a price that looks as if its comma had been lost: WooCommerce makes 1250 of 12,50 and tells nobody.

    Args:
        product: the product.
        given: its price, or that of a variation, as the store has it.
        wanted: the same as Odoo would have it.
        there: what Odoo has.
    """
    lost = given == given.to_integral_value() and there > 0
    if lost and (_COMMA_LOST[0] * there <= wanted <= _COMMA_LOST[1] * there or wanted == 10 * there):
        raise DataError(
            f"{product.label} failed to sync because it costs {number_text(wanted)} in the store and "
            f"{number_text(there)} in Odoo: of a price typed with a comma, such as 12,50, WooCommerce may make 1250.",
            record=product.label,
            where="products -> regular_price",
            fix="Correct the price in the store. If it is right, enter it in Odoo, too, then retry.",
        )


def refuse_options(product: Product) -> None:
    """Refuse variations that no variant of Odoo can be: for any value of an attribute, or two with the same values."""
    wanted = {same_name(one.name): one.name for one in product.attributes if one.variation}
    seen: dict[tuple[tuple[str, str], ...], Variant] = {}
    for variant in product.variants:
        number = variant.external_id.rpartition("/")[2]
        given = {name for name, _ in variant.key}
        if open_ones := [name for key, name in wanted.items() if key not in given]:
            raise DataError(
                f"{product.label} failed to sync because its variation #{number} is for any {open_ones[0]}; a variant "
                "in Odoo has one value of each attribute.",
                record=product.label,
                where=_WHERE,
                fix=f"Choose the {open_ones[0]} of that variation in the store, then retry.",
            )
        other = seen.setdefault(variant.key, variant)
        if other is not variant:
            raise DataError(
                f"{product.label} failed to sync because its variations #{other.external_id.rpartition('/')[2]} and "
                f"#{number} are for the same options.",
                record=product.label,
                where=_WHERE,
                fix="Delete one of them in the store, or choose other options for it, then retry.",
            )


def refuse_taken_codes(product: Product, match: Match, seen: Seen, external_ids: Iterable[str], sku_field: str) -> None:
    """Refuse to give a variant the SKU or barcode that another product of Odoo has."""
    records: dict[str, Product | Variant] = {one.external_id: one for one in product.variants}
    for external_id in external_ids:
        record, own = records.get(external_id, product), match.variants.get(external_id)
        for name, what, value, found in (
            (sku_field, "SKU", record.sku, seen.by_sku.get(record.sku, ())),
            ("barcode", "barcode", record.barcode, seen.by_barcode.get(record.barcode, ())),
        ):
            others = [one for one in found if own and value and one.odoo_id != own.odoo_id]
            if own and others:
                raise DataError(
                    f"{product.label} failed to sync because {own.shown} in Odoo would get the {what} {value}, which "
                    f"{others[0].shown} has.",
                    record=product.label,
                    where=f"product.product -> {name}",
                    fix=f"Take the {what} off that product in Odoo, or correct it in the store, then retry.",
                )


def refuse_too_many(product: Product, counts: list[int]) -> None:
    """Refuse what Odoo would make too many variants of. `counts`: values of each attribute that makes variants."""
    combinations = prod(counts)
    if combinations > MOST_COMBINATIONS:
        raise DataError(
            f"{product.label} failed to sync because its attributes make {combinations} variants in Odoo, which makes "
            f"{MOST_COMBINATIONS} at most of attributes that create their variants at once.",
            record=product.label,
            where="product.attribute -> create_variant",
            fix="Have one of the attributes in Odoo create its variants dynamically, which has to be set before it is "
            "used; or split the product in the store, then retry.",
        )


def attribute_makes_none(product: Product, name: str) -> DataError:
    """Return the refusal of an attribute whose values make no variants."""
    return DataError(
        f"{product.label} failed to sync because its variations differ by {name}, and the attribute {name} in Odoo "
        "makes no variants (create_variant: never).",
        record=product.label,
        where="product.attribute -> create_variant",
        fix="Rename that attribute in Odoo, so that one that makes variants can be made, then retry.",
    )


def attribute_is_several(product: Product, name: str, ids: list[int]) -> DataError:
    """Return the refusal of an attribute that Odoo has more than once."""
    return DataError(
        f"{product.label} failed to sync because Odoo has {len(ids)} attributes {name} (ids "
        f"{', '.join(map(str, ids))}), and which one is meant cannot be told.",
        record=product.label,
        where="product.attribute -> name",
        fix="Rename all but one of them in Odoo, then retry.",
    )


def attribute_is_missing(product: Product, name: str, template: str) -> DataError:
    """Return the refusal of an attribute that the product does not have in Odoo."""
    return DataError(
        f"{product.label} failed to sync because it has variations by {name}, which {template} in Odoo does not have; "
        "adding an attribute would delete its variants there.",
        record=product.label,
        where="product.template -> attribute_line_ids",
        fix=f"Add {name} to the product in Odoo yourself, or leave it away in the store, then retry.",
    )


def store_is_empty(external_id: str) -> DataError:
    """Return the refusal to take a product for deleted where the store lists none at all: more likely it is another."""
    return DataError(
        f"Product #{external_id} is not in the store, which lists no product at all, so it is not taken for deleted.",
        record=f"Product #{external_id}",
        where=f"products/{external_id}",
        fix="Check that the address leads to the right store. If it was emptied on purpose, archive it in Odoo.",
    )
