"""Products of a store in a real Odoo: matched, made with their variants, changed by their owners, never doubled."""

from __future__ import annotations

import itertools
import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from woodoo.chores.taken_products import follow_taken_products
from woodoo.connections.maps import take_into_maps
from woodoo.connections.models import Connection
from woodoo.connections.settings import ConnectionSettings
from woodoo.domain.ownership import Group, Owner
from woodoo.engine import work
from woodoo.engine.cursors import set_cursor
from woodoo.engine.flow import Outcome, OutcomeKind
from woodoo.engine.links import Links
from woodoo.engine.models import Event, State, Work
from woodoo.engine.registry import Listing
from woodoo.flows.product import plan_products_in, sync_products_in
from woodoo.flows.products import sync_products
from woodoo.flows.shelf_walk import ShelfWalk
from woodoo.flows.sides import Memory, Sides
from woodoo.live import Live
from woodoo.odoo.client import connect
from woodoo.odoo.endpoint import Endpoint
from woodoo.odoo.records import Records
from woodoo.sandbox.odoo.fixtures import Admin, ensure_taxes
from woodoo.sandbox.store.double import StoreDouble
from woodoo.stores.woocommerce.catalogue.catalogue import WooCatalogue
from woodoo.stores.woocommerce.client import WooClient
from woodoo.stores.woocommerce.store import WooCommerceStore

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6364f8cf500f0003860180"
    "5a347d6b0000000049454e44ae426082"
)
WITH_ARCHIVED = {"active_test": False}
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def store() -> Iterator[StoreDouble]:
    with StoreDouble() as double:
        yield double


@dataclass
class Shelf:
    """A store, an Odoo, and the products of one test between them."""

    store: StoreDouble
    api: WooClient
    odoo: Records
    admin: Admin
    connection: Connection
    settings: ConnectionSettings
    memory: Memory = field(default_factory=Memory)

    @property
    def links(self) -> Links:
        return Links(self.connection.pk)

    def sides(self, **changes: Any) -> Sides:
        settings = self.settings.model_copy(update=changes)
        memory = Memory() if changes else self.memory
        store = WooCommerceStore(self.api)
        parts = (store, self.odoo, settings, self.links, self.connection.pk, memory)
        return Sides(*parts, todo=work, take_into_maps=take_into_maps)

    def sync(self, *ids: int, **changes: Any) -> dict[int, Outcome]:
        """Bring products over as a worker does, links noted."""
        outcomes = sync_products_in(self.sides(**changes), [str(one) for one in ids])
        for outcome in outcomes.values():
            self.links.upsert(outcome.links)
        return {int(record): outcome for record, outcome in outcomes.items()}

    def done(self, *ids: int, **changes: Any) -> list[str]:
        found = self.sync(*ids, **changes)
        assert {one.kind for one in found.values()} == {OutcomeKind.DONE}, [one.message for one in found.values()]
        # The company is of another country than the rates that are mapped; one test is about what is said of that.
        return [re.sub(r" Its tax class .*?: look at both in Odoo\.", "", found[one].message) for one in ids]

    def refused(self, product_id: int, **changes: Any) -> str:
        outcome = self.sync(product_id, **changes)[product_id]
        assert outcome.kind is OutcomeKind.PARKED, outcome.message
        return outcome.message

    def make(self, **fields: Any) -> int:
        return int(self.api.post("products", fields)["id"])

    def make_variable(self, sku: str, variations: dict[tuple[str, ...], dict[str, Any]], **fields: Any) -> int:
        """Make a product with variations by (colour, size)."""
        names = fields.pop("names", ("Colour", "Size"))
        options = [list(dict.fromkeys(key[place] for key in variations)) for place in range(len(names))]
        attributes = [
            {"name": name, "variation": True, "options": found} for name, found in zip(names, options, strict=True)
        ]
        product = self.make(name=f"Shirt {sku}", type="variable", attributes=attributes, **fields)
        for number, (key, more) in enumerate(variations.items()):
            chosen = [{"name": name, "option": option} for name, option in zip(names, key, strict=True)]
            self.add_variation(product, {"sku": f"{sku}-{number}", "attributes": chosen, **more})
        return product

    def add_variation(self, product: int, fields: dict[str, Any]) -> int:
        return int(self.api.post(f"products/{product}/variations", fields)["id"])

    def variants(self, *skus: str, fields: tuple[str, ...] = ()) -> dict[str, dict[str, Any]]:
        wanted = [
            "default_code",
            "display_name",
            "lst_price",
            "barcode",
            "weight",
            "active",
            "product_tmpl_id",
            *fields,
        ]
        rows = self.odoo.search_read("product.product", [("default_code", "in", skus)], wanted, context=WITH_ARCHIVED)
        return {row["default_code"]: row for row in rows}

    def writes(self) -> int:
        """Return how often Odoo was written to so far."""
        return self.odoo.client.writes  # type: ignore[attr-defined, no-any-return]


TAKING = {
    "take_products": True,
    "create_odoo_products": True,
    "owners": dict.fromkeys((Group.NAMES, Group.PRICES, Group.IMAGES, Group.CATEGORIES), Owner.STORE),
}


class Counting:
    """Odoo's client, counting the calls that write."""

    def __init__(self, client: Any) -> None:
        self._client, self.writes = client, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def call(self, model: str, method: str, **arguments: Any) -> Any:
        self.writes += method in {"load", "create", "write", "unlink", "action_archive", "action_unarchive"}
        return self._client.call(model, method, **arguments)


@pytest.fixture
def shelf(db: None, odoo: Endpoint, admin: Admin, store: StoreDouble, request: pytest.FixtureRequest) -> Shelf:
    namespace = f"woodoo_shelf_{next(_numbers)}"
    taxes = ensure_taxes(admin, [Decimal(21), Decimal(10)])
    connection = Connection.objects.create(
        name="Shop",
        store_url=store.url,
        odoo_url=odoo.url,
        odoo_database=odoo.database,
        odoo_login=odoo.login,
        odoo_key=odoo.secret,
        settings={"namespace": namespace},
    )
    settings = ConnectionSettings(
        namespace=namespace,
        tax_rule_map={"standard:*:21": taxes[Decimal(21), False], "reduced-rate:*:10": taxes[Decimal(10), False]},
        **TAKING,
    )
    records = Records(Counting(connect(odoo)), 1, namespace=namespace)  # type: ignore[arg-type]
    api = WooClient(store.url, store.key, store.secret)
    return Shelf(store, api, records, admin, connection, settings)


def test_a_simple_product_is_made_once_and_looked_at_without_a_write(shelf: Shelf):
    sku = f"MUG-{next(_numbers)}"
    product = shelf.make(
        name="Green &amp; blue mug",
        sku=sku,
        global_unique_id=f"40000{next(_numbers):08}",
        regular_price="12.50",
        weight="0.4",
        manage_stock=True,
        short_description="<p>For coffee.</p><p>Not for tea.</p>",
    )
    assert plan_products_in(shelf.sides(), [str(product)]).plans[str(product)].steps[0].do == "Create product"
    tried = ShelfWalk(shelf.sides).try_out(Listing([str(product)], 0, ""), {})
    assert (tried["create"], tried["there"], tried["parked"]) == (1, 0, 0)
    assert shelf.done(product) == ["Made in Odoo."]
    row = shelf.variants(sku, fields=("name", "description_sale", "type", "invoice_policy", "taxes_id"))[sku]
    assert (row["name"], row["lst_price"], row["weight"]) == ("Green & blue mug", 12.5, 0.18)
    assert row["description_sale"] == "For coffee.\nNot for tea."
    assert row["invoice_policy"] == "order"
    storable = shelf.odoo.client.dialect.product_storable
    assert shelf.odoo.read("product.template", [row["product_tmpl_id"]], list(storable))[0].items() >= storable.items()
    before = shelf.writes()
    assert shelf.done(product) == ["It is in Odoo as it should be."]
    shelf.links.forget_all()
    assert shelf.done(product) == ["It is in Odoo as it should be."]
    assert shelf.writes() == before


def test_a_variable_product_has_exactly_the_variants_of_the_store_at_their_prices(shelf: Shelf):
    sku = f"TEE-{next(_numbers)}"
    product = shelf.make_variable(
        sku,
        {
            ("Red", "S"): {"regular_price": "10", "weight": "0.2"},
            ("Red", "L"): {"regular_price": "12"},
            ("Blue", "L"): {"regular_price": "13.5"},
        },
    )
    assert shelf.done(product) == ["Made in Odoo with 3 variants."]
    found = shelf.variants(f"{sku}-0", f"{sku}-1", f"{sku}-2")
    assert [row["lst_price"] for row in found.values()] == [10, 12, 13.5]
    template = found[f"{sku}-0"]["product_tmpl_id"]
    assert shelf.odoo.count("product.product", [("product_tmpl_id", "=", template)]) == 3
    other = shelf.make_variable(f"{sku}B", {("  red", "s"): {}}, names=("COLOUR", "size "))
    assert shelf.done(other) == ["Made in Odoo with 1 variant."]
    names = [row["name"].casefold().strip() for row in shelf.odoo.search_read("product.attribute", [], ["name"])]
    assert len(names) == len(set(names))
    before = shelf.writes()
    assert shelf.done(product, other) == ["It is in Odoo as it should be."] * 2
    shelf.links.forget_all()
    assert shelf.done(product, other) == ["It is in Odoo as it should be."] * 2
    assert shelf.writes() == before


def test_changes_of_the_store_come_over_and_what_is_sold_brings_none(shelf: Shelf):
    sku = f"CUP-{next(_numbers)}"
    mug = shelf.make(name="Cup", sku=sku, regular_price="5", manage_stock=True, stock_quantity=9)
    tee = shelf.make_variable(f"{sku}T", {("Red", "S"): {"regular_price": "10"}, ("Red", "M"): {"regular_price": "10"}})
    shelf.done(mug, tee)
    shelf.api.put(f"products/{mug}", {"stock_quantity": 8})
    before = shelf.writes()
    shelf.done(mug, tee)
    assert shelf.writes() == before
    variation = int(shelf.api.get(f"products/{tee}")["variations"][1])
    shelf.api.put(f"products/{mug}", {"name": "Large cup", "regular_price": "6.25"})
    shelf.api.put(f"products/{tee}/variations/{variation}", {"regular_price": "11", "sku": f"{sku}T-new"})
    assert shelf.done(mug, tee) == [
        "Changed in Odoo: names and texts, prices.",
        "Changed in Odoo: names and texts, prices.",
    ]
    found = shelf.variants(sku, f"{sku}T-0", f"{sku}T-new")
    assert (found[sku]["lst_price"], found[f"{sku}T-0"]["lst_price"], found[f"{sku}T-new"]["lst_price"]) == (
        6.25,
        10,
        11,
    )
    assert "Large cup" in found[sku]["display_name"]
    new = shelf.add_variation(
        tee,
        {
            "sku": f"{sku}T-9",
            "regular_price": "12",
            "attributes": [{"name": "Colour", "option": "Red"}, {"name": "Size", "option": "S"}],
        },
    )
    assert "same options" in shelf.refused(tee)
    shelf.api.put(f"products/{tee}", {"attributes": [
        {"name": "Colour", "variation": True, "options": ["Red"]},
        {"name": "Size", "variation": True, "options": ["S", "M", "XXL"]},
    ]})  # fmt: skip
    shelf.api.put(
        f"products/{tee}/variations/{new}",
        {"attributes": [{"name": "Colour", "option": "Red"}, {"name": "Size", "option": "XXL"}]},
    )
    shelf.done(tee)
    found = shelf.variants(f"{sku}T-0", f"{sku}T-new", f"{sku}T-9")
    assert [found[f"{sku}T-{one}"]["lst_price"] for one in ("0", "new", "9")] == [10, 11, 12]
    assert len({row["product_tmpl_id"] for row in found.values()}) == 1


def test_what_the_store_deletes_is_archived_and_comes_back(shelf: Shelf):
    sku = f"DEL-{next(_numbers)}"
    product = shelf.make(name="Old", sku=sku)
    tee = shelf.make_variable(f"{sku}T", {("Red", "S"): {}, ("Red", "M"): {}})
    shelf.done(product, tee)
    shelf.api.delete(f"products/{product}")
    first, second = shelf.api.get(f"products/{tee}")["variations"]
    shelf.api.delete(f"products/{tee}/variations/{second}", {"force": True})
    assert shelf.done(product) == ["Archived in Odoo, for it was deleted in the store."]
    assert "Shirt" in shelf.sync(int(second))[int(second)].message
    active = {code: row["active"] for code, row in shelf.variants(sku, f"{sku}T-0", f"{sku}T-1").items()}
    assert active == {sku: False, f"{sku}T-0": True, f"{sku}T-1": False}
    row = shelf.store.shop.tables["products"][product]
    row["status"] = "publish"
    shelf.store.shop.reindex()
    assert shelf.done(product) == ["Taken out of the archive in Odoo."]
    assert shelf.variants(sku)[sku]["active"]
    shelf.api.delete(f"products/{product}", {"force": True})
    assert shelf.done(product) == ["Archived in Odoo, for it was deleted in the store."]
    assert shelf.sync(product)[product].kind is OutcomeKind.SKIPPED
    assert first


def test_a_store_that_lists_nothing_at_all_archives_nothing(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    sku = f"EMPTY-{next(_numbers)}"
    product = shelf.make(name="Kept", sku=sku)
    shelf.done(product)
    shelf.api.delete(f"products/{product}", {"force": True})
    monkeypatch.setattr(WooCatalogue, "product_page", lambda self, page: ([], 1))
    told = shelf.sync(product)[product]
    assert (told.kind, "lists no product at all" in told.message) == (OutcomeKind.PARKED, True)
    assert shelf.variants(sku)[sku]["active"]


def test_doubled_and_missing_skus_and_odd_kinds_are_told_and_the_rest_goes_on(shelf: Shelf):
    sku = f"DUP-{next(_numbers)}"
    shelf.admin.create("product.product", [{"name": f"Twin {one}", "default_code": sku} for one in "AB"])
    doubled = shelf.make(name="Twin", sku=sku)
    bare = shelf.make(name="No SKU", regular_price="1")
    grouped = shelf.make(name="Set", type="grouped")
    anysize = shelf.make_variable(f"{sku}A", {("Red", "S"): {}})
    variation = shelf.api.get(f"products/{anysize}")["variations"][0]
    shelf.api.put(f"products/{anysize}/variations/{variation}", {"attributes": [{"name": "Colour", "option": "Red"}]})
    comma = shelf.make(name="Comma", sku=f"{sku}C")
    shelf.store.shop.tables["products"][comma]["regular_price"] = "1,50"
    good = shelf.make(name="Good", sku=f"{sku}G")
    found = shelf.sync(doubled, bare, grouped, anysize, comma, good)
    assert "Twin A" in found[doubled].message
    assert "Twin B" in found[doubled].message
    assert found[bare].message.startswith("Made in Odoo. It has no SKU in the store, so orders cannot tell it.")
    assert found[grouped].kind is OutcomeKind.SKIPPED
    assert "grouped" in found[grouped].message
    assert "for any Size" in found[anysize].message
    assert "'1,50', which is no number" in found[comma].message
    assert found[good].kind is OutcomeKind.DONE
    shelf.links.forget_all()
    shelf.done(bare)
    assert shelf.odoo.count("product.template", [("name", "=", "No SKU")]) == 1
    off = {"create_odoo_products": False}
    new = shelf.make(name="New", sku=f"{sku}N")
    assert "switched off" in shelf.sync(new, **off)[new].message


def test_a_product_made_again_in_the_store_takes_the_place_of_the_old_one(shelf: Shelf):
    sku = f"AGAIN-{next(_numbers)}"
    old = shelf.make(name="Old", sku=sku)
    shelf.done(old)
    other = shelf.make(name="Other", sku=f"{sku}-other")
    shelf.store.shop.tables["products"][other]["sku"] = sku
    assert f"which product #{old} of the store is already" in shelf.refused(other)
    shelf.api.delete(f"products/{old}", {"force": True})
    shelf.done(other)
    assert len(shelf.variants(sku)) == 1
    assert "Other" in shelf.variants(sku)[sku]["display_name"]
    assert shelf.sync(old)[old].kind is OutcomeKind.SKIPPED


def test_where_odoo_has_the_say_a_change_of_the_store_is_told_and_the_other_flow_looks(shelf: Shelf):
    sku = f"OWN-{next(_numbers)}"
    odoo = {"owners": {}}
    product = shelf.make(name="Ours", sku=sku, regular_price="10")
    assert shelf.done(product, **odoo) == ["Made in Odoo."]
    shelf.api.put(f"products/{product}", {"name": "Theirs"})
    outcome = shelf.sync(product, **odoo)[product]
    assert [(one.group, one.side, one.repaired) for one in outcome.drifts or ()] == [("names", "store", False)]
    assert "Ours" in shelf.variants(sku)[sku]["display_name"]
    Event.objects.all().delete()
    shelf.api.put(f"products/{product}", {"name": "Again"})
    shelf.sync(product, **odoo, send_products=True)
    template = shelf.variants(sku)[sku]["product_tmpl_id"]
    assert [(one.lane, one.record) for one in Event.objects.all()] == [("catalogue", str(template))]
    before = shelf.writes()
    shelf.done(product, **odoo, send_products=True)
    assert shelf.writes() == before


def test_a_change_in_odoo_of_what_the_store_owns_is_written_over_or_only_told(shelf: Shelf):
    sku = f"DRIFT-{next(_numbers)}"
    product = shelf.make(name="Store's", sku=sku, regular_price="10")
    shelf.done(product)
    template = shelf.variants(sku)[sku]["product_tmpl_id"]
    shelf.admin.write("product.template", [template], {"list_price": 99})
    outcome = shelf.sync(product, repair_drift=False)[product]
    assert [(one.group, one.side, one.repaired) for one in outcome.drifts or ()] == [("prices", "odoo", False)]
    outcome = shelf.sync(product)[product]
    assert [(one.group, one.side, one.repaired) for one in outcome.drifts or ()] == [("prices", "odoo", True)]
    assert shelf.variants(sku)[sku]["lst_price"] == 10
    assert shelf.sync(product)[product].drifts == ()


def test_codes_the_store_never_had_stay_in_odoo_and_those_it_emptied_are_emptied(shelf: Shelf):
    number = next(_numbers)
    odd, plain, ean = f"CRATE-{number}", f"BOX-{number}", f"49{number:09}"
    made = shelf.admin.create(
        "product.product",
        [
            {"name": odd, "default_code": odd, "barcode": f"Rack {number}/B"},
            {"name": plain, "default_code": plain, "barcode": ean},
        ],
    )
    products = [shelf.make(name=f"Store's {one}", sku=one, regular_price="10") for one in (odd, plain)]

    def codes() -> list[Any]:
        rows = shelf.odoo.read("product.product", made, ["barcode", "name"])
        return [(row["barcode"], row["name"]) for row in rows]

    shelf.done(*products)
    assert codes() == [(f"Rack {number}/B", f"Store's {odd}"), (ean, f"Store's {plain}")]
    for one in products:
        shelf.api.put(f"products/{one}", {"name": "Renamed"})
    shelf.done(*products)
    assert codes() == [(f"Rack {number}/B", "Renamed"), (ean, "Renamed")]
    # What the store had and emptied is emptied in Odoo.
    shelf.api.put(f"products/{products[1]}", {"global_unique_id": ean})
    shelf.done(products[1])
    shelf.api.put(f"products/{products[1]}", {"global_unique_id": ""})
    shelf.done(products[1])
    assert codes()[1] == (False, "Renamed")
    before = shelf.writes()
    shelf.done(*products)
    assert shelf.writes() == before


def test_a_description_the_store_never_had_stays_in_odoo_and_one_it_emptied_is_emptied(shelf: Shelf):
    sku, said = f"CRATE-{next(_numbers)}", "For quotations.\n\nTwo paragraphs."
    made = shelf.admin.create("product.product", [{"name": sku, "default_code": sku, "description_sale": said}])
    product = shelf.make(name="Crate", sku=sku, regular_price="10")

    def row() -> tuple[str, Any]:
        (found,) = shelf.odoo.read("product.product", made, ["name", "description_sale"])
        return found["name"], found["description_sale"]

    shelf.done(product)
    assert row() == ("Crate", said)
    for text, there in (("<p>Of wood.</p>", "Of wood."), ("", False)):
        shelf.api.put(f"products/{product}", {"description": text})
        shelf.done(product)
        assert row() == ("Crate", there)
    before = shelf.writes()
    shelf.done(product)
    assert shelf.writes() == before


def test_a_run_that_is_cut_off_anywhere_is_finished_by_the_next(shelf: Shelf):
    class Crash(Exception):
        pass

    real = shelf.odoo.client.call
    for cut in range(1, 9):
        sku = f"CUT-{next(_numbers)}"
        product = shelf.make_variable(
            sku, {("Red", f"S{cut}"): {"regular_price": "10"}, ("Blue", f"L{cut}"): {"regular_price": "12"}}
        )
        left = itertools.count(1)

        def call(model: str, method: str, **arguments: Any) -> Any:
            if method in ("load", "write") and next(left) >= cut:  # noqa: B023
                raise Crash
            return real(model, method, **arguments)

        shelf.odoo.client.call = call  # type: ignore[method-assign]
        with suppress(Crash):
            shelf.sync(product)
        shelf.odoo.client.call = real  # type: ignore[method-assign]
        shelf.done(product)
        found = shelf.variants(f"{sku}-0", f"{sku}-1")
        assert [row["lst_price"] for row in found.values()] == [10, 12]
        template = found[f"{sku}-0"]["product_tmpl_id"]
        assert shelf.odoo.count("product.product", [("product_tmpl_id", "=", template)]) == 2
        assert shelf.odoo.count("product.template", [("name", "=", f"Shirt {sku}")]) == 1


def test_a_product_deleted_in_odoo_is_made_again_and_orders_that_waited_go_again(shelf: Shelf):
    sku = f"GONE-{next(_numbers)}"
    product = shelf.make(name="Gone", sku=sku)
    shelf.done(product)
    shelf.admin.call("product.template", "unlink", ids=[shelf.variants(sku)[sku]["product_tmpl_id"]])
    assert "switched off" in shelf.sync(product, create_odoo_products=False)[product].message
    order = Work.objects.create(
        connection_id=shelf.connection.pk,
        lane="orders",
        flow="order",
        record="7",
        state=State.PARKED,
        place="product.product -> default_code",
        message=f"Order #7 failed to sync because product SKU {sku} was not found in Odoo.",
    )
    assert shelf.done(product) == ["Made in Odoo."]
    order.refresh_from_db()
    assert order.state == State.READY


def test_attributes_that_make_their_variants_at_once_leave_those_the_store_has(shelf: Shelf):
    number = next(_numbers)
    sku = f"ALW-{number}"
    shelf.admin.create("product.attribute", [{"name": f"Always {number}", "create_variant": "always"}])
    shelf.admin.create("product.attribute", [{"name": f"Never {number}", "create_variant": "no_variant"}])
    product = shelf.make_variable(
        sku, {("A", "X"): {"regular_price": "1"}, ("B", "X"): {"regular_price": "2"}},
        names=(f"always {number}", "Size"),
    )  # fmt: skip
    alone = shelf.make_variable(f"{sku}O", {("A",): {}, ("B",): {}}, names=(f"ALWAYS {number}",))
    clash = shelf.make_variable(f"{sku}N", {("A",): {}, ("B",): {}}, names=(f"Never {number}",))
    shelf.done(product, alone)
    assert "makes no variants" in shelf.refused(clash)
    found = shelf.variants(f"{sku}-0", f"{sku}-1", f"{sku}O-0", f"{sku}O-1")
    assert (found[f"{sku}-0"]["lst_price"], found[f"{sku}-1"]["lst_price"]) == (1, 2)
    assert len(found) == 4


def test_pictures_and_categories_are_taken_over(shelf: Shelf, httpserver: Any):
    httpserver.expect_request("/mug.png").respond_with_data(PNG, content_type="image/png")
    sku = f"PIC-{next(_numbers)}"
    parent = int(shelf.api.post("products/categories", {"name": f"Kitchen {sku}"})["id"])
    child = int(shelf.api.post("products/categories", {"name": f"Mugs {sku}", "parent": parent})["id"])
    categories = [{"id": parent}, {"id": child}]
    good = shelf.make(name="A", sku=sku, images=[{"src": httpserver.url_for("/mug.png")}], categories=categories)
    bad = shelf.make(name="B", sku=f"{sku}-b", images=[{"src": httpserver.url_for("/mug.png")}], categories=categories)
    picture = shelf.api.get(f"products/{bad}")["images"][0]["id"]
    shelf.store.shop.tables["media"][picture]["content"] = b64encode(b"no picture").decode()
    said = shelf.done(good, bad)
    assert said[0] == "Made in Odoo."
    assert "it is no picture" in said[1]
    found = shelf.variants(sku, f"{sku}-b", fields=("image_1920", "categ_id"))
    assert found[sku]["image_1920"]
    assert not found[f"{sku}-b"]["image_1920"]
    assert found[sku]["categ_id"] == found[f"{sku}-b"]["categ_id"]
    assert shelf.odoo.read("product.category", [found[sku]["categ_id"]], ["name"])[0]["name"] == f"Mugs {sku}"
    before = shelf.writes()
    shelf.done(good)
    assert shelf.writes() == before


def test_a_change_in_odoo_of_what_the_store_owns_rings_for_its_product(shelf: Shelf):
    sku = f"RING-{next(_numbers)}"
    product = shelf.make(name="Rung", sku=sku)
    shelf.done(product)
    shelf.connection.settings = {**shelf.connection.settings, "take_products": True, "owners": {"names": "store"}}
    live = Live(shelf.connection, shelf.connection.rules)
    set_cursor(shelf.connection.pk, "product:product.template", "")
    while follow_taken_products(live)["read"] > 200:
        pass
    Event.objects.all().delete()
    row = shelf.variants(sku)[sku]
    shelf.admin.write("product.template", [row["product_tmpl_id"]], {"name": "Renamed in Odoo"})
    shelf.admin.write("product.product", [row["id"]], {"barcode": f"49{next(_numbers):09}"})
    follow_taken_products(live)
    assert {one.record for one in Event.objects.all()} == {str(product)}
    shelf.done(product)
    assert "Rung" in shelf.variants(sku)[sku]["display_name"]


def test_both_directions_come_to_rest_and_agree_by_owner(shelf: Shelf):
    sku = f"BOTH-{next(_numbers)}"
    owners = {Group.PRICES: Owner.STORE}
    both = {"owners": owners, "send_products": True}
    text = "<p>Of <b>clay</b></p>"
    mug = shelf.make(name="Jug", sku=sku, regular_price="10", description=text)
    tee = shelf.make_variable(f"{sku}T", {("Red", "S"): {"regular_price": "5"}, ("Red", "M"): {"regular_price": "6"}})
    shelf.done(mug, tee, **both)
    rows = shelf.variants(sku, f"{sku}T-0")
    templates = [row["product_tmpl_id"] for row in rows.values()]

    def turn() -> None:
        shelf.done(mug, tee, **both)
        for outcome in sync_products(shelf.sides(**both), [str(one) for one in templates]).values():
            assert outcome.kind is OutcomeKind.DONE, outcome.message
            shelf.links.upsert(outcome.links)

    def state() -> tuple[Any, ...]:
        table = shelf.store.shop.tables["products"]
        family = [mug, tee, *shelf.api.get(f"products/{tee}")["variations"]]
        return (shelf.writes(), [table[one]["date_modified"] for one in family])

    turn()
    assert shelf.api.get(f"products/{mug}", {"context": "edit"})["description"] == text
    dice = Random(7)
    for _ in range(2):
        variation = dice.choice(shelf.api.get(f"products/{tee}")["variations"])
        shelf.api.put(f"products/{mug}", {"name": f"Store {dice.random()}", "regular_price": str(dice.randint(1, 99))})
        shelf.api.put(f"products/{tee}/variations/{variation}", {"regular_price": str(dice.randint(1, 99))})
        vals = {"name": f"Odoo {dice.random()}", "list_price": dice.randint(1, 99)}
        shelf.admin.write("product.template", [dice.choice(templates)], vals)
        turn()
        turn()
    before = state()
    turn()
    assert state() == before
    found = shelf.variants(sku, f"{sku}T-0", f"{sku}T-1", fields=("name",))
    family = [shelf.api.get(f"products/{mug}"), *shelf.api.rows(f"products/{tee}/variations")]
    assert {one["sku"]: float(one["regular_price"]) for one in family} == {
        code: row["lst_price"] for code, row in found.items()
    }
    assert family[0]["name"] == found[sku]["name"]
