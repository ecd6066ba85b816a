"""Products of a real Odoo in the store double: created once, changed by groups, matched, refused, repaired."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from woodoo.domain.errors import OutcomeUnknown
from woodoo.domain.ownership import Group, Owner
from woodoo.engine.flow import Outcome, OutcomeKind
from woodoo.flows.products import sync_products
from woodoo.flows.steps.look_again import marked_to_look
from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.odoo.fixtures import Admin
from woodoo.sandbox.store.double import StoreDouble

from .catalogue import CatalogueBench

OWN_DATABASE = True
DONE, PARKED, SKIPPED = OutcomeKind.DONE, OutcomeKind.PARKED, OutcomeKind.SKIPPED


@pytest.fixture(scope="module")
def shop(odoo: Endpoint) -> Iterator[StoreDouble]:
    """A store for each release."""
    with StoreDouble(catalogue=False) as double:
        yield double


@pytest.fixture(scope="module")
def bench(odoo: Endpoint, admin: Admin, shop: StoreDouble) -> CatalogueBench:
    return CatalogueBench.set_up(odoo, admin, shop, "woodoo_products")


@pytest.fixture(scope="module")
def colours(bench: CatalogueBench) -> tuple[int, dict[str, int]]:
    return bench.make_attribute("Colour", ["Red", "Blue", "Green"])


@pytest.fixture(scope="module")
def sizes(bench: CatalogueBench) -> tuple[int, dict[str, int]]:
    return bench.make_attribute("Size", ["S", "M"])


Attribute = tuple[int, dict[str, int]]


def number(outcome: Outcome) -> str:
    """Return the number a product has in the store."""
    return next(link.external_id for link in outcome.links if link.kind == "product")


def test_simple_and_variable_products_are_created_and_nothing_is_sent_again(
    bench: CatalogueBench, colours: Attribute, sizes: Attribute
) -> None:
    material, wool = bench.make_attribute("Material", ["Wool"], "no_variant")
    simple = bench.make(
        name="Mug & cup", default_code="MUG-1", list_price=12.5, weight=0.25, barcode="4001234500012",
        description_sale="Holds <tea>\nand coffee",
    )  # fmt: skip
    lines = {colours[0]: [colours[1]["Red"], colours[1]["Blue"]], sizes[0]: sizes[1].values(), material: wool.values()}
    shirt = bench.make_variable("Shirt", {one: list(ids) for one, ids in lines.items()}, "SHIRT", list_price=20)
    course = bench.make(name="Course", default_code="COURSE-1", list_price=80, type="service")
    outcomes = bench.sync([simple, shirt, course])
    assert {one.kind for one in outcomes.values()} == {DONE}
    assert bench.by_sku("COURSE-1")["virtual"]
    mug = bench.by_sku("MUG-1")
    assert not mug["virtual"]
    assert (mug["type"], mug["status"], mug["name"]) == ("simple", "publish", "Mug &amp; cup")
    assert (mug["regular_price"], mug["global_unique_id"]) == ("12.5", "4001234500012")
    assert mug["description"].replace("&lt;", "<").replace("&gt;", ">") == "Holds <tea>\nand coffee"
    parent = bench.product(number(outcomes[shirt]))
    assert parent["type"] == "variable"
    attributes = [(a["name"], a["variation"], sorted(a["options"])) for a in parent["attributes"]]
    assert attributes == [
        ("Colour", True, ["Blue", "Red"]),
        ("Size", True, ["M", "S"]),
        ("Material", False, ["Wool"]),
    ]
    variations = bench.variations(number(outcomes[shirt]))
    assert sorted(v["sku"] for v in variations) == ["SHIRT-0", "SHIRT-1", "SHIRT-2", "SHIRT-3"]
    assert {v["regular_price"] for v in variations} == {"20"}
    sides = bench.sides()
    sync_products(sides, [str(simple), str(shirt)])  # what rarely changes, such as units, is read once
    before = bench.calls()
    again = sync_products(sides, [str(simple), str(shirt)])
    assert bench.calls() == before
    assert {one.message.partition(":")[2] for one in again.values()} == {" nothing has changed."}


def test_only_what_changed_is_written_and_a_change_on_the_other_side_is_told_and_repaired(
    bench: CatalogueBench, shop: StoreDouble
) -> None:
    one, other = bench.make(name="Bowl", default_code="BOWL-1"), bench.make(name="Plate", default_code="PLATE-1")
    bench.sync([one, other])
    bench.admin.write("product.template", [one], {"name": "Deep bowl", "list_price": 33})
    found = bench.sync([one, other])
    assert (found[one].message, found[one].drifts) == (f"#{number(found[one])}: names, prices written.", ())
    bowl = bench.by_sku("BOWL-1")
    assert (bowl["name"], bowl["regular_price"]) == ("Deep bowl", "33")
    # Somebody changes the name in the shop; it is found out with the next look, told, and written over.
    shop.shop.tables["products"][bowl["id"]]["name"] = "My bowl"
    bench.links.upsert(marked_to_look(bench.links, [one]))
    told = bench.sync([one], repair_drift=False)[one]
    assert [(d.group, d.side, d.repaired) for d in told.drifts or ()] == [("names", "store", False)]
    assert bench.by_sku("BOWL-1")["name"] == "My bowl"
    bench.links.upsert(marked_to_look(bench.links, [one]))
    repaired = bench.sync([one])[one]
    assert [(d.group, d.repaired) for d in repaired.drifts or ()] == [("names", True)]
    assert "'My bowl'" in repr(told.drifts) or "My bowl" in repr(told.drifts)
    assert bench.by_sku("BOWL-1")["name"] == "Deep bowl"
    # A change that a write's answer shows is found without being asked for.
    shop.shop.tables["products"][bowl["id"]]["name"] = "Your bowl"
    bench.admin.write("product.template", [one], {"list_price": 34})
    found = bench.sync([one])
    assert [(d.group, d.repaired) for d in found[one].drifts or ()] == [("names", True)]
    assert (bench.by_sku("BOWL-1")["name"], bench.by_sku("BOWL-1")["regular_price"]) == ("Deep bowl", "34")
    # What belongs to the store is never written there.
    bench.admin.write("product.template", [one], {"list_price": 35})
    owned = bench.sync([one], owners={Group.PRICES: Owner.STORE})[one]
    assert bench.by_sku("BOWL-1")["regular_price"] == "34"
    assert [(d.group, d.side) for d in owned.drifts or ()] == [("prices", "odoo")]


def test_what_the_store_has_is_matched_and_its_own_is_kept(bench: CatalogueBench, shop: StoreDouble) -> None:
    made = bench.client.post(
        "products",
        {
            "name": "Old vase",
            "sku": "VASE-1",
            "regular_price": "7",
            "description": "<p>Written by the shop</p>",
            "attributes": [{"name": "Style", "options": ["Modern"], "visible": True}],
        },
    )
    vase = bench.make(name="Vase", default_code="VASE-1", list_price=9)
    outcome = bench.sync([vase], create_products=False)[vase]
    assert (outcome.kind, number(outcome)) == (DONE, str(made["id"]))
    kept = bench.by_sku("VASE-1")
    assert (kept["name"], kept["regular_price"], kept["description"]) == ("Vase", "9", "<p>Written by the shop</p>")
    assert [a["name"] for a in kept["attributes"]] == ["Style"]
    bench.admin.write("product.template", [vase], {"description_sale": "Written by Odoo"})
    bench.sync([vase])
    bench.admin.write("product.template", [vase], {"description_sale": False})
    bench.sync([vase])
    assert (bench.by_sku("VASE-1")["description"], len(bench.by_sku("VASE-1")["attributes"])) == ("", 1)


def test_each_refusal_says_its_own_and_the_rest_goes_on(bench: CatalogueBench, colours: Attribute) -> None:
    red = [colours[1]["Red"], colours[1]["Blue"]]
    without = bench.make(name="No SKU")
    twins = [bench.make(name=f"Twin {n}", default_code="TWIN") for n in (1, 2)]
    clash_a, clash_values = bench.make_attribute("COLOUR ", ["x", "y"])
    clash = bench.make_variable("Clash", {colours[0]: red, clash_a: list(clash_values.values())}, "CLASH")
    half = bench.make(
        name="Half", attribute_line_ids=[(0, 0, {"attribute_id": colours[0], "value_ids": [(6, 0, red)]})]
    )
    bench.client.post("products", {"name": "Grouped", "type": "grouped", "sku": "GROUP-1"})
    group = bench.make(name="Group", default_code="GROUP-1")
    fine = bench.make(name="Fine", default_code="FINE-1")
    archived = bench.make(name="Archived", default_code="GONE-1", active=False)
    found = bench.sync([without, *twins, clash, half, group, fine, archived])
    assert found[fine].kind is DONE
    assert found[archived].kind is SKIPPED
    said = {one: found[one].message for one in (without, twins[0], clash, half, group)}
    assert {found[one].kind for one in said} == {PARKED}
    assert said[without] == "Product No SKU has no SKU in Odoo, so it is not created in the store."
    assert "2 products in Odoo have the SKU TWIN" in said[twins[0]]
    assert "two attributes that are one in the store" in said[clash]
    assert "2 variants without a SKU" in said[half]
    assert "a grouped product" in said[group]
    assert "not created there" in bench.sync([twins[0], without], create_products=False)[without].message


def test_a_sku_of_another_linked_product_is_refused_with_both_named(bench: CatalogueBench) -> None:
    first = bench.make(name="First", default_code="FIRST-1")
    outcome = bench.sync([first])[first]
    bench.admin.write("product.template", [first], {"default_code": "FIRST-2", "active": False})
    second = bench.make(name="Second", default_code="FIRST-1")
    refused = bench.sync([second])[second]
    assert refused.kind is PARKED
    assert f"belongs to #{number(outcome)}" in refused.message


def test_skus_that_differ_in_case_only_are_one_in_the_store_and_one_product_of_odoo_has_it(
    bench: CatalogueBench,
) -> None:
    there = bench.client.post("products", {"name": "Case", "sku": "CASE-1"})["id"]
    upper, lower = (bench.make(name=name, default_code=sku) for name, sku in (("Upper", "CASE-1"), ("Lower", "case-1")))
    found = bench.sync([upper, lower])
    assert (number(found[upper]), found[lower].kind) == (str(there), PARKED)
    assert (
        f"#{there} of the store has its SKU or barcode, and is Product Upper (CASE-1) of Odoo" in found[lower].message
    )


def test_an_odd_barcode_and_a_sku_that_wordpress_changes_are_told_and_one_archived_variant_takes_it_off_sale(
    bench: CatalogueBench,
) -> None:
    odd = bench.make(name="Crate", default_code="CRATE-1", barcode="BOX-17")
    changed = bench.make(name="Half", default_code="HALF%20OFF")
    alone = bench.make(name="Alone", default_code="ALONE-1")
    found = bench.sync([odd, changed, alone])
    assert (found[odd].kind, bench.by_sku("CRATE-1")["global_unique_id"]) == (DONE, "")
    assert found[odd].message.endswith("No EAN, GTIN, UPC or ISBN, and not sent as one: BOX-17.")
    for _ in range(2):
        assert (found[changed].kind, found[changed].links[0].external_id) == (
            PARKED,
            str(bench.by_sku("HALFOFF")["id"]),
        )
        assert "keeps its SKU 'HALF%20OFF' as 'HALFOFF'" in found[changed].message
        found = bench.sync([changed])
    bench.admin.write("product.product", bench.variants(alone), {"active": False})
    bench.sync([alone])
    assert bench.by_sku("ALONE-1")["status"] == "draft"


def test_a_product_becomes_variable_and_simple_again(bench: CatalogueBench, colours: Attribute) -> None:
    hat = bench.make(name="Hat", default_code="HAT-1", list_price=15)
    before = number(bench.sync([hat])[hat])
    line = {"attribute_id": colours[0], "value_ids": [(6, 0, [colours[1]["Red"], colours[1]["Blue"]])]}
    bench.admin.write("product.template", [hat], {"attribute_line_ids": [(0, 0, line)]})
    for place, variant in enumerate(bench.variants(hat)):
        bench.admin.write("product.product", [variant], {"default_code": f"HAT-{place + 1}"})
    turned = bench.sync([hat])[hat]
    assert (turned.kind, number(turned)) == (DONE, before)
    assert (bench.product(before)["type"], bench.product(before)["sku"]) == ("variable", "")
    assert sorted(v["sku"] for v in bench.variations(before)) == ["HAT-1", "HAT-2"]
    lines = bench.admin.search_read("product.template.attribute.line", [("product_tmpl_id", "=", hat)], ["id"])
    bench.admin.write("product.template", [hat], {"attribute_line_ids": [(2, lines[0]["id"])]})
    (left,) = bench.variants(hat)
    bench.admin.write("product.product", [left], {"default_code": "HAT-1"})
    back = bench.sync([hat])[hat]
    assert (back.kind, number(back)) == (DONE, before)
    assert (bench.product(before)["type"], bench.product(before)["sku"]) == ("simple", "HAT-1")
    assert bench.variations(before) == []
    assert "nothing has changed" in bench.sync([hat])[hat].message


def test_new_and_archived_variants_and_archived_products(bench: CatalogueBench, colours: Attribute) -> None:
    values = colours[1]
    sock = bench.make_variable("Sock", {colours[0]: [values["Red"], values["Blue"]]}, "SOCK")
    parent = number(bench.sync([sock])[sock])
    (line,) = bench.admin.search_read("product.template.attribute.line", [("product_tmpl_id", "=", sock)], ["id"])
    wanted = {"value_ids": [(6, 0, list(values.values()))]}
    bench.admin.write("product.template", [sock], {"attribute_line_ids": [(1, line["id"], wanted)]})
    new = max(bench.variants(sock))
    bench.admin.write("product.product", [new], {"default_code": "SOCK-9"})
    assert bench.sync([sock])[sock].message.endswith("1 variation created.")
    assert len(bench.variations(parent)) == 3
    bench.admin.write("product.product", [new], {"active": False})
    assert "1 taken off sale" in bench.sync([sock])[sock].message
    assert [v["status"] for v in bench.variations(parent) if v["sku"] == "SOCK-9"] == ["private"]
    bench.admin.write("product.product", [new], {"active": True})
    bench.sync([sock])
    assert {v["status"] for v in bench.variations(parent)} == {"publish"}
    bench.admin.write("product.template", [sock], {"active": False})
    bench.sync([sock])
    assert bench.product(parent)["status"] == "draft"
    bench.admin.write("product.template", [sock], {"active": True})
    bench.sync([sock])
    assert (bench.product(parent)["status"], len(bench.variations(parent))) == ("publish", 3)


def test_products_and_variations_exchange_their_skus(bench: CatalogueBench, sizes: Attribute) -> None:
    fork, spoon = (
        bench.make(name=name, default_code=name.upper(), barcode=f"40{n}") for n, name in enumerate(("Fork", "Spoon"))
    )
    napkin = bench.make_variable("Napkin", {sizes[0]: sizes[1].values()}, "NAPKIN")
    parent = number(bench.sync([fork, spoon, napkin])[napkin])
    small, large = bench.variants(napkin)
    for model, first, second, codes in (
        ("product.template", fork, spoon, ("FORK", "SPOON")),
        ("product.product", small, large, ("NAPKIN-0", "NAPKIN-1")),
    ):
        bench.admin.write(model, [first], {"default_code": "?"})
        bench.admin.write(model, [second], {"default_code": codes[0]})
        bench.admin.write(model, [first], {"default_code": codes[1]})
    assert {one.kind for one in bench.sync([fork, spoon, napkin]).values()} == {DONE}
    assert (bench.by_sku("FORK")["name"], bench.by_sku("SPOON")["name"]) == ("Spoon", "Fork")
    skus = {row["sku"]: row["attributes"][0]["option"] for row in bench.variations(parent)}
    assert skus == {"NAPKIN-0": "M", "NAPKIN-1": "S"}
    assert [one.message[-20:] for one in bench.sync([fork, spoon, napkin]).values()] == ["nothing has changed."] * 3


def test_skus_go_from_one_product_to_variants_of_another_and_back(bench: CatalogueBench, sizes: Attribute) -> None:
    """Variants of two products exchange theirs; so do a simple product and a variant."""
    towel, sheet = (bench.make_variable(n, {sizes[0]: sizes[1].values()}, n.upper()) for n in ("Towel", "Sheet"))
    soap = bench.make(name="Soap", default_code="SOAP")
    all_of_them = [towel, sheet, soap]
    numbers = {one: number(outcome) for one, outcome in bench.sync(all_of_them).items()}
    (soft,) = bench.variants(soap)
    give(bench, dict(zip([*bench.variants(towel), bench.variants(sheet)[0], soft],
                         ["SHEET-0", "SOAP", "TOWEL-0", "TOWEL-1"], strict=True)))  # fmt: skip
    assert [one.message for one in bench.sync(all_of_them).values() if one.kind is not DONE] == []
    skus = [sorted(row["sku"] for row in bench.variations(numbers[one])) for one in (towel, sheet)]
    assert (skus, bench.product(numbers[soap])["sku"]) == ([["SHEET-0", "SOAP"], ["SHEET-1", "TOWEL-0"]], "TOWEL-1")
    assert {one.message[-20:] for one in bench.sync(all_of_them).values()} == {"nothing has changed."}
    # A SKU that another product keeps takes out the variant that wants it, and the one that wants what this one has.
    tile = bench.make(name="Tile", default_code="TILE")
    bench.sync([tile])
    bench.client.put(f"products/{bench.by_sku('TILE')['id']}", {"sku": "TAKEN"})
    give(bench, {bench.variants(towel)[0]: "TAKEN", bench.variants(sheet)[0]: "SHEET-0"})
    found = bench.sync(all_of_them)
    assert [found[one].kind for one in all_of_them] == [PARKED, PARKED, DONE]
    assert "its SKU 'TAKEN' belongs to #" in found[towel].message
    skus = [sorted(row["sku"] for row in bench.variations(numbers[one])) for one in (towel, sheet)]
    assert skus == [["SHEET-0", "SOAP"], ["SHEET-1", "TOWEL-0"]]


def give(bench: CatalogueBench, skus: dict[int, str]) -> None:
    """Give variants other SKUs in Odoo."""
    for variant in skus:
        bench.admin.write("product.product", [variant], {"default_code": f"?{variant}"})
    for variant, sku in skus.items():
        bench.admin.write("product.product", [variant], {"default_code": sku})


def test_a_product_that_is_chosen_no_longer_stays_in_the_store_as_it_is(bench: CatalogueBench) -> None:
    (web,) = bench.admin.create("product.category", [{"name": "For the web shop"}])
    (other,) = bench.admin.create("product.category", [{"name": "Not for the web shop"}])
    chosen = {"products_sent": "chosen", "product_category_ids": (web,)}
    rake = bench.make(name="Rake", default_code="RAKE-1", categ_id=web, list_price=20)
    assert bench.sync([rake], **chosen)[rake].kind is DONE
    bench.admin.write("product.template", [rake], {"categ_id": other, "list_price": 30})
    left = bench.sync([rake], **chosen)[rake]
    assert (left.kind, "; there it stays as it is." in left.message) == (SKIPPED, True)
    assert bench.by_sku("RAKE-1")["regular_price"] == "20"


def test_a_product_deleted_in_the_store_is_made_again_only_where_that_is_allowed(bench: CatalogueBench) -> None:
    lamp = bench.make(name="Lamp", default_code="LAMP-1")
    first = number(bench.sync([lamp])[lamp])
    bench.client.delete(f"products/{first}", {"force": True})
    bench.admin.write("product.template", [lamp], {"list_price": 50})
    parked = bench.sync([lamp], create_products=False)[lamp]
    assert (parked.kind, f"was #{first} in the store" in parked.message) == (PARKED, True)
    again = bench.sync([lamp])[lamp]
    assert (again.kind, number(again) != first, bench.by_sku("LAMP-1")["regular_price"]) == (DONE, True, "50")


def test_a_run_that_was_cut_off_creates_nothing_twice(
    bench: CatalogueBench, colours: Attribute, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = list(colours[1].values())
    scarf = bench.make_variable("Scarf", {colours[0]: values}, "SCARF")
    cap = bench.make(name="Cap", default_code="CAP-1")
    post = bench.client.post

    def lose(path: str, json: Any, params: Any = None) -> Any:
        answer = post(path, json, params)
        if path == "products/batch":
            raise OutcomeUnknown("The store did not answer.", where=path)
        return answer

    monkeypatch.setattr(bench.client, "post", lose)
    with pytest.raises(OutcomeUnknown):
        bench.sync([scarf, cap])
    monkeypatch.undo()
    found = bench.sync([scarf, cap])
    assert {one.kind for one in found.values()} == {DONE}
    rows = bench.shop.shop.tables["products"].values()
    assert [row["name"] for row in rows].count("Scarf") == 1
    assert len(bench.variations(number(found[scarf]))) == 3
    assert bench.by_sku("CAP-1")
    # So it is where Woodoo's own database was lost.
    bench.links.rows.clear()
    count = len(bench.shop.shop.tables["products"])
    assert {one.kind for one in bench.sync([scarf, cap]).values()} == {DONE}
    assert len(bench.shop.shop.tables["products"]) == count


def test_what_odoo_changes_between_reading_and_writing_goes_over_next_and_nothing_stale_stays(
    bench: CatalogueBench, sizes: Attribute, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Renamed, of another SKU and price, archived, deleted, one variant less, SKUs exchanged."""
    names = ("Plain", "Coded", "Shelved", "Dropped", "Left", "Right")
    goods = {name: bench.make(name=name, default_code=f"MID-{name}", list_price=10) for name in names}
    tunic = bench.make_variable("Tunic", {sizes[0]: sizes[1].values()}, "MID-T")
    every = [*goods.values(), tunic]
    bench.sync(every)
    where = {name: bench.by_sku(f"MID-{name}")["id"] for name in names}
    admin, post, left = bench.admin, bench.client.post, [1]

    def change() -> None:
        admin.write("product.template", [goods["Plain"]], {"name": "Newest", "list_price": 30})
        admin.write("product.template", [goods["Coded"]], {"default_code": "MID-NEW"})
        admin.write("product.template", [goods["Shelved"]], {"active": False})
        admin.call("product.template", "unlink", ids=[goods["Dropped"]])
        for name, code in (("Left", "MID-?"), ("Right", "MID-Left"), ("Left", "MID-Right")):
            admin.write("product.template", [goods[name]], {"default_code": code})
        admin.write("product.product", bench.variants(tunic)[:1], {"active": False})
        admin.write("product.product", bench.variants(tunic)[-1:], {"default_code": "MID-T-NEW"})

    def interrupted(path: str, *given: Any, **more: Any) -> Any:
        if path.endswith("/batch") and left:
            left.clear()
            change()
        return post(path, *given, **more)

    for number in every:
        admin.write("product.template", [number], {"list_price": 20})
    monkeypatch.setattr(bench.client, "post", interrupted)
    bench.sync(every)
    assert not left
    monkeypatch.undo()
    for _ in range(2):
        last = bench.sync(every)
    shown = {name: bench.product(str(number)) for name, number in where.items()}
    assert (shown["Plain"]["name"], shown["Plain"]["regular_price"]) == ("Newest", "30")
    assert [shown[name]["sku"] for name in ("Coded", "Left", "Right")] == ["MID-NEW", "MID-Right", "MID-Left"]
    assert [shown[name]["status"] for name in ("Shelved", "Dropped", "Coded")] == ["draft", "draft", "publish"]
    kept = {row["sku"]: row["status"] for row in bench.variations(str(bench.by_sku("MID-T-NEW")["parent_id"]))}
    assert kept == {"MID-T-0": "private", "MID-T-NEW": "publish"}
    assert {one.message.partition(":")[2] for one in last.values() if one.kind is DONE} <= {
        " nothing has changed.",
        " prices written.",
    }
    assert {one.message.partition(":")[2] for one in bench.sync(every).values() if one.kind is DONE} == {
        " nothing has changed."
    }


def test_categories_are_made_once_whatever_their_spelling(bench: CatalogueBench) -> None:
    (above,) = bench.admin.create("product.category", [{"name": "Café"}])
    below = bench.admin.create("product.category", [{"name": "Cups & more", "parent_id": above}])[0]
    (twin,) = bench.admin.create("product.category", [{"name": "CAFE"}])
    bench.client.post("products/categories", {"name": "café"})
    one = bench.make(name="Cup", default_code="CUP-1", categ_id=below)
    two = bench.make(name="Saucer", default_code="CUP-2", categ_id=twin)
    bench.sync([one, two])
    categories = bench.client.get("products/categories", {"per_page": 100})
    names = [c["name"].replace("&amp;", "&") for c in categories if c["name"][0] in "cC"]
    assert sorted(names) == ["Cups & more", "café"]
    assert [c["name"].replace("&amp;", "&") for c in bench.by_sku("CUP-1")["categories"]] == ["Cups & more"]
    assert [c["name"] for c in bench.by_sku("CUP-2")["categories"]] == ["café"]
    # What stands for two of Odoo is not renamed with one of them.
    bench.admin.write("product.category", [twin], {"name": "Bistro"})
    bench.sync([one, two])
    assert [c["name"] for c in bench.by_sku("CUP-2")["categories"]] == ["Bistro"]
    assert "café" in [c["name"] for c in bench.client.get("products/categories", {"per_page": 100})]


def test_a_category_that_is_renamed_or_moved_in_odoo_is_so_in_the_store_and_none_is_left_behind(
    bench: CatalogueBench, shop: StoreDouble
) -> None:
    def make(name: str, above: int | bool = False) -> int:
        return bench.admin.create("product.category", [{"name": name, "parent_id": above}])[0]

    garden, kitchen = make("Garden tools"), make("Kitchen tools")
    knives, pruning = make("Knives", kitchen), make("Knives", garden)
    goods = [
        bench.make(name=f"Knife {n}", default_code=f"KNIFE-{n}", categ_id=one)
        for n, one in enumerate((knives, pruning))
    ]
    bench.sync(goods)
    table = shop.shop.tables["categories"]
    tree = {number: row["slug"] for number, row in table.items()}
    before = [bench.by_sku(f"KNIFE-{n}")["categories"][0]["id"] for n in range(2)]
    bench.admin.write("product.category", [garden], {"name": "Outdoors"})
    bench.admin.write("product.category", [knives], {"name": "Blades", "parent_id": garden})
    assert {one.kind for one in bench.sync(goods).values()} == {DONE}
    assert {number: row["slug"] for number, row in table.items()} == tree
    assert [bench.by_sku(f"KNIFE-{n}")["categories"][0]["id"] for n in range(2)] == before
    named = {row["name"]: row for row in table.values()}
    assert (named["Blades"]["parent"], "Garden tools" in named) == (named["Outdoors"]["id"], False)
    # The name of one that is there already in that place: that one is taken, none of two is renamed.
    bench.admin.write("product.category", [knives], {"name": "knives"})
    bench.sync(goods)
    assert {bench.by_sku(f"KNIFE-{n}")["categories"][0]["id"] for n in range(2)} == {before[1]}
    bench.admin.write("product.category", [knives], {"name": "Pocket knives"})
    bench.sync(goods)
    assert bench.by_sku("KNIFE-1")["categories"][0]["id"] == before[1]
    assert table[before[1]]["name"] == "Knives"
    quiet = bench.sync(goods)
    assert {one.message.partition(":")[2] for one in quiet.values()} == {" nothing has changed."}


def test_an_attribute_and_values_renamed_in_odoo_are_so_in_the_store_and_their_variations_stay(
    bench: CatalogueBench, shop: StoreDouble
) -> None:
    hue, values = bench.make_attribute("Hue", ["Navy", "Rust", "Sand"])
    goods = [bench.make_variable(f"Stole {n}", {hue: values.values()}, f"STOLE-{n}") for n in range(2)]
    bench.sync(goods)
    shawl = bench.make(
        name="Shawl",
        default_code="SHAWL",
        attribute_line_ids=[(0, 0, {"attribute_id": hue, "value_ids": [(6, 0, [values["Navy"]])]})],
    )
    bench.sync([shawl])
    tables = shop.shop.tables
    (attribute,) = [row for row in tables["attributes"].values() if row["name"] == "Hue"]
    terms = {row["name"]: row for row in tables["terms"].values() if row["attribute_id"] == attribute["id"]}
    variations = {sku: row["id"] for row in tables["products"].values() if (sku := row["sku"]).startswith("STOLE")}

    def rename(**names: str) -> None:
        for name, new in names.items():
            bench.admin.write("product.attribute.value", [values[name]], {"name": new})

    def named() -> list[str]:
        return [row["name"] for row in tables["terms"].values() if row["attribute_id"] == attribute["id"]]

    def chosen() -> dict[str, list[str]]:
        rows = tables["products"].values()
        return {sku: [one["option"] for one in row["attributes"]] for row in rows
                if (sku := row["sku"]) in variations and variations[sku] == row["id"]}  # fmt: skip

    def cost() -> int:
        """How many requests a look at all of them takes: where nothing has changed, those for the store's settings."""
        calls = bench.calls()
        bench.sync([*goods, shawl])
        return bench.calls() - calls

    quiet = cost()
    # The attribute and a value, of which only one product has been told so far; in the other nothing is left to write.
    bench.admin.write("product.attribute", [hue], {"name": "Color"})
    rename(Navy="Navy & Blue")
    done = bench.sync(goods[:1])[goods[0]]
    assert (done.kind, done.drifts) == (DONE, ())
    assert (attribute["name"], attribute["slug"], terms["Navy"]["slug"]) == ("Color", "pa_hue", "navy")
    assert chosen() == {f"STOLE-{n}-{place}": [name] for n in range(2)
                        for place, name in enumerate(("Navy &amp; Blue", "Rust", "Sand"))}  # fmt: skip
    rest = bench.sync([goods[1], shawl])
    assert (rest[goods[1]].message.partition(":")[2], rest[goods[1]].drifts) == (" nothing has changed.", ())
    assert (rest[shawl].kind, rest[shawl].drifts) == (DONE, ())
    assert [one["options"] for one in bench.by_sku("SHAWL")["attributes"]] == [["Navy &amp; Blue"]]
    assert cost() == quiet

    # Two exchange their names, the third is spelled otherwise.
    for step in ({"Navy": "…"}, {"Rust": "Navy"}, {"Navy": "Rust"}, {"Sand": "SAND"}):
        rename(**step)
    assert {one.kind for one in bench.sync(goods).values()} == {DONE}
    assert [terms[one]["name"] for one in ("Navy", "Rust", "Sand")] == named() == ["Rust", "Navy", "SAND"]
    assert {tuple(one) for one in chosen().values()} == {("Rust",), ("Navy",), ("SAND",)}
    assert {row["id"] for row in tables["products"].values() if row["sku"] in variations} == set(variations.values())

    # One of the new name is there already: it is taken, and told once.
    bench.client.post(f"products/attributes/{attribute['id']}/terms", {"name": "Dune"})
    rename(Sand="Dune")
    told = bench.sync(goods[:1])[goods[0]]
    assert "The store has the option of Color 'Dune' beside 'SAND': products go to that one" in told.message
    assert (told.kind, named()) == (DONE, ["Rust", "Navy", "SAND", "Dune"])
    assert bench.sync(goods)[goods[0]].message.endswith(": nothing has changed.")
    assert chosen()["STOLE-1-2"] == ["Dune"]
    # From now on it is that one which is renamed.
    rename(Sand="Beach")
    bench.sync(goods)
    assert (named(), chosen()["STOLE-0-2"]) == (["Rust", "Navy", "SAND", "Beach"], ["Beach"])

    # What somebody renamed in the store is not written over.
    bench.client.put(f"products/attributes/{attribute['id']}/terms/{terms['Rust']['id']}", {"name": "Deep sea"})
    rename(Rust="Marine")
    told = bench.sync(goods)[goods[0]]
    assert "Somebody renamed the option of Color to 'Deep sea' in the store: it stays so" in told.message
    assert (named()[1:], chosen()["STOLE-0-1"]) == (["Deep sea", "SAND", "Beach", "Marine"], ["Marine"])

    # Where the store owns names, nothing is renamed there; what the store cannot take is told.
    rename(Sand="Coast")
    bench.sync(goods, owners={Group.NAMES: Owner.STORE})
    assert "Beach" in named()
    rename(Sand="x" * 201)
    bystander = bench.make(name="Bystander", default_code="BYSTANDER")
    refused = bench.sync([*goods, bystander])
    assert [refused[one].kind for one in (*goods, bystander)] == [PARKED, PARKED, DONE]
    assert "201 signs, and 200 is the most" in refused[goods[0]].message
    rename(Sand="Dune sand")
    assert {one.kind for one in bench.sync(goods).values()} == {DONE}
    assert (named()[1:], chosen()["STOLE-1-2"]) == (["Deep sea", "SAND", "Dune sand", "Marine"], ["Dune sand"])
    bench.sync([*goods, shawl])
    assert {one.message.partition(":")[2] for one in bench.sync(goods).values()} == {" nothing has changed."}
    assert cost() == quiet


def test_attributes_of_one_name_are_one_in_the_store_and_not_renamed_with_one_of_them(
    bench: CatalogueBench, shop: StoreDouble
) -> None:
    chosen, first = bench.make_attribute("Type", ["A", "B"])
    shown, second = bench.make_attribute("Type", ["A"], "no_variant")
    lamp = bench.make_variable("Desk lamp", {chosen: first.values()}, "DESK")
    lamps = [lamp, bench.make_variable("Wall lamp", {shown: [second["A"]]}, "WALL")]
    assert [one.message for one in bench.sync(lamps).values() if one.kind is not DONE] == []
    rows = shop.shop.tables["attributes"]
    assert [row["name"] for row in rows.values() if row["slug"].startswith("pa_type")] == ["Type"]
    bench.admin.write("product.attribute", [shown], {"name": "Lamp type"})
    bench.admin.write("product.attribute.value", [first["B"]], {"name": "Bee"})
    assert [one.message for one in bench.sync(lamps).values() if one.kind is not DONE] == []
    assert {"Type", "Lamp type"} <= {row["name"] for row in rows.values()}
    assert [one["name"] for one in bench.by_sku("WALL-0")["attributes"]] == ["Lamp type"]
    terms = [row for row in shop.shop.tables["terms"].values() if row["name"] in ("B", "Bee")]
    assert [row["name"] for row in terms] == ["Bee"]
    # Only one stands for it now, and it is renamed again; one deleted in Odoo stands for nothing.
    bench.sync(lamps)
    bench.admin.write("product.attribute", [chosen], {"name": "Kind of lamp"})
    bench.sync(lamps)
    assert "Kind of lamp" in {row["name"] for row in rows.values()}


def test_categories_tags_and_attributes_deleted_in_the_store_are_made_again_though_they_were_remembered(
    bench: CatalogueBench, sizes: Attribute
) -> None:
    """WooCommerce leaves out ids it does not know, without a word."""
    (group,) = bench.admin.create("product.category", [{"name": "Umbrellas"}])
    brolly = bench.make_variable("Brolly", {sizes[0]: sizes[1].values()}, "BROLLY", categ_id=group)
    sides = bench.sides()
    done = sync_products(sides, [str(brolly)])[str(brolly)]
    bench.links.upsert(done.links)
    before = bench.product(number(done))
    bench.client.delete(f"products/categories/{before['categories'][-1]['id']}", {"force": True})
    bench.client.delete(f"products/attributes/{before['attributes'][0]['id']}", {"force": True})
    bench.admin.write("product.template", [brolly], {"name": "Brolly, large", "categ_id": group})
    again = sync_products(sides, [str(brolly)])[str(brolly)]
    assert again.kind is DONE, again.message
    after = bench.client.get(f"products/{number(again)}")
    assert [one["name"] for one in after["categories"]] == ["Umbrellas"]
    assert (after["name"], sorted(after["attributes"][0]["options"])) == ("Brolly, large", ["M", "S"])


def test_a_dry_run_writes_nothing(bench: CatalogueBench) -> None:
    tray = bench.make(name="Tray", default_code="TRAY-1")
    count = len(bench.shop.shop.tables["products"])
    plan = bench.plan([tray]).shown()[str(tray)]
    assert [step.do for step in plan.steps] == ["Create simple product"]
    assert len(bench.shop.shop.tables["products"]) == count
