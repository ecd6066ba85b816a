"""Variations in the API, always below their variable product."""

from __future__ import annotations

import copy

from .. import catalogue
from ..listing import DATE_SORTERS, by_ids, by_time, ordered, page
from ..rest import Api, Request, Response, RestError, broken_off
from ..state import Record
from .batch import batch_handler
from .product_views import variation_view
from .products import FILTERS, apply_common, check_unique, image

ALL = r"/products/(?P<product_id>[\d]+)/variations"
ONE = ALL + r"/(?P<id>[\d]+)"
PLAIN_FIELDS = (
    "description", "status", "virtual", "downloadable", "downloads", "download_limit", "download_expiry",
    "tax_class", "weight", "menu_order", "low_stock_amount",
)  # fmt: skip


def register(api: Api) -> None:
    """Enter the variation routes."""
    api.add(ALL, "GET", list_variations)
    api.add(ALL, "POST", create_variation)
    api.add(ONE, "GET", get_variation)
    api.add(ONE, "POST PUT PATCH", update_variation)
    api.add(ONE, "DELETE", delete_variation)
    api.add(f"{ALL}/batch", "POST PUT PATCH", batch_handler(api, ALL, ONE, "id", "product_variation"))


def _parent(request: Request) -> Record:
    """Return the variable product of the path; where there is none, PHP breaks off."""
    row = catalogue.find(request.shop, request.number("product_id"))
    if row is None:
        raise broken_off()
    return row


def _variation(request: Request) -> Record:
    row = catalogue.find(request.shop, request.number("id"))
    if row is None or row["type"] != "variation" or row["parent_id"] != request.number("product_id"):
        raise RestError(404, "woocommerce_rest_product_variation_invalid_id", "Invalid ID.", allow=False)
    return row


def list_variations(request: Request) -> Response:
    shop, params = request.shop, request.params
    owner = catalogue.find(shop, request.number("product_id"))
    rows = [v for v in catalogue.variations(shop, owner) if v["status"] != "trash"] if owner else []
    rows = by_time(request, by_ids(request, rows))
    for name in ("sku", "status", "on_sale", "stock_status", "min_price", "max_price", "search"):
        if params.get(name) not in (None, "", []):
            rows = [r for r in rows if FILTERS[name](shop, r, params[name])]
    return page(request, ordered(request, rows, DATE_SORTERS), lambda row: variation_view(request, row))


def get_variation(request: Request) -> Response:
    return Response(variation_view(request, _variation(request)))


def create_variation(request: Request) -> Response:
    shop = request.shop
    owner = _parent(request)
    row = copy.deepcopy(catalogue.DEFAULTS)
    row.update(id=0, type="variation", parent_id=owner["id"], tax_class="parent", reviews_allowed=False)
    row.update(date_created=shop.now(), date_modified=shop.now())
    _apply(request, row, owner)
    check_unique(shop, row)
    row["id"] = shop.next_id("product")
    shop.tables["products"][row["id"]] = row
    owner["variations"].append(row["id"])
    if row["sku"]:
        shop.sku_index[row["sku"].lower()] = row["id"]
    catalogue.saved(shop, row, new=True)
    location = {"Location": request.link(f"products/{owner['id']}/variations/{row['id']}")}
    return Response(variation_view(request, row, edit=True), 201, location)


def update_variation(request: Request) -> Response:
    shop = request.shop
    row = _variation(request)
    draft = copy.deepcopy(row)
    _apply(request, draft, _parent(request))
    check_unique(shop, draft)
    if row["sku"] and shop.sku_index.get(row["sku"].lower()) == row["id"]:
        del shop.sku_index[row["sku"].lower()]
    row.update(draft)
    if row["sku"]:
        shop.sku_index[row["sku"].lower()] = row["id"]
    catalogue.saved(shop, row)
    return Response(variation_view(request, row, edit=True))


def delete_variation(request: Request) -> Response:
    shop = request.shop
    row = _variation(request)
    view = variation_view(request, row, edit=True)
    if not request.params.get("force"):
        if row["status"] == "trash":
            message = "The product_variation has already been deleted."
            raise RestError(410, "woocommerce_rest_already_trashed", message)
        row["status"] = "trash"
        shop.announce("product.deleted", row["id"])
        shop.touch()
        return Response(view)
    owner = _parent(request)
    owner["variations"] = [vid for vid in owner["variations"] if vid != row["id"]]
    shop.tables["products"].pop(row["id"])
    if row["sku"] and shop.sku_index.get(row["sku"].lower()) == row["id"]:
        del shop.sku_index[row["sku"].lower()]
    owner["date_modified"] = shop.now()
    shop.touch()
    return Response(view)


def _apply(request: Request, row: Record, owner: Record) -> None:
    params = request.params
    for name in PLAIN_FIELDS:
        if params.get(name) is not None and (request.has(name) or not row["id"]):
            row[name] = params[name]
    if row["tax_class"] == "standard":
        row["tax_class"] = ""
    if request.has("image"):
        row["image"] = image(request.shop, params["image"]) if params["image"] else None
    if params.get("dimensions"):
        row["dimensions"] = {**row["dimensions"], **params["dimensions"]}
    if params.get("attributes") is not None:
        row["attributes"] = [a for a in (_choice(request, owner, sent) for sent in params["attributes"]) if a]
    apply_common(request, row)


def _choice(request: Request, owner: Record, sent: Record) -> Record | None:
    """Return one choice of a variation, named as its parent names the attribute."""
    wanted_id, wanted_name = sent.get("id") or 0, str(sent.get("name", "")).lower()
    for attribute in owner["attributes"]:
        same = attribute["id"] == wanted_id if wanted_id else attribute["name"].lower() == wanted_name
        if same and attribute["variation"]:
            slug = attribute["slug"] if attribute["id"] else attribute["slug"].lower()
            return {
                "id": attribute["id"],
                "name": attribute["name"],
                "slug": slug,
                "option": sent.get("option", ""),
            }
    return None
