"""Variations in the API, always below their variable product."""

from __future__ import annotations

import copy

from .. import catalogue
from ..listing import DATE_SORTERS, by_ids, by_time, ordered, page
from ..rest import Api, Request, Response, RestError, broken_off
from ..state import Record
from ..texts import html_kept
from .batch import batch_handler
from .images import variation_image
from .product_attributes import choices
from .product_fields import apply_common, apply_stock, metadata_kept, tax_class_kept
from .product_views import variation_view
from .products import FILTERS, check_unique, index, trash

ALL = r"/products/(?P<product_id>[\d]+)/variations"
ONE = ALL + r"/(?P<id>[\d]+)"
PLAIN = ("virtual", "downloadable", "downloads", "download_limit", "download_expiry")


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
    rows = catalogue.variations(shop, owner) if owner else []
    rows = by_time(request, by_ids(request, rows))
    for name in ("sku", "status", "on_sale", "stock_status", "min_price", "max_price", "search"):
        if params.get(name) not in (None, "", []):
            rows = [r for r in rows if FILTERS[name](shop, r, params[name])]
    edit = request.params.get("context") == "edit"
    return page(request, ordered(request, rows, DATE_SORTERS), lambda row: variation_view(request, row, edit=edit))


def get_variation(request: Request) -> Response:
    edit = request.params.get("context") == "edit"
    return Response(variation_view(request, _variation(request), edit=edit))


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
    index(shop, row, "")
    catalogue.saved(shop, row, new=True)
    location = {"Location": request.link(f"products/{owner['id']}/variations/{row['id']}")}
    return Response(variation_view(request, row, edit=True), 201, location)


def update_variation(request: Request) -> Response:
    shop = request.shop
    row = _variation(request)
    draft = copy.deepcopy(row)
    _apply(request, draft, _parent(request))
    check_unique(shop, draft)
    old_sku = row["sku"]
    row.update(draft)
    index(shop, row, old_sku)
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
        trash(shop, row)
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
    """Write what the call sends into a variation that is not yet saved. A `menu_order` of 0 is passed over."""
    shop, params = request.shop, request.params
    for name in PLAIN:
        if params.get(name) is not None:
            row[name] = params[name]
    row["menu_order"] = params.get("menu_order") or row["menu_order"]
    if params.get("description") is not None:
        row["description"] = html_kept(str(params["description"]))
    if params.get("tax_class") is not None:
        row["tax_class"] = tax_class_kept(shop, params["tax_class"])
    if params.get("image") is not None:
        row["image"] = variation_image(shop, params["image"], row["id"])
    if params.get("attributes") is not None:
        row["attributes"] = choices(shop, owner, params["attributes"])
    apply_common(request, row)
    apply_stock(request, row)
    metadata_kept(shop, row, params.get("meta_data"))
