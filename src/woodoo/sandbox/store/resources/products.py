"""Products in the API: listing, filters, writing, errors.

Sources: WooCommerce's includes/rest-api/Controllers/Version2 and Version3 product controllers.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Any

from .. import catalogue, metadata
from ..listing import DATE_SORTERS, by_ids, by_time, ordered, page
from ..rest import Api, Request, Response, RestError
from ..state import Record, Shop
from ..texts import free_slug, slug_of
from .batch import batch_handler
from .product_fields import apply_product
from .product_views import product_view

ONE = r"/products/(?P<id>[\d]+)"
#: In these a product has a slug made of its name.
WITH_SLUG = ("publish", "private", "future", "trash")
SORTERS = {
    **DATE_SORTERS,
    "menu_order": lambda row: row["menu_order"],
    "popularity": lambda row: row["total_sales"],
    "price": lambda row: float(row["regular_price"] or 0),
}


def register(api: Api) -> None:
    """Enter the product routes."""
    api.add("/products", "GET", list_products)
    api.add("/products", "POST", create_product)
    api.add(ONE, "GET", get_product)
    api.add(ONE, "POST PUT PATCH", update_product)
    api.add(ONE, "DELETE", delete_product)
    handler = batch_handler(api, "/products", ONE, "id", "product")
    api.add("/products/batch", "POST PUT PATCH", handler)


def invalid_id(*, status: int = 404, **more: Any) -> RestError:
    return RestError(status, "woocommerce_rest_product_invalid_id", "Invalid ID.", **more)


def _not_here() -> RestError:
    """Return the refusal of a variation's id where only products are written."""
    place = "/products/&lt;product_id&gt;/variations/&lt;id&gt;"
    message = f"To manipulate product variations you should use the {place} endpoint."
    return RestError(404, "woocommerce_rest_invalid_product_id", message)


# -- reading --------------------------------------------------------------------------------------------------------


def list_products(request: Request) -> Response:
    """List products; variations appear only where a SKU is asked for."""
    params, shop = request.params, request.shop
    rows: Iterable[Record] = shop.tables["products"].values()
    with_variations = any(params.get(k) for k in ("sku", "search_sku", "search_name_or_sku", "global_unique_id"))
    rows = [r for r in rows if with_variations or r["type"] != "variation"]
    rows = by_time(request, by_ids(request, rows))
    for name, test in FILTERS.items():
        if params.get(name) not in (None, "", []):
            value = params[name]
            rows = [r for r in rows if test(shop, r, value)]
    if not params.get("status") or params["status"] == "any":
        rows = [r for r in rows if r["status"] != "trash"]
    return page(request, ordered(request, rows, SORTERS), lambda row: product_view(request, row, edit=_edited(request)))


def _words(value: str) -> list[str]:
    return [part.strip().lower() for part in value.split(",") if part.strip()]


def _has_any(name: str) -> Callable[[Shop, Record, Any], bool]:
    def test(_: Shop, row: Record, value: Any) -> bool:
        wanted = {int(part) for part in str(value).split(",") if part.strip().isdigit()}
        return any(item["id"] in wanted for item in row[name])

    return test


def _search(shop: Shop, row: Record, value: str) -> bool:
    text = f"{row['name']} {row['description']} {row['short_description']} {row['sku']}".lower()
    return all(word in text for word in value.lower().split())


FILTERS: dict[str, Callable[[Shop, Record, Any], bool]] = {
    "status": lambda s, r, v: v == "any" or r["status"] == v,
    "type": lambda s, r, v: r["type"] == v,
    "slug": lambda s, r, v: r["slug"] == v,
    "sku": lambda s, r, v: r["sku"].lower() in {*_words(v), v.strip().lower()},
    "search_sku": lambda s, r, v: v.lower() in r["sku"].lower(),
    "search_name_or_sku": lambda s, r, v: v.lower() in f"{r['name']} {r['sku']}".lower(),
    "global_unique_id": lambda s, r, v: r["global_unique_id"].lower() in _words(v),
    "search": _search,
    "featured": lambda s, r, v: r["featured"] is v,
    "virtual": lambda s, r, v: r["virtual"] is v,
    "downloadable": lambda s, r, v: r["downloadable"] is v,
    "category": _has_any("categories"),
    "tag": _has_any("tags"),
    "tax_class": lambda s, r, v: (r["tax_class"] or "standard") == v,
    "on_sale": lambda s, r, v: catalogue.on_sale(s, r) is v,
    "stock_status": lambda s, r, v: catalogue.stock_status(s, r) == v,
    "min_price": lambda s, r, v: catalogue.amount(s, r) >= catalogue.loose(v),
    "max_price": lambda s, r, v: catalogue.amount(s, r) <= catalogue.loose(v),
    "parent": lambda s, r, v: r["parent_id"] in v,
    "include_types": lambda s, r, v: r["type"] in v,
    "exclude_types": lambda s, r, v: r["type"] not in v,
    "include_status": lambda s, r, v: r["status"] in v,
    "exclude_status": lambda s, r, v: r["status"] not in v,
}


def get_product(request: Request) -> Response:
    row = catalogue.find(request.shop, request.number("id"))
    if row is None:
        raise invalid_id()
    return Response(product_view(request, row, edit=_edited(request)))


def _edited(request: Request) -> bool:
    """Say whether texts are asked for as they were written."""
    return request.params.get("context") == "edit"


# -- writing --------------------------------------------------------------------------------------------------------


def create_product(request: Request) -> Response:
    shop, params = request.shop, request.params
    if params.get("id"):
        raise RestError(400, "woocommerce_rest_product_exists", "Cannot create existing product.")
    row = copy.deepcopy(catalogue.DEFAULTS)
    row.update(id=0, date_created=shop.now(), date_modified=shop.now(), name="Product")
    apply_product(request, row)
    row["name"] = row["name"] or "Product"
    check_unique(shop, row)
    _refuse_sku_in_trash(shop, row)
    row["id"] = shop.next_id("product")
    row["slug"] = _slug(shop, row, str(params.get("slug") or ""))
    shop.tables["products"][row["id"]] = row
    index(shop, row, "")
    catalogue.saved(shop, row, new=True)
    location = {"Location": request.link(f"products/{row['id']}")}
    return Response(product_view(request, row, edit=True), 201, location)


def update_product(request: Request) -> Response:
    """Change a product; any other status brings it back out of the trash, without its variations."""
    shop = request.shop
    row = catalogue.find(shop, request.number("id"))
    if row is None:
        raise invalid_id(status=400)
    if row["type"] == "variation":
        raise _not_here()
    draft = copy.deepcopy(row)
    apply_product(request, draft)
    if request.has("slug") or (not draft["slug"] and draft["status"] in WITH_SLUG):
        draft["slug"] = _slug(shop, draft, str(request.params.get("slug") or ""))
    check_unique(shop, draft)
    old_sku = row["sku"]
    row.update(draft)
    index(shop, row, old_sku)
    catalogue.saved(shop, row)
    return Response(product_view(request, row, edit=True))


def _slug(shop: Shop, row: Record, wanted: str) -> str:
    """Return a slug of its own for a product; drafts have none until they are published or given one."""
    if not wanted and row["status"] not in WITH_SLUG:
        return ""
    others = (other for other in shop.tables["products"].values() if other["id"] != row["id"])
    taken = {other["slug"] for other in others if other["type"] != "variation" and other["status"] != "trash"}
    return free_slug(slug_of(wanted or row["name"]), taken)


def _refuse_sku_in_trash(shop: Shop, row: Record) -> None:
    """Refuse to make a product whose SKU lies in the trash: the shop's lookup table still knows it."""
    for other in shop.tables["products"].values() if row["sku"] else ():
        if other["status"] == "trash" and other["sku"].casefold() == row["sku"].casefold():
            message = (
                f"The product with SKU ({row['sku']}) you are trying to insert is already present in the lookup table"
            )
            raise RestError(400, "woocommerce_rest_product_not_created", message)


def delete_product(request: Request) -> Response:
    """Put a product into the trash, or delete it for good with `force`. Only the trash is announced."""
    shop = request.shop
    row = catalogue.find(shop, request.number("id"))
    if row is None:
        raise invalid_id()
    if row["type"] == "variation":
        raise _not_here()
    view = product_view(request, row, edit=True)
    if request.params.get("force"):
        for child in [*row["variations"]]:
            _forget(shop, child)
        _forget(shop, row["id"])
        return Response(view)
    if row["status"] == "trash":
        raise RestError(410, "woocommerce_rest_already_trashed", "The product has already been deleted.")
    for one in [row, *catalogue.variations(shop, row)]:
        trash(shop, one)
    return Response(view)


def trash(shop: Shop, row: Record) -> None:
    """Put a product or variation into the trash; its SKU is free for other products that are there already."""
    marks = {"_wp_trash_meta_status": row["status"], "_wp_trash_meta_time": str(int(shop.clock()))}
    for key, value in marks.items():
        metadata.put(shop, row["meta_data"], key, value)
    row.update(status="trash", date_modified=shop.now())
    if row["sku"] and shop.sku_index.get(row["sku"].lower()) == row["id"]:
        del shop.sku_index[row["sku"].lower()]
    shop.announce("product.deleted", row["id"])
    shop.announce("coupon.deleted", row["id"])
    shop.touch()


def _forget(shop: Shop, product_id: int) -> None:
    row = shop.tables["products"].pop(product_id, None)
    if row is not None and shop.sku_index.get(row["sku"].lower()) == product_id:
        del shop.sku_index[row["sku"].lower()]
    shop.touch()


def index(shop: Shop, row: Record, old_sku: str) -> None:
    """Keep the index of SKUs up to date after a product or variation was written."""
    if old_sku and shop.sku_index.get(old_sku.lower()) == row["id"]:
        del shop.sku_index[old_sku.lower()]
    if row["sku"] and row["status"] != "trash":
        shop.sku_index[row["sku"].lower()] = row["id"]


def check_unique(shop: Shop, row: Record) -> None:
    """Refuse a SKU or GTIN that another product has.

    Raises:
        RestError: 400 `product_invalid_sku` or `product_invalid_global_unique_id`, naming the owner.
    """
    owner = catalogue.by_sku(shop, row["sku"]) if row["sku"] else None
    if owner is not None and owner["id"] != row["id"]:
        raise RestError(
            400,
            "product_invalid_sku",
            "Invalid or duplicated SKU.",
            resource_id=owner["id"],
            unique_sku=_free_sku(shop, row["sku"]),
        )
    code = row["global_unique_id"]
    if not code:
        return
    for other in shop.tables["products"].values():
        if other["global_unique_id"] == code and other["id"] != row["id"] and other["status"] != "trash":
            raise RestError(
                400,
                "product_invalid_global_unique_id",
                "Invalid or duplicated GTIN, UPC, EAN or ISBN.",
                resource_id=other["id"],
            )


def _free_sku(shop: Shop, sku: str) -> str:
    number = 1
    while catalogue.by_sku(shop, f"{sku}-{number}"):
        number += 1
    return f"{sku}-{number}"
