"""Records that are no orders: what they are called, how they are found, where they lead, and what drifted."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from woodoo.connections.models import Connection
from woodoo.engine.models import Link, Work
from woodoo.web.kinds import links_about, odoo_model_of, store_page_of

from . import scene


def link(shop: Connection, kind: str, external_id: str, model: str, odoo_id: int, name: str = "") -> None:
    Link.objects.create(
        connection_id=shop.pk, kind=kind, external_id=external_id, odoo_model=model, odoo_id=odoo_id, odoo_name=name
    )


def journey(client: Client, work: Work) -> str:
    return client.get(reverse("journey", args=[work.pk])).content.decode()


def test_a_product_leads_to_both_sides(shop: Connection, administrator: Client) -> None:
    link(shop, "product", "88", "product.template", 42, "Mug")
    link(shop, "product", "42", "product.template", 9, "Another")
    work = scene.work(shop, "42", title="Product MUG", lane="catalogue", flow="products")
    text = journey(administrator, work)
    assert "/wp-admin/post.php?post=88&amp;action=edit" in text
    assert "id=42&amp;model=product.template" in text
    assert "Another" not in text
    assert "<dt>Odoo id</dt><dd>42</dd>" in text
    assert "<dt>Kind</dt><dd>Products to the store</dd>" in text


def test_a_record_the_store_does_not_have_yet_leads_to_odoo(shop: Connection, administrator: Client) -> None:
    work = scene.work(shop, "42", "parked", lane="stock", flow="update_stock")
    text = journey(administrator, work)
    assert "id=42&amp;model=product.product" in text
    assert "Open in the store" not in text


@pytest.mark.parametrize(
    ("lane", "kind", "external_id", "model", "page"),
    [
        ("stock", "variant", "88/91", "product.product", "post.php?post=88&action=edit"),
        ("customers", "account", "5", "res.partner", "user-edit.php?user_id=5"),
        ("shipping", "shipping_method", "1/3", "delivery.carrier", ""),
        ("catalogue", "product", "javascript:alert(1)", "product.template", ""),
    ],
)
def test_where_a_record_of_odoo_is_in_the_store(
    shop: Connection, lane: str, kind: str, external_id: str, model: str, page: str
) -> None:
    link(shop, kind, external_id, model, 42)
    work = scene.work(shop, "42", lane=lane)
    assert odoo_model_of(work) == model
    assert store_page_of(work, shop) == (f"{shop.store_url}/wp-admin/{page}" if page else "")


def test_links_of_a_product_from_the_store_are_its_own_and_its_variations(shop: Connection) -> None:
    link(shop, "product", "88", "product.template", 1)
    link(shop, "variant", "88/91", "product.product", 2)
    link(shop, "variant", "888/91", "product.product", 3)
    link(shop, "order", "88", "sale.order", 4)
    found = Link.objects.filter(links_about(scene.work(shop, "88", lane="products_in", flow="product")))
    assert sorted(found.values_list("odoo_id", flat=True)) == [1, 2]


def test_the_list_is_filtered_by_kind(shop: Connection, viewer: Client) -> None:
    scene.work(shop, "1")
    scene.work(shop, "2", title="Product MUG", lane="catalogue", flow="products")
    assert "Product MUG" in viewer.get("/work/").content.decode()
    text = viewer.get("/work/?flow=order").content.decode()
    assert "Order #1" in text
    assert "Product MUG" not in text
    assert "Product MUG" in viewer.get("/work/?flow=nonsense").content.decode()


def test_what_was_changed_on_the_wrong_side_is_listed(shop: Connection, viewer: Client) -> None:
    scene.work(shop, "7", lane="catalogue", flow="products", title="Product MUG")
    scene.drift(shop, detail="regular price: 12.50 in Odoo, <b>11.00</b> in the store", times=3)
    scene.drift(shop, "8", title="Product CUP", ended_at=timezone.now(), repaired=True)
    text = viewer.get("/work/drift/").content.decode()
    assert re.search(r'<a href="/work/\d+/">Product MUG</a>', text)
    assert "&lt;b&gt;11.00&lt;/b&gt;" in text
    assert "×3" in text
    assert "Product CUP" not in text
    text = viewer.get("/work/drift/?all=1").content.decode()
    assert "Product CUP" in text
    assert "Written over" in text
    other = scene.connection("Other")
    assert "No differences are known" in viewer.get(f"/work/drift/?connection={other.pk}").content.decode()


def test_drift_is_for_those_who_are_logged_in(shop: Connection, client: Client) -> None:
    assert client.get("/work/drift/").status_code == 302
