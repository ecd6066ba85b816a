"""Makes the demo's connection, as a person would do it in the panel: addresses, keys, mappings, webhooks.

Decides the mappings by looking at both sides: tax rates by percentage, payment methods by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from woodoo.sandbox.demo.place import Place
from woodoo.sandbox.odoo.fixtures import Admin, Shop, prepare
from woodoo.stores.woocommerce.client import WooClient
from woodoo.stores.woocommerce.store import WooCommerceStore

NAME = "Demo shop"
#: Payment method → journal of the prepared Odoo.
JOURNALS = {
    "stripe": "Stripe",
    "ppcp-gateway": "PayPal",
    "paypal": "PayPal",
    "bacs": "Bank",
    "cheque": "Bank",
    "cod": "Cash",
}


def prepare_odoo(admin: Admin, place: Place) -> Shop:
    """Give Odoo what the shop sells: products by SKU, taxes, journals, a carrier."""
    return prepare(admin, prices(_client(place)))


def ensure_account(place: Place) -> None:
    """Make the panel's first account, or give it the demo's password as long as nobody has signed in with it."""
    from django.contrib.auth import get_user_model

    from woodoo.web import first as beginning

    if beginning.is_wanted():
        beginning.make("admin", place.password)
        return
    first = get_user_model().objects.filter(username="admin", last_login=None).first()
    if first is not None and not first.check_password(place.password):
        first.set_password(place.password)
        first.save(update_fields=["password"])


def ensure_connection(place: Place, odoo: Mapping[str, str], shop: Shop) -> None:
    """Make the connection, or bring it up to date, and have the shop send its webhooks."""
    from woodoo import wiring
    from woodoo.chores import webhooks
    from woodoo.connections.models import Connection
    from woodoo.engine import chores
    from woodoo.engine.work import connection_changed

    client = _client(place)
    connection = Connection.objects.filter(name=NAME).first() or Connection(name=NAME)
    connection.store_url = place.store_url
    connection.store_key, connection.store_secret = place.store_key, place.store_secret
    connection.odoo_url, connection.odoo_database = odoo["url"], odoo["database"]
    connection.odoo_login, connection.odoo_key = odoo["login"], odoo["key"]
    connection.settings = {**connection.settings, **mappings(WooCommerceStore(client), shop)}
    connection.save()
    connection_changed(connection.pk)
    wiring.install()
    chores.do(connection.pk, webhooks.NAME)  # unless a worker is at it already


def mappings(store: WooCommerceStore, shop: Shop) -> dict[str, Any]:
    """Return the settings that lead from this store to an Odoo that was prepared for it."""
    taxes = {percent.normalize(): tax for (percent, included), tax in shop.taxes.items() if not included}
    rates = store.tax_rates()
    journals = {method: shop.journals[name] for method, name in JOURNALS.items() if name in shop.journals}
    return {
        "tax_map": {r.rate_id: taxes[r.percent.normalize()] for r in rates if r.percent.normalize() in taxes},
        "journal_map": journals,
        "shipping_product_id": shop.shipping_product_id,
        "shipping_map": {"flat_rate": shop.carrier_id},
        "fee_product_id": shop.fee_product_id,
        "pricelist_map": {"USD": shop.pricelists["USD"]},
        "order_number_format": "WOO-{number}",
        "timezone": "Europe/Madrid",
    }


def prices(client: WooClient) -> dict[str, Decimal]:
    """Return the net price of everything the shop sells, by SKU."""
    found: dict[str, Decimal] = {}
    for row in client.iterate("products", {"_fields": "id,sku,price,type,variations"}):
        own = [row]
        if row["type"] == "variable":
            own = list(client.iterate(f"products/{row['id']}/variations", {"_fields": "id,sku,price"}))
        found |= {one["sku"]: Decimal(one["price"] or "0") for one in own if one["sku"]}
    return found


def _client(place: Place) -> WooClient:
    return WooClient(place.store_url, place.store_key, place.store_secret)
