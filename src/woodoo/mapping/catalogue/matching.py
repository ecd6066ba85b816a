"""Which product of the store a product of Odoo is: by SKU, else by barcode; never by guess.

| who has the SKU (barcode) in the store            | what follows                                |
|---------------------------------------------------|---------------------------------------------|
| nobody                                            | the store does not have it                  |
| one product of the same kind                      | that one                                    |
| for a variable one: variations of one product     | that product                                |
| variations of several products, or several        | refused, both named                         |
| a product of another kind                         | refused, both named                         |
| a product linked to another product of Odoo       | refused, both named                         |
| one that another product of Odoo was just found   | refused, both named: a store knows no case, |
| to be                                             | so AB-1 and ab-1 are one there              |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ...domain.errors import DataError
from ...domain.product import Kind, Product, split_variant
from .refusals import barcodes_of, skus_of


@dataclass(frozen=True)
class Owner:
    """Who has a SKU or barcode in the store."""

    #: The product, or `PARENT/VARIATION`.
    external_id: str
    name: str
    #: "simple", "variable", "variation" …
    kind: str

    @property
    def product_id(self) -> str:
        return split_variant(self.external_id)[0]


#: SKU or barcode, casefolded → who has it.
Owners = Mapping[str, Sequence[Owner]]


def match_product(product: Product, by_sku: Owners, by_barcode: Owners, linked_to: Callable[[str], int]) -> str:
    """Return the store's product id, or "".

    Args:
        product: as it is in Odoo.
        by_sku, by_barcode: who has which in the store.
        linked_to: store product id → template it is linked to; 0: none.

    Raises:
        DataError: several could be meant, or the wrong one has it.
    """
    for word, codes, owners in (("SKU", skus_of(product), by_sku), ("barcode", barcodes_of(product), by_barcode)):
        found = [(code, one) for code in codes for one in owners.get(code.casefold(), ())]
        if found:
            return _the_one(product, word, found, linked_to)
    return ""


def refuse_second(product: Product, first: Product, number: str) -> DataError:
    """Return why a product is not that of the store: another one of Odoo is."""
    reason = f"#{number} of the store has its SKU or barcode, and is {first.label} of Odoo by the same"
    return _refusal(product, reason, "SKU")


def _the_one(product: Product, word: str, found: Sequence[tuple[str, Owner]], linked_to: Callable[[str], int]) -> str:
    ids = list(dict.fromkeys(one.product_id for _, one in found))
    if len(ids) > 1:
        names = ", ".join(f"#{one.external_id} {one.name} ({code})" for code, one in found)
        raise _refusal(product, f"several products of the store have its {word}: {names}", word)
    wanted = "simple" if product.kind is Kind.SIMPLE else "variation"
    code, other = next(((code, one) for code, one in found if one.kind != wanted), ("", None))
    if other is not None and not (product.kind is Kind.VARIABLE and other.kind == "variable"):
        mine = "a simple product" if product.kind is Kind.SIMPLE else "a variant"
        reason = f"{word} {code} is {mine} in Odoo, but {_kind(other)} in the store: #{other.external_id} {other.name}"
        raise _refusal(product, reason, word)
    template = linked_to(ids[0])
    if template and template != product.odoo_id:
        code, one = found[0]
        reason = f"{word} {code} belongs to #{ids[0]} {one.name} of the store, which is product {template} of Odoo"
        raise _refusal(product, reason, word)
    return ids[0]


def _kind(owner: Owner) -> str:
    return {"simple": "a simple product", "variation": "a variation", "variable": "a variable product"}.get(
        owner.kind, f"a {owner.kind} product"
    )


def _refusal(product: Product, reason: str, word: str) -> DataError:
    return DataError(
        f"{product.label} cannot be matched: {reason}.",
        record=product.label,
        where="products",
        fix=f"Correct the {word} on one side.",
    )
