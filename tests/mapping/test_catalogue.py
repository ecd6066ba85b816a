"""What a product of Odoo is in the store, and what is done about it: by group, owner and what was known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from woodoo.domain.errors import DataError
from woodoo.domain.ownership import Group, Owner, Owners, print_of
from woodoo.domain.product import Attribute, Category, Kind, Prices, Product, Tag, Variant, values_of
from woodoo.mapping.catalogue.known import Known
from woodoo.mapping.catalogue.matching import Owner as Has
from woodoo.mapping.catalogue.matching import match_product
from woodoo.mapping.catalogue.product_plan import (
    ProductPlan,
    Skipped,
    Subject,
    filled,
    needs_look,
    plan_product,
    variants_print,
)
from woodoo.mapping.catalogue.product_words import plan_shown
from woodoo.mapping.catalogue.refusals import refuse_shared_skus
from woodoo.mapping.catalogue.rules import CatalogueRules
from woodoo.mapping.catalogue.template import Line, Template, archived_variants, odd_barcodes, store_product

RULES = CatalogueRules(create=True, description_field="description_sale")
ROW: Mapping[str, Any] = {
    "id": 7,
    "name": "Mug",
    "active": True,
    "sale_ok": True,
    "taxes_id": [3],
    "weight": 0.5,
    "weight_uom_name": "kg",
    "type": "consu",
    "description_sale": "For <tea>",
}


def row(odoo_id: int, **more: Any) -> dict[str, Any]:
    return {"id": odoo_id, "active": True, "barcode": False, "weight": 0.0, "default_code": f"SKU-{odoo_id}", **more}


def template(*variants: dict[str, Any], lines: Sequence[Line] = (), options: Any = None, **more: Any) -> Template:
    return Template({**ROW, **more}, list(variants), list(lines), options or {})


SIZE = Line(1, "Size", "always", {11: "S", 12: "M"})
ORIGIN = Line(2, "Origin", "always", {21: "Spain"})
CARE = Line(3, "Care", "no_variant", {31: "Wash cold", 32: "Iron"})
SHIRT = template(
    row(70),
    row(71),
    row(72, active=False),
    lines=[SIZE, ORIGIN, CARE],
    options={70: [(1, 11, "S")], 71: [(1, 12, "M")], 72: [(1, 13, "XL")]},
)
COSTS: Mapping[int, Prices] = {one: Prices(Decimal(one)) for one in (70, 71, 72)}


# --- what it is in the store --------------------------------------------------------------------------------------


def test_a_template_with_one_variant_is_a_simple_product() -> None:
    product = store_product(template(row(70, barcode="400")), RULES, COSTS)
    assert (product.kind, product.sku, product.barcode, product.odoo_variant_id) == (Kind.SIMPLE, "SKU-70", "400", 70)
    assert (product.weight, product.prices.regular) == (Decimal("0.5"), Decimal(70))
    assert product.description == "For &lt;tea&gt;"


def test_of_a_service_nothing_is_sent_to_the_buyer() -> None:
    assert store_product(template(row(70), type="service"), RULES, COSTS).virtual
    assert not store_product(template(row(70)), RULES, COSTS).virtual
    choice = template(row(70), row(71), type="service", lines=[SIZE], options=SHIRT.options)
    assert [one.virtual for one in store_product(choice, RULES, COSTS).variants] == [True, True]


def test_only_codes_of_digits_go_as_barcodes_and_others_are_told_for_the_store_would_keep_a_part_of_them() -> None:
    codes = {"4 001234 500012": "4001234500012", "978-3-16-148410-0": "978-3-16-148410-0", "BOX-17": ""}
    for given, sent in codes.items():
        assert store_product(template(row(70, barcode=given)), RULES, COSTS).barcode == sent
    assert odd_barcodes(template(row(70, barcode="400"))) == ()
    assert odd_barcodes(template(row(70, barcode="BOX-17"))) == (
        "No EAN, GTIN, UPC or ISBN, and not sent as one: BOX-17.",
    )


def test_a_sku_longer_than_a_store_keeps_is_refused() -> None:
    with pytest.raises(DataError, match=r"the SKU X{20}… has 101 signs"):
        store_product(template(row(70, default_code="X" * 101)), RULES, COSTS)


def test_a_product_whose_only_variant_is_archived_is_not_for_sale_and_keeps_its_sku_in_the_store() -> None:
    bare = template(row(70, active=False))
    assert not bare.for_sale
    assert store_product(bare, RULES, COSTS).status == RULES.archived_status
    none_yet = Template(ROW, [], [Line(1, "Size", "dynamic", {11: "S", 12: "M"})])
    assert none_yet.for_sale


def test_only_what_can_be_chosen_makes_variations() -> None:
    product = store_product(SHIRT, RULES, COSTS)
    assert product.kind is Kind.VARIABLE
    assert [(one.name, one.options, one.variation) for one in product.attributes] == [
        ("Size", ("S", "M"), True),
        ("Origin", ("Spain",), False),
        ("Care", ("Wash cold", "Iron"), False),
    ]
    assert [(one.values, one.sku) for one in product.variants] == [
        ((("Size", "S"),), "SKU-70"),
        ((("Size", "M"),), "SKU-71"),
    ]
    assert archived_variants(SHIRT) == {72: (("Size", "XL"),)}
    assert (product.sku, product.weight) == ("", None)


@pytest.mark.parametrize(
    ("unit", "wanted", "weight"),
    [("kg", "g", "500"), ("kg", "lbs", "1.1023"), ("lb", "kg", "0.2268"), ("kg", "oz", "17.637")],
)
def test_weights_are_in_the_unit_of_the_store(unit: str, wanted: str, weight: str) -> None:
    rules = replace(RULES, store_weight_unit=wanted)
    assert store_product(template(row(70), weight_uom_name=unit), rules, COSTS).weight == Decimal(weight)


def test_measures_come_from_the_fields_that_are_set() -> None:
    rules = replace(RULES, dimension_fields={"length": "x_length"}, store_dimension_unit="cm")
    size = store_product(template(row(70), x_length=1.25), rules, COSTS).dimensions
    assert (size.length, size.width) == (Decimal(125), None)


@pytest.mark.parametrize(
    ("more", "setting", "status"),
    [
        ({}, "publish", "publish"),
        ({"active": False}, "publish", "trash"),
        ({"sale_ok": False}, "publish", "trash"),
        ({"is_published": False}, "website", "draft"),
        ({"is_published": True}, "website", "publish"),
        ({}, "private", "private"),
    ],
)
def test_the_status_says_whether_it_is_for_sale(more: dict[str, Any], setting: str, status: str) -> None:
    rules = replace(RULES, status=setting, archived_status="trash")
    assert store_product(template(row(70), **more), rules, COSTS).status == status


def test_an_emptied_editor_is_no_description() -> None:
    rules = replace(RULES, html_fields=frozenset({"description_sale"}))
    assert store_product(template(row(70), description_sale="<p><br></p>"), rules, COSTS).description == ""
    assert store_product(template(row(70), description_sale="<p>A</p>"), rules, COSTS).description == "<p>A</p>"


def test_the_tax_class_is_that_of_a_mapped_tax() -> None:
    assert store_product(template(row(70)), replace(RULES, tax_classes={3: "reduced"}), COSTS).tax_class == "reduced"
    assert store_product(template(row(70)), RULES, COSTS).tax_class == "?"


@pytest.mark.parametrize(
    ("lines", "options", "words"),
    [
        ([SIZE, Line(9, "size ", "no_variant", {91: "x"})], {}, "two attributes that are one in the store"),
        ([Line(1, "Size", "always", {11: "Größe", 12: "GROßE"})], {}, "two values of Size"),
        ([SIZE], {70: [(1, 11, "S")], 71: [(1, 11, "S")]}, "several variants with S"),
    ],
)
def test_what_would_be_one_in_the_store_is_refused(lines: list[Line], options: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        store_product(template(row(70), row(71), lines=lines, options=options), RULES, COSTS)


def test_more_variants_than_a_page_can_show_are_refused() -> None:
    many = [row(one) for one in range(1001)]
    line = Line(1, "Size", "dynamic", {one: str(one) for one in range(1001)})
    options = {one: [(1, one, str(one))] for one in range(1001)}
    with pytest.raises(DataError, match="1001 variants"):
        store_product(Template(ROW, many, [line], options), RULES, {})


# --- which product of the store it is -----------------------------------------------------------------------------

MUG = Product("Mug", odoo_id=7, odoo_variant_id=70, sku="MUG", barcode="400", prices=Prices(Decimal(10)))
TWO = Product(
    "Shirt",
    Kind.VARIABLE,
    odoo_id=8,
    attributes=(Attribute("Size", ("S", "M"), True),),
    variants=(
        Variant((("Size", "S"),), odoo_id=80, sku="S-1", prices=Prices(Decimal(5))),
        Variant((("Size", "M"),), odoo_id=81, sku="S-2", prices=Prices(Decimal(5))),
    ),
)


def owners(**found: Has) -> dict[str, list[Has]]:
    return {name.replace("_", "-").casefold(): [one] for name, one in found.items()}


def test_a_product_is_matched_by_sku_then_by_barcode() -> None:
    simple = Has("5", "Mug", "simple")
    assert match_product(MUG, owners(MUG=simple), {}, lambda _: 0) == "5"
    assert match_product(MUG, {}, {"400": [simple]}, lambda _: 0) == "5"
    assert match_product(MUG, {}, {}, lambda _: 0) == ""
    assert match_product(TWO, owners(S_1=Has("9/91", "Shirt", "variation")), {}, lambda _: 8) == "9"


@pytest.mark.parametrize(
    ("product", "found", "words"),
    [
        (MUG, owners(MUG=Has("9/91", "Shirt - S", "variation")), "a simple product in Odoo, but a variation"),
        (MUG, owners(MUG=Has("6", "Set", "grouped")), "but a grouped product in the store: #6 Set"),
        (TWO, owners(S_1=Has("5", "Shirt S", "simple")), "a variant in Odoo, but a simple product"),
        (
            TWO,
            owners(S_1=Has("9/91", "A", "variation"), S_2=Has("8/81", "B", "variation")),
            "several products of the store have its SKU: #9/91 A (S-1), #8/81 B (S-2)",
        ),
    ],
)
def test_what_may_be_meant_otherwise_is_refused_with_both_named(product: Product, found: Any, words: str) -> None:
    with pytest.raises(DataError) as refused:
        match_product(product, found, {}, lambda _: 0)
    assert words in refused.value.message


def test_a_product_of_the_store_is_that_of_one_template() -> None:
    with pytest.raises(DataError, match="which is product 99 of Odoo"):
        match_product(MUG, owners(MUG=Has("5", "Mug", "simple")), {}, lambda _: 99)


def test_a_sku_of_two_products_in_odoo_is_refused_with_both_named() -> None:
    rows = [{"id": 70, "display_name": "Mug"}, {"id": 99, "display_name": "Other"}]
    with pytest.raises(DataError, match=r"Mug \(id 70\), Other \(id 99\)"):
        refuse_shared_skus(MUG, {"MUG": rows}, "default_code")


# --- what is done -------------------------------------------------------------------------------------------------


def known(product: Product, store: Product | None = None, **more: Any) -> Known:
    """Return what is remembered after both sides were looked at."""
    groups = (Group.NAMES, Group.PRICES, Group.CATEGORIES)
    return Known(
        "5",
        {group: print_of(values_of(product, group)) for group in groups},
        {group: print_of(values_of(store or product, group)) for group in groups},
        filled(product, None),
        variants_print(product),
        **more,
    )


def variants_of(product: Product) -> dict[int, Known]:
    groups = (Group.NAMES, Group.PRICES)
    return {
        one.odoo_id: Known(
            f"5/{one.odoo_id}",
            {group: print_of(values_of(one, group)) for group in groups},
            {group: print_of(values_of(one, group)) for group in groups},
        )
        for one in product.variants
    }


def in_store(product: Product) -> Product:
    variants = tuple(replace(one, external_id=f"5/{one.odoo_id}") for one in product.variants)
    return replace(product, external_id="5", variants=variants)


def plan(product: Product, rules: CatalogueRules = RULES, **more: Any) -> ProductPlan:
    return plan_product(Subject(product, **more), rules)


def test_what_the_store_does_not_have_is_created_whole_where_that_is_allowed() -> None:
    made = plan(TWO)
    assert (made.main.create, [part.create for part in made.variants]) == (True, [True, True])
    assert [step.do for step in plan_shown(made).steps] == [
        "Create variable product",
        "Create variation S",
        "Create variation M",
    ]
    with pytest.raises(Skipped, match="not created there"):
        plan(TWO, replace(RULES, create=False))
    with pytest.raises(Skipped, match="not created there"):
        plan(TWO, replace(RULES, sent="linked"))
    with pytest.raises(Skipped, match="archived"):
        plan(TWO, for_sale=False)


@pytest.mark.parametrize(
    ("product", "words"),
    [
        (replace(MUG, sku=""), "has no SKU in Odoo"),
        (replace(TWO, variants=()), "no variants in Odoo"),
        (replace(TWO, variants=(*TWO.variants, Variant((("Size", "L"),)))), "1 variant without a SKU in Odoo: L"),
    ],
)
def test_what_could_not_be_found_again_is_not_created(product: Product, words: str) -> None:
    with pytest.raises(DataError, match=words):
        plan(product)


def test_nothing_that_is_known_is_written_again() -> None:
    subject = Subject(TWO, known=known(TWO), variants=variants_of(TWO))
    assert not needs_look(subject, RULES)
    assert not plan_product(subject, RULES).changes


@pytest.mark.parametrize(
    ("changed", "groups"),
    [
        (replace(MUG, name="Cup"), {Group.NAMES}),
        (replace(MUG, prices=Prices(Decimal(11))), {Group.PRICES}),
        (replace(MUG, categories=(Category(("A", "B")),)), {Group.CATEGORIES}),
        (replace(MUG, tags=(Tag("New"),), weight=Decimal(1)), {Group.NAMES, Group.CATEGORIES}),
    ],
)
def test_only_the_group_that_changed_is_written(changed: Product, groups: set[Group]) -> None:
    assert plan(changed, known=known(MUG)).main.groups == groups


def test_only_the_variant_that_changed_is_written() -> None:
    changed = replace(TWO, variants=(replace(TWO.variants[0], prices=Prices(Decimal(6))), TWO.variants[1]))
    made = plan(changed, known=known(TWO), variants=variants_of(TWO))
    assert (made.main.groups, [part.groups for part in made.variants]) == (set(), [{Group.PRICES}, set()])


def test_what_belongs_to_the_store_is_not_written_and_told() -> None:
    rules = replace(RULES, owners=Owners({Group.PRICES: Owner.STORE}))
    made = plan(replace(MUG, prices=Prices(Decimal(11)), name="Cup"), rules, known=known(MUG))
    assert made.main.groups == {Group.NAMES}
    assert [(one.group, one.side, one.repaired) for one in made.drifts] == [(Group.PRICES, Owner.ODOO, False)]


@pytest.mark.parametrize("repair", [True, False])
def test_a_change_in_the_store_is_told_and_written_over_where_that_is_wished(repair: bool) -> None:
    store = in_store(replace(MUG, name="My mug"))
    made = plan(MUG, replace(RULES, repair=repair), known=known(MUG), store=store)
    assert made.main.groups == ({Group.NAMES} if repair else set())
    assert [(one.detail, one.repaired) for one in made.drifts] == [("name: Mug in Odoo, My mug in the store", repair)]


def test_what_odoo_never_had_stays_as_the_store_has_it() -> None:
    store = in_store(replace(MUG, description="<p>By the shop</p>", weight=Decimal(2)))
    assert not plan(MUG, known=Known("5", look=True), store=store).changes
    renamed = plan(replace(MUG, name="Cup"), known=Known("5", look=True), store=store)
    assert {"description", "weight"} <= renamed.main.leave
    emptied = plan(MUG, known=known(replace(MUG, description="By Odoo")), store=store)
    assert "description" not in emptied.main.leave


def test_attributes_only_the_store_has_are_kept() -> None:
    store = in_store(replace(MUG, attributes=(Attribute("Style", ("Modern",), own=True),)))
    product = replace(MUG, name="Cup", attributes=(Attribute("Origin", ("Spain",)),))
    made = plan(product, known=known(MUG), store=store)
    assert isinstance(made.main.record, Product)
    assert [one.name for one in made.main.record.attributes] == ["Origin", "Style"]
    had = replace(known(MUG), filled=filled(replace(MUG, attributes=store.attributes), None))
    gone = plan(product, known=had, store=store).main.record
    assert isinstance(gone, Product)
    assert [one.name for one in gone.attributes] == ["Origin"]


def test_what_is_archived_only_changes_its_status() -> None:
    off = replace(MUG, status="draft", name="Cup")
    made = plan(off, known=known(MUG), for_sale=False)
    assert (made.main.groups, "name" in made.main.leave, "status" in made.main.leave) == ({Group.NAMES}, True, False)
    trash = plan(
        replace(off, status="trash"), replace(RULES, archived_status="trash"), known=known(MUG), for_sale=False
    )
    assert trash.trash
    with pytest.raises(Skipped, match="stays as it is"):
        plan(off, replace(RULES, archived_status="keep"), known=known(MUG), for_sale=False)


def test_what_the_store_has_deleted_is_made_again_only_where_that_is_allowed() -> None:
    made = plan(MUG, known=known(MUG), missing=True)
    assert (made.main.create, made.forgotten) == (True, "5")
    with pytest.raises(DataError, match="was #5 in the store"):
        plan(MUG, replace(RULES, create=False), known=known(MUG), missing=True)
    with pytest.raises(Skipped):
        plan(MUG, known=known(MUG), missing=True, for_sale=False)


def test_a_product_that_becomes_variable_or_simple_changes_its_kind() -> None:
    assert needs_look(Subject(TWO, known=known(replace(MUG, odoo_id=8))), RULES)
    to_variable = plan(TWO, known=known(MUG), store=in_store(replace(MUG, sku="S-1")))
    assert Group.NAMES in to_variable.main.groups
    assert [part.create for part in to_variable.variants] == [True, True]
    to_simple = plan(replace(MUG, sku="S-1"), known=known(TWO), store=in_store(TWO))
    assert to_simple.deleted == ("5/80", "5/81")
    with pytest.raises(DataError, match="neither a simple nor a variable"):
        plan(MUG, known=known(MUG), store=replace(MUG, kind=Kind.OTHER, external_id="5"))


def test_variants_are_found_by_link_then_sku_then_options() -> None:
    store = in_store(TWO)
    there = replace(
        store,
        variants=(
            replace(store.variants[0], external_id="5/1", sku="OLD"),
            replace(store.variants[1], external_id="5/2", sku="S-2", values=(("Size", "XL"),)),
        ),
    )
    made = plan(TWO, known=Known("5", look=True), store=there)
    assert [part.external_id for part in made.variants] == ["5/1", "5/2"]


def test_archived_variants_are_retired_and_foreign_variations_left_alone() -> None:
    store = in_store(TWO)
    more = (
        Variant((("Size", "XL"),), external_id="5/90"),
        Variant((("Size", "XXL"),), external_id="5/91"),
        Variant((("Size", "Own"),), external_id="5/92"),
    )
    there = replace(store, variants=(*store.variants, *more))
    archived = {99: (("Size", "xl"),)}
    looked = {"known": known(TWO), "variants": variants_of(TWO), "store": there}
    made = plan(TWO, archived=archived, linked=frozenset({"5/91"}), **looked)
    assert made.retired == ("5/90", "5/91")
    assert made.notes == ("The store has variations Odoo does not have; they are left alone: Own.",)
    kept = plan(TWO, replace(RULES, archived_variants="keep"), archived=archived, **looked)
    assert kept.retired == ()


def test_a_new_variant_is_created_and_the_store_is_looked_at_for_it() -> None:
    more = replace(TWO, variants=(*TWO.variants, Variant((("Size", "L"),), odoo_id=82, sku="S-3")))
    subject = Subject(more, known=known(TWO), variants=variants_of(TWO))
    assert needs_look(subject, RULES)
    made = plan_product(replace(subject, store=in_store(TWO)), RULES)
    assert [part.create for part in made.variants] == [False, False, True]


def test_what_is_known_is_kept_and_read_again() -> None:
    kept = replace(known(MUG), look=True, extra=True)
    assert Known.of("5", kept.odoo_hash, kept.store_hash, kept.odoo_seen) == kept
    assert Known.of("5", "", "", "").look
    assert Known.of("5", kept.odoo_hash, kept.store_hash, "{broken").filled == frozenset()


# Test runs


def test_products_of_test_runs_go_over_for_their_own_run_alone_and_seen_by_nobody() -> None:
    test = replace(TWO, sku="WOODOO-TEST-0A1B2C3D-X")
    with pytest.raises(Skipped, match="belongs to a test run"):
        plan(test)
    with pytest.raises(Skipped, match="belongs to a test run"):
        plan(test, RULES.of_trial("WOODOO-TEST-0A1B2C3D-Y"))
    rules = replace(RULES, sent="chosen").of_trial("WOODOO-TEST-0A1B2C3D-X")
    assert (rules.sent, rules.status) == ("sellable", "private")
    assert plan(test, rules)
