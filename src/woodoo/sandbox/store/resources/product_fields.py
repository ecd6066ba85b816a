"""Writing the fields of products and variations: what is taken, what is corrected, what is passed over in silence.

Source: `prepare_object_for_database` of WooCommerce's product and variation controllers (Version3) and the setters of
includes/abstracts/abstract-wc-product.php. Nothing is saved here: what is refused leaves the product as it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from .. import catalogue, metadata
from ..rest import Request, RestError
from ..state import Record, Shop
from ..taxonomy import default_category, find_term, held_terms, insert_term, terms_of
from ..texts import html_kept, line_kept, number_kept
from .images import product_images
from .product_attributes import default_attributes, product_attributes

PLAIN = (
    "featured", "virtual", "downloadable", "downloads", "download_limit", "download_expiry", "external_url",
    "button_text", "sold_individually", "reviews_allowed", "upsell_ids", "cross_sell_ids", "purchase_note",
    "grouped_products", "menu_order", "post_password",
)  # fmt: skip
STATUSES = ("draft", "pending", "private", "publish", "future", "auto-draft", "trash")
#: Fields with few values, and what the shop says of others where a batch is not checked beforehand.
CHOICES = {
    "catalog_visibility": (("visible", "catalog", "search", "hidden"), "Invalid catalog visibility option."),
    "tax_status": (("taxable", "shipping", "none"), "Invalid product tax status."),
}
STOCK_STATUSES = ("instock", "outofstock", "onbackorder")
BACKORDERS = ("no", "notify", "yes")
#: Meta keys behind which the shop keeps a field of its own; writing them writes the field.
INTERNAL_META = {"_sku": "sku", "_regular_price": "regular_price", "_sale_price": "sale_price", "_price": ""}
#: Where a time that cannot be read ends up.
NO_TIME = "1970-01-01T00:00:00"


def apply_product(request: Request, row: Record) -> None:
    """Write what the call sends into a product that is not yet saved.

    Raises:
        RestError: 400, for what cannot be kept.
    """
    shop, params = request.shop, request.params
    for name in ("type", *PLAIN):
        if params.get(name) is not None:
            row[name] = params[name]
    for name in ("name", "description", "short_description"):
        if params.get(name) is not None:
            row[name] = html_kept(str(params[name]))
    for name, (allowed, message) in CHOICES.items():
        if params.get(name) is not None:
            if params[name] not in allowed:
                raise RestError(400, f"product_invalid_{name}", message)
            row[name] = params[name]
    if params.get("tax_class") is not None:
        row["tax_class"] = tax_class_kept(shop, params["tax_class"])
    if params.get("attributes") is not None:
        row["attributes"] = product_attributes(shop, params["attributes"])
    if params.get("default_attributes") is not None and row["type"] == "variable":
        row["default_attributes"] = default_attributes(shop, row, params["default_attributes"])
    _apply_terms(shop, params, row)
    apply_common(request, row)
    apply_stock(request, row)
    if params.get("images") is not None:
        row["images"] = product_images(shop, params["images"], row["id"])
    metadata_kept(shop, row, params.get("meta_data"))


def tax_class_kept(shop: Shop, value: str) -> str:
    """Return a tax class as it is kept: the standard class, and any the shop does not have, is empty."""
    known = {row["slug"] for row in shop.tax_classes if row["slug"] != "standard"} | {"parent"}
    return value if value in known else ""


def _apply_terms(shop: Shop, params: Record, row: Record) -> None:
    """Hang the product on categories (by id only) and tags (by id, or by name, made where missing)."""
    if params.get("categories") is not None:
        row["categories"] = held_terms(shop, "categories", (item.get("id") for item in params["categories"]))
    if not row["categories"] and row["type"] != "variation":
        row["categories"] = held_terms(shop, "categories", [default_category(shop)])
    if params.get("tags") is not None:
        row["tags"] = held_terms(shop, "tags", [_tag(shop, item) for item in params["tags"]])


def _tag(shop: Shop, item: Record) -> int:
    if not item.get("name"):
        return int(item.get("id") or 0)
    found = find_term(terms_of(shop, "tags"), item["name"])
    return int((found or insert_term(shop, "tags", item["name"]))["id"])


def apply_common(request: Request, row: Record) -> None:
    """Write what products and variations share: status, identity, prices, sale dates, measures."""
    shop, params = request.shop, request.params
    if params.get("status") is not None:
        row["status"] = params["status"] if params["status"] in STATUSES else "draft"
    if params.get("sku") is not None:
        row["sku"] = line_kept(str(params["sku"]))
    if params.get("global_unique_id") is not None:
        row["global_unique_id"] = "".join(c for c in str(params["global_unique_id"]) if c in "0123456789-")
    for name in ("regular_price", "sale_price"):
        if params.get(name) is not None:
            row[name] = number_kept(params[name])
    _apply_sale_dates(shop, params, row)
    if row["sale_price"] and catalogue.loose(row["sale_price"]) >= catalogue.loose(row["regular_price"]):
        row["sale_price"] = ""
    if params.get("weight") is not None:
        row["weight"] = number_kept(params["weight"])
    if params.get("dimensions"):
        sent = {name: number_kept(value) for name, value in params["dimensions"].items() if value is not None}
        row["dimensions"] = {**row["dimensions"], **sent}
    if params.get("shipping_class") is not None:
        _apply_shipping_class(shop, row, params["shipping_class"])


def _apply_sale_dates(shop: Shop, params: Record, row: Record) -> None:
    """Write the times of a sale: empty text takes them away, null is passed over, what is no time becomes 1970."""
    for name in ("date_on_sale_from", "date_on_sale_to"):
        if params.get(name) is not None:
            row[name] = _time(shop, params[name], is_gmt=False)
        if params.get(f"{name}_gmt") is not None:
            row[name] = _time(shop, params[f"{name}_gmt"], is_gmt=True)


def _time(shop: Shop, value: str, *, is_gmt: bool) -> str | None:
    if not value:
        return None
    try:
        time = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        return NO_TIME if is_gmt else shop.utc(NO_TIME)
    if time.tzinfo is not None:
        return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    text = time.strftime("%Y-%m-%dT%H:%M:%S")
    return text if is_gmt else shop.utc(text)


def _apply_shipping_class(shop: Shop, row: Record, slug: str) -> None:
    found = next((r for r in shop.tables["shipping_classes"].values() if r["slug"] == slug), None)
    row["shipping_class"] = found["slug"] if found else ""
    row["shipping_class_id"] = found["id"] if found else 0


def apply_stock(request: Request, row: Record) -> None:
    """Write stock fields. Where stock is not managed, quantities, backorders and the low mark are not kept."""
    params = request.params
    if params.get("manage_stock") is not None:
        row["manage_stock"] = params["manage_stock"] is True
    if params.get("backorders") is not None:
        row["backorders"] = params["backorders"] if params["backorders"] in BACKORDERS else "no"
    if params.get("stock_status") is not None:
        row["stock_status"] = params["stock_status"] if params["stock_status"] in STOCK_STATUSES else "instock"
    if not row["manage_stock"]:
        row.update(stock_quantity=None, backorders="no", low_stock_amount=None)
        return
    if params.get("stock_quantity") is not None:
        row["stock_quantity"] = whole_number(params["stock_quantity"])
    elif params.get("inventory_delta") is not None:
        row["stock_quantity"] = (row["stock_quantity"] or 0) + whole_number(params["inventory_delta"])
    if request.has("low_stock_amount"):
        amount = params["low_stock_amount"]
        row["low_stock_amount"] = None if amount is None else whole_number(amount)
    row["stock_status"] = catalogue.status_by_quantity(request.shop, row)


def whole_number(value: Any) -> int:
    """Return a quantity as PHP makes a whole number of it: fractions are cut off, text that is no number is 0."""
    try:
        return int(float(value))
    except (TypeError, ValueError):
        return 0


def metadata_kept(shop: Shop, row: Record, sent: Iterable[Record] | None) -> None:
    """Write meta data; the keys the shop itself keeps fields behind write those fields."""
    own = [entry for entry in sent or () if entry.get("key") not in INTERNAL_META]
    for entry in sent or ():
        field = INTERNAL_META.get(str(entry.get("key")))
        if field and entry.get("value") is not None:
            row[field] = str(entry["value"])
    metadata.merge(shop, row["meta_data"], own)
