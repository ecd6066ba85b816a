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
from .batch import batch_handler
from .product_views import product_view

ONE = r"/products/(?P<id>[\d]+)"
PLAIN_FIELDS = (
    "name", "type", "status", "featured", "catalog_visibility", "description", "short_description", "virtual",
    "downloadable", "downloads", "download_limit", "download_expiry", "external_url", "button_text", "tax_status",
    "sold_individually", "weight", "reviews_allowed", "upsell_ids", "cross_sell_ids", "purchase_note",
    "default_attributes", "grouped_products", "menu_order", "post_password", "low_stock_amount",
)  # fmt: skip
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
    "sku": lambda s, r, v: r["sku"].lower() in _words(v),
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
    shop = request.shop
    if request.params.get("id"):
        raise RestError(400, "woocommerce_rest_product_exists", "Cannot create existing product.")
    row = copy.deepcopy(catalogue.DEFAULTS)
    row.update(id=0, date_created=shop.now(), date_modified=shop.now())
    row["name"] = "Product"
    apply_product(request, row)
    _check_unique(shop, row)
    row["id"] = shop.next_id("product")
    row["slug"] = request.params.get("slug") or catalogue.slug_of(row["name"])
    shop.tables["products"][row["id"]] = row
    _index(shop, row, "")
    catalogue.saved(shop, row, new=True)
    location = {"Location": request.link(f"products/{row['id']}")}
    return Response(product_view(request, row, edit=True), 201, location)


def update_product(request: Request) -> Response:
    shop = request.shop
    row = catalogue.find(shop, request.number("id"))
    if row is None:
        raise invalid_id(status=400)
    if row["type"] == "variation":
        raise _not_here()
    draft = copy.deepcopy(row)
    apply_product(request, draft)
    if "slug" in request.params:
        draft["slug"] = request.params["slug"] or catalogue.slug_of(draft["name"])
    _check_unique(shop, draft)
    old_sku = row["sku"]
    row.update(draft)
    _index(shop, row, old_sku)
    catalogue.saved(shop, row)
    return Response(product_view(request, row, edit=True))


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
    row["status"] = "trash"
    row["date_modified"] = shop.now()
    shop.sku_index.pop(row["sku"].lower(), None)
    shop.announce("product.deleted", row["id"])
    shop.announce("coupon.deleted", row["id"])
    shop.touch()
    return Response(view)


def _forget(shop: Shop, product_id: int) -> None:
    row = shop.tables["products"].pop(product_id, None)
    if row is not None and shop.sku_index.get(row["sku"].lower()) == product_id:
        del shop.sku_index[row["sku"].lower()]
    shop.touch()


def _index(shop: Shop, row: Record, old_sku: str) -> None:
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


_check_unique = check_unique


def _free_sku(shop: Shop, sku: str) -> str:
    number = 1
    while catalogue.by_sku(shop, f"{sku}-{number}"):
        number += 1
    return f"{sku}-{number}"


def apply_product(request: Request, row: Record) -> None:
    """Write what the call sends into a product that is not yet saved."""
    shop, params = request.shop, request.params
    for name in PLAIN_FIELDS:
        if params.get(name) is not None and (request.has(name) or not row["id"]):
            row[name] = params[name]
    if params.get("tax_class") is not None:
        row["tax_class"] = "" if params["tax_class"] == "standard" else params["tax_class"]
    if params.get("dimensions"):
        row["dimensions"] = {**row["dimensions"], **params["dimensions"]}
    if params.get("attributes") is not None:
        row["attributes"] = [_attribute(shop, a) for a in params["attributes"]]
    if params.get("images") is not None:
        row["images"] = [image(shop, sent) for sent in params["images"]]
    for name in ("categories", "tags"):
        if params.get(name) is not None:
            row[name] = _terms(shop, name, params[name])
    if not row["categories"] and not row["id"]:
        row["categories"] = _terms(shop, "categories", [{"id": _default_category(shop)}])
    apply_common(request, row)


def apply_common(request: Request, row: Record) -> None:
    """Write what products and variations share: identity, prices, stock and meta data."""
    shop, params = request.shop, request.params
    for name in ("sku", "global_unique_id"):
        if params.get(name) is not None:
            row[name] = params[name].strip()
    for name in ("regular_price", "sale_price"):
        if params.get(name) is not None:
            row[name] = "".join(sign for sign in params[name] if sign in "0123456789.-")
    for name in ("date_on_sale_from", "date_on_sale_to"):
        if request.has(name):
            row[name] = shop.utc(params[name]) if params[name] else None
        if request.has(f"{name}_gmt"):
            row[name] = params[f"{name}_gmt"] or None
    if row["sale_price"] and catalogue.loose(row["sale_price"]) >= catalogue.loose(row["regular_price"]):
        row["sale_price"] = ""
    apply_stock(request, row)
    if params.get("shipping_class") is not None:
        row["shipping_class"] = params["shipping_class"]
    metadata.merge(shop, row["meta_data"], params.get("meta_data"))


def apply_stock(request: Request, row: Record) -> None:
    """Write stock fields: a quantity only counts where stock is managed, and null then means 0."""
    params = request.params
    if params.get("manage_stock") is not None and (request.has("manage_stock") or not row["id"]):
        row["manage_stock"] = params["manage_stock"] is True
    if params.get("backorders") is not None and (request.has("backorders") or not row["id"]):
        row["backorders"] = params["backorders"]
    if not row["manage_stock"]:
        row["stock_quantity"] = None
        if params.get("stock_status") is not None and (request.has("stock_status") or not row["id"]):
            row["stock_status"] = params["stock_status"]
        return
    if request.has("stock_quantity"):
        row["stock_quantity"] = int(params["stock_quantity"] or 0)
    elif request.has("inventory_delta"):
        row["stock_quantity"] = (row["stock_quantity"] or 0) + int(params["inventory_delta"])
    if row["stock_quantity"] is None:
        row["stock_quantity"] = 0


def image(shop: Shop, sent: Record) -> Record:
    """Return an image: one that is there by its id, or a new one for every `src` sent. Nothing is downloaded.

    Raises:
        RestError: 400 for an id that no image has.
    """
    known = {i["id"]: i for product in shop.tables["products"].values() for i in product["images"]}
    found = known.get(sent.get("id") or 0)
    if found is None and not sent.get("src"):
        message = f"#{sent.get('id') or 0} is an invalid image ID."
        raise RestError(400, "woocommerce_product_invalid_image_id", message)
    if found is None:
        stamps = {**shop.stamps("date_created", shop.now()), **shop.stamps("date_modified", shop.now())}
        name = str(sent["src"]).rsplit("/", 1)[-1].rsplit(".", 1)[0]
        found = {"id": shop.next_id("product"), **stamps, "src": sent["src"], "name": name, "alt": ""}
    return {**found, **{key: sent[key] for key in ("name", "alt") if sent.get(key)}}


def _default_category(shop: Shop) -> int:
    rows = shop.tables["categories"].values()
    return next((row["id"] for row in rows if row["slug"] == "uncategorized"), 0)


def _terms(shop: Shop, table: str, wanted: list[Record]) -> list[Record]:
    found = []
    for item in wanted:
        row = shop.tables[table].get(item.get("id") or 0)
        if row is None and table == "tags" and item.get("name"):
            row = next((r for r in shop.tables[table].values() if r["name"] == item["name"]), None)
            if row is None:
                row = {"id": shop.next_id("term"), "name": item["name"], "slug": catalogue.slug_of(item["name"]),
                       "description": "", "count": 0}  # fmt: skip
                shop.tables[table][row["id"]] = row
        if row is not None:
            found.append({"id": row["id"], "name": row["name"], "slug": row["slug"]})
    return found


def _attribute(shop: Shop, sent: Record) -> Record:
    taxonomy = shop.tables["attributes"].get(sent.get("id") or 0)
    options = sent.get("options") or []
    options = [o.strip() for o in options.split("|")] if isinstance(options, str) else options
    if taxonomy is None:
        name = sent.get("name", "")
        identity: Record = {"id": 0, "name": name, "slug": name}
    else:
        identity = {"id": taxonomy["id"], "name": taxonomy["name"], "slug": taxonomy["slug"]}
        for option in options:
            _ensure_term(shop, taxonomy["id"], option)
        options = sorted(options)
    return {
        **identity,
        "position": sent.get("position", 0),
        "visible": bool(sent.get("visible", False)),
        "variation": bool(sent.get("variation", False)),
        "options": options,
    }


def _ensure_term(shop: Shop, attribute_id: int, name: str) -> None:
    terms = shop.tables["terms"]
    if any(t["attribute_id"] == attribute_id and t["name"].lower() == name.lower() for t in terms.values()):
        return
    term_id = shop.next_id("term")
    terms[term_id] = {"id": term_id, "attribute_id": attribute_id, "name": name, "slug": catalogue.slug_of(name),
                      "description": "", "menu_order": 0, "count": 0}  # fmt: skip
