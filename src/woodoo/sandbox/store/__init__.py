"""A store to try Woodoo on: an HTTP server that speaks WooCommerce's `wc/v3`, taxes, webhooks and quirks included."""

from .double import StoreDouble
from .orders.checkout import Checkout, CheckoutRefused, Wish

__all__ = ["Checkout", "CheckoutRefused", "StoreDouble", "Wish"]
