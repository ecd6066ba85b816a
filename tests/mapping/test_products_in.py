"""What becomes of a product of the store in Odoo, decided without either side."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from woodoo.domain.errors import DataError
from woodoo.domain.ownership import Group, Owner, Owners, print_of
from woodoo.domain.product import Attribute, Category, Kind, Prices, Product, Variant, values_of
from woodoo.mapping.products_in.held import held, prints_of
from woodoo.mapping.products_in.matching import match_product
from woodoo.mapping.products_in.product_plan import Nothing, ProductPlan, group_values, link_key, plan_product
from woodoo.mapping.products_in.product_rules import ProductRules
from woodoo.mapping.products_in.product_template import (
    Form,
    descriptions,
    main_category,
    odoo_price,
    plain_text,
    product_type,
    template_cells,
)
from woodoo.mapping.products_in.product_words import product_plan_shown, summary
from woodoo.mapping.products_in.refusals import refuse_too_many
from woodoo.mapping.products_in.seen import Choice, Known, OdooTemplate, OdooVariant, Prints, Seen
from woodoo.mapping.rules import Tax

STORE_OWNS = Owners(dict.fromkeys((Group.NAMES, Group.PRICES, Group.CATEGORIES, Group.IMAGES), Owner.STORE))
TAKING = ProductRules(STORE_OWNS, take=True, create=True)
FORM = Form({"type": "consu", "is_storable": True}, {"type": "consu"}, {"type": "service"})
MUG = Product("Mug", external_id="5", sku="MUG", prices=Prices(Decimal("9.50")))
TAX = Tax(7, "21 %", Decimal(21), included=False, stacked=False, base_affected=True, sequence=1)


def variation(number: int, colour: str, size: str, **more: Any) -> Variant:
    return Variant((("Colour", colour), ("Size", size)), external_id=f"9/{number}", **{"sku": f"TEE-{number}", **more})


def tee(*variants: Variant) -> Product:
    attributes = tuple(Attribute(name, (), variation=True) for name in ("Colour", "Size"))
    return Product("Tee", Kind.VARIABLE, external_id="9", attributes=attributes, variants=variants)


def template(number: int, *variants: OdooVariant, product: Product | None = None, **more: Any) -> OdooTemplate:
    """Return a template that says what the product says."""
    values = held(product, "", TAKING) if product else {}
    own = {group: found for group, found in values.items() if group is not Group.IMAGES}
    of_variants = {one.odoo_id: own for one in variants}
    if product and product.variants:
        known = zip(variants, product.variants, strict=False)
        of_variants = {one.odoo_id: held(variant, "", TAKING) for one, variant in known}
    made = OdooTemplate(number, f"Odoo {number}", True, Decimal(0), variants, {}, own, of_variants)
    return replace(made, **more)


def seen(*templates: OdooTemplate, known: dict[str, Known] | None = None, **more: Any) -> Seen:
    variants = [one for found in templates for one in found.variants]
    skus = {one.sku: [other for other in variants if other.sku == one.sku] for one in variants if one.sku}
    codes = {
        one.barcode: [other for other in variants if other.barcode == one.barcode] for one in variants if one.barcode
    }
    return Seen(
        variants={one.odoo_id: one for one in variants},
        templates={one.odoo_id: one for one in templates},
        by_sku=skus,
        by_barcode=codes,
        known=known or {},
        **more,
    )


def planned(product: Product, there: Seen, rules: ProductRules = TAKING) -> ProductPlan:
    plan = plan_product(product, there, rules)
    assert isinstance(plan, ProductPlan), plan
    return plan


# --- which product it is -------------------------------------------------------------------------------------------


def test_a_product_is_found_by_its_link_whatever_its_sku_is_by_now():
    there = seen(template(1, OdooVariant(10, 1, "Old", sku="OTHER")), known={"5": Known(1, {"5": 10})})
    match = match_product(MUG, there, "default_code")
    assert match.template
    assert match.template.odoo_id == 1
    assert match.variants["5"].odoo_id == 10


def test_a_product_is_found_by_sku_then_by_barcode_and_the_active_one_counts():
    archived = OdooVariant(11, 2, "Archived", sku="MUG", active=False)
    there = seen(template(1, OdooVariant(10, 1, "A", sku="MUG")), template(2, archived))
    assert match_product(MUG, there, "default_code").variants["5"].odoo_id == 10
    by_code = seen(template(3, OdooVariant(12, 3, "B", barcode="400")))
    assert match_product(replace(MUG, barcode="400"), by_code, "default_code").variants["5"].odoo_id == 12


def test_several_with_the_sku_are_refused_with_all_of_them_named():
    there = seen(template(1, OdooVariant(10, 1, "A", sku="MUG")), template(2, OdooVariant(11, 2, "B", sku="MUG")))
    with pytest.raises(DataError, match=r"2 products in Odoo have the SKU MUG: A \(id 10\), B \(id 11\)"):
        match_product(MUG, there, "default_code")


def test_a_sku_that_another_product_of_the_store_has_is_refused_with_both_named():
    there = seen(template(1, OdooVariant(10, 1, "A", sku="MUG")), taken={10: "77"})
    with pytest.raises(DataError, match=r"the SKU MUG is that of A \(id 10\) in Odoo, which product #77 of the store"):
        match_product(MUG, there, "default_code")
    with pytest.raises(DataError, match=r"2 products of the store have the SKU MUG: #5 \(Mug\), #6 \(Cup\)"):
        match_product(MUG, seen(doubled={"MUG": ["#5 (Mug)", "#6 (Cup)"]}), "default_code")


def test_variations_in_several_products_of_odoo_are_refused():
    there = seen(template(1, OdooVariant(10, 1, "A", sku="TEE-1")), template(2, OdooVariant(11, 2, "B", sku="TEE-2")))
    with pytest.raises(DataError, match=r"variants of 2 products in Odoo: Odoo 1 \(id 1\), Odoo 2 \(id 2\)"):
        match_product(tee(variation(1, "Red", "S"), variation(2, "Red", "M")), there, "default_code")


def test_a_variation_without_sku_is_found_by_its_options_however_they_are_written():
    choices = {
        number: Choice(number, 1, number, 1, value, Decimal(0))
        for number, value in ((1, ("colour", "red")), (2, ("size", "s")), (3, ("size", "m")), (4, ("brand", "x")))
    }
    small = OdooVariant(10, 1, "S", sku="TEE-1", choice_ids=frozenset({1, 2, 4}))
    medium = OdooVariant(11, 1, "M", choice_ids=frozenset({1, 3, 4}))
    there = seen(template(1, small, medium, choices=choices))
    product = tee(variation(1, "Red", "S"), variation(2, " RED", "m", sku=""))
    assert match_product(product, there, "default_code").variants == {"9/1": small, "9/2": medium}


# --- what is done --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("product", "why"),
    [
        (Product("Set", Kind.OTHER, external_id="5", store_type="grouped"), "only shows other products"),
        (Product("Ad", Kind.OTHER, external_id="5", store_type="external"), "sold in another shop"),
        (Product("Box", Kind.OTHER, external_id="5", store_type="bundle"), r"\(bundle\): what it is made of"),
        (tee(), "no variations yet"),
        (replace(MUG, status="trash"), "Odoo does not have it"),
    ],
)
def test_what_is_no_product_of_odoo_is_left_out_with_the_reason(product: Product, why: str):
    plan = plan_product(product, seen(), TAKING)
    assert isinstance(plan, Nothing)
    assert re.search(why, plan.reason), plan.reason


def test_a_product_odoo_lacks_is_made_only_where_that_is_switched_on():
    assert planned(MUG, seen()).create
    plan = plan_product(MUG, seen(), replace(TAKING, create=False))
    assert isinstance(plan, Nothing)
    assert plan.reason == "Odoo has no product with the SKU MUG, and creating products in Odoo is switched off."


def test_equal_products_bring_nothing_and_the_owner_decides_where_they_differ():
    there = template(1, OdooVariant(10, 1, "Mug", sku="MUG"), product=MUG)
    assert not planned(MUG, seen(there)).writes
    dearer = replace(MUG, prices=Prices(Decimal(11)))
    assert planned(dearer, seen(there)).groups == {Group.PRICES}
    assert not planned(dearer, seen(there), replace(TAKING, take=False)).writes
    odoos = replace(TAKING, owners=Owners())
    assert not planned(dearer, seen(there), odoos).writes
    assert planned(dearer, seen(there), replace(odoos, send=True)).told


def known_of(product: Product, there: OdooTemplate) -> dict[str, Known]:
    prints = prints_of(held(product, "", TAKING), group_values(there, 10))
    return {"5": Known(1, {"5": 10}, {link_key(product): prints})}


def test_a_change_on_the_wrong_side_is_told_and_written_over_where_that_is_wanted():
    there = template(1, OdooVariant(10, 1, "Mug", sku="MUG"), product=MUG)
    known = known_of(MUG, there)
    renamed = template(1, OdooVariant(10, 1, "Cup", sku="MUG"), product=replace(MUG, name="Cup"))
    plan = planned(MUG, seen(renamed, known=known))
    assert plan.groups == {Group.NAMES}
    assert [(one.side, one.repaired, one.detail) for one in plan.changes] == [
        (Owner.ODOO, True, "name: Cup in Odoo, Mug in the store")
    ]
    quiet = planned(MUG, seen(renamed, known=known), replace(TAKING, repair=False))
    assert not quiet.writes
    assert [one.repaired for one in quiet.changes] == [False]


def test_what_odoo_owns_and_the_store_changed_is_told_here_or_left_to_the_other_flow():
    there = template(1, OdooVariant(10, 1, "Mug", sku="MUG"), product=MUG)
    known, renamed = known_of(MUG, there), replace(MUG, name="Cup")
    odoos = replace(TAKING, owners=Owners())
    alone = planned(renamed, seen(there, known=known), odoos)
    assert [(one.group, one.side, one.repaired) for one in alone.changes] == [(Group.NAMES, Owner.STORE, False)]
    both = planned(renamed, seen(there, known=known), replace(odoos, send=True))
    assert both.told
    assert both.changes == ()


def test_what_was_sent_to_the_store_is_known_again_as_an_echo():
    there = template(1, OdooVariant(10, 1, "Cup", sku="MUG"), product=replace(MUG, name="Cup"))
    sent = replace(MUG, name="Cup")
    before = known_of(MUG, there)["5"]
    echo = replace(before, sent={link_key(sent): {group: print_of(values_of(sent, group)) for group in Group}})
    rules = replace(TAKING, owners=Owners(), send=True)
    assert not planned(sent, seen(there, known={"5": echo}), rules).told
    assert planned(sent, seen(there, known={"5": before}), rules).told


def test_a_deleted_product_is_archived_where_the_store_owns_names_and_never_twice():
    there = template(1, OdooVariant(10, 1, "Mug", sku="MUG"))
    known = {"5": Known(1, {"5": 10})}
    gone = replace(MUG, status="trash")
    assert planned(gone, seen(there, known=known)).archive
    for kept in (replace(TAKING, owners=Owners()), replace(TAKING, archive=False), replace(TAKING, take=False)):
        plan = planned(gone, seen(there, known=known), kept)
        assert not plan.writes
        assert plan.changes[0].detail == "deleted in the store, for sale in Odoo"
    assert isinstance(plan_product(gone, seen(replace(there, active=False), known=known), TAKING), Nothing)
    assert planned(MUG, seen(replace(there, active=False), known=known)).unarchive


def test_variations_are_made_and_archived_with_their_product():
    first, second = variation(1, "Red", "S"), variation(2, "Red", "M")
    small, medium = OdooVariant(10, 1, "S", sku="TEE-1"), OdooVariant(11, 1, "M", sku="TEE-2")
    known = {"9": Known(1, {"9/1": 10, "9/2": 11})}
    assert planned(tee(first, second), seen(template(1, small))).new == (second,)
    assert planned(tee(first), seen(template(1, small, medium), known=known)).gone == (medium,)
    assert planned(tee(first), seen(template(1, small, medium))).gone == ()
    assert planned(tee(first), seen(template(1, small, medium), known=known), replace(TAKING, archive=False)).gone == ()
    shut = planned(tee(first, second), seen(template(1, small)), replace(TAKING, create=False))
    assert shut.new == ()
    assert "Odoo has no variant for Red, M" in shut.notes[0]


def test_a_simple_product_that_is_one_variant_of_several_is_left_alone():
    both = template(1, OdooVariant(10, 1, "S", sku="MUG"), OdooVariant(11, 1, "M", sku="X"))
    plan = plan_product(MUG, seen(both), TAKING)
    assert isinstance(plan, Nothing)
    assert "one variant of several" in plan.reason


# --- what needs a person -------------------------------------------------------------------------------------------


def test_variations_no_variant_can_be_are_refused():
    anysize = Variant((("Colour", "Red"),), external_id="9/3")
    with pytest.raises(DataError, match="its variation #3 is for any Size"):
        plan_product(tee(anysize), seen(), TAKING)
    with pytest.raises(DataError, match="its variations #1 and #2 are for the same options"):
        plan_product(tee(variation(1, "Red", "S"), variation(2, "red ", "s")), seen(), TAKING)
    with pytest.raises(DataError, match="make 1056 variants in Odoo"):
        refuse_too_many(tee(), [33, 32])


def test_a_price_with_a_comma_is_refused_and_no_price_at_all_is_not():
    with pytest.raises(DataError, match="regular_price is '1,50', which is no number"):
        plan_product(replace(MUG, unreadable=(("regular_price", "1,50"),)), seen(), TAKING)
    assert planned(replace(MUG, prices=Prices()), seen()).create


@pytest.mark.parametrize("typed", ["950", "1090", "95"])
def test_a_price_that_seems_to_have_lost_its_comma_is_refused_until_both_sides_say_it(typed: str):
    """WooCommerce makes 950 of "9,50", 1090 of "10,90" and 95 of "9,5"."""
    there = template(1, OdooVariant(10, 1, "Mug", sku="MUG"), product=MUG, list_price=Decimal("9.50"))
    dear = replace(MUG, prices=Prices(Decimal(typed)))
    with pytest.raises(DataError, match=rf"costs {typed} in the store and 9.5 in Odoo: of a price typed with a comma"):
        plan_product(dear, seen(there, known=known_of(MUG, there)), TAKING)
    said = template(1, OdooVariant(10, 1, "Mug", sku="MUG"), product=dear, list_price=Decimal(typed))
    assert not planned(dear, seen(said, known=known_of(MUG, there))).writes
    assert planned(dear, seen(there)).groups == {Group.PRICES}, "nothing was agreed on before"


@pytest.mark.parametrize("price", ["9.40", "20", "94", "475.50", "2000"])
def test_other_prices_are_taken(price: str):
    there = template(1, OdooVariant(10, 1, "Mug", sku="MUG"), product=MUG, list_price=Decimal("9.50"))
    changed = replace(MUG, prices=Prices(Decimal(price)))
    assert planned(changed, seen(there, known=known_of(MUG, there))).groups == {Group.PRICES}


def test_a_sku_that_another_product_of_odoo_has_is_not_given_twice():
    there = seen(
        template(1, OdooVariant(10, 1, "Mug", sku="OLD"), product=replace(MUG, sku="OLD")),
        template(2, OdooVariant(11, 2, "Cup", sku="MUG")),
        known={"5": Known(1, {"5": 10})},
    )
    with pytest.raises(DataError, match=r"Mug \(id 10\) in Odoo would get the SKU MUG, which Cup \(id 11\) has"):
        plan_product(MUG, there, TAKING)


def test_missing_skus_are_told_of():
    assert planned(replace(MUG, sku=""), seen()).notes == ("It has no SKU in the store, so orders cannot tell it.",)
    bare = tee(variation(1, "Red", "S", sku=""), variation(2, "Red", "M"))
    assert "Red, S" in planned(bare, seen()).notes[0]


# --- what is written -----------------------------------------------------------------------------------------------


def test_prices_are_with_or_without_tax_as_the_tax_in_odoo_is():
    price = Decimal("12.10")
    rules = replace(TAKING, taxes={"": TAX})
    assert odoo_price(price, "", replace(rules, prices_include_tax=True)) == Decimal("10.00")
    assert odoo_price(price, "", rules) == price
    included = replace(rules, taxes={"": replace(TAX, included=True)})
    assert odoo_price(price, "", included) == Decimal("14.64")
    assert odoo_price(price, "reduced-rate", replace(rules, prices_include_tax=True)) == price


def test_the_type_of_a_new_product_is_the_stores_or_the_one_that_is_set():
    assert product_type(MUG, TAKING, FORM) == FORM.consumable
    assert product_type(replace(MUG, manages_stock=True), TAKING, FORM) == FORM.storable
    assert product_type(replace(MUG, virtual=True), TAKING, FORM) == FORM.service
    assert product_type(tee(variation(1, "R", "S", manages_stock=True)), TAKING, FORM) == FORM.storable
    assert product_type(MUG, replace(TAKING, product_type="service"), FORM) == FORM.service


def test_taxes_are_written_only_where_they_can_be_told():
    groups = frozenset({Group.PRICES})
    assert "taxes_id/.id" not in template_cells(MUG, groups, TAKING, FORM, None)
    rules = replace(TAKING, taxes={"": TAX})
    assert template_cells(MUG, groups, rules, FORM, None)["taxes_id/.id"] == [7]
    assert template_cells(replace(MUG, tax_status="none"), groups, rules, FORM, None)["taxes_id/.id"] == []


def test_descriptions_become_plain_text_and_the_deepest_category_counts():
    assert (
        plain_text("<p>Für&nbsp;Tee.</p><ul><li>rot</li><li>blau &amp; grün</li></ul>") == "Für Tee.\nrot\nblau & grün"
    )
    clothes, shirts = Category(("Clothes",)), Category(("Clothes", "Shirts"))
    assert main_category(replace(MUG, categories=(clothes, shirts))) == ("Clothes", "Shirts")
    assert main_category(replace(MUG, categories=(Category(("Uncategorized",)),))) == ()


@pytest.mark.parametrize(
    ("short_field", "product", "had", "written"),
    [
        ("", {}, (), {}),
        ("", {}, ("description",), {"description_sale": ""}),
        ("", {}, ("short_description",), {"description_sale": ""}),
        ("", {"short_description": "Short"}, (), {"description_sale": "Short"}),
        ("", {"description": "Long", "short_description": "Short"}, (), {"description_sale": "Long"}),
        ("description", {"short_description": "Short"}, (), {"description": "Short"}),
        (
            "description",
            {"description": "Long"},
            ("short_description",),
            {"description_sale": "Long", "description": ""},
        ),
    ],
)
def test_a_description_the_store_never_had_is_not_written(
    short_field: str, product: dict[str, str], had: tuple[str, ...], written: dict[str, str]
):
    rules = replace(TAKING, short_description_field=short_field)
    assert descriptions(replace(MUG, **product), rules, had) == written


def test_the_plan_is_told_in_words():
    plan = planned(tee(variation(1, "Red", "S")), seen())
    shown = product_plan_shown(plan)
    assert summary(plan) == "Made in Odoo with 1 variant."
    assert [step.do for step in shown.steps] == ["Create product", "Create variant"]
    nothing = product_plan_shown(plan_product(tee(), seen(), TAKING))
    assert (nothing.title, nothing.steps) == ("Product Tee", ())


def test_prints_hold_what_was_compared():
    there = template(1, OdooVariant(10, 1, "Mug", sku="MUG"), product=MUG)
    prints = prints_of(held(MUG, "", TAKING), group_values(there, 10))
    assert isinstance(prints, Prints)
    assert prints.store[Group.PRICES] == prints.odoo[Group.PRICES]


# --- taxes that cannot be told ---------------------------------------------------------------------------------------


def untold(product: Product, rules: ProductRules) -> list[str]:
    return [note for note in planned(product, seen(), rules).notes if "tax class" in note]


def test_a_tax_class_of_several_taxes_or_none_is_told():
    rules = replace(TAKING, taxes={"": TAX}, untold_taxes={"reduced-rate": ("10 %", "10 % services")}, has_rates=True)
    assert untold(MUG, rules) == []
    assert untold(replace(MUG, tax_class="reduced-rate", tax_status="none"), rules) == []
    (several,) = untold(replace(MUG, tax_class="reduced-rate"), rules)
    assert several == (
        "Its tax class (reduced-rate) stands for several taxes in Odoo (10 %, 10 % services), so its taxes in Odoo are "
        "not set by it, and its price is taken as the store has it, without tax: look at both in Odoo."
    )
    (note,) = untold(replace(MUG, tax_class="zero-rate"), replace(rules, prices_include_tax=True))
    assert note.startswith("Its tax class (zero-rate) stands for no tax in Odoo that is known, so its taxes in Odoo")
    assert "with tax: look" in note


def test_a_store_without_tax_rates_tells_nothing_of_taxes():
    assert untold(MUG, TAKING) == []


def test_what_odoo_has_otherwise_for_good_is_told_each_time_where_the_store_owns_prices():
    there = seen(template(1, OdooVariant(10, 1, "Mug", sku="MUG"), product=MUG))
    rules = replace(TAKING, has_rates=True)
    told = [note for note in planned(MUG, there, rules).notes if "tax class" in note]
    assert len(told) == 1
    odoos = replace(rules, owners=Owners())
    assert not [note for note in planned(MUG, there, odoos).notes if "tax class" in note]


def test_a_price_that_no_sum_gives_is_told_as_long_as_it_differs():
    shirt = tee(variation(1, "Red", "S", prices=Prices(Decimal("13.50"))), variation(2, "Red", "M"))
    variants = (OdooVariant(10, 1, "A", sku="TEE-1"), OdooVariant(11, 1, "B", sku="TEE-2"))
    there = template(1, *variants, product=shirt, list_price=Decimal("11"))
    known = {"9": Known(1, {"9/1": 10, "9/2": 11}, prints_as_it_is(shirt, there))}
    (note,) = [one for one in planned(shirt, seen(there, known=known)).notes if "costs" in one]
    assert note.startswith("Red, S costs 13.5 in the store and 11 in Odoo, where a price is the sum")
    same = replace(there, list_price=Decimal("13.5"))
    assert not [one for one in planned(shirt, seen(same, known=known)).notes if "costs" in one]


def prints_as_it_is(product: Product, there: OdooTemplate) -> dict[str, Prints]:
    """Both sides as they were at the last look."""
    records = [product, *product.variants]
    odoo = [there.values, *(there.variant_values[one.odoo_id] for one in there.variants)]
    return {link_key(one): prints_of(held(one, "", TAKING), found) for one, found in zip(records, odoo, strict=True)}
