"""Tax rates and tax classes in the API."""

from __future__ import annotations

from ..engine.numbers import loose, shown
from ..listing import page, whole
from ..rest import Api, Request, Response, RestError, links
from ..state import Record
from ..texts import slug_of
from .batch import batch_handler

ONE = r"/taxes/(?P<id>[\d]+)"
CLASS = r"/taxes/classes/(?P<slug>\w[\w\s\-]*)"
DEFAULTS: Record = {
    "country": "", "state": "", "postcode": "", "city": "", "rate": "0.0000", "name": "", "priority": 1,
    "compound": False, "shipping": True, "order": 0, "class": "standard", "postcodes": [], "cities": [],
}  # fmt: skip


def register(api: Api) -> None:
    """Enter the routes of rates and classes."""
    api.add("/taxes", "GET", list_rates)
    api.add("/taxes", "POST", create_rate)
    api.add(ONE, "GET", lambda request: Response(rate_view(request, _one(request))))
    api.add(ONE, "POST PUT PATCH", update_rate)
    api.add(ONE, "DELETE", delete_rate)
    api.add("/taxes/batch", "POST PUT PATCH", batch_handler(api, "/taxes", ONE, "id", "tax"))
    api.add("/taxes/classes", "GET", list_classes)
    api.add("/taxes/classes", "POST", create_class)
    api.add(CLASS, "GET", get_class)
    api.add(CLASS, "DELETE", delete_class)


def rate_view(request: Request, row: Record) -> Record:
    """Return a rate as the API shows one."""
    return {
        "id": row["id"],
        **{name: row[name] for name in DEFAULTS},
        "_links": links(request, "taxes", row["id"], "GET POST PUT PATCH DELETE"),
    }


def _one(request: Request) -> Record:
    row = request.shop.tables["taxes"].get(request.number("id"))
    if row is None:
        raise RestError(404, "woocommerce_rest_invalid_id", "Invalid resource ID.")
    return row


def list_rates(request: Request) -> Response:
    rows = list(request.shop.tables["taxes"].values())
    if request.params.get("class"):
        rows = [r for r in rows if r["class"] == request.params["class"]]
    by = request.params.get("orderby") or "order"
    rows.sort(key=lambda r: (r.get(by, 0), r["id"]), reverse=request.params.get("order") == "desc")
    return page(request, rows, lambda row: rate_view(request, row))


def create_rate(request: Request) -> Response:
    shop = request.shop
    row: Record = {"id": shop.next_id("tax"), **DEFAULTS}
    _apply(request, row)
    shop.tables["taxes"][row["id"]] = row
    shop.touch()
    return Response(rate_view(request, row), 201, {"Location": request.link(f"taxes/{row['id']}")})


def update_rate(request: Request) -> Response:
    row = _one(request)
    _apply(request, row)
    request.shop.touch()
    return Response(rate_view(request, row))


def delete_rate(request: Request) -> Response:
    row = _one(request)
    if not request.params.get("force"):
        raise RestError(501, "woocommerce_rest_trash_not_supported", "Taxes do not support trashing.")
    del request.shop.tables["taxes"][row["id"]]
    request.shop.touch()
    return Response(rate_view(request, row))


def _apply(request: Request, row: Record) -> None:
    for name in DEFAULTS:
        value = request.params.get(name)
        if value is None or not request.has(name):
            continue
        if name == "rate":
            value = shown(loose(value), 4)
        elif name in ("country", "state"):
            value = value.upper()
        elif name in ("postcodes", "cities"):
            value = [str(item).upper().strip() for item in value]
        row[name] = value
    for plural, single in (("postcodes", "postcode"), ("cities", "city")):
        if request.has(single) and request.params.get(single) and not request.has(plural):
            row[plural] = [part.strip().upper() for part in request.params[single].split(";") if part.strip()]
        row[single] = row[plural][-1] if row[plural] else ""


def class_view(request: Request, row: Record) -> Record:
    return {**row, "_links": {"collection": [{"href": request.link("taxes/classes")}]}}


def list_classes(request: Request) -> Response:
    return whole(request.shop.tax_classes, lambda row: class_view(request, row))


def get_class(request: Request) -> Response:
    found = [row for row in request.shop.tax_classes if row["slug"] == request.path_args["slug"]]
    if not found:
        raise RestError(404, "woocommerce_rest_tax_class_invalid_slug", "Invalid slug.")
    return whole(found, lambda row: class_view(request, row))


def create_class(request: Request) -> Response:
    shop = request.shop
    name = str(request.params.get("name") or "")
    slug = slug_of(name)
    if any(row["slug"] == slug for row in shop.tax_classes):
        raise RestError(400, "woocommerce_rest_tax_class_exists", "Tax class already exists")
    row = {"slug": slug, "name": name}
    shop.tax_classes.append(row)
    shop.touch()
    return Response(class_view(request, row), 201)


def delete_class(request: Request) -> Response:
    shop = request.shop
    row = next((r for r in shop.tax_classes if r["slug"] == request.path_args["slug"]), None)
    if row is None:
        raise RestError(404, "woocommerce_rest_tax_class_invalid_slug", "Invalid slug.")
    if not request.params.get("force"):
        raise RestError(501, "woocommerce_rest_trash_not_supported", "Taxes do not support trashing.")
    shop.tax_classes.remove(row)
    shop.touch()
    return Response(class_view(request, row))
