"""Fulfillments of orders in the API, where the shop has the feature switched on.

Source: WooCommerce's src/Internal/Fulfillments/OrderFulfillmentsRestController.php. What it accepts is accepted here
too: more pieces than were ordered, a repeated POST makes a second one; entries of meta data without an id are dropped
at creation, and a change deletes those it does not send.
"""

from __future__ import annotations

from typing import Any

from .. import metadata
from ..orders import model
from ..rest import Api, Request, Response, RestError, no_route
from ..state import Record, Shop

ALL = r"/orders/(?P<order_id>[\d]+)/fulfillments"
ONE = ALL + r"/(?P<fulfillment_id>[\d]+)"
LOOKUP = f"{ALL}/lookup"
_BODY = {
    "status": {"type": "string"},
    "is_fulfilled": {"type": "boolean"},
    "meta_data": {"type": "array", "required": True},
}
WRITTEN = dict.fromkeys(("POST", "PUT", "PATCH"), _BODY)
STATUSES = ("fulfilled", "unfulfilled")
#: The feature's switch, off as WooCommerce ships it.
FEATURE = "woocommerce_feature_fulfillments_enabled"
STATUS = "_fulfillment_status"


def register(api: Api) -> None:
    """Enter the routes."""
    api.add_route(LOOKUP, "GET", FEATURE, {"GET": {"tracking_number": {"type": "string", "required": True}}})
    api.add_route(ALL, "GET POST", FEATURE, WRITTEN)
    api.add_route(ONE, "GET PUT PATCH DELETE", FEATURE, WRITTEN)
    api.add_route(f"{ONE}/metadata", "GET PUT PATCH", FEATURE, WRITTEN)
    api.add(ALL, "GET", list_fulfillments)
    api.add(ALL, "POST", create_fulfillment)
    api.add(ONE, "GET", lambda request: Response({"fulfillment": view(_find(request))}))
    api.add(ONE, "PUT PATCH", update_fulfillment)
    api.add(ONE, "DELETE", delete_fulfillment)
    api.add(f"{ONE}/metadata", "GET", lambda request: Response({"meta_data": _find(request)["meta_data"]}))
    api.add(f"{ONE}/metadata", "PUT PATCH", update_metadata)
    api.add(LOOKUP, "GET", look_up)


def view(row: Record) -> Record:
    """Return a fulfillment as REST shows it."""
    return {
        "id": row["id"],
        "fulfillment_id": row["id"],
        "entity_type": "WC_Order",
        "entity_id": str(row["order_id"]),
        "is_fulfilled": row["is_fulfilled"],
        "status": row["status"],
        "date_updated": row["date_updated"],
        "meta_data": row["meta_data"],
    }


def _order(request: Request) -> Record:
    if not request.shop.is_on(FEATURE):
        raise no_route()
    order = request.shop.tables["orders"].get(request.number("order_id"))
    if order is None:
        data = {"status": "404"}
        raise RestError(404, "woocommerce_rest_order_invalid_id", "Invalid order ID.", data=data, allow=False)
    return order


def _rows(shop: Shop, order: Record) -> list[Record]:
    return [row for row in shop.tables["fulfillments"].values() if row["order_id"] == order["id"]]


def _find(request: Request) -> Record:
    order, number = _order(request), request.number("fulfillment_id")
    row: Record | None = request.shop.tables["fulfillments"].get(number)
    if row is None:
        was_there = number and number <= request.shop.counters.get("fulfillments", 0)
        code = 404 if was_there and request.method == "GET" else 0
        raise RestError(400, code, "Fulfillment not found." if number else "Invalid fulfillment ID.")
    if row["order_id"] != order["id"]:
        raise RestError(400, 0, "Invalid fulfillment ID.")
    return row


def list_fulfillments(request: Request) -> Response:
    return Response({"fulfillments": [view(row) for row in _rows(request.shop, _order(request))]})


def create_fulfillment(request: Request) -> Response:
    shop, params, order = request.shop, request.params, _order(request)
    entries = [entry for entry in params["meta_data"] if isinstance(entry, dict)]
    sent = [entry for entry in entries if "id" in entry and entry.get("key") and "value" in entry]
    _check(sent)
    meta = [_entry(shop, entry["key"], entry["value"]) for entry in sent]
    row: Record = {"id": shop.next_id("fulfillments"), "order_id": order["id"], "meta_data": meta}
    _fill(shop, row, params, default=False)
    shop.tables["fulfillments"][row["id"]] = row
    _sum_up(shop, order)
    return Response({"fulfillment": view(row)}, 201)


def update_fulfillment(request: Request) -> Response:
    row = _find(request)
    _change(request, row, request.params)
    return Response({"fulfillment": view(row)})


def update_metadata(request: Request) -> Response:
    row = _find(request)
    _change(request, row, {"meta_data": request.params["meta_data"]})
    return Response({"meta_data": row["meta_data"]})


def _change(request: Request, row: Record, params: Record) -> None:
    """Replace the meta data by what is sent; entries of a known key keep their number."""
    shop = request.shop
    known = {entry["key"]: entry for entry in row["meta_data"]}
    sent = [entry for entry in params["meta_data"] if isinstance(entry, dict) and entry.get("key")]
    _check(sent)
    row["meta_data"] = [_entry(shop, e["key"], e.get("value"), known.get(e["key"])) for e in sent]
    _fill(shop, row, params, default=row["is_fulfilled"])
    _sum_up(shop, shop.tables["orders"][row["order_id"]])


def look_up(request: Request) -> Response:
    """Answer whose number a tracking number may be. This shop knows no carrier's numbers."""
    _order(request)
    return Response({"tracking_number_details": []})


def delete_fulfillment(request: Request) -> Response:
    """Delete a fulfillment; one that is gone already is deleted once more without a word."""
    order, number = _order(request), request.number("fulfillment_id")
    request.shop.tables["fulfillments"].pop(number, None)
    _sum_up(request.shop, order)
    return Response({"message": "Fulfillment deleted successfully."})


def _entry(shop: Shop, key: str, value: Any, known: Record | None = None) -> Record:
    return {"id": known["id"] if known else shop.next_id("fulfillment_meta"), "key": key, "value": value}


def _check(meta: list[Record]) -> None:
    items = metadata.get(meta, "_items")
    if not items:
        raise RestError(400, 0, "The fulfillment should contain at least one item.")
    if not isinstance(items, list):
        raise RestError(400, 0, "The fulfillment items should be an array.")
    if not all(_is_item(item) for item in items):
        raise RestError(400, 0, "Invalid item.")


def _is_item(item: Any) -> bool:
    if not isinstance(item, dict):
        return False
    record: Any = item.get("item_id")
    pieces: Any = item.get("qty")
    return type(record) is int and type(pieces) in (int, float) and bool(record > 0 and pieces > 0)


def _fill(shop: Shop, row: Record, params: Record, *, default: bool) -> None:
    """Write the status, which alone decides whether it is fulfilled: `is_fulfilled` is passed over."""
    wanted = params.get("status")
    row["is_fulfilled"] = wanted == "fulfilled" if wanted in STATUSES else default
    row["status"] = "fulfilled" if row["is_fulfilled"] else "unfulfilled"
    row["date_updated"] = str(shop.local(shop.now())).replace("T", " ")
    if row["is_fulfilled"] and metadata.get(row["meta_data"], "_date_fulfilled") is None:
        row["meta_data"].append(_entry(shop, "_date_fulfilled", row["date_updated"]))


def _sum_up(shop: Shop, order: Record) -> None:
    """Note on the order how much of it is fulfilled (`FulfillmentUtils::calculate_order_fulfillment_status`)."""
    rows = _rows(shop, order)
    pieces: dict[Any, float] = {}
    for row in rows:
        for item in metadata.get(row["meta_data"], "_items"):
            pieces[item["item_id"]] = pieces.get(item["item_id"], 0.0) + item["qty"]
    pending = any(pieces.get(line["id"], 0.0) < line["quantity"] for line in order["line_items"])
    if not rows:
        order["meta_data"] = [entry for entry in order["meta_data"] if entry["key"] != STATUS]
    else:
        done = [row["is_fulfilled"] for row in rows]
        whole = all(done) and not pending
        status = "fulfilled" if whole else "partially_fulfilled" if any(done) else "unfulfilled"
        metadata.put(shop, order["meta_data"], STATUS, status)
    model.save(shop, order)
