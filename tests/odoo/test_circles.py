"""Both directions at once on real Odoo: people edit both sides at random, and it ends quiet and equal by ownership."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from typing import Any
from zlib import crc32

import pytest
from tests.odoo.test_end_to_end import forget_jobs_and_workers

from woodoo import wiring
from woodoo.connections.hook import leads_to
from woodoo.connections.models import Connection
from woodoo.engine.drift import find_drifts
from woodoo.engine.models import Link
from woodoo.flows.topics import followed_topics
from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.circle.circle import Circle, is_write
from woodoo.sandbox.circle.edits import EDITS, Editors, Pair, Pairs
from woodoo.sandbox.circle.equal import differences
from woodoo.sandbox.odoo.fixtures import Admin, ensure_products, set_stock
from woodoo.sandbox.store import StoreDouble
from woodoo.stores.woocommerce.client import WooClient
from woodoo.stores.woocommerce.registration import ensure_webhooks
from woodoo.stores.woocommerce.webhook_plan import Wanted

#: Edits between two turns.
TOGETHER = 6


@pytest.fixture
def circle(transactional_db: None, live_server: Any, odoo: Endpoint, admin: Admin, request: Any) -> Iterator[Circle]:
    """A store and an Odoo that share some products and customers, everything switched on in both directions."""
    forget_jobs_and_workers()
    wiring.install()
    name = f"circle_{crc32(request.node.name.encode()):x}"
    with a_store() as store:
        people = WooClient(store.url, *store.add_key())
        settings = chosen(furnish(admin, people, name)) | {
            "take_products": True,
            "send_customers": True,
            "take_customers": True,
            "owners": {"prices": "store"},
        }
        connection = connect(store, odoo, name, settings)
        token = connection.hook_token
        wanted = Wanted(followed_topics(connection.rules), f"{live_server.url}/hooks/{token}/")
        ensure_webhooks(people, wanted, connection.webhook_secret, partial(leads_to, token=token))
        yield Circle(store, admin, connection.pk, people)
    forget_jobs_and_workers()


def a_store() -> StoreDouble:
    return StoreDouble(catalogue=False, settings={"woocommerce_manage_stock": "yes"})


def chosen(category: int) -> dict[str, Any]:
    """Return settings that send the products of a category, and their stock."""
    return {
        "send_products": True,
        "create_products": True,
        "products_sent": "chosen",
        "product_category_ids": [category],
        "categories_from": "none",
        "send_stock": True,
    }


def connect(store: StoreDouble, odoo: Endpoint, name: str, settings: dict[str, Any]) -> Connection:
    return Connection.objects.create(
        name=name,
        store_url=store.url,
        store_key=store.key,
        store_secret=store.secret,
        odoo_url=odoo.url,
        odoo_database=odoo.database,
        odoo_login=odoo.login,
        odoo_key=odoo.secret,
        settings={"namespace": name, **settings},
    )


def furnish(admin: Admin, shop: WooClient, name: str) -> int:
    """Make goods and customers on one side or both; return the category of those of Odoo."""
    (category,) = admin.create("product.category", [{"name": name}])
    both = [f"{name}-{number}" for number in range(3)]
    ids = ensure_products(admin, dict.fromkeys([*both, f"{name}-odoo"], Decimal("9.95")))
    admin.write("product.product", list(ids.values()), {"categ_id": category, "weight": 0.5})
    set_stock(admin, dict.fromkeys(ids.values(), Decimal(20)))
    variants(admin, name, category)
    for sku in both:
        row = {"name": f"Product {sku}", "type": "simple", "sku": sku, "regular_price": "9.95", "manage_stock": True}
        shop.post("products", row)
    people = [f"{one}.{name}@example.com" for one in ("ana", "bo", "cai")]
    admin.create("res.partner", [{"name": one.partition(".")[0].title(), "email": one} for one in people])
    for one in people:
        shop.post("customers", {"email": one, "username": one, "first_name": one.partition(".")[0].title()})
    return int(category)


def variants(admin: Admin, name: str, category: int) -> None:
    """Make a product in two sizes."""
    (attribute,) = admin.create("product.attribute", [{"name": f"Size {name}", "create_variant": "always"}])
    values = admin.create("product.attribute.value", [{"name": v, "attribute_id": attribute} for v in ("S", "M")])
    line = {"attribute_id": attribute, "value_ids": [(6, 0, values)]}
    kind = admin.search_read("product.product", [("default_code", "=", f"{name}-odoo")], ["type"])[0]["type"]
    storable = {"is_storable": True} if "is_storable" in admin.fields("product.template") else {}
    vals = {"name": f"Shirt {name}", "categ_id": category, "list_price": 12.5, "type": kind, **storable}
    (template,) = admin.create("product.template", [{**vals, "attribute_line_ids": [(0, 0, line)]}])
    rows = admin.search_read("product.product", [("product_tmpl_id", "=", template)], ["id"])
    for number, row in enumerate(rows):
        admin.write("product.product", [row["id"]], {"default_code": f"{name}-v{number}"})
    set_stock(admin, {row["id"]: Decimal(7) for row in rows})


def pairs_of(connection_id: int) -> Pairs:
    """Return what both sides share by now."""
    found: dict[str, list[Pair]] = {"product": [], "variant": [], "account": []}
    for link in Link.objects.filter(connection_id=connection_id, kind__in=found).order_by("pk"):
        found[link.kind].append(Pair(link.external_id, link.odoo_id))
    alone = {pair.external_id for pair in found["variant"] if "/" not in pair.external_id}
    simple = [pair for pair in found["product"] if pair.external_id in alone]
    return Pairs(found["product"], simple, found["variant"], found["account"])


@pytest.mark.long("19-60")
@pytest.mark.parametrize("edits", [60, 1000])
def test_edits_on_both_sides_end_quiet_and_equal_by_ownership(circle: Circle, edits: int) -> None:
    circle.until_quiet()
    pairs = pairs_of(circle.connection_id)
    assert [len(one) for one in (pairs.products, pairs.simple, pairs.variants, pairs.customers)] == [5, 4, 6, 3]
    assert not differences(circle, pairs)
    editors = Editors(circle, pairs, seed=5)
    for number in range(edits):
        editors.edit()
        if number % TOGETHER == TOGETHER - 1:
            circle.turn()
    circle.until_quiet()
    assert len(editors.done) == len(EDITS), "each kind of edit has its turn"
    assert not differences(circle, pairs)
    assert not find_drifts(circle.connection_id), "what was on the wrong side was written over"
    drifted = {(one.group, one.side) for one in find_drifts(circle.connection_id, ended=True)}
    assert {("names", "store"), ("prices", "odoo")} <= drifted
    assert not circle.trouble()


def test_what_counts_as_writing() -> None:
    assert is_write("store", "PUT products/7")
    assert is_write("store", "POST products/batch")
    assert not is_write("store", "GET products?include=7")
    assert is_write("odoo", "product.template.write (1 record)")
    assert not is_write("odoo", "product.template.search_read")
