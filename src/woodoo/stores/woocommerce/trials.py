"""Test records in a WooCommerce shop.

Decides how they are made so that the shop's business does not notice:

| record  | how                                                                                                   |
|---------|-------------------------------------------------------------------------------------------------------|
| product | `private` and `hidden`: only the shop's staff see it; without a stock figure unless that is tried, too |
| order   | `pending`: WooCommerce reduces stock and mails from `on-hold` and `processing` on                      |
|         | (`wc_maybe_reduce_stock_levels`, `WC_Email_New_Order`); of a guest, for a new account is mailed        |
| both    | deleted with `force`: the trash keeps SKUs taken                                                      |
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ...domain.trial import META_KEY, TrialMark, mark_of
from ..trials import TrialOrder
from .client import JsonObject, WooClient
from .errors import NotFound

_ORDER = "id,status,billing,meta_data"
_COUNTRY = "settings/general/woocommerce_default_country"
#: What the shipping of a test order costs, net.
SHIPPING = Decimal("4.90")
#: Pieces of a test product, where it has a figure.
STOCK = 5


class WooTrials:
    """Implements `stores.trials.TrialStore`."""

    def __init__(self, client: WooClient) -> None:
        self.client = client

    def make_product(self, mark: TrialMark, price: Decimal, *, with_stock: bool) -> str:
        """Make a product nobody sees in the shop, and return its id. `with_stock`: with a stock figure of 5."""
        stock: JsonObject = {"manage_stock": True, "stock_quantity": STOCK} if with_stock else {"manage_stock": False}
        made = self.client.post(
            "products",
            {
                "name": mark.name,
                "type": "simple",
                "status": "private",
                "catalog_visibility": "hidden",
                "sku": mark.sku,
                "regular_price": str(price),
                "short_description": "Made by a test run of Woodoo, which deletes it again.",
                **stock,
            },
        )
        return str(made["id"])

    def find_products(self, mark: TrialMark) -> Sequence[str]:
        """Return the products of a run, by their SKU."""
        rows = self.client.rows("products", {"sku": mark.sku, "_fields": "id,sku"})
        return [str(row["id"]) for row in rows if str(row.get("sku")).upper() == mark.sku]

    def make_order(self, mark: TrialMark, order: TrialOrder) -> str:
        """Make an order that waits for its payment, so that no stock moves and no mail is sent; return its id."""
        country, _, state = str(self.client.get(_COUNTRY, {"_fields": "id,value"}).get("value") or "").partition(":")
        address = {
            "first_name": "Woodoo",
            "last_name": mark.name,
            "address_1": "Test street 1",
            "city": "Test",
            "postcode": "28001" if country == "ES" else "10000",
            "country": country,
            "state": state if state != "*" else "",
        }
        method = order.shipping_method
        shipping = [{"method_id": method, "method_title": "Test shipping", "total": str(SHIPPING)}] if method else []
        made = self.client.post(
            "orders",
            {
                "status": "pending",
                "set_paid": False,
                "payment_method": order.payment_method,
                "payment_method_title": order.payment_method,
                "billing": {**address, "email": mark.email},
                "shipping": address,
                "line_items": [{"product_id": int(order.product_id), "quantity": order.quantity}],
                "shipping_lines": shipping,
                "meta_data": [{"key": META_KEY, "value": mark.text}],
            },
        )
        return str(made["id"])

    def change_quantity(self, mark: TrialMark, external_id: str, quantity: int) -> None:
        """Have other pieces ordered: WooCommerce computes a line anew only where its amounts are sent with it."""
        row = self.client.get(f"orders/{external_id}")
        if not _is_of(mark, row):
            return
        line = row["line_items"][0]
        each = Decimal(str(line["subtotal"])) / Decimal(str(line["quantity"]))
        amount = str(each * quantity)
        item = {"id": line["id"], "quantity": quantity, "subtotal": amount, "total": amount}
        self.client.put(f"orders/{external_id}", {"line_items": [item]})

    def find_orders(self, mark: TrialMark) -> Sequence[str]:
        """Return the orders of a run by the address of their customer, those in the trash too."""
        rows = [
            row
            for status in ("any", "trash")
            for row in self.client.rows("orders", {"search": mark.email, "status": status, "_fields": _ORDER})
        ]
        return [str(row["id"]) for row in rows if _is_of(mark, row)]

    def trash_order(self, mark: TrialMark, external_id: str) -> None:
        """Put an order of this run into the trash: WooCommerce mails nobody, as it would about a cancelled one."""
        self._remove_order(mark, external_id, {})

    def delete_order(self, mark: TrialMark, external_id: str) -> bool:
        """Delete an order for good; False: it is gone, or is none of this run."""
        return self._remove_order(mark, external_id, {"force": True})

    def delete_product(self, mark: TrialMark, external_id: str) -> bool:
        """Delete a product for good; False: it is gone, or is none of this run."""
        try:
            row = self.client.get(f"products/{external_id}", {"_fields": "id,sku"})
            if str(row.get("sku")).upper() != mark.sku:
                return False
            self.client.delete(f"products/{external_id}", {"force": True})
        except NotFound:
            return False
        return True

    def _remove_order(self, mark: TrialMark, external_id: str, how: JsonObject) -> bool:
        try:
            row = self.client.get(f"orders/{external_id}", {"_fields": _ORDER})
            if not _is_of(mark, row):
                return False
            self.client.delete(f"orders/{external_id}", how)
        except NotFound:
            return False
        return True


def _is_of(mark: TrialMark, row: JsonObject) -> bool:
    """Say whether an order is one of this run, as the shop shows it."""
    billing = row.get("billing")
    email = str(billing.get("email") or "") if isinstance(billing, dict) else ""
    entries = row.get("meta_data")
    meta = {str(one.get("key")): one.get("value") for one in entries or () if isinstance(one, dict)}
    return mark_of(meta, email) == mark
