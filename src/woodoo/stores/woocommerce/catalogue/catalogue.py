"""The catalogue of a WooCommerce shop, as flows ask for it and write it.

Decides how few requests that takes: products a hundred at a time, the variations of a product in a request of their
own, writes in batches of a hundred for each parent (`products/batch`, `products/PARENT/variations/batch`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from ....domain.errors import DataError, RemoteError, WoodooError
from ....domain.ownership import Group
from ....domain.product import Attribute, Product, split_variant
from ....domain.product import variant_external_id as joined
from ...base import Changed, Fetched
from ...catalogue import Owned, ProductWrite, StoreTerm, Units, Written
from ..bulk import ask_each, fetch_rows, is_id
from ..changes import read_change, walk_changes
from ..client import PAGE, BatchItem, JsonObject, WooClient, chunks, read_rows, total_pages
from ..errors import NotFound, Refused
from ..orders import plain_text
from .lists import ATTRIBUTES, CATEGORIES, TAGS, Lists, Shelf
from .reader import read_product, read_variant
from .writing import write_payload

EDIT = {"context": "edit"}
#: What is read of a product to know it again.
LIGHT = "id,sku,global_unique_id,name,type,parent_id,status"
#: Characters of SKUs one request asks for: addresses beyond some thousand are cut off by web servers.
ASKED = 3000
#: Pages of the newest products that are searched for a mark.
MARKED = 10
#: Longest slug of an attribute (`wc_create_attribute`).
SLUG = 28


class WooCatalogue:
    """Implements `stores.catalogue.Catalogue`."""

    def __init__(self, client: WooClient, shelf: Shelf) -> None:
        self.client = client
        self.lists = Lists(client, shelf)

    # --- reading ------------------------------------------------------------------------------------------------

    def fetch_products(self, external_ids: Sequence[str]) -> Fetched[Product]:
        """Read products whole: a request a hundred, and one for each hundred variations of a variable one."""
        asked = dict.fromkeys(external_ids)
        found: dict[str, Product] = {}
        broken: dict[str, DataError] = {}
        rows: dict[str, JsonObject] = {}
        for chunk in chunks([one for one in asked if is_id(one)], PAGE):
            read, failed = fetch_rows(self.client, "products", chunk, more=EDIT)
            rows |= {one: row for one, row in read.items() if row.get("type") != "variation"}
            broken |= failed
        for one in [one for one in asked if one in rows]:
            try:
                found[one] = read_product(rows[one], self.lists.path_of, self._variations(rows[one]))
            except DataError as error:
                broken[one] = error
        return Fetched(found, frozenset(asked.keys() - rows.keys() - broken.keys()), broken)

    def parents_of(self, external_ids: Sequence[str]) -> Mapping[str, str]:
        """Ask for each id alone: no list shows variations."""
        wanted = [one for one in external_ids if is_id(one)]
        rows = ask_each(self.client, "products", wanted, "id,type,parent_id")
        of_variations = ((one, row) for one, row in rows.items() if row.get("type") == "variation")
        return {one: str(row["parent_id"]) for one, row in of_variations if row.get("parent_id")}

    def download(self, src: str) -> bytes:
        return self.client.picture(src)

    def _variations(self, row: JsonObject) -> list[JsonObject]:
        if row.get("type") != "variable" or not row.get("variations"):
            return []
        path = f"products/{row['id']}/variations"
        return list(self.client.iterate(path, {**EDIT, "orderby": "id", "order": "asc"}))

    def find_by_skus(self, skus: Iterable[str]) -> Sequence[Owned]:
        """Return what has these SKUs. One with a comma is asked for alone: a list of it would be two."""
        wanted = list(dict.fromkeys(sku.strip() for sku in skus if sku.strip()))
        lists = [*_pieces([sku for sku in wanted if "," not in sku]), *([sku] for sku in wanted if "," in sku)]
        known = {sku.casefold() for sku in wanted}
        found = [one for piece in lists for one in self._owned({"sku": ",".join(piece)})]
        return [one for one in found if one.sku.casefold() in known]

    def find_by_barcodes(self, barcodes: Iterable[str]) -> Sequence[Owned]:
        wanted = list(dict.fromkeys(code.strip() for code in barcodes if code.strip()))
        known = {code.casefold() for code in wanted}
        found = [one for piece in _pieces(wanted) for one in self._owned({"global_unique_id": ",".join(piece)})]
        return [one for one in found if one.barcode.casefold() in known]

    def _owned(self, params: Mapping[str, object]) -> list[Owned]:
        """Ask for one page: a shop that does not know the filter would list all it has."""
        asked = {**params, **EDIT, "status": "any", "per_page": PAGE, "_fields": LIGHT}
        return [_owned(row) for row in self.client.rows("products", asked) if row.get("id")]

    def find_by_slugs(self, slugs: Iterable[str]) -> Mapping[str, str]:
        """Return the products with these slugs; one request each, for the list takes one slug only."""
        found: dict[str, str] = {}
        for slug in dict.fromkeys(slugs):
            rows = self.client.rows("products", {"slug": slug, "status": "any", "_fields": "id,slug"})
            found.update((slug, str(row["id"])) for row in rows if str(row.get("slug")) == slug)
        return found

    def find_by_meta(self, key: str, values: Iterable[str]) -> Mapping[str, str]:
        """Look for marks in meta data, which no filter knows: through the newest variable products."""
        wanted = set(values)
        found: dict[str, str] = {}
        params = {"type": "variable", "status": "any", "orderby": "id", "order": "desc", "_fields": "id,meta_data"}
        for number, rows in enumerate(self.client.pages("products", params) if wanted else ()):
            for row in rows:
                marks = [entry.get("value") for entry in row.get("meta_data") or () if entry.get("key") == key]
                found.update((str(mark), str(row["id"])) for mark in marks if str(mark) in wanted)
            if wanted <= found.keys() or number + 1 >= MARKED:
                break
        return found

    def changed_products(self, since: datetime | None) -> Iterator[Changed]:
        for row in walk_changes(self.client, "products", since):
            changed = read_change(row)
            if changed is not None:
                yield changed

    def every_product(self) -> Iterator[Owned]:
        params = {"status": "any", "orderby": "id", "order": "asc", "_fields": LIGHT}
        return map(_owned, self.client.iterate("products", params))

    def product_page(self, page: int) -> tuple[Sequence[Owned], int]:
        params = {"status": "any", "orderby": "id", "order": "asc", "_fields": LIGHT, "per_page": PAGE, "page": page}
        answer = self.client.request("GET", "products", params=params)
        return [_owned(row) for row in read_rows(answer, "products") if row.get("id")], total_pages(answer) or 1

    def variations_of(self, product: Owned) -> Sequence[Owned]:
        """Return the variations of a variable product; one light request a hundred."""
        path = f"products/{product.external_id}/variations"
        params = {"orderby": "id", "order": "asc", "_fields": LIGHT}
        found = []
        for row in self.client.iterate(path, params):
            one = _owned({**row, "type": "variation", "parent_id": product.external_id})
            own = one.sku if one.sku != product.sku else ""
            name = one.name if one.name.startswith(product.name) else f"{product.name}: {one.name or one.external_id}"
            found.append(replace(one, sku=own, name=name))
        return found

    def count_products(self) -> int:
        params = {"status": "any", "per_page": 1, "_fields": "id"}
        total = self.client.request("GET", "products", params=params).headers.get("x-wp-total", "")
        return int(total) if total.isdecimal() else 0

    def units(self) -> Units:
        rows = {str(row.get("id")): row.get("value") for row in self.client.rows("settings/products")}
        return Units(
            weight=str(rows.get("woocommerce_weight_unit") or "kg"),
            dimension=str(rows.get("woocommerce_dimension_unit") or "cm"),
        )

    def tax_classes(self) -> Sequence[StoreTerm]:
        rows = self.client.rows("taxes/classes")
        return [StoreTerm(str(row["slug"]), plain_text(row.get("name", "")), str(row["slug"])) for row in rows]

    def categories(self) -> Sequence[StoreTerm]:
        return self.lists.terms(CATEGORIES)

    def tags(self) -> Sequence[StoreTerm]:
        return self.lists.terms(TAGS)

    def attributes(self, *, fresh: bool = False) -> Sequence[StoreTerm]:
        return self.lists.terms(ATTRIBUTES, fresh=fresh)

    def terms(self, attribute_id: str, *, fresh: bool = False) -> Sequence[StoreTerm]:
        return self.lists.terms(_terms(attribute_id), fresh=fresh)

    # --- writing ------------------------------------------------------------------------------------------------

    def ensure_categories(self, paths: Iterable[tuple[str, ...]]) -> Mapping[tuple[str, ...], str]:
        return self.lists.ensure_paths(paths)

    def change_category(self, external_id: str, name: str, parent_id: str) -> None:
        self.client.put(f"{CATEGORIES}/{external_id}", {"name": name, "parent": int(parent_id or 0)})
        self.lists.terms(CATEGORIES, fresh=True)

    def ensure_tags(self, names: Iterable[str]) -> Mapping[str, str]:
        found = self.lists.ensure(TAGS, names)
        return {name: term.external_id for name, term in found.items()}

    def ensure_attributes(self, names: Iterable[str]) -> Mapping[str, str]:
        found = self.lists.ensure(ATTRIBUTES, names, more=_attribute_payload, else_more=_own_slug)
        return {name: term.external_id for name, term in found.items()}

    def rename_attributes(self, names: Mapping[str, str]) -> Mapping[str, DataError]:
        """A change without a slug would make another address of the new name, which may be taken or not allowed."""
        return self.lists.rename(ATTRIBUTES, names, ("slug", "type", "order_by", "has_archives"))

    def rename_terms(self, attribute_id: str, names: Mapping[str, str]) -> Mapping[str, DataError]:
        """A change without `menu_order` would set it to 0."""
        return self.lists.rename(_terms(attribute_id), names, ("menu_order",))

    def ensure_terms(self, attribute_id: str, options: Sequence[str]) -> Mapping[str, str]:
        found = self.lists.ensure(_terms(attribute_id), options)
        return {name: term.name for name, term in found.items()}

    def write_products(self, writes: Sequence[ProductWrite]) -> Sequence[Written]:
        return self._write("products", writes, [write_payload(write) for write in writes])

    def write_variants(
        self, product_id: str, writes: Sequence[ProductWrite], attributes: Sequence[Attribute]
    ) -> Sequence[Written]:
        payloads = [write_payload(write, attributes) for write in writes]
        return self._write(f"products/{product_id}/variations", writes, payloads, product_id)

    def _write(
        self, path: str, writes: Sequence[ProductWrite], payloads: Sequence[JsonObject], parent_id: str = ""
    ) -> list[Written]:
        written: list[Written] = [Written()] * len(writes)
        for places in chunks(range(len(writes)), PAGE):
            new = [place for place in places if not writes[place].external_id]
            old = [place for place in places if writes[place].external_id]
            ids = {place: int(split_variant(writes[place].external_id)[1 if parent_id else 0]) for place in old}
            answer = self.client.batch(
                path,
                create=[payloads[place] for place in new],
                update=[{"id": ids[place], **payloads[place]} for place in old],
                size=PAGE,
            )
            for place, item in [*zip(new, answer.create, strict=True), *zip(old, answer.update, strict=True)]:
                written[place] = self._written(writes[place], item, parent_id)
        return written

    def _written(self, write: ProductWrite, item: BatchItem, parent_id: str) -> Written:
        if item.error is not None or item.data is None:
            return Written(write.external_id, error=_named(item.error, write))
        try:
            if parent_id:
                variant = read_variant(item.data, parent_id)
                return Written(variant.external_id, variant)
            product = read_product(item.data, self.lists.path_of)
            lost = _has_lost(write, product)
            if lost:
                self.lists.shelf.forget()
            return Written(product.external_id, product, lost=lost)
        except DataError as error:
            return Written(joined(parent_id, str(item.data.get("id") or "")) if parent_id else "", error=error)

    def delete_variants(self, product_id: str, external_ids: Sequence[str]) -> Sequence[Written]:
        ids = [split_variant(one)[1] for one in external_ids]
        answer = self.client.batch(f"products/{product_id}/variations", delete=[int(one) for one in ids], size=PAGE)
        return [
            Written(one, error=None if isinstance(item.error, NotFound) else item.error)
            for one, item in zip(external_ids, answer.delete, strict=True)
        ]

    def trash_products(self, external_ids: Sequence[str]) -> Sequence[Written]:
        """Put products into the trash, one request each: a batch deletes for good."""
        written = []
        for one in external_ids:
            try:
                self.client.delete(f"products/{one}")
            except NotFound:
                written.append(Written(one))
            except DataError as error:
                written.append(Written(one, error=error))
            else:
                written.append(Written(one))
        return written


def _has_lost(write: ProductWrite, answer: Product) -> bool:
    """Say whether the shop left out a category, tag or attribute that was sent, which it does with unknown ids."""
    record = write.record
    if not isinstance(record, Product):
        return False
    sent: set[tuple[str, str]] = set()
    if Group.CATEGORIES in write.groups:
        sent |= {("category", one.external_id) for one in record.categories}
        sent |= {("tag", one.external_id) for one in record.tags}
    if Group.NAMES in write.groups and "attributes" not in write.leave:
        sent |= {("attribute", one.external_id) for one in record.attributes if one.options}
    there = {("category", one.external_id) for one in answer.categories}
    there |= {("tag", one.external_id) for one in answer.tags}
    there |= {("attribute", one.external_id) for one in answer.attributes}
    return any(number for _, number in sent - there)


def _owned(row: JsonObject) -> Owned:
    number, kind = str(row["id"]), str(row.get("type") or "simple")
    parent = str(row.get("parent_id") or "")
    return Owned(
        external_id=joined(parent, number) if kind == "variation" else number,
        sku=str(row.get("sku") or "").strip(),
        barcode=str(row.get("global_unique_id") or "").strip(),
        name=plain_text(row.get("name") or ""),
        kind=kind,
        status=str(row.get("status") or ""),
    )


def _pieces(texts: Sequence[str]) -> Iterator[list[str]]:
    """Cut a list for addresses: a hundred at most, and not too long."""
    piece: list[str] = []
    for text in texts:
        if piece and (len(piece) == PAGE or sum(map(len, piece)) + len(text) > ASKED):
            yield piece
            piece = []
        piece.append(text)
    if piece:
        yield piece


def _terms(attribute_id: str) -> str:
    return f"{ATTRIBUTES}/{attribute_id}/terms"


def _attribute_payload(name: str) -> JsonObject:
    """Return how options are sorted, and a slug for a name WooCommerce could make none of that is short enough.

    By their number, the order in which they are made: the `menu_order` the API takes is not that of the shop's pages
    (class-wc-rest-product-attribute-terms-v1-controller.php writes `order_pa_…`, wc-term-functions.php reads `order`).
    """
    sorting: JsonObject = {"order_by": "id"}
    return sorting if len(name.encode()) <= SLUG // 2 else _own_slug(name)


def _own_slug(name: str) -> JsonObject:
    """Return the same with a slug of this name alone, for one whose plain slug is too long, reserved or taken."""
    plain = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in name.lower())
    start = "-".join(part for part in plain.split("-") if part)[: SLUG - 8].strip("-")
    return {"order_by": "id", "slug": f"{start}-{sha256(name.encode()).hexdigest()[:6]}".strip("-")}


def _named(error: WoodooError | None, write: ProductWrite) -> WoodooError:
    """Say of which product the store speaks, and of a doubled SKU or barcode who has it."""
    record = write.record
    label = getattr(record, "label", "") or f"Variant {', '.join(option for _, option in record.values)}"  # type: ignore[union-attr]
    if error is None:
        return RemoteError(f"{label}: the store gave no answer for it.", record=label)
    if not isinstance(error, Refused):
        return error
    error.record = label
    error.message = f"{label}: {error.message}"
    owner = error.data.get("resource_id")
    if error.code in ("product_invalid_sku", "product_invalid_global_unique_id"):
        error.taken_by = str(owner or "")
    if error.code == "product_invalid_sku" and owner:
        error.message = f"{label}: its SKU {record.sku!r} belongs to #{owner} of the store already."
        error.fix = f"Give one of the two another SKU, or open #{owner} in the store and see what it is."
    if error.code == "woocommerce_rest_product_not_created" and "lookup table" in error.message:
        error.message = f"{label}: a product with its SKU {record.sku!r} lies in the trash of the store."
        error.fix = "Take it out of the trash in the store, or delete it there for good; then try again."
    if error.code == "product_invalid_global_unique_id" and owner:
        error.message = f"{label}: its barcode {record.barcode!r} belongs to #{owner} of the store already."
        error.fix = f"Correct the barcode of one of the two: #{owner} in the store, or this product in Odoo."
    return error
