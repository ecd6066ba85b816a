"""Categories, tags, shipping classes, attributes and their terms: small named records, all alike in the API."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .. import catalogue
from ..listing import by_ids, ordered, page
from ..rest import Api, Request, Response, RestError, links
from ..state import Record
from .batch import batch_handler

ALL_METHODS = "GET POST PUT PATCH DELETE"
SORTERS = {
    "date": lambda row: row["name"].lower(),
    "name": lambda row: row["name"].lower(),
    "slug": lambda row: row["slug"],
    "id": lambda row: row["id"],
    "count": lambda row: row["count"],
    "menu_order": lambda row: (row.get("menu_order", 0), row["name"].lower()),
}


@dataclass(frozen=True)
class Kind:
    """One kind of named record: where it lives and which fields it has, with their defaults."""

    table: str
    route: str
    noun: str
    fields: dict[str, Any]
    below: str = ""

    @property
    def one(self) -> str:
        return f"{self.route}/(?P<id>[\\d]+)"


KINDS = (
    Kind("categories", "/products/categories", "term", {
        "parent": 0, "description": "", "display": "default", "image": None, "menu_order": 0, "count": 0}),
    Kind("tags", "/products/tags", "term", {"description": "", "count": 0}),
    Kind("shipping_classes", "/products/shipping_classes", "term", {"description": "", "count": 0}),
    Kind("attributes", "/products/attributes", "taxonomy", {
        "type": "select", "order_by": "menu_order", "has_archives": False}),
    Kind("terms", r"/products/attributes/(?P<attribute_id>[\d]+)/terms", "term", {
        "description": "", "menu_order": 0, "count": 0}, below="attribute_id"),
)  # fmt: skip


def register(api: Api) -> None:
    """Enter the routes of all kinds."""
    for kind in KINDS:
        _register(api, kind)


def _register(api: Api, kind: Kind) -> None:
    def rows(request: Request) -> list[Record]:
        found: Iterable[Record] = request.shop.tables[kind.table].values()
        if kind.below:
            owner = request.number(kind.below)
            if owner not in request.shop.tables["attributes"]:
                message = "Taxonomy does not exist."
                raise RestError(404, "woocommerce_rest_taxonomy_invalid", message, allow=False)
            found = [row for row in found if row["attribute_id"] == owner]
        return list(found)

    def one(request: Request) -> Record:
        row = next((row for row in rows(request) if row["id"] == request.number("id")), None)
        if row is None:
            message = "Resource does not exist."
            raise RestError(404, f"woocommerce_rest_{kind.noun}_invalid", message, allow=False)
        return row

    def view(request: Request, row: Record) -> Record:
        base = kind.route.lstrip("/")
        if kind.below:
            base = f"products/attributes/{row['attribute_id']}/terms"
        shown = {k: v for k, v in row.items() if k != "attribute_id"}
        if "count" in kind.fields:
            shown["count"] = _count(request, kind, row)
        return {**shown, "_links": links(request, base, row["id"], ALL_METHODS)}

    def list_all(request: Request) -> Response:
        found = by_ids(request, rows(request))
        for name in ("slug", "search", "parent"):
            value = request.params.get(name)
            if value in (None, "", []):
                continue
            if name == "search":
                found = [row for row in found if str(value).lower() in row["name"].lower()]
            else:
                found = [row for row in found if row.get(name) in (value if isinstance(value, list) else [value])]
        if kind.table == "attributes":
            return Response([view(request, row) for row in found], headers=_totals(found))
        request.params.setdefault("order", "asc")
        return page(request, ordered(request, found, SORTERS), lambda row: view(request, row))

    def create(request: Request) -> Response:
        name = str(request.params.get("name") or "")
        slug = str(request.params.get("slug") or catalogue.slug_of(name))
        if kind.table == "attributes" and not slug.startswith("pa_"):
            slug = f"pa_{slug}"
        twin = next((row for row in rows(request) if row["slug"] == slug), None)
        if twin is not None:
            raise _taken(kind, twin)
        sequence = "attribute" if kind.table == "attributes" else "term"
        row: Record = {"id": request.shop.next_id(sequence), "name": name, "slug": slug, **kind.fields}
        if kind.below:
            row["attribute_id"] = request.number(kind.below)
        _write(request, kind, row)
        request.shop.tables[kind.table][row["id"]] = row
        request.shop.touch()
        return Response(view(request, row), 201)

    def update(request: Request) -> Response:
        row = one(request)
        _write(request, kind, row)
        request.shop.touch()
        return Response(view(request, row))

    def delete(request: Request) -> Response:
        row = one(request)
        if not request.params.get("force"):
            raise RestError(501, "woocommerce_rest_trash_not_supported", "Resource does not support trashing.")
        del request.shop.tables[kind.table][row["id"]]
        request.shop.touch()
        return Response(view(request, row))

    api.add(kind.route, "GET", list_all)
    api.add(kind.route, "POST", create)
    api.add(kind.one, "GET", lambda request: Response(view(request, one(request))))
    api.add(kind.one, "POST PUT PATCH", update)
    api.add(kind.one, "DELETE", delete)
    api.add(f"{kind.route}/batch", "POST PUT PATCH", batch_handler(api, kind.route, kind.one, "id", "term"))


def _taken(kind: Kind, twin: Record) -> RestError:
    """Return the refusal of a name that is there already."""
    if kind.table == "attributes":
        slug = twin["slug"].removeprefix("pa_")
        message = f'Slug "{slug}" is already in use. Change it, please.'
        return RestError(400, "woocommerce_rest_cannot_create", message)
    where = "with this parent" if kind.table == "categories" else "in this taxonomy"
    message = f"A term with the name provided already exists {where}."
    return RestError(400, "term_exists", message, resource_id=twin["id"])


def _write(request: Request, kind: Kind, row: Record) -> None:
    for name in ("name", "slug", *kind.fields):
        if request.params.get(name) not in (None, "") and name != "count" and request.has(name):
            row[name] = request.params[name]


def _count(request: Request, kind: Kind, row: Record) -> int:
    products = request.shop.tables["products"].values()
    if kind.table in ("categories", "tags"):
        return sum(1 for p in products if any(item["id"] == row["id"] for item in p[kind.table]))
    if kind.table == "terms":
        return sum(
            1
            for p in products
            if p["type"] != "variation"
            and any(a["id"] == row["attribute_id"] and row["name"] in a["options"] for a in p["attributes"])
        )
    return 0


def _totals(rows: list[Record]) -> dict[str, str]:
    return {"X-WP-Total": str(len(rows)), "X-WP-TotalPages": "1" if rows else "0"}
