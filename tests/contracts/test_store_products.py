"""The catalogue of a shop as Woodoo reads and writes it: what it keeps, what it names otherwise, what it refuses."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from woodoo.domain.errors import DataError
from woodoo.domain.ownership import Group
from woodoo.domain.product import Attribute, Category, Kind, Prices, Product, Tag, Variant, values_of
from woodoo.stores.catalogue import ProductWrite, Written
from woodoo.stores.woocommerce.catalogue.catalogue import WooCatalogue
from woodoo.stores.woocommerce.catalogue.lists import Shelf
from woodoo.stores.woocommerce.client import WooClient

from .store_target import Target

#: All that is written of a new product but its images.
ALL = frozenset({Group.NAMES, Group.PRICES, Group.CATEGORIES})
CREATED = frozenset({"visibility", "tax_status", "tax_class"})


def _open(shop: Target) -> WooCatalogue:
    return WooCatalogue(WooClient(shop.https_url, shop.key, shop.secret, ca_bundle=str(shop.ca_file or "")), Shelf())


@pytest.fixture
def catalogue(shop: Target) -> WooCatalogue:
    """The catalogue of the shop, over https."""
    return _open(shop)


@pytest.fixture
def mark() -> str:
    """A word no other test uses."""
    return uuid.uuid4().hex[:8]


@pytest.fixture
def made(shop: Target) -> Iterator[list[str]]:
    """Paths of what a test makes; it is taken away afterwards, the last first."""
    paths: list[str] = []
    yield paths
    for path in reversed(paths):
        shop.call("DELETE", path, force=True)


def created(catalogue: WooCatalogue, made: list[str], *products: Product) -> list[Written]:
    written = list(catalogue.write_products([ProductWrite(one, ALL, leave=CREATED) for one in products]))
    made += [f"products/{one.external_id}" for one in written if one.external_id]
    return written


def test_what_is_written_is_read_back_as_the_same(catalogue: WooCatalogue, made: list[str], mark: str) -> None:
    product = Product(
        f"Mug & cup {mark}", sku=f"MUG-{mark}", description="A <b>mug</b> &amp; more\nfor tea", short_description="Tea",
        weight=Decimal("0.5"), status="private", prices=Prices(Decimal("12.50"), Decimal("9.99")),
    )  # fmt: skip
    (written,) = created(catalogue, made, product)
    found = catalogue.fetch_products([written.external_id, "999999999"])
    assert found.missing == {"999999999"}
    for read in (written.record, found.found[written.external_id]):
        assert isinstance(read, Product)
        for group in (Group.NAMES, Group.PRICES):
            assert values_of(read, group, without=CREATED) == values_of(product, group, without=CREATED)


def test_a_variable_product_keeps_the_order_of_its_attributes(
    shop: Target, catalogue: WooCatalogue, made: list[str], mark: str
) -> None:
    names = [f"Size {mark}", f"Colour {mark}"]
    numbers = catalogue.ensure_attributes(names)
    made += [f"products/attributes/{number}" for number in numbers.values()]
    options = {names[0]: ("L", "S"), names[1]: ("Red", "Blue")}
    for name in names:
        catalogue.ensure_terms(numbers[name], options[name])
    attributes = tuple(Attribute(name, options[name], True, True, numbers[name]) for name in names)
    (parent,) = created(catalogue, made, Product(f"Shirt {mark}", Kind.VARIABLE, attributes=attributes))
    variants = [
        Variant(((names[0], size), (names[1], "Red")), sku=f"{mark}-{size}", prices=Prices(Decimal(5)))
        for size in ("L", "S")
    ]
    groups = frozenset({Group.NAMES, Group.PRICES})
    written = catalogue.write_variants(parent.external_id, [ProductWrite(one, groups) for one in variants], attributes)
    assert [one.error for one in written] == [None, None]
    read = catalogue.fetch_products([parent.external_id]).found[parent.external_id]
    assert [one.name for one in read.attributes] == names
    assert {one.key for one in read.variants} == {one.key for one in variants}
    assert {one.sku for one in read.variants} == {f"{mark}-L", f"{mark}-S"}
    assert [term.name for term in _open(shop).terms(numbers[names[0]])] == ["L", "S"]
    dearer = replace(variants[0], prices=Prices(Decimal(7)))
    change = ProductWrite(dearer, frozenset({Group.PRICES}), written[0].external_id)
    (changed,) = catalogue.write_variants(parent.external_id, [change], attributes)
    assert isinstance(changed.record, Variant)
    assert (changed.record.prices.regular, changed.record.sku) == (Decimal(7), f"{mark}-L")
    (gone,) = catalogue.delete_variants(parent.external_id, [written[0].external_id])
    assert gone.error is None
    assert len(catalogue.fetch_products([parent.external_id]).found[parent.external_id].variants) == 1


def test_lists_hold_each_name_once_whatever_its_spelling(
    shop: Target, catalogue: WooCatalogue, made: list[str], mark: str
) -> None:
    paths = [(f"Café {mark}", "Tops & more"), (f"CAFE {mark}", "tops &amp; more"), (f"Café {mark}",)]
    found = catalogue.ensure_categories(paths)
    made += [f"products/categories/{number}" for number in dict.fromkeys(found[path] for path in reversed(paths))]
    assert len(set(found.values())) == 2
    # Somebody with an older list asks for the same: the store names the one that is there.
    older = _open(shop)
    older.lists.shelf.put("products/categories", [])
    with pytest.raises(DataError, match="it has 201 signs, and 200 is the most"):
        older.ensure_categories([("x" * 201,)])
    assert older.ensure_categories([(f"cafe {mark}",)]) == {(f"cafe {mark}",): found[paths[2]]}
    tags = catalogue.ensure_tags([f"Neu {mark}", f"NEU  {mark}"])
    made.append(f"products/tags/{tags[f'Neu {mark}']}")
    assert len(set(tags.values())) == 1
    long = f"Material of the legs and of the table top {mark}"
    numbers = catalogue.ensure_attributes([long])
    made.append(f"products/attributes/{numbers[long]}")
    assert _open(shop).ensure_attributes([long.upper()]) == {long.upper(): numbers[long]}
    terms = catalogue.ensure_terms(numbers[long], ["Öl", "Oak"])
    assert _open(shop).ensure_terms(numbers[long], ["OL", "oak"]) == {"OL": terms["Öl"], "oak": terms["Oak"]}


def test_a_category_gets_another_name_and_place_and_keeps_its_address(
    shop: Target, catalogue: WooCatalogue, made: list[str], mark: str
) -> None:
    number = catalogue.ensure_categories([(f"Home {mark}", f"Kitchen {mark}")])[f"Home {mark}", f"Kitchen {mark}"]
    (term,) = [one for one in catalogue.categories() if one.external_id == number]
    made += [f"products/categories/{term.parent_id}", f"products/categories/{number}"]
    catalogue.change_category(number, f"Cook & eat {mark}", "")
    (after,) = [one for one in catalogue.categories() if one.external_id == number]
    assert (after.name, after.parent_id, after.slug) == (f"Cook & eat {mark}", "", term.slug)


def test_an_attribute_and_its_options_get_other_names_and_keep_their_addresses_and_variations(
    shop: Target, catalogue: WooCatalogue, made: list[str], mark: str
) -> None:
    old, new = f"Tint {mark}", f"Hue {mark}"
    number = catalogue.ensure_attributes([old])[old]
    made.append(f"products/attributes/{number}")
    catalogue.ensure_terms(number, ["Navy", "Red"])
    navy, red = (one.external_id for one in catalogue.terms(number))
    catalogue.client.put(f"products/attributes/{number}", {"has_archives": True, "slug": f"tint-{mark}".lower()})
    catalogue.client.put(f"products/attributes/{number}/terms/{navy}", {"name": "Navy", "menu_order": 3})
    attribute = Attribute(old, ("Navy", "Red"), variation=True, external_id=number)
    cap = Product(f"Cap {mark}", Kind.VARIABLE, attributes=(attribute,))
    (parent,) = catalogue.write_products([ProductWrite(cap, frozenset({Group.NAMES}))])
    made.append(f"products/{parent.external_id}")
    caps = [
        ProductWrite(Variant(((old, one),), sku=f"{mark}-{one}"), frozenset({Group.NAMES})) for one in ("Navy", "Red")
    ]
    written = [one.external_id for one in catalogue.write_variants(parent.external_id, caps, [attribute])]

    def shown() -> list[str]:
        product = _open(shop).fetch_products([parent.external_id]).found[parent.external_id]
        by_id = {one.external_id: dict(one.values) for one in product.variants}
        return [by_id[one].get(new, "") for one in written]

    def slugs() -> list[str]:
        return [
            one.slug
            for one in (*_open(shop).attributes(), *_open(shop).terms(number))
            if mark.lower() in one.slug or one.external_id in (navy, red)
        ]

    before = slugs()
    assert catalogue.rename_attributes({number: new, "999999999": "Nobody"}) == {}
    assert catalogue.rename_terms(number, {navy: "Navy & blue"}) == {}
    assert (shown(), slugs()) == (["Navy & blue", "Red"], before)
    row = catalogue.client.get(f"products/attributes/{number}")
    assert (row["name"], row["has_archives"], row["order_by"]) == (new, True, "id")
    assert catalogue.client.get(f"products/attributes/{number}/terms/{navy}")["menu_order"] == 3
    # Names are exchanged, and one differs in case only.
    assert catalogue.rename_terms(number, {navy: "Red", red: "NAVY & BLUE"}) == {}
    assert (shown(), slugs()) == (["Red", "NAVY & BLUE"], before)
    # What is too long is answered with the old name.
    assert "has 201 signs" in catalogue.rename_terms(number, {navy: "x" * 201})[navy].message
    assert shown() == ["Red", "NAVY & BLUE"]
    # A new one has the name whose slug is taken; names WordPress keeps for itself are no obstacle.
    again = catalogue.ensure_attributes([old, "Year"])
    made += [f"products/attributes/{one}" for one in again.values()]
    assert len({number, *again.values()}) == 3
    assert catalogue.ensure_terms(number, ["Navy"]) == {"Navy": "Navy"}


def test_categories_and_tags_of_a_product(catalogue: WooCatalogue, made: list[str], mark: str) -> None:
    path = (f"Home {mark}", "Kitchen")
    numbers = catalogue.ensure_categories([path])
    made.append(f"products/categories/{numbers[path]}")
    tags = catalogue.ensure_tags([f"New {mark}"])
    made.append(f"products/tags/{tags[f'New {mark}']}")
    product = Product(
        f"Pan {mark}", sku=f"PAN-{mark}", categories=(Category(path, numbers[path]),),
        tags=(Tag(f"New {mark}", tags[f"New {mark}"]),),
    )  # fmt: skip
    (written,) = created(catalogue, made, product)
    assert isinstance(written.record, Product)
    assert values_of(written.record, Group.CATEGORIES) == values_of(product, Group.CATEGORIES)
    above = next(one.parent_id for one in catalogue.categories() if one.external_id == numbers[path])
    made.insert(0, f"products/categories/{above}")


def test_a_doubled_sku_names_both_and_the_rest_is_written(catalogue: WooCatalogue, made: list[str], mark: str) -> None:
    first, twin, other = created(
        catalogue,
        made,
        Product(f"First {mark}", sku=f"A-{mark}"),
        Product(f"Twin {mark}", sku=f"A-{mark}"),
        Product(f"Other {mark}", sku=f"B-{mark}"),
    )
    assert (first.error, other.error) == (None, None)
    assert twin.error is not None
    assert twin.error.message == (
        f"Product Twin {mark} (A-{mark}): its SKU 'A-{mark}' belongs to #{first.external_id} of the store already."
    )


def test_owners_of_skus_and_slugs_are_found(catalogue: WooCatalogue, made: list[str], mark: str) -> None:
    product = Product(f"Jug {mark}", sku=f"JUG,{mark}", slug=f"jug-{mark}")
    (written,) = created(
        catalogue,
        made,
        product,
    )
    assert [one.external_id for one in catalogue.find_by_skus([f"jug,{mark}", f"none-{mark}"])] == [written.external_id]
    assert catalogue.find_by_slugs([f"jug-{mark}", f"none-{mark}"]) == {f"jug-{mark}": written.external_id}


def test_a_mark_in_the_meta_data_is_found(catalogue: WooCatalogue, made: list[str], mark: str) -> None:
    product = Product(f"Marked {mark}", Kind.VARIABLE)
    (written,) = catalogue.write_products([ProductWrite(product, ALL, leave=CREATED, meta={"_woodoo_template": mark})])
    made.append(f"products/{written.external_id}")
    assert catalogue.find_by_meta("_woodoo_template", [mark, "other"]) == {mark: written.external_id}


def test_what_is_gone_says_so_and_what_is_in_the_trash_is_read(
    shop: Target, catalogue: WooCatalogue, made: list[str], mark: str
) -> None:
    (written,) = created(catalogue, made, Product(f"Gone {mark}", sku=f"GONE-{mark}"))
    number = written.external_id
    assert [one.error for one in catalogue.trash_products([number])] == [None]
    assert catalogue.fetch_products([number]).found[number].status == "trash"
    shop.call("DELETE", f"products/{number}", force=True)
    write = ProductWrite(Product("Gone"), frozenset({Group.PRICES}), number)
    (refused,) = catalogue.write_products([write])
    assert getattr(refused.error, "gone", False)
    assert catalogue.fetch_products([number]).missing == {number}


def test_a_sale_and_a_picture_that_ended_are_taken_away(
    shop: Target, catalogue: WooCatalogue, made: list[str], mark: str
) -> None:
    span = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC))
    (parent,) = created(catalogue, made, Product(f"Sold {mark}", Kind.VARIABLE))
    variant = Variant((), sku=f"SOLD-{mark}", prices=Prices(Decimal(10), Decimal(8), *span))
    groups = frozenset({Group.NAMES, Group.PRICES, Group.IMAGES})
    (written,) = catalogue.write_variants(parent.external_id, [ProductWrite(variant, groups)], ())
    assert isinstance(written.record, Variant)
    assert written.record.prices == variant.prices
    ended = replace(written.record, prices=Prices(Decimal(10)))
    write = ProductWrite(ended, groups, written.external_id)
    (after,) = catalogue.write_variants(parent.external_id, [write], ())
    (read,) = catalogue.fetch_products([parent.external_id]).found[parent.external_id].variants
    for variant_now in (after.record, read):
        assert isinstance(variant_now, Variant)
        assert (variant_now.prices, variant_now.image) == (Prices(Decimal(10)), None)


def test_a_sku_in_the_trash_says_so(catalogue: WooCatalogue, made: list[str], mark: str) -> None:
    (old,) = created(catalogue, made, Product(f"Old {mark}", sku=f"T-{mark}"))
    catalogue.trash_products([old.external_id])
    (new,) = created(catalogue, made, Product(f"New {mark}", sku=f"T-{mark}"))
    assert new.error is not None
    assert new.error.message == (
        f"Product New {mark} (T-{mark}): a product with its SKU 'T-{mark}' lies in the trash of the store."
    )


def test_markup_the_store_writes_in_its_own_way_is_the_same(
    catalogue: WooCatalogue, made: list[str], mark: str
) -> None:
    product = Product(f"Lines {mark}", description="one<br/>two & three<br>four")
    (written,) = created(catalogue, made, product)
    assert isinstance(written.record, Product)
    assert values_of(written.record, Group.NAMES)["description"] == values_of(product, Group.NAMES)["description"]
