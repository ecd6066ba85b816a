"""Looks at a batch of products on both sides: Odoo whole, the links, and the store only where they do not suffice.

Decides when the store is asked. A product that is linked, and whose variants are those of the last time, is written
without reading it first: the store's answer shows what else was changed there, and then it is read after all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ....domain.errors import DataError, WoodooError
from ....domain.ownership import Group, print_of
from ....domain.ownership import Owner as Side
from ....domain.product import PRODUCT, VARIANT, Kind, Product, values_of
from ....engine.flow import LinkVals
from ....mapping.catalogue.known import Known
from ....mapping.catalogue.matching import Owner, match_product, refuse_second
from ....mapping.catalogue.product_plan import Subject, needs_look
from ....mapping.catalogue.refusals import barcodes_of, refuse_shared_skus, skus_of
from ....mapping.catalogue.rules import CatalogueRules
from ....mapping.catalogue.template import Line, Template, archived_variants, odd_barcodes, store_product
from ....mapping.images import wanted_images
from ....mapping.prices.store_prices import Offer
from ....odoo.products import AttributeRow, ProductRows, find_skus, read_products
from ....stores.catalogue import Owned
from ...pictures import Pictures, read_pictures
from ...sides import Sides
from .prices import prices_of, read_prices
from .rules import fields_to_read, in_language

#: The link that says a variable product is being created, until its number is known.
BEGUN = "product_begun"
#: Key of the meta data that names the template a product was made of.
META = "_woodoo_template"
TEMPLATE, VARIANT_MODEL = "product.template", "product.product"


@dataclass
class Observed:
    """A batch as it is: what can be planned, and what cannot, with the reason."""

    subjects: dict[str, Subject] = field(default_factory=dict)
    failures: dict[str, WoodooError] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    #: The attributes of Odoo they have, by id.
    attributes: Mapping[int, AttributeRow] = field(default_factory=dict)

    def fail(self, record: str, error: WoodooError) -> None:
        self.subjects.pop(record, None)
        self.failures[record] = error


def observe_products(sides: Sides, records: Sequence[str], rules: CatalogueRules, *, look: bool = False) -> Observed:
    """Read a batch; `look`: ask the store about all of them."""
    seen = Observed()
    ids = [int(one) for one in records if one.isdecimal()]
    odoo = in_language(sides.odoo, sides.settings.product_language)
    rows = read_products(odoo, ids, fields_to_read(rules), [rules.sku_field])
    seen.attributes = rows.attributes
    links = sides.links.find_by_odoo(TEMPLATE, ids, kind=PRODUCT)
    offers = read_prices(sides, rows)
    for record in records:
        _take(seen, record, rows, links, offers, rules)
    _add_pictures(sides, seen, rules)
    _know_variants(sides, seen)
    _refuse_shared(sides, seen, rules)
    _match(sides, seen)
    _look(sides, seen, rules, look=look)
    return seen


def _take(
    seen: Observed,
    record: str,
    rows: ProductRows,
    links: Mapping[int, LinkVals],
    offers: Mapping[int, Offer | WoodooError],
    rules: CatalogueRules,
) -> None:
    """Read one template, or say why it does not go to the store."""
    number = int(record) if record.isdecimal() else 0
    link = links.get(number)
    known = Known.of(link.external_id, link.odoo_hash, link.store_hash, link.odoo_seen) if link else None
    row = rows.templates.get(number)
    if row is None:
        if known is None or link is None:
            seen.skipped[record] = "Odoo does not have this product (any more), and the store never had it."
            return
        gone = Product(link.odoo_name or f"product {number}", odoo_id=number, status=rules.archived_status)
        seen.subjects[record] = Subject(gone, for_sale=False, known=known)
        return
    template = template_of(rows, number, rules)
    seen.titles[record] = f"Product {row['name']}"
    if not _is_sent(template, rules):
        stays = "; there it stays as it is" if known else ""
        seen.skipped[record] = f"It is not among the products that go to the store (settings -> products_sent){stays}."
        return
    try:
        product = store_product(template, rules, prices_of(offers))
    except DataError as error:
        seen.failures[record] = error
        return
    found = [offers[one["id"]] for one in template.live if one["id"] in offers]
    ours = known is None or rules.owners.may_write(Group.PRICES, Side.STORE)
    problems = tuple(one for one in found if isinstance(one, WoodooError) and ours)
    notes = tuple(dict.fromkeys(note for one in found if isinstance(one, Offer) and ours for note in one.notes))
    notes += odd_barcodes(template)
    seen.titles[record] = product.label
    seen.subjects[record] = Subject(
        product, template.for_sale, known, archived=archived_variants(template), problems=problems, notes=notes
    )


def _add_pictures(sides: Sides, seen: Observed, rules: CatalogueRules) -> None:
    """Add what pictures Odoo has of the products that are for sale."""
    wanted = {one.product.odoo_id: record for record, one in seen.subjects.items() if one.for_sale}
    if Group.IMAGES not in rules.groups or not wanted:
        return
    products = [seen.subjects[record].product for record in wanted.values()]
    for template, pictures in pictures_of(sides, products).items():
        subject = seen.subjects[wanted[template]]
        every = {one.mark: one for one in (*pictures.product, *pictures.variants.values())}
        product = pictured(subject.product, pictures)
        seen.subjects[wanted[template]] = replace(subject, product=product, pictures=every, gallery=pictures.gallery)


def pictures_of(sides: Sides, products: Iterable[Product]) -> Mapping[int, Pictures]:
    """Return the pictures Odoo has of these products, by template."""
    return read_pictures(sides, {one.odoo_id: _variant_ids(one) for one in products})


def pictured(product: Product, pictures: Pictures) -> Product:
    """Return a product with its pictures in Odoo."""
    own = pictures.variants
    # A simple product is its only variant: where the product has no picture, that of the variant is its own.
    main = pictures.product or tuple(own[one] for one in [product.odoo_variant_id] if one in own)
    variants = tuple(
        replace(one, image=wanted_images([own[one.odoo_id]], product.name)[0]) if one.odoo_id in own else one
        for one in product.variants
    )
    return replace(product, images=wanted_images(main, product.name), variants=variants)


def template_of(rows: ProductRows, template_id: int, rules: CatalogueRules) -> Template:
    """Put together what was read of one template."""
    row = rows.templates[template_id]
    variants = rows.variants[template_id]
    ptavs = {one: rows.ptavs[one] for v in variants for one in v[_PTAVS] if one in rows.ptavs}
    names = {value: name for one in rows.attributes.values() for value, name in one.values.items()}
    options = {
        v["id"]: [
            (ptavs[one]["attribute_line_id"], value, names.get(value, "?"))
            for one in v[_PTAVS]
            if one in ptavs
            for value in [ptavs[one]["product_attribute_value_id"]]
        ]
        for v in variants
    }
    lines = [_line(rows, one) for one in row["attribute_line_ids"] if one in rows.lines]
    if rules.categories == "public":
        ways = [rows.public_categories[one] for one in row.get("public_categ_ids", ()) if one in rows.public_categories]
    elif rules.categories == "internal":
        ways = [rows.categories[row["categ_id"]]] if row["categ_id"] in rows.categories else []
    else:
        ways = []
    tags = [rows.tags[one] for one in row.get("product_tag_ids", ()) if one in rows.tags]
    return Template(row, variants, lines, options, ways, tags)


_PTAVS = "product_template_attribute_value_ids"


def _line(rows: ProductRows, line_id: int) -> Line:
    row = rows.lines[line_id]
    attribute = rows.attributes[row["attribute_id"]]
    values = {value: attribute.values[value] for value in attribute.values if value in set(row["value_ids"])}
    return Line(line_id, attribute.name, attribute.create_variant, values)


def _is_sent(template: Template, rules: CatalogueRules) -> bool:
    if rules.sent != "chosen":
        return True
    row = template.row
    return row["categ_id"] in rules.category_ids or bool(rules.tag_ids & set(row.get("product_tag_ids", ())))


def _know_variants(sides: Sides, seen: Observed) -> None:
    """Add what the links tell of variants."""
    ids = {one: record for record, subject in seen.subjects.items() for one in _variant_ids(subject.product)}
    links = sides.links.find_by_odoo(VARIANT_MODEL, ids, kind=VARIANT)
    for record, subject in seen.subjects.items():
        known = {
            one: Known.of(link.external_id, link.odoo_hash, link.store_hash, link.odoo_seen)
            for one in _variant_ids(subject.product)
            if (link := links.get(one)) is not None
        }
        seen.subjects[record] = replace(subject, variants=known)


def _variant_ids(product: Product) -> list[int]:
    ids = [product.odoo_variant_id, *(one.odoo_id for one in product.variants)]
    return [one for one in ids if one]


def _refuse_shared(sides: Sides, seen: Observed, rules: CatalogueRules) -> None:
    """Take out products whose SKU another product of Odoo has, where it is about to be written."""
    asked = {
        record: skus_of(subject.product)
        for record, subject in seen.subjects.items()
        if subject.for_sale
        and (
            subject.known is None
            or subject.known.odoo.get(Group.NAMES) != print_of(values_of(subject.product, Group.NAMES))
        )
    }
    if not any(asked.values()):
        return
    found = find_skus(sides.odoo, rules.sku_field, (sku for skus in asked.values() for sku in skus))
    for record in asked:
        try:
            refuse_shared_skus(seen.subjects[record].product, found, rules.sku_field)
        except DataError as error:
            seen.fail(record, error)


def _match(sides: Sides, seen: Observed) -> None:
    """Find those that are not linked yet in the store: by SKU, by barcode, by the mark of an unfinished creation."""
    new = {record: one for record, one in seen.subjects.items() if one.known is None and one.for_sale}
    if not new:
        return
    catalogue = sides.store.catalogue
    by_sku = _owners(catalogue.find_by_skus(sku for one in new.values() for sku in skus_of(one.product)), "sku")
    left = [one for one in new.values() if not any(sku.casefold() in by_sku for sku in skus_of(one.product))]
    codes = [code for one in left for code in barcodes_of(one.product)]
    by_barcode = _owners(catalogue.find_by_barcodes(codes), "barcode") if codes else {}
    found = [one.product_id for owners in (by_sku, by_barcode) for some in owners.values() for one in some]
    linked = sides.links.find(PRODUCT, list(dict.fromkeys(found)))
    begun = _find_begun(sides, new)
    claimed: dict[str, str] = {}
    for record, subject in new.items():
        try:
            number = match_product(
                subject.product, by_sku, by_barcode, lambda one: linked[one].odoo_id if one in linked else 0
            )
        except DataError as error:
            seen.fail(record, error)
            continue
        number = number or begun.get(record, "")
        first = claimed.setdefault(number, record) if number else record
        if first != record:
            seen.fail(record, refuse_second(subject.product, new[first].product, number))
        elif number:
            seen.subjects[record] = replace(subject, known=Known(number, look=True))


def _find_begun(sides: Sides, new: Mapping[str, Subject]) -> dict[str, str]:
    """Return products whose creation was begun and whose number never came back: they carry the mark of their template.

    Only variable ones: all others are found by their SKU.
    """
    wanted = [record for record, one in new.items() if one.product.kind is Kind.VARIABLE]
    begun = sides.links.find(BEGUN, wanted) if wanted else {}
    if not begun:
        return {}
    marks = {mark_of(sides, record): record for record in begun}
    found = sides.store.catalogue.find_by_meta(META, marks)
    return {marks[mark]: number for mark, number in found.items()}


def mark_of(sides: Sides, record: str) -> str:
    """Return what a product made of this template carries as meta data."""
    return f"{sides.odoo.namespace}.{record}"


def _owners(found: Iterable[Owned], name: str) -> dict[str, list[Owner]]:
    owners: dict[str, list[Owner]] = {}
    for one in found:
        owners.setdefault(getattr(one, name).casefold(), []).append(Owner(one.external_id, one.name, one.kind))
    return owners


def _look(sides: Sides, seen: Observed, rules: CatalogueRules, *, look: bool) -> None:
    """Read from the store what has to be looked at."""
    wanted = {
        record: subject.known.external_id
        for record, subject in seen.subjects.items()
        if subject.known is not None and (look or needs_look(subject, rules))
    }
    if not wanted:
        return
    fetched = sides.store.catalogue.fetch_products(list(dict.fromkeys(wanted.values())))
    variations = [v.external_id for one in fetched.found.values() for v in one.variants]
    linked = frozenset(sides.links.find(VARIANT, variations)) if variations else frozenset()
    for record, number in wanted.items():
        subject = seen.subjects[record]
        if number in fetched.broken:
            seen.fail(record, fetched.broken[number])
        elif number in fetched.missing:
            seen.subjects[record] = replace(subject, missing=True)
        else:
            seen.subjects[record] = replace(subject, store=fetched.found[number], linked=linked)
