"""Orders, their notes and refunds in the API: listing, filters, writing, deleting, errors."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from ..engine.numbers import loose
from ..listing import DATE_SORTERS, by_ids, by_time, ordered, page
from ..orders import backoffice, model, refunds, writing
from ..orders.views import order_view, refund_view
from ..rest import Api, Request, Response, RestError, links
from ..state import Record, load_data
from .batch import batch_handler

ONE = r"/orders/(?P<id>[\d]+)"
NOTES = r"/orders/(?P<order_id>[\d]+)/notes"
REFUNDS = r"/orders/(?P<order_id>[\d]+)/refunds"


def register(api: Api) -> None:
    """Enter the routes of orders, notes and refunds."""
    api.add("/orders", "GET", list_orders)
    api.add("/orders", "POST", create_order)
    api.add(ONE, "GET", get_order)
    api.add(ONE, "POST PUT PATCH", update_order)
    api.add(ONE, "DELETE", delete_order)
    api.add("/orders/batch", "POST PUT PATCH", batch_handler(api, "/orders", ONE, "id", "shop_order"))
    api.add("/orders/statuses", "GET", lambda request: Response(load_data("site")["order_statuses"]))
    api.add(NOTES, "GET", list_notes)
    api.add(NOTES, "POST", create_note)
    api.add(NOTES + r"/(?P<id>[\d]+)", "GET", lambda request: Response(note_view(request, _note(request))))
    api.add(NOTES + r"/(?P<id>[\d]+)", "DELETE", delete_note)
    api.add(REFUNDS, "GET", list_refunds)
    api.add(REFUNDS, "POST", create_refund)
    api.add(REFUNDS + r"/(?P<id>[\d]+)", "GET", get_refund)
    api.add(REFUNDS + r"/(?P<id>[\d]+)", "DELETE", delete_refund)
    api.add("/refunds", "GET", list_all_refunds)


def _view(request: Request, order: Record) -> Record:
    view = order_view(request, order, _digits(request))
    keep, drop = request.params.get("include_meta") or (), request.params.get("exclude_meta") or ()
    if keep:
        view["meta_data"] = [entry for entry in view["meta_data"] if entry["key"] in keep]
    if drop:
        view["meta_data"] = [entry for entry in view["meta_data"] if entry["key"] not in drop]
    return view


def _digits(request: Request) -> int | None:
    """Return the decimals asked for; single records take the parameter too, though their routes do not name it."""
    asked = request.params.get("dp")
    return int(str(asked)) if str(asked or "").isdigit() else None


def find_order(request: Request, name: str = "id", *, status: int = 404) -> Record:
    """Return the order of the path.

    Raises:
        RestError: where there is none.
    """
    order = request.shop.tables["orders"].get(request.number(name))
    if order is None:
        message = "Invalid ID." if name == "id" else "Invalid order ID."
        raise RestError(status, "woocommerce_rest_shop_order_invalid_id", message)
    return order


def list_orders(request: Request) -> Response:
    params, shop = request.params, request.shop
    wanted = params.get("status") or ["any"]
    rows: Iterable[Record] = shop.tables["orders"].values()
    if "any" in wanted:
        rows = [r for r in rows if r["status"] not in ("trash", "auto-draft")]
    else:
        rows = [r for r in rows if r["status"] in wanted]
    rows = by_time(request, by_ids(request, rows))
    if params.get("customer") is not None:
        rows = [r for r in rows if r["customer_id"] == params["customer"]]
    if params.get("product"):
        rows = [r for r in rows if _sells(r, params["product"])]
    if params.get("created_via"):
        rows = [r for r in rows if r["created_via"] in params["created_via"]]
    if params.get("parent"):
        rows = [r for r in rows if r["parent_id"] in params["parent"]]
    if params.get("search"):
        rows = [r for r in rows if _mentions(r, params["search"].lower())]
    extra = [] if request.has("status") else [("status[0]", "any")]
    shown = [("dp", str(params.get("dp", shop.decimals))), ("context", "view")]
    return page(
        request,
        ordered(request, rows, DATE_SORTERS),
        lambda row: _view(request, row),
        forgets_total=True,
        extra=extra,
        extra_shown=[pair for pair in shown if not request.has(pair[0])],
    )


def _sells(order: Record, product_id: int) -> bool:
    return any(product_id in (line["product_id"], line["variation_id"]) for line in order["line_items"])


def _mentions(order: Record, text: str) -> bool:
    parts = [str(order["id"]), order["transaction_id"], *order["billing"].values(), *order["shipping"].values()]
    parts += [line["name"] for line in order["line_items"]]
    return any(text in str(part).lower() for part in parts)


def get_order(request: Request) -> Response:
    return Response(_view(request, find_order(request)))


def create_order(request: Request) -> Response:
    if request.params.get("id"):
        raise RestError(400, "woocommerce_rest_shop_order_exists", "Cannot create existing shop_order.")
    order = writing.create(request)
    return Response(_view(request, order), 201, {"Location": request.link(f"orders/{order['id']}")})


def update_order(request: Request) -> Response:
    order = find_order(request, status=400)
    writing.update(request, order)
    return Response(_view(request, order))


def delete_order(request: Request) -> Response:
    """Put an order into the trash, or delete it for good with `force`. Neither gives stock back."""
    shop = request.shop
    order = find_order(request)
    view = _view(request, order)
    if request.params.get("force"):
        backoffice.delete_for_good(shop, order)
        return Response(view)
    if order["status"] == "trash":
        raise RestError(410, "woocommerce_rest_already_trashed", "The shop_order has already been deleted.")
    backoffice.trash(shop, order)
    return Response(view)


# -- notes ----------------------------------------------------------------------------------------------------------


def note_view(request: Request, note: Record) -> Record:
    base = f"orders/{note['order_id']}/notes"
    return {
        "id": note["id"],
        "author": note["author"],
        **request.shop.stamps("date_created", note["date_created"]),
        "note": note["note"],
        "customer_note": note["customer_note"],
        "_links": links(request, base, note["id"], "GET DELETE", up=f"orders/{note['order_id']}"),
    }


def _notes(request: Request) -> list[Record]:
    order = find_order(request, "order_id")
    notes = [note for note in request.shop.tables["notes"].values() if note["order_id"] == order["id"]]
    return sorted(notes, key=lambda note: (note["date_created"], note["id"]), reverse=True)


def _note(request: Request) -> Record:
    note = next((note for note in _notes(request) if note["id"] == request.number("id")), None)
    if note is None:
        raise RestError(404, "woocommerce_rest_invalid_id", "Invalid resource ID.")
    return note


def list_notes(request: Request) -> Response:
    kind = request.params.get("type", "any")
    notes = [n for n in _notes(request) if kind == "any" or n["customer_note"] == (kind == "customer")]
    return Response([note_view(request, note) for note in notes])


def create_note(request: Request) -> Response:
    order = find_order(request, "order_id")
    for_customer = bool(request.params.get("customer_note"))
    author = "admin" if request.params.get("added_by_user") else "WooCommerce"
    note = model.add_note(
        request.shop, order, str(request.params.get("note", "")), for_customer=for_customer, author=author
    )
    location = {"Location": request.link(f"orders/{order['id']}/notes/{note['id']}")}
    return Response(note_view(request, note), 201, location)


def delete_note(request: Request) -> Response:
    note = _note(request)
    if not request.params.get("force"):
        raise RestError(501, "woocommerce_rest_trash_not_supported", "Webhooks do not support trashing.")
    del request.shop.tables["notes"][note["id"]]
    request.shop.touch()
    return Response(note_view(request, note))


# -- refunds --------------------------------------------------------------------------------------------------------


def list_refunds(request: Request) -> Response:
    order = request.shop.tables["orders"].get(request.number("order_id"), {})
    rows = [request.shop.tables["refunds"][refund_id] for refund_id in order.get("refund_ids", ())]
    rows = by_time(request, by_ids(request, rows))
    found = ordered(request, rows, DATE_SORTERS)
    return page(request, found, lambda row: refund_view(request, row, _digits(request)), forgets_total=True)


def list_all_refunds(request: Request) -> Response:
    rows = by_time(request, by_ids(request, request.shop.tables["refunds"].values()))
    found = ordered(request, rows, DATE_SORTERS)
    dp = _digits(request)
    return page(request, found, lambda r: refund_view(request, r, dp, with_parent=True), forgets_total=True)


def _refund(request: Request) -> tuple[Record, Record]:
    order = find_order(request, "order_id")
    refund = request.shop.tables["refunds"].get(request.number("id"))
    if refund is None or refund["parent_id"] != order["id"]:
        raise RestError(404, "woocommerce_rest_invalid_order_refund_id", "Invalid order refund ID.")
    return order, refund


def get_refund(request: Request) -> Response:
    return Response(refund_view(request, _refund(request)[1], _digits(request)))


def create_refund(request: Request) -> Response:
    params = request.params
    order = request.shop.tables["orders"].get(request.number("order_id"))
    if order is None:
        raise RestError(500, "woocommerce_rest_invalid_order_id", "Invalid order ID.", data=404)
    amount: Decimal | None = None
    if params.get("amount") is not None:
        amount = loose(params["amount"])
    # Shipping and fees are refunded by their ids, too; WooCommerce looks at no other list.
    lines: list[Any] = list(params.get("line_items") or ())
    if amount is not None and amount < 0:
        raise RestError(400, "woocommerce_rest_invalid_order_refund", "Refund amount must be greater than zero.")
    try:
        refund = refunds.refund(
            request.shop,
            order,
            amount=amount,
            reason=params.get("reason") or "",
            lines=lines,
            restock=params.get("api_restock") is not False,
            by_gateway=params.get("api_refund") is not False,
            meta_data=params.get("meta_data") or (),
        )
    except refunds.RefundRefused as error:
        raise RestError(500, "woocommerce_rest_cannot_create_order_refund", str(error), data=500) from None
    location = {"Location": request.link(rf"orders/(?P<order_id>[\d]+)/refunds/{refund['id']}")}
    return Response(refund_view(request, refund, _digits(request)), 201, location)


def delete_refund(request: Request) -> Response:
    order, refund = _refund(request)
    if not request.params.get("force"):
        raise RestError(501, "woocommerce_rest_trash_not_supported", "The order refund does not support trashing.")
    order["refund_ids"] = [i for i in order["refund_ids"] if i != refund["id"]]
    view = refund_view(request, refund, _digits(request))
    del request.shop.tables["refunds"][refund["id"]]
    request.shop.touch()
    return Response(view)
