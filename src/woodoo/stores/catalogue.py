"""What a flow may ask of a store's catalogue: products with their variations, and the lists they are sorted by.

Decides that everything takes a list, and that one product the store refuses never holds up the others: it comes back
with its error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from ..domain.errors import DataError, WoodooError
from ..domain.ownership import Group
from ..domain.product import Attribute, Product, Variant
from .base import Changed, Fetched


@dataclass(frozen=True)
class Owned:
    """That a product or a variation of the store has a SKU or barcode."""

    #: The product, or `PARENT/VARIATION`.
    external_id: str
    sku: str
    barcode: str
    name: str
    #: "simple", "variable", "variation", "grouped" …
    kind: str
    status: str = ""


@dataclass(frozen=True)
class StoreTerm:
    """A category, a tag or an option of an attribute."""

    external_id: str
    name: str
    slug: str = ""
    #: Of a category: the one above it; empty: none.
    parent_id: str = ""


@dataclass(frozen=True)
class Units:
    """The units the store keeps measures in, as WooCommerce writes them: kg, g, lbs, oz; m, cm, mm, in, yd."""

    weight: str
    dimension: str


@dataclass(frozen=True)
class ProductWrite:
    """What is to be written of a product, or of a variant.

    Attributes, categories and tags carry the store's ids (`ensure_…`). A write without `external_id` creates.
    """

    record: Product | Variant
    #: The groups of fields to write; of a new one, those it is given.
    groups: frozenset[Group]
    external_id: str = ""
    #: Fields left as the store has them (names as in `woodoo.domain.product.values_of`).
    leave: frozenset[str] = frozenset()
    #: Meta data to set.
    meta: Mapping[str, Any] = field(default_factory=dict)
    #: Other fields to set, by the store's names; what images and languages need beside the above.
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Written:
    """What came of one write, in the order in which they were asked for."""

    external_id: str = ""
    #: As the store has it now; a product without its variants.
    record: Product | Variant | None = None
    error: WoodooError | None = None
    #: A category, tag or attribute that was sent is gone from the store, which has left it out silently. The lists
    #: it was taken from are read afresh the next time.
    lost: bool = False


class Catalogue(Protocol):
    """The products of a store. Raises the errors of `woodoo.domain.errors`."""

    # Reading

    def fetch_products(self, external_ids: Sequence[str]) -> Fetched[Product]:
        """Read those products whole, variants included; those in the trash with status "trash"."""

    def parents_of(self, external_ids: Sequence[str]) -> Mapping[str, str]:
        """Return whose variations these ids are, as far as they are variations."""

    def download(self, src: str) -> bytes:
        """Return a picture of a product.

        Raises:
            DataError: where it is none, or too large.
        """

    def find_by_skus(self, skus: Iterable[str]) -> Sequence[Owned]:
        """Return what has one of these SKUs, products and variations alike, whatever the case."""

    def find_by_barcodes(self, barcodes: Iterable[str]) -> Sequence[Owned]:
        """Return what has one of these barcodes."""

    def find_by_slugs(self, slugs: Iterable[str]) -> Mapping[str, str]:
        """Return the ids of the products with these slugs, the trash left out."""

    def find_by_meta(self, key: str, values: Iterable[str]) -> Mapping[str, str]:
        """Return the ids of variable products whose meta data has one of these values, among the newest thousand."""

    def changed_products(self, since: datetime | None) -> Iterator[Changed]:
        """Yield products modified at or after `since` (aware UTC; None: all), oldest change first, lightly."""

    def every_product(self) -> Iterator[Owned]:
        """Yield all products lightly, without variations and without the trash."""

    def product_page(self, page: int) -> tuple[Sequence[Owned], int]:
        """Return a page of all products by ascending id, from 1, and how many pages there are."""

    def variations_of(self, product: Owned) -> Sequence[Owned]:
        """Return the variations of a variable product lightly; one that shows its product's SKU has none."""

    def count_products(self) -> int:
        """Return how many products there are, without variations and without the trash."""

    def units(self) -> Units: ...

    def tax_classes(self) -> Sequence[StoreTerm]:
        """Return the tax classes; the id is the class's slug, "standard" for the standard one."""

    def categories(self) -> Sequence[StoreTerm]: ...

    def tags(self) -> Sequence[StoreTerm]: ...

    def attributes(self, *, fresh: bool = False) -> Sequence[StoreTerm]:
        """Return the global attributes; `fresh`: as they are now, not as they were some minutes ago."""

    def terms(self, attribute_id: str, *, fresh: bool = False) -> Sequence[StoreTerm]:
        """Return the options of a global attribute, the oldest first."""

    # Writing

    def ensure_categories(self, paths: Iterable[tuple[str, ...]]) -> Mapping[tuple[str, ...], str]:
        """Return the id of each category, made with those above it where there is none, whatever the spelling."""

    def change_category(self, external_id: str, name: str, parent_id: str) -> None:
        """Give a category another name, or another one above it; its address and its products stay."""

    def ensure_tags(self, names: Iterable[str]) -> Mapping[str, str]:
        """Return the id of each tag, made where there is none, whatever the spelling."""

    def ensure_attributes(self, names: Iterable[str]) -> Mapping[str, str]:
        """Return the id of each global attribute, made where there is none, whatever the spelling."""

    def ensure_terms(self, attribute_id: str, options: Sequence[str]) -> Mapping[str, str]:
        """Return the name under which the store has each option, made in this order where there is none."""

    def rename_attributes(self, names: Mapping[str, str]) -> Mapping[str, DataError]:
        """Give global attributes other names, by their ids; addresses and all else stay. Return what was refused."""

    def rename_terms(self, attribute_id: str, names: Mapping[str, str]) -> Mapping[str, DataError]:
        """Give options of a global attribute other names, by their ids, likewise; names may be exchanged."""

    def write_products(self, writes: Sequence[ProductWrite]) -> Sequence[Written]:
        """Create and change products, a hundred a request; those of one request may be done in part when it fails.

        Raises:
            OutcomeUnknown: where no answer came; what was created is found again by SKU, or by slug and meta data.
        """

    def write_variants(
        self, product_id: str, writes: Sequence[ProductWrite], attributes: Sequence[Attribute]
    ) -> Sequence[Written]:
        """Create and change variations of one product, which has these attributes; a hundred a request."""

    def delete_variants(self, product_id: str, external_ids: Sequence[str]) -> Sequence[Written]:
        """Delete variations of one product for good: a product that is sold in another way now."""

    def trash_products(self, external_ids: Sequence[str]) -> Sequence[Written]:
        """Put products into the trash, from which a person can take them back."""
