"""What Odoo has of its products is what the store sells, whatever moves on either side."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from tests.odoo.conftest import RealOdoo

from woodoo import wiring
from woodoo.chores.stock import follow_stock
from woodoo.chores.stock_back import look_back
from woodoo.chores.stock_compare import compare_all
from woodoo.connections.models import Connection
from woodoo.domain.calls import NullRecorder
from woodoo.engine import pump
from woodoo.engine.cursors import set_cursor
from woodoo.engine.drift import find_drifts
from woodoo.engine.models import Call, Link, Work
from woodoo.engine.work import enqueue, retry
from woodoo.flows.opening_count import Asked, first_location, plan_count, take_count
from woodoo.live import Live, build_odoo, live_connection
from woodoo.odoo.deliveries import deliver_orders
from woodoo.odoo.quantities import read_quantities
from woodoo.odoo.records import Records
from woodoo.sandbox.odoo.fixtures import ensure_pricelists, ensure_products
from woodoo.sandbox.store import StoreDouble
from woodoo.stores.woocommerce.client import WooClient

PARTNER = {"billing": {"first_name": "Ana", "last_name": "Prueba", "email": "ana@example.com", "country": "ES"}}


@dataclass
class Both:
    """A store, an Odoo and the connection between them."""

    store: StoreDouble
    odoo: RealOdoo
    connection: Connection
    prefix: str
    #: SKU → the store's id, and Odoo's.
    external: dict[str, str] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)

    @property
    def live(self) -> Live:
        return live_connection(self.connection.pk)

    @property
    def records(self) -> Records:
        return build_odoo(self.connection)

    def set(self, **settings: Any) -> None:
        self.connection.settings = {**self.connection.settings, **settings}
        self.connection.save()

    # -- the store

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        client = WooClient(self.store.url, self.store.key, self.store.secret)
        return client.request(method, path, params=query, json=body).data

    def product(self, name: str, *, odoo: bool = True, **more: Any) -> str:
        """Make a product on both sides; return its SKU."""
        sku = f"{self.prefix}-{name}"
        body = {"name": name, "sku": sku, "regular_price": "10", "manage_stock": True, **more}
        self.external[sku] = str(self.call("POST", "products", body)["id"])
        if odoo:
            self.ids |= ensure_products(self.odoo.admin, [sku])
        return sku

    def variations(self, name: str, *options: str, **more: Any) -> list[str]:
        """Make a variable product with these variations, which are products of their own in Odoo."""
        attribute = {"name": "Size", "options": list(options), "variation": True}
        body = {"name": name, "type": "variable", "attributes": [attribute], **more}
        parent = self.call("POST", "products", body)["id"]
        skus = [f"{self.prefix}-{name}-{option}" for option in options]
        for sku, option in zip(skus, options, strict=True):
            body = {"sku": sku, "regular_price": "10", "attributes": [{"name": "Size", "option": option}]}
            made = self.call("POST", f"products/{parent}/variations", body)
            self.external[sku] = f"{parent}/{made['id']}"
        self.ids |= ensure_products(self.odoo.admin, skus)
        return skus

    def order(self, status: str = "processing", **lines: int) -> str:
        """Have the store sell; SKUs without the prefix → quantities. Return the order's id."""
        rows = []
        for name, quantity in lines.items():
            parent, _, one = self.external[f"{self.prefix}-{name}"].rpartition("/")
            product = {"product_id": int(parent), "variation_id": int(one)} if parent else {"product_id": int(one)}
            rows.append({**product, "quantity": quantity})
        return str(self.call("POST", "orders", {"status": status, "line_items": rows, **PARTNER})["id"])

    def shown(self, *skus: str) -> list[Any]:
        """Return the figures the store shows for these."""
        found = self.live.stock(NullRecorder()).read_stock([self.external[sku] for sku in skus])
        quantities = [found[self.external[sku]].quantity for sku in skus]
        return [None if one is None else int(one) for one in quantities]

    # -- Odoo

    def count(self, sku: str, quantity: float, location: int | None = None) -> None:
        """Count the goods in Odoo as a person does."""
        admin = self.odoo.admin
        place = location or admin.search_read("stock.warehouse", [], ["lot_stock_id"])[0]["lot_stock_id"][0]
        row = {"product_id": self.ids[sku], "location_id": place, "inventory_quantity": quantity}
        made = admin.call("stock.quant", "create", vals_list=[row], context={"inventory_mode": True})
        if "inventory_quantity_set" in admin.fields("stock.quant"):
            admin.call("stock.quant", "action_apply_inventory", ids=made if isinstance(made, list) else [made])

    def sell(self, sku: str, quantity: float) -> int:
        """Sell something in Odoo itself; return the confirmed order."""
        admin = self.odoo.admin
        (partner,) = admin.create("res.partner", [{"name": "Direct sale"}])
        line = {"product_id": self.ids[sku], "product_uom_qty": quantity, "price_unit": 1}
        (order,) = admin.create("sale.order", [{"partner_id": partner, "order_line": [(0, 0, line)]}])
        admin.call("sale.order", "action_confirm", ids=[order])
        return order

    # -- Woodoo

    def follow(self) -> Mapping[str, int]:
        """Look at everything that moved in Odoo and bring it over; return how often which request was sent."""
        set_cursor(self.connection.pk, "stock:turn", "0")
        follow_stock(self.live)
        look_back(self.live)
        return self.bring("stock")

    def bring(self, lane: str) -> Mapping[str, int]:
        """Work off a lane; return the requests to the store."""
        Call.objects.all().delete()
        while pump.drain(self.connection.pk, lane):
            pass
        asked = Call.objects.filter(system="store").values_list("summary", flat=True)
        return Counter(re.sub(r"\d+", "N", one.split("?")[0]) for one in asked)

    def said(self, sku: str) -> tuple[str, str]:
        work = Work.objects.get(lane="stock", record=str(self.ids[sku]))
        return work.state, work.message


@pytest.fixture
def both(transactional_db: None, real_odoo: RealOdoo, request: pytest.FixtureRequest) -> Iterator[Both]:
    wiring.install()
    ensure_pricelists(real_odoo.admin, ["EUR"])
    number = abs(hash(request.node.name)) % 10_000
    settings = {"woocommerce_calc_taxes": "no", "woocommerce_currency": "EUR", "woocommerce_manage_stock": "yes"}
    with StoreDouble(catalogue=False, settings=settings) as store:
        connection = Connection.objects.create(
            name="Shop",
            store_url=store.url,
            store_key=store.key,
            store_secret=store.secret,
            odoo_url=real_odoo.endpoint.url,
            odoo_database=real_odoo.endpoint.database,
            odoo_login=real_odoo.endpoint.login,
            odoo_key=real_odoo.endpoint.secret,
            settings={"send_stock": True, "order_becomes": "order", "namespace": f"woodoo_stock_{number}"},
        )
        yield Both(store, real_odoo, connection, f"S{number}")


def test_receipts_reservations_and_deliveries_reach_the_store(both: Both):
    mug = both.product("mug")
    small, medium = both.variations("shirt", "S", "M")
    both.follow()
    both.count(mug, 12)
    both.count(small, 4)
    both.count(medium, -3)
    asked = both.follow()
    assert both.shown(mug, small, medium) == [12, 4, 0]
    assert asked["POST products/batch"] == asked["POST products/N/variations/batch"] == 1
    assert both.said(medium) == ("done", "Set to 0: -3 free in Odoo, -3 becomes 0: there is nothing to sell.")
    assert Link.objects.get(kind="variant", odoo_id=both.ids[small]).external_id == both.external[small]
    assert both.follow() == {}

    order = both.sell(mug, 5)
    both.follow()
    assert both.shown(mug) == [7]
    deliver_orders(both.records, [order])
    both.follow()
    assert both.shown(mug) == [7]
    both.count(mug, 2.5)
    both.follow()
    assert both.shown(mug) == [2]
    assert "2.5 rounded down to 2" in both.said(mug)[1]


def test_stock_that_moves_between_reading_and_sending_is_sent_next_and_the_newest_stays(
    both: Both, monkeypatch: pytest.MonkeyPatch
):
    mug = both.product("mug")
    small, medium = both.variations("shirt", "S", "M")
    both.follow()
    post = WooClient.post
    coming = [lambda: both.count(mug, 3), lambda: (both.count(small, 8), both.count(medium, 0))]

    def interrupted(client: WooClient, path: str, *given: Any, **more: Any) -> Any:
        if path.endswith("/batch") and coming:
            coming.pop(0)()
        return post(client, path, *given, **more)

    for sku, quantity in ((mug, 12), (small, 4), (medium, 5)):
        both.count(sku, quantity)
    monkeypatch.setattr(WooClient, "post", interrupted)
    both.follow()
    both.follow()
    assert not coming
    both.follow()
    assert both.shown(mug, small, medium) == [3, 8, 0]
    assert both.follow() == {}
    compare_all(both.live)
    both.bring("stock")
    assert find_drifts(both.connection.pk) == []


@pytest.mark.long("14")
def test_what_is_sold_and_not_in_odoo_yet_counts_until_it_is(both: Both):
    """An order that is parked for another line, then comes over; one that is cancelled in the store."""
    mug, new = both.product("mug"), both.product("new", odoo=False)
    both.follow()
    both.count(mug, 10)
    both.follow()
    assert both.shown(mug) == [10]
    parked = both.order(mug=2, new=1)
    fine = both.order("on-hold", mug=1)
    enqueue(both.connection.pk, "orders", "order", [parked, fine], source="manual")
    both.bring("orders")
    assert [Work.objects.get(lane="orders", record=one).state for one in (parked, fine)] == ["parked", "done"]
    both.count(mug, 20)
    asked = both.follow()
    assert both.shown(mug) == [17]
    assert f"3 sold by orders {parked}, {fine} not taken" in both.said(mug)[1]
    assert asked["POST products/batch"] == 1

    both.ids |= ensure_products(both.odoo.admin, [new])
    retry([Work.objects.get(lane="orders", record=parked).pk])
    both.bring("orders")
    assert Work.objects.get(lane="orders", record=parked).state == "done"
    both.follow()
    assert both.shown(mug) == [17]
    assert both.said(mug)[1].startswith("Stays 17: 18 free in Odoo, 1 sold by order")

    both.store.set_status(int(fine), "cancelled")
    assert both.shown(mug) == [18]
    enqueue(both.connection.pk, "orders", "order", [fine], source="manual")
    both.bring("orders")
    both.follow()
    assert both.shown(mug) == [18]


@pytest.mark.long("19")
def test_settings_and_what_the_store_is_like_decide_what_is_written(both: Both):
    """Two warehouses, what is kept back, products without a figure, shared and missing SKUs, services."""
    admin = both.odoo.admin
    plain = both.product("plain", manage_stock=False)
    shared = both.variations("shared", "S", "M", manage_stock=True, stock_quantity=9)
    lonely = both.product("lonely")
    doubled = both.product("double")
    admin.create("product.product", [{"name": "The other one", "default_code": doubled}])
    cased = both.product("cased")
    both.ids |= ensure_products(admin, [other_case := cased.swapcase()])
    both.ids |= ensure_products(admin, [service := f"{both.prefix}-service"], storable=False)
    both.ids |= ensure_products(admin, [nowhere := f"{both.prefix}-nowhere"])
    (second,) = admin.create("stock.warehouse", [{"name": f"Second {both.prefix}", "code": both.prefix[:5]}])
    place = admin.search_read("stock.warehouse", [("id", "=", second)], ["lot_stock_id"])[0]["lot_stock_id"][0]
    both.set(stock_unmanaged="report", stock_buffer=1, stock_buffer_map={lonely: 3})
    both.follow()
    for sku in (plain, *shared, lonely, doubled, nowhere, cased, other_case):
        both.count(sku, 5)
    both.count(lonely, 7, place)
    enqueue(both.connection.pk, "stock", "update_stock", [str(both.ids[service])], source="manual")
    both.follow()
    assert both.shown(plain, *shared, lonely) == [None, 9, 9, 9]
    assert both.said(plain)[0] == both.said(shared[0])[0] == both.said(doubled)[0] == "parked"
    assert "does not manage its stock" in both.said(plain)[1]
    assert "one stock figure for the whole variable product" in both.said(shared[1])[1]
    assert "is that of several products of Odoo" in both.said(doubled)[1]
    assert "The other one" in both.said(doubled)[1]
    assert [both.said(sku)[0] for sku in (cased, other_case)] == ["done", "parked"]
    assert "is that of several products of Odoo" in both.said(other_case)[1]
    assert both.said(service) == ("skipped", "Odoo counts no stock of it: it is a service, or not tracked.")
    assert both.said(nowhere)[0] == "skipped"

    both.set(stock_unmanaged="status", stock_warehouse_ids=[second])
    compare_all(both.live)
    both.bring("stock")
    assert both.shown(plain, lonely) == [None, 4]
    found = both.live.stock(NullRecorder()).read_stock([both.external[plain]])
    assert found[both.external[plain]].status == "outofstock"

    both.set(stock_unmanaged="manage", stock_warehouse_ids=[])
    compare_all(both.live)
    both.bring("stock")
    assert both.shown(plain, *shared, lonely) == [4, 4, 4, 9]
    assert compare_all(both.live)["equal"] >= 4


@pytest.mark.long("14")
def test_what_somebody_changes_in_the_store_is_told_and_written_over(both: Both):
    """By the comparison; which also finds what was deleted there, and what SQL did in Odoo."""
    mug, cup = both.product("mug"), both.product("cup")
    both.follow()
    both.count(mug, 10)
    both.count(cup, 6)
    both.follow()
    one = both.external[mug]
    both.call("PUT", f"products/{one}", {"stock_quantity": 99})
    both.set(repair_drift=False)
    assert compare_all(both.live)["changed_in_store"] == 1
    (drift,) = find_drifts(both.connection.pk, ended=True)
    assert (drift.detail, drift.side, drift.ended_at) == ("stock: 10 by Odoo, 99 in the store", "store", None)
    both.bring("stock")
    assert both.shown(mug) == [99]

    both.set(repair_drift=True)
    compare_all(both.live)
    both.bring("stock")
    assert both.shown(mug, cup) == [10, 6]
    compare_all(both.live)
    (drift,) = find_drifts(both.connection.pk, ended=True)
    assert drift.ended_at is not None

    both.call("DELETE", f"products/{both.external[cup]}", force=True)
    both.count(cup, 7)
    both.follow()
    assert both.said(cup)[0] == "parked"
    both.product("cup", odoo=False)
    compare_all(both.live)
    both.bring("stock")
    assert both.shown(cup) == [7]


@pytest.mark.long("19")
def test_the_store_s_figures_are_taken_over_once(both: Both):
    """The opening count, with what open orders hold."""
    mug = both.product("mug", stock_quantity=14)
    cup = both.product("cup", stock_quantity=3)
    both.count(cup, 8)
    both.order(mug=2)
    sides = both.live.sides(NullRecorder())
    records = [str(both.ids[sku]) for sku in (mug, cup)]
    asked = Asked(first_location(sides))
    planned = {one.sku: one for one in plan_count(sides, records, asked)}
    assert (planned[mug].then, planned[mug].why) == (14, "counted: 12 on sale and 2 sold, not sent yet")
    assert (planned[cup].counted, planned[cup].why) == (False, "left: Odoo has moves of it (--force)")
    assert [one.counted for one in take_count(sides, list(planned.values()), asked)] == [True]
    assert read_quantities(sides.odoo, [both.ids[mug]], [asked.location])[both.ids[mug]].on_hand == 14

    again = plan_count(sides, records[:1], asked)
    assert [one.why for one in again] == ["left: it was counted before (--again)"]
    assert [one.counted for one in plan_count(sides, records[:1], replace(asked, again=True))] == [True]
    forced = plan_count(sides, records, replace(asked, force=True))
    assert {one.sku: one.then for one in forced} == {mug: 14, cup: 3}
    both.follow()
    assert both.shown(mug) == [12]
