"""The section on what goes over beside orders, and the one on which side has the say."""

from __future__ import annotations

from woodoo.domain.ownership import Group

from ..choices import Choice
from .kinds import Number, One, Pick, Switch, Text
from .section import Section
from .tables import Table

PRICES_WHEN = {"change": "When they change in Odoo", "daily": "Once a day"}
SIDES = {"odoo": "Odoo", "store": "The store"}
GROUPS: dict[Group, tuple[str, str]] = {
    Group.NAMES: ("Names and texts", "Name, descriptions, SKU, barcode, weight, attributes, whether it is for sale"),
    Group.PRICES: ("Prices", "Regular price, sale price and its days"),
    Group.IMAGES: ("Images", "Of products and of their variants"),
    Group.CATEGORIES: ("Categories and tags", ""),
    Group.STOCK: ("Stock", "Figures, and whether a product may be sold without stock"),
    Group.CUSTOMERS: ("Customers", "Names, e-mail, addresses of customers with an account"),
    Group.STATUSES: ("Status of orders", "What becomes of an order after it was placed"),
}

FEATURES = Section(
    "features",
    "What goes over beside orders",
    "All of it is off until you switch it on.",
    (
        Switch("send_products", "Products: Odoo → store", "Changes of products the store has."),
        Switch("create_products", "Create products in the store", "With their variants, where the store lacks them."),
        Switch("send_images", "Images: Odoo → store", ""),
        Switch("send_stock", "Stock: Odoo → store", ""),
        Switch("send_fulfilment", "Deliveries and tracking: Odoo → store", "What Odoo has delivered, on the order."),
        Switch("send_status", "Status of orders: Odoo → store", "Such as cancelled, or paid by bank transfer."),
    ),
    (
        Switch("send_customers", "Customers: Odoo → store", "Changes of customers with an account."),
        Switch("create_accounts", "Create accounts in the store", ""),
        Switch("send_shipping_methods", "Shipping methods: Odoo → store", ""),
        Switch("take_products", "Products: store → Odoo", "Changes of products Odoo has."),
        Switch("create_odoo_products", "Create products in Odoo", "With their variants, where Odoo lacks them."),
        Pick(
            "new_product_type",
            "New products in Odoo are",
            words={
                "store": "as in the store",
                "storable": "storable",
                "consumable": "consumable",
                "service": "services",
            },
        ),
        Switch("archive_deleted_products", "Archive in Odoo what the store deletes", "Where the store owns names."),
        Switch("take_customers", "Customers: store → Odoo", "Changes of accounts, without waiting for an order."),
    ),
    "customers, shipping methods, products and customers from the store",
)
PRICES = Section(
    "store_prices",
    "Prices and pictures in the store",
    "Where prices and pictures belong to Odoo.",
    (
        One(
            "price_pricelist_id",
            "Regular price",
            "What the pricelist asks for one piece, in the currency of the store.",
            "pricelists",
            "The sales price of the product",
        ),
        One(
            "sale_pricelist_id",
            "Sale price",
            "Where it is the same pricelist, its rules with an end are sales.",
            "pricelists",
            "No sale prices",
        ),
    ),
    (
        Pick("prices_when", "Prices go to the store", words=PRICES_WHEN),
        Text("prices_time", "At", "Where they go once a day: the time in the time zone of the shop."),
        Switch("send_free", "Prices of 0 go, too", "Off: such products are reported."),
        Number("image_max_mb", "Most megabytes of a picture", "Larger ones are reported; the product goes without."),
        Text("store_language", "Language in the store", "With WPML or Polylang: its code there, such as es."),
    ),
    "when, prices of 0, pictures, languages",
)
OWNERSHIP = Section(
    "ownership",
    "Who has the say",
    "A change on the other side is told, and written over.",
    (),
    (
        Table(
            "Fields",
            (Pick("owners", "belong to", words=SIDES),),
            fixed=tuple(Choice(group.value, title, hint) for group, (title, hint) in GROUPS.items()),
            fixed_first=True,
        ),
        Switch("repair_drift", "Write over what was changed on the wrong side", "Off: it is only told."),
    ),
    "owners of names, prices, images, stock …",
)
