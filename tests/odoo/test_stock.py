"""What Odoo has of its products is what the store sells, whatever moves on either side."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.odoo.conftest import RealOdoo

from woodoo import wiring
from woodoo.chores.stock import follow_stock
from woodoo.connections.models import Connection
from woodoo.domain.calls import NullRecorder
from woodoo.engine import pump
from woodoo.engine.cursors import set_cursor
from woodoo.engine.models import Call, Link, Work
from woodoo.live import Live, build_odoo, live_connection
from woodoo.odoo.deliveries import deliver_orders
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

    def call(self, method: str, path: str, body: Any = None) -> Any:
        return WooClient(self.store.url, self.store.key, self.store.secret).request(method, path, json=body).data

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
def both(db: None, real_odoo: RealOdoo, request: pytest.FixtureRequest) -> Iterator[Both]:
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
