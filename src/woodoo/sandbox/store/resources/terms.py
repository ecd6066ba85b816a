"""Categories, tags, shipping classes and the values of attributes in the API: all alike but for a field or two.

Sources: WooCommerce's includes/rest-api/Controllers, the terms controller and the four that build on it.
"""

from __future__ import annotations

from dataclasses import dataclass

from .. import taxonomy
from ..listing import by_ids, ordered, page
from ..rest import Api, Request, Response, RestError, links
from ..state import Record
from ..texts import html_kept, sort_key
from .batch import batch_handler
from .images import category_image, image_view

ALL_METHODS = "GET POST PUT PATCH DELETE"
SORTERS = {
    "date": lambda row: sort_key(row["name"]),
    "name": lambda row: sort_key(row["name"]),
    "slug": lambda row: row["slug"],
    "id": lambda row: row["id"],
    "count": lambda row: row["count"],
    "description": lambda row: row["description"],
}


@dataclass(frozen=True)
class Kind:
    """One kind of term: its table and its route."""

    table: str
    route: str
    below: str = ""

    @property
    def one(self) -> str:
        return f"{self.route}/(?P<id>[\\d]+)"

    def base(self, request: Request) -> str:
        """Return the path of the collection a call means."""
        if not self.below:
            return self.route.lstrip("/")
        return f"products/attributes/{request.number(self.below)}/terms"

    def owner(self, request: Request) -> int:
        """Return the attribute whose terms are meant; 0 for terms of other kinds."""
        if not self.below:
            return 0
        owner = request.number(self.below)
        if owner not in request.shop.tables["attributes"]:
            message = "Taxonomy does not exist."
            raise RestError(404, "woocommerce_rest_taxonomy_invalid", message, allow=False)
        return owner

    def rows(self, request: Request) -> list[Record]:
        """Return the terms a call is about."""
        return taxonomy.terms_of(request.shop, self.table, self.owner(request))

    def row(self, request: Request) -> Record:
        """Return the term of the path.

        Raises:
            RestError: 404.
        """
        row = next((row for row in self.rows(request) if row["id"] == request.number("id")), None)
        if row is None:
            raise RestError(404, "woocommerce_rest_term_invalid", "Resource does not exist.", allow=False)
        return row

    def view(self, request: Request, row: Record) -> Record:
        """Return a term as the API shows one."""
        shown = {k: v for k, v in row.items() if k not in ("attribute_id", "held_by")}
        shown["count"] = _count(request, self.table, row)
        if "image" in row:
            shown["image"] = image_view(request, row["image"])
        more = {"up": f"{self.base(request)}/{row['parent']}"} if row.get("parent") else {}
        return {**shown, "_links": links(request, self.base(request), row["id"], ALL_METHODS, **more)}


KINDS = (
    Kind("categories", "/products/categories"),
    Kind("tags", "/products/tags"),
    Kind("shipping_classes", "/products/shipping_classes"),
    Kind("terms", r"/products/attributes/(?P<attribute_id>[\d]+)/terms", below="attribute_id"),
)


def register(api: Api) -> None:
    """Enter the routes of all kinds."""
    for kind in KINDS:
        _register(api, kind)


def _register(api: Api, kind: Kind) -> None:
    def list_all(request: Request) -> Response:
        return _list(request, kind)

    def create(request: Request) -> Response:
        params = request.params
        try:
            row = taxonomy.insert_term(
                request.shop, kind.table, str(params.get("name") or ""), slug=str(params.get("slug") or ""),
                parent=int(params.get("parent") or 0), attribute_id=kind.owner(request),
            )  # fmt: skip
        except taxonomy.TermRefused as refused:
            raise _refusal(refused) from None
        _write(request, kind, row)
        location = {"Location": request.link(f"{kind.base(request)}/{row['id']}")}
        return Response(kind.view(request, row), 201, location)

    def update(request: Request) -> Response:
        row = kind.row(request)
        changes = {name: request.params[name] for name in ("name", "slug", "parent") if request.has(name)}
        try:
            taxonomy.update_term(request.shop, kind.table, row, changes)
        except taxonomy.TermRefused as refused:
            raise RestError(500, refused.code, refused.message, data=()) from None
        _write(request, kind, row)
        return Response(kind.view(request, row))

    def delete(request: Request) -> Response:
        row = kind.row(request)
        if not request.params.get("force"):
            raise RestError(501, "woocommerce_rest_trash_not_supported", "Resource does not support trashing.")
        if kind.table == "categories" and row["id"] == taxonomy.default_category(request.shop):
            raise RestError(500, "woocommerce_rest_cannot_delete", "Default product category cannot be deleted.")
        view = kind.view(request, row)
        taxonomy.delete_term(request.shop, kind.table, row)
        return Response(view)

    api.add(kind.route, "GET", list_all)
    api.add(kind.route, "POST", create)
    api.add(kind.one, "GET", lambda request: Response(kind.view(request, kind.row(request))))
    api.add(kind.one, "POST PUT PATCH", update)
    api.add(kind.one, "DELETE", delete)
    api.add(f"{kind.route}/batch", "POST PUT PATCH", batch_handler(api, kind.route, kind.one, "id", "term"))


def _list(request: Request, kind: Kind) -> Response:
    params = request.params
    found = by_ids(request, kind.rows(request))
    if params.get("search"):
        found = [row for row in found if str(params["search"]).casefold() in row["name"].casefold()]
    if params.get("slug"):
        wanted = str(params["slug"]).split(",")
        found = [row for row in found if row["slug"] in wanted]
    if params.get("parent") is not None and request.has("parent"):
        found = [row for row in found if row.get("parent", 0) == params["parent"]]
    if params.get("hide_empty"):
        found = [row for row in found if _count(request, kind.table, row)]
    params.setdefault("order", "asc")
    return page(request, ordered(request, found, SORTERS), lambda row: kind.view(request, row))


def _refusal(refused: taxonomy.TermRefused) -> RestError:
    data = {"status": 400, **({"resource_id": refused.owner} if refused.owner else {})}
    return RestError(400, refused.code, refused.message, data=data)


def _write(request: Request, kind: Kind, row: Record) -> None:
    """Write the fields besides name, slug and parent. The place of an attribute's term is 0 wherever it is not sent."""
    params = request.params
    if params.get("description") is not None:
        row["description"] = html_kept(params["description"])
    if kind.table == "terms" or (params.get("menu_order") is not None and "menu_order" in row):
        row["menu_order"] = int(params.get("menu_order") or 0)
    if kind.table == "categories":
        if params.get("display") is not None:
            row["display"] = params["display"]
        if params.get("image") is not None:
            row["image"] = category_image(request.shop, params["image"])
    request.shop.touch()


def _count(request: Request, table: str, row: Record) -> int:
    """Return how many products hang on a term; drafts do not count, a category counts those below it too."""
    products = [p for p in request.shop.tables["products"].values() if p["status"] == "publish"]
    if table == "tags":
        return sum(1 for p in products if any(item["id"] == row["id"] for item in p["tags"]))
    if table == "categories":
        below = _below(request, row["id"])
        return sum(1 for p in products if any(item["id"] in below for item in p["categories"]))
    if table == "shipping_classes":
        return sum(1 for p in products if p["shipping_class_id"] == row["id"])
    return sum(
        1
        for p in products
        if p["type"] != "variation"
        and any(a["id"] == row["attribute_id"] and row["name"] in a["options"] for a in p["attributes"])
    )


def _below(request: Request, category: int) -> set[int]:
    found = {category}
    rows = list(request.shop.tables["categories"].values())
    while more := {row["id"] for row in rows if row["parent"] in found} - found:
        found |= more
    return found
