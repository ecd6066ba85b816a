"""Deliveries of sales orders on a real Odoo: all of them, in every step, with and without stock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from woodoo.odoo.client import connect
from woodoo.odoo.deliveries import deliver_orders, undelivered
from woodoo.odoo.endpoint import Endpoint
from woodoo.odoo.records import Records
from woodoo.sandbox.odoo.fixtures import Admin, ensure_products, set_stock

SKUS = ("DELIVER-A", "DELIVER-B")


@dataclass
class Warehouse:
    """Products in a real Odoo, and orders of them as the plain API user makes them."""

    records: Records
    admin: Admin
    products: Mapping[str, int]
    partner: int

    def order(self, **quantities: float) -> int:
        """Make and confirm a sales order: `A=2` is two pieces of the first product."""
        lines = [
            (0, 0, {"product_id": self.products[f"DELIVER-{name}"], "product_uom_qty": quantity, "price_unit": 10})
            for name, quantity in quantities.items()
        ]
        (order,) = self.records.create("sale.order", [{"partner_id": self.partner, "order_line": lines}])
        assert not self.records.action("sale.order", "action_confirm", [order]).errors
        return order

    def pickings(self, order: int) -> list[dict[str, Any]]:
        return self.records.search_read("stock.picking", [("sale_id", "=", order)], ["state", "name"], order="id")

    def delivered(self, order: int) -> list[float]:
        rows = self.records.search_read("sale.order.line", [("order_id", "=", order)], ["qty_delivered"], order="id")
        return [row["qty_delivered"] for row in rows]


@pytest.fixture(scope="module")
def warehouse(odoo: Endpoint, admin: Admin) -> Warehouse:
    products = ensure_products(admin, SKUS)
    set_stock(admin, dict.fromkeys(products.values(), Decimal(100)))
    records = Records(connect(odoo), 1, namespace="woodoo_deliveries")
    (partner,) = records.create("res.partner", [{"name": "Ana Prueba"}])
    return Warehouse(records, admin, products, partner)


def test_orders_are_delivered_in_full_and_in_bulk(warehouse: Warehouse) -> None:
    orders = [warehouse.order(A=2, B=1), warehouse.order(A=1), warehouse.order(B=3)]
    assert undelivered(warehouse.records, orders) == frozenset(orders)
    assert deliver_orders(warehouse.records, orders).errors == {}
    assert [warehouse.delivered(order) for order in orders] == [[2, 1], [1], [3]]
    assert {picking["state"] for order in orders for picking in warehouse.pickings(order)} == {"done"}
    assert undelivered(warehouse.records, orders) == frozenset()


def test_a_repeat_delivers_nothing_more(warehouse: Warehouse) -> None:
    order = warehouse.order(A=1)
    deliver_orders(warehouse.records, [order])
    before = warehouse.pickings(order)
    assert deliver_orders(warehouse.records, [order]).done == (order,)
    assert warehouse.pickings(order) == before


def test_what_is_not_in_stock_goes_out_all_the_same(warehouse: Warehouse) -> None:
    order = warehouse.order(A=5000)
    assert deliver_orders(warehouse.records, [order]).errors == {}
    assert warehouse.delivered(order) == [5000]
    set_stock(warehouse.admin, {warehouse.products["DELIVER-A"]: Decimal(100)})


def test_goods_from_two_places_go_out_together(warehouse: Warehouse) -> None:
    product = ensure_products(warehouse.admin, ["DELIVER-SPREAD"])["DELIVER-SPREAD"]
    stock = warehouse.admin.search_read("stock.warehouse", [], ["lot_stock_id"])[0]["lot_stock_id"][0]
    shelves = warehouse.admin.create(
        "stock.location", [{"name": name, "location_id": stock, "usage": "internal"} for name in ("Shelf 1", "Shelf 2")]
    )
    _put(warehouse.admin, product, dict.fromkeys(shelves, 2.0))
    warehouse = Warehouse(
        warehouse.records, warehouse.admin, {**warehouse.products, "DELIVER-S": product}, warehouse.partner
    )
    order = warehouse.order(S=5)
    warehouse.records.action("stock.picking", "action_assign", [warehouse.pickings(order)[0]["id"]])
    assert deliver_orders(warehouse.records, [order]).errors == {}
    assert warehouse.delivered(order) == [5]


def test_goods_with_serial_numbers_are_left_to_a_person_and_hold_nothing_up(warehouse: Warehouse) -> None:
    product = ensure_products(warehouse.admin, ["DELIVER-SERIAL"])["DELIVER-SERIAL"]
    warehouse.admin.write("product.product", [product], {"tracking": "serial"})
    warehouse = Warehouse(
        warehouse.records, warehouse.admin, {**warehouse.products, "DELIVER-N": product}, warehouse.partner
    )
    tracked, plain = warehouse.order(N=1, A=1), warehouse.order(A=1)
    result = deliver_orders(warehouse.records, [tracked, plain])
    assert result.done == (plain,)
    assert "lots or serial numbers" in result.errors[tracked].message
    assert warehouse.delivered(tracked) == [0, 0]


def test_an_order_of_services_has_nothing_to_deliver(warehouse: Warehouse) -> None:
    service = ensure_products(warehouse.admin, ["DELIVER-SERVICE"], storable=False)["DELIVER-SERVICE"]
    warehouse = Warehouse(warehouse.records, warehouse.admin, {"DELIVER-X": service}, warehouse.partner)
    order = warehouse.order(X=1)
    assert deliver_orders(warehouse.records, [order]).done == (order,)


def test_pick_and_ship_are_validated_one_after_the_other(warehouse: Warehouse) -> None:
    where = warehouse.admin.search_read("stock.warehouse", [], ["delivery_steps"])[0]
    warehouse.admin.write("stock.warehouse", [where["id"]], {"delivery_steps": "pick_pack_ship"})
    try:
        order = warehouse.order(A=1, B=2)
        assert deliver_orders(warehouse.records, [order]).errors == {}
        assert warehouse.delivered(order) == [1, 2]
        assert {picking["state"] for picking in warehouse.pickings(order)} == {"done"}
        assert len(warehouse.pickings(order)) == 3
    finally:
        warehouse.admin.write("stock.warehouse", [where["id"]], {"delivery_steps": where["delivery_steps"]})


def _put(admin: Admin, product: int, quantities: Mapping[int, float]) -> None:
    rows = [
        {"product_id": product, "location_id": location, "inventory_quantity": quantity}
        for location, quantity in quantities.items()
    ]
    made = admin.call("stock.quant", "create", vals_list=rows, context={"inventory_mode": True})
    if "inventory_quantity_set" in admin.fields("stock.quant"):
        admin.call("stock.quant", "action_apply_inventory", ids=made)
