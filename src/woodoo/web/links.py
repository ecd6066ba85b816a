"""Addresses that take a reader from the panel to the same record in the store or in Odoo."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

#: What Odoo's people call each model.
MODEL_WORDS = {
    "res.partner": _("Customer"),
    "sale.order": _("Sales order"),
    "account.move": _("Invoice"),
    "account.payment": _("Payment"),
    "product.product": _("Product"),
    "product.template": _("Product"),
    "stock.picking": _("Delivery"),
    "delivery.carrier": _("Shipping method"),
}

#: The document a reader looks for first.
MAIN_MODELS = ("sale.order", "account.move", "product.template", "product.product", "delivery.carrier", "res.partner")


def model_word(model: str) -> str:
    """Return what a document of Odoo is, in the reader's language; the model's own name where there is no word."""
    return gettext(MODEL_WORDS[model]) if model in MODEL_WORDS else model


def odoo_record_url(odoo_url: str, model: str, odoo_id: int, *, database: str = "") -> str:
    """Return the address of a record's form in Odoo.

    The form with `#` is understood by all versions: 14 to 17 use it, 18 and later turn it into their own
    (odoo/addons/web `router.js`, `urlToState`). The database is named for servers that hold several, which lead
    a stranger to their database list instead (odoo/addons/web `ensure_db`).
    """
    base = web_address(odoo_url)
    named = f"?db={quote(database, safe='')}" if database else ""
    return f"{base}/web{named}#id={odoo_id}&model={model}&view_type=form" if base else ""


def store_order_url(platform: str, store_url: str, external_id: str) -> str:
    """Return the address of an order in the store's back office, or "" where the platform is not known.

    WooCommerce sends the old post address on to its own order page where orders have their own tables
    (woocommerce `src/Internal/Admin/Orders/PostsRedirectionController.php`).
    """
    return _back_office(platform, store_url, "post.php?post={}&action=edit", external_id)


def store_product_url(platform: str, store_url: str, external_id: str) -> str:
    """Return the address of a product in the store's back office, or "" where the platform is not known.

    A variation, given as PARENT/VARIATION, is edited on the page of its parent.
    """
    return _back_office(platform, store_url, "post.php?post={}&action=edit", external_id.partition("/")[0])


def store_customer_url(platform: str, store_url: str, external_id: str) -> str:
    """Return the address of an account in the store's back office, or "" where the platform is not known."""
    return _back_office(platform, store_url, "user-edit.php?user_id={}", external_id)


def _back_office(platform: str, store_url: str, page: str, external_id: str) -> str:
    base = web_address(store_url)
    if platform != "woocommerce" or not base or not (external_id.isascii() and external_id.isdigit()):
        return ""
    return f"{base}/wp-admin/{page.format(external_id)}"


def web_address(url: str) -> str:
    """Return an address without its last slash; "" for anything that is no web address (never `javascript:`)."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return ""
    return url.split("?")[0].split("#")[0].rstrip("/")
