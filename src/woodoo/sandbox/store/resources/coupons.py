"""Coupons in the API. Codes are kept in lower case and are unique."""

from __future__ import annotations

import copy
from typing import Any

from .. import metadata
from ..engine.numbers import loose, shown
from ..listing import DATE_SORTERS, by_ids, by_time, ordered, page
from ..rest import Api, Request, Response, RestError, links
from ..state import Record
from .batch import batch_handler

ONE = r"/coupons/(?P<id>[\d]+)"
DEFAULTS: Record = {
    "code": "", "amount": "0", "status": "publish", "discount_type": "fixed_cart", "description": "",
    "date_expires": None, "usage_count": 0, "individual_use": False, "product_ids": [],
    "excluded_product_ids": [], "usage_limit": None, "usage_limit_per_user": None,
    "limit_usage_to_x_items": None, "free_shipping": False, "product_categories": [],
    "excluded_product_categories": [], "exclude_sale_items": False, "minimum_amount": "0", "maximum_amount": "0",
    "email_restrictions": [], "used_by": [], "meta_data": [],
}  # fmt: skip
AMOUNTS = ("amount", "minimum_amount", "maximum_amount")
READ_ONLY = frozenset({"usage_count", "used_by", "meta_data", "code", "date_expires", *AMOUNTS})


def register(api: Api) -> None:
    """Enter the coupon routes."""
    api.add("/coupons", "GET", list_coupons)
    api.add("/coupons", "POST", create_coupon)
    api.add(ONE, "GET", lambda request: Response(coupon_view(request, _one(request))))
    api.add(ONE, "POST PUT PATCH", update_coupon)
    api.add(ONE, "DELETE", delete_coupon)
    api.add("/coupons/batch", "POST PUT PATCH", batch_handler(api, "/coupons", ONE, "id", "shop_coupon"))


def coupon_view(request: Request, row: Record) -> Record:
    """Return a coupon as the API shows one."""
    shop = request.shop
    view: Record = {"id": row["id"]}
    for name in DEFAULTS:
        if name == "status":
            view[name] = row[name]
            view.update(shop.stamps("date_created", row["date_created"]))
            view.update(shop.stamps("date_modified", row["date_modified"]))
        elif name == "date_expires":
            view.update(shop.stamps(name, row[name]))
        elif name in AMOUNTS:
            view[name] = shown(loose(row[name]), shop.decimals)
        else:
            view[name] = metadata.shown(row[name]) if name == "meta_data" else row[name]
    view["_links"] = links(request, "coupons", row["id"], "GET POST PUT PATCH DELETE")
    return view


def _one(request: Request, *, status: int = 404) -> Record:
    row = request.shop.tables["coupons"].get(request.number("id"))
    if row is None:
        raise RestError(status, "woocommerce_rest_shop_coupon_invalid_id", "Invalid ID.")
    return row


def list_coupons(request: Request) -> Response:
    params = request.params
    rows = [r for r in request.shop.tables["coupons"].values() if r["status"] != "trash"]
    rows = by_time(request, by_ids(request, rows))
    if params.get("code"):
        codes = {part.strip().lower() for part in params["code"].split(",")}
        rows = [r for r in rows if r["code"] in codes]
    if params.get("search"):
        rows = [r for r in rows if params["search"].lower() in f"{r['code']} {r['description']}".lower()]
    return page(request, ordered(request, rows, DATE_SORTERS), lambda row: coupon_view(request, row))


def create_coupon(request: Request) -> Response:
    shop, params = request.shop, request.params
    if not params.get("code"):
        raise RestError(
            400, "woocommerce_rest_empty_coupon_code", "The coupon code cannot be empty.",
        )  # fmt: skip
    row = {"id": 0, **copy.deepcopy(DEFAULTS), "date_created": shop.now(), "date_modified": shop.now()}
    _apply(request, row)
    row["id"] = shop.next_id("coupon")
    shop.tables["coupons"][row["id"]] = row
    shop.announce("coupon.created", row["id"])
    shop.touch()
    location = {"Location": request.link(f"coupons/{row['id']}")}
    return Response(coupon_view(request, row), 201, location)


def update_coupon(request: Request) -> Response:
    shop = request.shop
    row = _one(request, status=400)
    draft = copy.deepcopy(row)
    _apply(request, draft)
    row.update(draft)
    row["date_modified"] = shop.now()
    shop.announce("coupon.updated", row["id"])
    shop.touch()
    return Response(coupon_view(request, row))


def delete_coupon(request: Request) -> Response:
    """Put a coupon into the trash, or delete it for good with `force`. Only the trash is announced."""
    shop = request.shop
    row = _one(request)
    view = coupon_view(request, row)
    if request.params.get("force"):
        del shop.tables["coupons"][row["id"]]
        shop.touch()
        return Response(view)
    if row["status"] == "trash":
        raise RestError(410, "woocommerce_rest_already_trashed", "The shop_coupon has already been deleted.")
    row["status"] = "trash"
    shop.announce("coupon.deleted", row["id"])
    shop.announce("product.deleted", row["id"])
    shop.touch()
    return Response(view)


def _apply(request: Request, row: Record) -> None:
    shop, params = request.shop, request.params
    if params.get("code"):
        code = str(params["code"]).lower()
        for other in shop.tables["coupons"].values():
            if other["code"] == code and other["id"] != row["id"] and other["status"] == "publish":
                raise RestError(400, "woocommerce_rest_coupon_code_already_exists", "The coupon code already exists")
        row["code"] = code
    for name in AMOUNTS:
        if params.get(name) is not None and request.has(name):
            row[name] = str(loose(params[name]).normalize()) if params[name] else "0"
    for name in ("date_expires", "date_expires_gmt"):
        if request.has(name):
            value: Any = params[name]
            row["date_expires"] = (shop.utc(value) if name == "date_expires" else value) or None
    for name in DEFAULTS:
        if name not in READ_ONLY and params.get(name) is not None and (request.has(name) or not row["id"]):
            row[name] = params[name]
    metadata.merge(shop, row["meta_data"], params.get("meta_data"))
