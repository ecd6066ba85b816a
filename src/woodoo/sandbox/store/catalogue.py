"""What the shop sells: prices, sales, stock and names of products and variations.

Variations are records of type `variation` beside the others, with `parent_id`; what they leave open they take from
their parent (includes/class-wc-product-variation.php).
"""

from __future__ import annotations

from decimal import Decimal

from .engine.numbers import ZERO, loose
from .state import Record, Shop
from .texts import slug_of

DEFAULTS: Record = {
    "name": "", "slug": "", "type": "simple", "status": "publish", "featured": False,
    "catalog_visibility": "visible", "description": "", "short_description": "", "sku": "",
    "regular_price": "", "sale_price": "", "date_on_sale_from": None, "date_on_sale_to": None, "total_sales": 0,
    "virtual": False, "downloadable": False, "downloads": [], "download_limit": -1, "download_expiry": -1,
    "external_url": "", "button_text": "", "tax_status": "taxable", "tax_class": "", "manage_stock": False,
    "stock_quantity": None, "backorders": "no", "low_stock_amount": None, "sold_individually": False, "weight": "",
    "dimensions": {"length": "", "width": "", "height": ""}, "shipping_class": "", "shipping_class_id": 0,
    "reviews_allowed": True, "upsell_ids": [], "cross_sell_ids": [], "parent_id": 0, "purchase_note": "",
    "categories": [], "brands": [], "tags": [], "images": [], "attributes": [], "default_attributes": [],
    "variations": [], "grouped_products": [], "menu_order": 0, "meta_data": [], "stock_status": "instock",
    "post_password": "", "global_unique_id": "", "image": None,
}  # fmt: skip


def find(shop: Shop, product_id: int) -> Record | None:
    """Return a product or variation."""
    return shop.tables["products"].get(product_id)


def by_sku(shop: Shop, sku: str) -> Record | None:
    """Return the product or variation with that SKU, whatever its case, unless it is in the trash."""
    product_id = shop.sku_index.get(sku.lower())
    return shop.tables["products"].get(product_id) if product_id else None


def parent(shop: Shop, product: Record) -> Record | None:
    """Return the variable product of a variation."""
    return find(shop, product["parent_id"]) if product["type"] == "variation" else None


def variations(shop: Shop, product: Record) -> list[Record]:
    """Return a variable product's variations in their order, without those in the trash."""
    rows = [row for row in (find(shop, vid) for vid in product["variations"]) if row and row["status"] != "trash"]
    return sorted(rows, key=lambda row: (row["menu_order"], row["id"]))


def offered(shop: Shop, product: Record) -> list[Record]:
    """Return the variations customers see."""
    return [row for row in variations(shop, product) if row["status"] == "publish"]


def own_price(shop: Shop, product: Record) -> str:
    """Return the price at which a simple product or variation sells now."""
    return str(product["sale_price"] if on_sale_itself(shop, product) else product["regular_price"])


def price(shop: Shop, product: Record) -> str:
    """Return the active price; that of a variable product is its cheapest variation's."""
    if product["type"] != "variable":
        return own_price(shop, product)
    prices = [own_price(shop, v) for v in offered(shop, product)]
    return min((p for p in prices if p), key=Decimal, default="")


def on_sale_itself(shop: Shop, product: Record) -> bool:
    """Say whether a sale price is in force."""
    if not product["sale_price"] or loose(product["sale_price"]) >= loose(product["regular_price"]):
        return False
    now = shop.now()
    start, end = product["date_on_sale_from"], product["date_on_sale_to"]
    return not (start and start > now) and not (end and end < now)


def on_sale(shop: Shop, product: Record) -> bool:
    """Say whether the product, or any of its variations, is on sale."""
    if product["type"] == "variable":
        return any(on_sale_itself(shop, v) for v in offered(shop, product))
    return on_sale_itself(shop, product)


def amount(shop: Shop, product: Record) -> Decimal:
    """Return the active price as a number in the shop's currency; 0 where none is set."""
    text = price(shop, product)
    return loose(text) if text else ZERO


def tax_class(shop: Shop, product: Record) -> str:
    """Return the tax class in force: a variation's own, or its parent's."""
    owner = parent(shop, product)
    return str(owner["tax_class"] if owner and product["tax_class"] == "parent" else product["tax_class"])


def tax_status(shop: Shop, product: Record) -> str:
    """Return taxable, shipping or none; variations follow their parent."""
    owner = parent(shop, product)
    return str((owner or product)["tax_status"])


def sku(shop: Shop, product: Record) -> str:
    """Return the SKU shown: a variation without its own shows its parent's."""
    owner = parent(shop, product)
    return str(product["sku"] or (owner["sku"] if owner else ""))


def choices(shop: Shop, variation: Record) -> list[Record]:
    """Return a variation's choices as they show: only of attributes its product still varies by."""
    owner = parent(shop, variation)
    held: list[Record] = variation["attributes"]
    if owner is None:
        return held
    varied = [attribute for attribute in owner["attributes"] if attribute["variation"]]
    keys = {attribute["slug"] if attribute["id"] else slug_of(attribute["name"]) for attribute in varied}
    return [choice for choice in held if choice["slug"] in keys]


def option_names(shop: Shop, variation: Record) -> str:
    """Return a variation's choices: "Red, S"."""
    return ", ".join(choice["option"] for choice in choices(shop, variation) if choice["option"])


def full_name(shop: Shop, product: Record) -> str:
    """Return the name on order lines: "Variable 1 - Red, S" for a variation."""
    owner = parent(shop, product)
    if owner is None:
        return str(product["name"])
    options = option_names(shop, product)
    return f"{owner['name']} - {options}" if options else str(owner["name"])


def category_ids(shop: Shop, product: Record) -> frozenset[int]:
    """Return the categories of a product; variations have their parent's."""
    owner = parent(shop, product) or product
    return frozenset(category["id"] for category in owner["categories"])


def ids(product: Record) -> frozenset[int]:
    """Return the ids under which coupons may name it: its own and its parent's."""
    return frozenset(i for i in (product["id"], product["parent_id"]) if i)


def needs_processing(product: Record) -> bool:
    """Say whether somebody has to do something for a sale: not for virtual downloads."""
    return not (product["virtual"] and product["downloadable"])


# -- stock ----------------------------------------------------------------------------------------------------------


def stock_owner(shop: Shop, product: Record) -> Record | None:
    """Return the record whose stock a sale moves: the variation, or its parent; None where stock is not managed."""
    if not shop.is_on("woocommerce_manage_stock"):
        return None
    if product["manage_stock"]:
        return product
    owner = parent(shop, product)
    return owner if owner and owner["manage_stock"] else None


def stock_status(shop: Shop, product: Record) -> str:
    """Return instock, outofstock or onbackorder: by quantity where stock is managed, else as set."""
    if product["type"] == "variable" and not product["manage_stock"]:
        statuses = [stock_status(shop, v) for v in variations(shop, product)]
        for status in ("instock", "onbackorder"):
            if status in statuses:
                return status
        return "outofstock" if statuses else "instock"
    owner = stock_owner(shop, product)
    if owner is None:
        return str(product["stock_status"])
    return status_by_quantity(shop, owner)


def status_by_quantity(shop: Shop, owner: Record) -> str:
    """Return instock, outofstock or onbackorder of a record whose stock is managed."""
    if (owner["stock_quantity"] or 0) > int(shop.option("woocommerce_notify_no_stock_amount") or 0):
        return "instock"
    return "outofstock" if owner["backorders"] == "no" else "onbackorder"


def change_stock(shop: Shop, owner: Record, by: int) -> int:
    """Add to a stock quantity, which may go below zero, and announce it. Returns the new quantity."""
    owner["stock_quantity"] = (owner["stock_quantity"] or 0) + by
    saved(shop, owner)
    return int(owner["stock_quantity"])


def saved(shop: Shop, product: Record, *, new: bool = False) -> None:
    """Note that a product was saved: its time and its variable product's, and its webhook.

    Of a variation, the variable product moves but tells nobody.
    """
    product["date_modified"] = shop.now()
    owner = parent(shop, product)
    shop.announce("product.created" if new else "product.updated", product["id"])
    if owner is not None:
        owner["date_modified"] = shop.now()
    shop.touch()
