"""The section on what goes over beside orders, and the one on which side has the say."""

from __future__ import annotations

from woodoo.domain.ownership import Group

from ..choices import Choice
from .kinds import Pick, Switch
from .section import Section
from .tables import Table

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
        Switch("take_customers", "Customers: store → Odoo", "Changes of accounts, without waiting for an order."),
    ),
    "customers, shipping methods, products and customers from the store",
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
