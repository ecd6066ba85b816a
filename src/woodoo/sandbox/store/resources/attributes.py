"""Global attributes in the API, and what products keep of them.

Source: WooCommerce's includes/wc-attribute-functions.php, `wc_create_attribute`. A change without `slug` makes the slug
anew from the name; products and variations follow.
"""

from __future__ import annotations

from ..listing import whole
from ..rest import Api, Request, Response, RestError, links
from ..state import Record, Shop, load_data
from ..texts import slug_of
from .batch import batch_handler

ALL = "/products/attributes"
ONE = r"/products/attributes/(?P<id>[\d]+)"
ALL_METHODS = "GET POST PUT PATCH DELETE"
SLUG_LIMIT = 28


def register(api: Api) -> None:
    """Enter the attribute routes."""
    api.add(ALL, "GET", list_attributes)
    api.add(ALL, "POST", create_attribute)
    api.add(ONE, "GET", lambda request: Response(_view(request, _one(request))))
    api.add(ONE, "POST PUT PATCH", update_attribute)
    api.add(ONE, "DELETE", delete_attribute)
    api.add(f"{ALL}/batch", "POST PUT PATCH", batch_handler(api, ALL, ONE, "id", "attribute"))


def _one(request: Request) -> Record:
    row = request.shop.tables["attributes"].get(request.number("id"))
    if row is None:
        raise RestError(404, "woocommerce_rest_taxonomy_invalid", "Resource does not exist.", allow=False)
    return row


def _view(request: Request, row: Record) -> Record:
    return {**row, "_links": links(request, ALL.lstrip("/"), row["id"], ALL_METHODS)}


def list_attributes(request: Request) -> Response:
    rows = list(request.shop.tables["attributes"].values())
    return whole(rows, lambda row: _view(request, row))


def create_attribute(request: Request) -> Response:
    shop, params = request.shop, request.params
    name = str(params.get("name") or "")
    slug = _slug(shop, name, str(params.get("slug") or ""), own_id=0, refusal="create")
    row = {
        "id": shop.next_id("attribute"),
        "name": name,
        "slug": f"pa_{slug}",
        "type": "select",
        "order_by": params.get("order_by") or "menu_order",
        "has_archives": params.get("has_archives") is True,
    }
    shop.tables["attributes"][row["id"]] = row
    shop.touch()
    return Response(_view(request, row), 201, {"Location": request.link(f"products/attributes/{row['id']}")})


def update_attribute(request: Request) -> Response:
    shop, params = request.shop, request.params
    row = _one(request)
    name = str(params["name"] if params.get("name") else row["name"])
    slug = _slug(shop, name, str(params.get("slug") or ""), own_id=row["id"], refusal="edit")
    row.update(name=name, slug=f"pa_{slug}")
    for field in ("order_by", "has_archives"):
        if params.get(field) is not None:
            row[field] = params[field]
    _rename_on_products(shop, row)
    shop.touch()
    return Response(_view(request, row))


def _slug(shop: Shop, name: str, asked: str, *, own_id: int, refusal: str) -> str:
    """Return the slug without its prefix.

    Raises:
        RestError: 400, where there is no name, or the slug is too long, reserved or taken.
    """

    def refuse(message: str) -> RestError:
        return RestError(400, f"woocommerce_rest_cannot_{refusal}", message)

    if not name:
        raise refuse("Please, provide an attribute name.")
    slug = slug_of(asked).removeprefix("pa_") if asked else slug_of(name)
    if len(slug) > SLUG_LIMIT:
        raise refuse(f'Slug "{slug}" is too long ({SLUG_LIMIT} characters max). Shorten it, please.')
    if slug in load_data("reserved_names"):
        raise refuse(f'Slug "{slug}" is not allowed because it is a reserved term. Change it, please.')
    if any(row["slug"] == f"pa_{slug}" and row["id"] != own_id for row in shop.tables["attributes"].values()):
        raise refuse(f'Slug "{slug}" is already in use. Change it, please.')
    return slug


def _rename_on_products(shop: Shop, row: Record) -> None:
    for product in shop.tables["products"].values():
        for held in product["attributes"]:
            if held["id"] == row["id"]:
                held.update(name=row["name"], slug=row["slug"])


def delete_attribute(request: Request) -> Response:
    """Delete an attribute and its terms; `force` is taken for granted. Products lose it."""
    shop = request.shop
    row = _one(request)
    if not request.params.get("force"):
        raise RestError(501, "woocommerce_rest_trash_not_supported", "Resource does not support trashing.")
    del shop.tables["attributes"][row["id"]]
    for term in [t for t in shop.tables["terms"].values() if t["attribute_id"] == row["id"]]:
        del shop.tables["terms"][term["id"]]
    for product in shop.tables["products"].values():
        if product["type"] != "variation":
            product["attributes"] = [held for held in product["attributes"] if held["id"] != row["id"]]
    shop.touch()
    return Response(_view(request, row))
