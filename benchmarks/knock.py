"""Deliveries as a WooCommerce makes them: the body of an order, the headers, the right signature."""

from __future__ import annotations

import json
from typing import Any

from woodoo.stores.woocommerce.webhooks import sign


def delivery(record: dict[str, Any], *, source: str, secret: str) -> tuple[dict[str, str], str]:
    """Return headers and body of an order.updated (WooCommerce, `includes/class-wc-webhook.php`)."""
    body = json.dumps(record)
    headers = {
        "User-Agent": "WooCommerce/10.2.2 Hookshot (WordPress/6.8.3)",
        "Content-Type": "application/json",
        "X-WC-Webhook-Source": f"{source}/",
        "X-WC-Webhook-Topic": "order.updated",
        "X-WC-Webhook-Resource": "order",
        "X-WC-Webhook-Event": "updated",
        "X-WC-Webhook-Signature": sign(body.encode(), secret),
        "X-WC-Webhook-ID": "1",
        "X-WC-Webhook-Delivery-ID": "5f2c1b0a9d8e7f6a5b4c3d2e1f0a9b8c",
    }
    return headers, body
