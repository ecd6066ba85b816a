"""How products and variations look in the API, field by field as WooCommerce 10.2 sends them."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from .. import catalogue, metadata
from ..engine.numbers import loose, shown
from ..rest import Request, links
from ..state import Record, Shop
from ..texts import shown as shown_html
from ..texts import slug_of
from .images import image_view
from .money import money_html, symbol

ALL = "GET POST PUT PATCH DELETE"


def product_view(request: Request, row: Record, *, edit: bool = False) -> Record:
    """Return a product, or a variation in a product's clothes, as `/products` shows it."""
    shop = request.shop
    is_variation = row["type"] == "variation"
    managing = catalogue.stock_owner(shop, row)
    pictures = [_own_or_parents_picture(shop, row)] if is_variation else row["images"]
    view: Record = {
        "id": row["id"],
        "name": catalogue.full_name(shop, row),
        "slug": row["slug"] or (slug_of(catalogue.full_name(shop, row)) if is_variation else ""),
        "permalink": permalink(request, row),
        **shop.stamps("date_created", row["date_created"]),
        **shop.stamps("date_modified", row["date_modified"]),
        "type": row["type"],
        "status": row["status"],
        "featured": row["featured"],
        "catalog_visibility": row["catalog_visibility"],
        "description": row["description"] if edit else shown_html(row["description"]),
        "short_description": row["short_description"]
        if edit
        else shown_html(row["short_description"], typographic=True),
        "sku": catalogue.sku(shop, row),
        **price_fields(shop, row),
        "total_sales": str(row["total_sales"]) if is_variation else row["total_sales"],
        "virtual": row["virtual"],
        "downloadable": row["downloadable"],
        "downloads": row["downloads"],
        "download_limit": row["download_limit"],
        "download_expiry": row["download_expiry"],
        "external_url": row["external_url"],
        "button_text": row["button_text"],
        "tax_status": catalogue.tax_status(shop, row),
        "tax_class": catalogue.tax_class(shop, row),
        "manage_stock": row["manage_stock"] or ("parent" if managing else False),
        "stock_quantity": managing["stock_quantity"] if managing else None,
        **backorder_fields(shop, row, managing),
        "low_stock_amount": row["low_stock_amount"],
        "sold_individually": row["sold_individually"],
        "weight": row["weight"],
        "dimensions": dict(row["dimensions"]),
        "shipping_required": not row["virtual"],
        "shipping_taxable": not row["virtual"],
        "shipping_class": row["shipping_class"],
        "shipping_class_id": row["shipping_class_id"],
        "reviews_allowed": row["reviews_allowed"] and not is_variation,
        "average_rating": "0" if edit else "0.00",
        "rating_count": 0,
        "upsell_ids": row["upsell_ids"],
        "cross_sell_ids": row["cross_sell_ids"],
        "parent_id": row["parent_id"],
        "purchase_note": row["purchase_note"],
        "categories": [] if is_variation else row["categories"],
        "brands": row["brands"],
        "tags": row["tags"],
        "images": [view for view in (image_view(request, number, in_full=True) for number in pictures) if view],
        "attributes": catalogue.choices(shop, row) if is_variation else row["attributes"],
        "default_attributes": row["default_attributes"],
        "variations": [v["id"] for v in catalogue.variations(shop, row)] if row["type"] == "variable" else [],
        "grouped_products": row["grouped_products"],
        "menu_order": row["menu_order"],
        "price_html": price_html(shop, row),
        "related_ids": [] if is_variation else related(shop, row),
        "meta_data": metadata.shown(row["meta_data"]),
        "stock_status": catalogue.stock_status(shop, row),
        "has_options": row["type"] == "variable",
        "post_password": row["post_password"],
        "global_unique_id": row["global_unique_id"],
    }
    if edit:
        view["permalink_template"] = f"{request.home}/product/%pagename%/"
        view["generated_slug"] = row["slug"]
    more = {"up": f"products/{row['parent_id']}"} if row["parent_id"] else {}
    view["_links"] = links(request, "products", row["id"], ALL, **more)
    return view


def variation_view(request: Request, row: Record, *, edit: bool = False) -> Record:
    """Return a variation as `/products/<parent>/variations` shows it."""
    shop = request.shop
    managing = catalogue.stock_owner(shop, row)
    base = f"products/{row['parent_id']}/variations"
    return {
        "id": row["id"],
        "type": "variation",
        **shop.stamps("date_created", row["date_created"]),
        **shop.stamps("date_modified", row["date_modified"]),
        "description": shown_html(row["description"], typographic=True),
        "permalink": permalink(request, row),
        "sku": catalogue.sku(shop, row),
        "global_unique_id": row["global_unique_id"],
        **price_fields(shop, row, with_purchasable=False),
        "status": row["status"],
        "purchasable": is_purchasable(shop, row),
        "virtual": row["virtual"],
        "downloadable": row["downloadable"],
        "downloads": row["downloads"],
        "download_limit": row["download_limit"],
        "download_expiry": row["download_expiry"],
        "tax_status": catalogue.tax_status(shop, row),
        "tax_class": row["tax_class"] if edit else catalogue.tax_class(shop, row),
        "manage_stock": row["manage_stock"] or ("parent" if managing else False),
        "stock_quantity": managing["stock_quantity"] if managing else None,
        "stock_status": catalogue.stock_status(shop, row),
        **backorder_fields(shop, row, managing),
        "low_stock_amount": row["low_stock_amount"],
        **measures(shop, row),
        "image": image_view(request, row["image"] if edit else _own_or_parents_picture(shop, row)),
        "attributes": catalogue.choices(shop, row),
        "menu_order": row["menu_order"],
        "meta_data": metadata.shown(row["meta_data"]),
        "name": catalogue.option_names(shop, row),
        "parent_id": row["parent_id"],
        "_links": links(request, base, row["id"], ALL, up=f"products/{row['parent_id']}"),
    }


def _own_or_parents_picture(shop: Shop, row: Record) -> int | None:
    """Return what a variation shows: its own picture, or the main one of its product."""
    owner = catalogue.parent(shop, row)
    picture: int | None = row["image"] or next(iter(owner["images"] if owner else ()), None)
    return picture


def measures(shop: Shop, row: Record) -> Record:
    """Return weight, dimensions and shipping class; what a variation leaves open is its parent's."""
    owner = catalogue.parent(shop, row) or row
    sides = {name: value or owner["dimensions"][name] for name, value in row["dimensions"].items()}
    source = row if row["shipping_class_id"] else owner
    return {
        "weight": row["weight"] or owner["weight"],
        "dimensions": sides,
        "shipping_class": source["shipping_class"],
        "shipping_class_id": source["shipping_class_id"],
    }


def price_fields(shop: Shop, row: Record, *, with_purchasable: bool = True) -> Record:
    """Return prices, sale dates and whether it is on sale."""
    variable = row["type"] == "variable"
    fields: Record = {
        "price": catalogue.price(shop, row),
        "regular_price": "" if variable else row["regular_price"],
        "sale_price": "" if variable else row["sale_price"],
        **shop.stamps("date_on_sale_from", row["date_on_sale_from"]),
        **shop.stamps("date_on_sale_to", row["date_on_sale_to"]),
        "on_sale": catalogue.on_sale(shop, row),
    }
    if with_purchasable:
        fields["purchasable"] = is_purchasable(shop, row)
    return fields


def is_purchasable(shop: Shop, row: Record) -> bool:
    """Say whether the one who asks could put it into a cart: drafts of products, too, as he may edit them."""
    hidden = row["type"] == "variation" and row["status"] != "publish"
    return not hidden and catalogue.price(shop, row) != ""


def backorder_fields(shop: Shop, row: Record, managing: Record | None) -> Record:
    """Return what is said about orders beyond the stock."""
    owner = managing or row
    return {
        "backorders": owner["backorders"],
        "backorders_allowed": owner["backorders"] != "no",
        "backordered": catalogue.stock_status(shop, row) == "onbackorder",
    }


def permalink(request: Request, row: Record) -> str:
    """Return the address of the product's page."""
    owner = catalogue.parent(request.shop, row)
    if owner is None:
        return f"{request.home}/product/{row['slug']}/"
    pairs = []
    for attribute in row["attributes"]:
        value = attribute["option"]
        if attribute["id"]:
            value = slug_of(value)
        pairs.append(f"attribute_{attribute['slug']}={quote(value)}")
    return f"{request.home}/product/{owner['slug']}/?{'&'.join(pairs)}"


def price_html(shop: Shop, row: Record) -> str:
    """Return the price, the sale or the range of prices as HTML."""
    if row["type"] == "variable":
        return _range_html(shop, row)
    now = catalogue.price(shop, row)
    if not now:
        return ""
    if not catalogue.on_sale_itself(shop, row):
        return money_html(shop, now)
    sign = symbol(shop)
    was, sells = (shown(loose(row[name]), shop.decimals) for name in ("regular_price", "sale_price"))
    return (
        f'<del aria-hidden="true">{money_html(shop, was)}</del> '
        f'<span class="screen-reader-text">Original price was: {sign}{was}.</span>'
        f'<ins aria-hidden="true">{money_html(shop, sells)}</ins>'
        f'<span class="screen-reader-text">Current price is: {sign}{sells}.</span>'
    )


def _range_html(shop: Shop, row: Record) -> str:
    prices = [loose(catalogue.own_price(shop, v)) for v in catalogue.offered(shop, row)]
    if not prices:
        return ""
    low, high = (shown(price, shop.decimals) for price in (min(prices), max(prices)))
    if low == high:
        return money_html(shop, low)
    sign = symbol(shop)
    return (
        f'{money_html(shop, low, hidden=True)} <span aria-hidden="true">&ndash;</span> '
        f"{money_html(shop, high, hidden=True)}"
        f'<span class="screen-reader-text">Price range: {sign}{low} through {sign}{escape(high)}</span>'
    )


def related(shop: Shop, row: Record) -> list[int]:
    """Return up to five products of the same category."""
    mine = catalogue.category_ids(shop, row)
    found: list[int] = []
    for other in shop.tables["products"].values() if mine else ():
        if other["id"] != row["id"] and other["type"] != "variation" and mine & catalogue.category_ids(shop, other):
            found.append(other["id"])
            if len(found) == 5:
                break
    return found
