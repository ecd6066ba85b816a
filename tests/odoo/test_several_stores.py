"""Two stores on one real Odoo: one product in both, with the prices, stock, language and company of each."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from tests.odoo.test_circles import a_store, chosen, connect
from tests.odoo.test_end_to_end import forget_jobs_and_workers

from woodoo import wiring
from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.circle.circle import Circle
from woodoo.sandbox.odoo.fixtures import Admin, ensure_products
from woodoo.sandbox.store import StoreDouble
from woodoo.stores.woocommerce.client import WooClient

#: A second company would be seen by everybody's tests.
OWN_DATABASE = True
NAME = "several"


@pytest.fixture
def workers(transactional_db: None) -> Iterator[None]:
    forget_jobs_and_workers()
    wiring.install()
    yield
    forget_jobs_and_workers()


@pytest.mark.long("19")
def test_one_product_goes_to_two_stores_with_prices_stock_language_and_company_of_each(
    workers: None, odoo: Endpoint, admin: Admin
) -> None:
    (category,) = admin.create("product.category", [{"name": NAME}])
    (product,) = ensure_products(admin, {f"{NAME}-mug": Decimal("9.95")}).values()
    admin.write("product.product", [product], {"categ_id": category})
    (row,) = admin.search_read("product.product", [("id", "=", product)], ["product_tmpl_id"])
    template = row["product_tmpl_id"][0]
    company = second_company(admin, odoo.login)
    speak(admin, "es_ES")
    first, abroad = (warehouse(admin, one) for one in (1, company))
    (aside,) = admin.create("stock.warehouse", [{"name": "Aside", "code": "ASIDE", "company_id": 1}])
    spanish = {
        "stock_buffer": 1,
        "price_pricelist_id": fixed_price(admin, template, 12.5),
        "product_language": "es_ES",
    }
    with a_store() as nl, a_store() as es:
        circles = [
            circle(admin, odoo, nl, 1, chosen(category) | {"stock_warehouse_ids": [first]}),
            circle(admin, odoo, es, company, chosen(category) | spanish),
        ]
        for place, quantity in ((first, 20), (aside, 30), (abroad, 8)):
            put(admin, product, place, quantity)
        rest(circles)
        assert [shown(one)[1:] for one in circles] == [("9.95", 20), ("12.5", 7)]
        put(admin, product, abroad, 5)
        admin.write("product.product", [product], {"name": "Green mug"})
        name = {"name": "Taza verde"}
        admin.call("product.product", "write", ids=[product], vals=name, context={"lang": "es_ES"})
        rest(circles)
        assert [shown(one) for one in circles] == [("Green mug", "9.95", 20), ("Taza verde", "12.5", 4)]


def circle(admin: Admin, odoo: Endpoint, store: StoreDouble, company: int, settings: dict[str, Any]) -> Circle:
    """Connect a store with one of Odoo's companies."""
    connection = connect(store, odoo, f"{NAME}_{company}", settings)
    connection.odoo_company_id = company
    connection.save()
    return Circle(store, admin, connection.pk, WooClient(store.url, *store.add_key()))


def rest(circles: list[Circle]) -> None:
    for one in circles:
        one.until_quiet()
        assert not one.trouble()


def second_company(admin: Admin, login: str) -> int:
    """Make a company, in which the connector may work as well."""
    (made,) = admin.create("res.company", [{"name": "Abroad"}])
    users = admin.search_read("res.users", [("login", "in", [login, admin.login])], ["id"])
    admin.write("res.users", [one["id"] for one in users], {"company_ids": [(4, made)]})
    return made


def speak(admin: Admin, language: str) -> None:
    """Switch a language on in which products may be called something else."""
    domain = [("code", "=", language), ("active", "in", [True, False])]
    admin.write("res.lang", [one["id"] for one in admin.search_read("res.lang", domain, ["id"])], {"active": True})


def warehouse(admin: Admin, company: int) -> int:
    """Return the first warehouse of a company; up to 18 it begins with one, later with none."""
    found = admin.search_read("stock.warehouse", [("company_id", "=", company)], ["id"])
    vals = {"name": "Main", "code": f"M{company}", "company_id": company}
    return int(found[0]["id"]) if found else admin.create("stock.warehouse", [vals])[0]


def shown(circle: Circle) -> tuple[str, str, int]:
    """Return what the store's only product is called, what it costs and how many there are."""
    (row,) = circle.shop.rows("products")
    return row["name"], row["regular_price"], row["stock_quantity"]


def fixed_price(admin: Admin, template: int, price: float) -> int:
    """Make a pricelist in the company's currency with one price."""
    item = {"applied_on": "1_product", "product_tmpl_id": template, "compute_price": "fixed", "fixed_price": price}
    (made,) = admin.create("product.pricelist", [{"name": NAME, "company_id": False, "item_ids": [(0, 0, item)]}])
    return int(made)


def put(admin: Admin, product: int, place: int, quantity: int) -> None:
    """Set how many pieces a warehouse has."""
    (row,) = admin.search_read("stock.warehouse", [("id", "=", place)], ["lot_stock_id"])
    vals = {"product_id": product, "location_id": row["lot_stock_id"][0], "inventory_quantity": quantity}
    made = admin.call("stock.quant", "create", vals_list=[vals], context={"inventory_mode": True})
    if "inventory_quantity_set" in admin.fields("stock.quant"):
        admin.call("stock.quant", "action_apply_inventory", ids=made)
