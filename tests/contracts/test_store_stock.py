"""Stock figures: what the store takes, what it passes over in silence, and what its orders take out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from woodoo.domain.errors import WoodooError
from woodoo.domain.stock import Managed, StockChange, StoreStock
from woodoo.stores.woocommerce.client import WooClient
from woodoo.stores.woocommerce.stock import WooStock

from .store_target import Record, Target


@pytest.fixture
def stock(shop: Target) -> WooStock:
    """The stock of the shop, over https."""
    return WooStock(WooClient(shop.https_url, shop.key, shop.secret, ca_bundle=str(shop.ca_file or "")))


def variable(shop: Target, **more: object) -> tuple[str, list[str]]:
    """Make a variable product with two variations; return its id and their ids as Woodoo names them."""
    attribute = {"name": "Size", "options": ["S", "M"], "variation": True}
    made = shop.product(type="variable", attributes=[attribute], **more)
    ids = []
    for option in ("S", "M"):
        body: Record = {
            "sku": shop.sku(option),
            "regular_price": "5",
            "attributes": [{"name": "Size", "option": option}],
        }
        answer = shop.call("POST", f"products/{made['id']}/variations", body)
        ids.append(f"{made['id']}/{answer.body['id']}")
    return str(made["id"]), ids


def figures(answers: object) -> dict[str, object]:
    assert isinstance(answers, dict)
    return {one: None if isinstance(got, WoodooError) else got.quantity for one, got in answers.items()}


def test_figures_are_set_and_differences_added(shop: Target, stock: WooStock):
    one = str(shop.product(manage_stock=True, stock_quantity=5)["id"])
    _, (small, medium) = variable(shop)
    first = [StockChange(one, 7), StockChange(small, 3, manage=True), StockChange(medium, 0, manage=True)]
    assert figures(stock.write_stock(first)) == {one: 7, small: 3, medium: 0}
    second = [StockChange(one, delta=-2), StockChange(small, delta=4), StockChange(medium, -1)]
    assert figures(stock.write_stock(second)) == {one: 5, small: 7, medium: -1}
    read = stock.read_stock([one, small, medium])
    assert {key: got.quantity for key, got in read.items()} == {one: 5, small: 7, medium: -1}
    assert read[medium].status == "outofstock"


def test_a_figure_is_passed_over_where_the_store_manages_no_stock(shop: Target, stock: WooStock):
    plain = str(shop.product()["id"])
    parent, (small, _) = variable(shop, manage_stock=True, stock_quantity=9)
    answers = stock.write_stock([StockChange(plain, 4), StockChange(small, 4)])
    assert [answers[one].managed for one in (plain, small)] == [Managed.NO, Managed.PARENT]  # type: ignore[union-attr]
    read = stock.read_stock([plain, small, parent])
    assert (read[plain].quantity, read[small].quantity, read[parent].quantity) == (None, 9, 9)
    assert stock.write_stock([StockChange(plain, status="outofstock")])[plain].status == "outofstock"  # type: ignore[union-attr]
    switched = stock.write_stock([StockChange(plain, 4, manage=True), StockChange(small, 2, manage=True)])
    assert figures(switched) == {plain: 4, small: 2}
    assert stock.read_stock([parent])[parent].quantity == 9


def test_each_figure_is_judged_by_itself_and_what_is_gone_is_left_out(shop: Target, stock: WooStock):
    one = str(shop.product(manage_stock=True)["id"])
    parent, (small, _) = variable(shop)
    gone = f"{parent}/{10**9}"
    answers = stock.write_stock([StockChange(one, 1), StockChange("999999999", 1), StockChange(gone, 1)])
    assert figures(answers) == {one: 1}
    assert stock.read_stock([one, "999999999", gone, "999999998/999999999"]).keys() == {one}
    assert figures(stock.write_stock([StockChange(small, 1, manage=True)])) == {small: 1}


def test_backorders_and_low_stock_are_set_with_the_figure(shop: Target, stock: WooStock):
    one = str(shop.product(manage_stock=True)["id"])
    answer = stock.write_stock([StockChange(one, -2, backorders="notify", low_amount=3)])[one]
    assert isinstance(answer, StoreStock)
    assert (answer.quantity, answer.status, answer.backorders) == (-2, "onbackorder", "notify")
    assert shop.get(f"products/{one}")["low_stock_amount"] == 3


def test_products_and_variations_are_found_by_sku(shop: Target, stock: WooStock):
    made = shop.product()
    _, (small, _) = variable(shop)
    sku = stock.read_stock([small])[small].sku
    comma = shop.product(sku=f"{made['sku']},5")
    found = stock.find_skus([made["sku"], made["sku"].swapcase(), sku, comma["sku"], "nobody-has-this"])
    assert {key: [one.external_id for one in got] for key, got in found.items()} == {
        made["sku"]: [str(made["id"])],
        made["sku"].swapcase(): [str(made["id"])],
        sku: [small],
        comma["sku"]: [str(comma["id"])],
    }


def test_orders_tell_what_they_took_out_of_the_stock(shop: Target, stock: WooStock):
    begun = datetime.now(UTC) - timedelta(minutes=5)
    one = shop.product(manage_stock=True, stock_quantity=10)
    _, (small, _) = variable(shop)
    stock.write_stock([StockChange(small, 10, manage=True)])
    product, variation = map(int, small.split("/"))
    lines: tuple[Record, ...] = (
        {"product_id": one["id"], "quantity": 2},
        {"product_id": product, "variation_id": variation, "quantity": 3},
    )
    order = shop.order(*lines, status="processing")
    number = str(order["id"])
    wanted = {str(one["id"]): Decimal(2), small: Decimal(3)}
    held = {row.external_id: row for row in stock.sold_orders(["processing", "on-hold"])}
    assert held[number].goods == wanted
    assert {row.external_id: row.goods for row in stock.sold_since(begun)}[number] == wanted
    assert [row.goods for row in stock.sold_by([number])] == [wanted]
    assert stock.read_stock([small])[small].quantity == 7
    shop.put(f"orders/{number}", {"status": "cancelled"})
    assert {row.external_id: row.status for row in stock.sold_since(begun)}[number] == "cancelled"
    assert stock.read_stock([small])[small].quantity == 10
