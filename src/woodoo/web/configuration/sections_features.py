"""The sections on what goes over at all, on prices, and on which side has the say."""

from __future__ import annotations

from dataclasses import dataclass

from woodoo.domain.ownership import Group

from ..choices import Choice
from .kinds import Day, Number, One, Pick, Switch, Text
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


@dataclass(frozen=True)
class Feature(Switch):
    """A flow that is on or off."""

    #: What has to be there for it, a sentence.
    needs: str = ""
    #: Card of the Configuration page with its details; empty: there are none.
    details: str = ""


OUTBOUND = Section(
    "outbound",
    "Odoo → store",
    "All of it is off until you switch it on.",
    (
        Feature(
            "send_products",
            "Products: Odoo → store",
            "Changes of products the store has: what of them, the owners of the fields decide.",
            needs="SKUs on both sides.",
            details="catalogue",
        ),
        Feature(
            "create_products",
            "Create products in the store",
            "Products the store lacks are made there, with their variants.",
            needs="Products: Odoo → store.",
            details="catalogue",
        ),
        Feature(
            "send_images",
            "Images: Odoo → store",
            "Pictures of products and variants, each sent once.",
            needs="A Woodoo the store can reach, or a WordPress login for pictures (tab Connection).",
            details="store_prices",
        ),
        Feature(
            "send_stock",
            "Stock: Odoo → store",
            "What Odoo has of a product becomes its stock figure in the store.",
            needs="The app Inventory in Odoo.",
            details="stock",
        ),
        Feature(
            "send_customers",
            "Customers: Odoo → store",
            "Changes of customers reach their accounts in the store.",
            needs="Odoo as the owner of customers.",
            details="accounts",
        ),
        Feature(
            "create_accounts",
            "Create accounts in the store",
            "Customers of Odoo that bear a tag get an account, without a mail and without a password anybody knows.",
            needs="The tag.",
            details="accounts",
        ),
        Feature(
            "send_shipping_methods",
            "Shipping methods: Odoo → store",
            "Delivery methods become shipping methods of the store's zones.",
            needs="The app Delivery Costs in Odoo.",
            details="shipping",
        ),
        Feature(
            "send_fulfilment",
            "Deliveries and tracking: Odoo → store",
            "What Odoo has delivered stands on the order in the store, with carrier and tracking number.",
            needs="The app Inventory in Odoo.",
            details="fulfilment",
        ),
        Feature(
            "send_status",
            "Status of orders: Odoo → store",
            "Delivered, paid or cancelled in Odoo changes the status of the order in the store.",
            needs="Statuses the store has.",
            details="fulfilment",
        ),
        Feature(
            "send_refunds",
            "Refunds: Odoo → store",
            "A credit note made in Odoo becomes a refund; money moves only where you allow it.",
            needs="The day from which on, below.",
            details="refunds",
        ),
        Feature(
            "send_returns",
            "Returns: Odoo → store",
            "A return done in Odoo without a credit note becomes a refund, too.",
            needs="The app Inventory in Odoo, and the day from which on, below.",
            details="refunds",
        ),
        Day("send_refunds_from", "Refunds: Odoo → store, from", "What is dated earlier is never refunded there."),
    ),
)
INBOUND = Section(
    "inbound",
    "Store → Odoo",
    "",
    (
        Feature(
            "take_orders",
            "Orders: store → Odoo",
            "An order becomes what the policies make of it: a sales order, its invoice, payment and delivery.",
            needs="Taxes and payment journals that are mapped.",
            details="orders",
        ),
        Feature(
            "take_refunds",
            "Refunds: store → Odoo",
            "A refund becomes a credit note, exact to the cent; goods that come back a return.",
            needs="Orders: store → Odoo.",
            details="refunds",
        ),
        Feature(
            "take_customers",
            "Customers: store → Odoo",
            "A changed account changes its customer in Odoo without waiting for an order.",
            needs="The store as the owner of customers.",
            details="accounts",
        ),
        Feature(
            "take_products",
            "Products: store → Odoo",
            "Changes of products Odoo has, of what the store owns.",
            needs="A user of Odoo who may change products.",
            details="new_products",
        ),
        Feature(
            "create_odoo_products",
            "Create products in Odoo",
            "Products Odoo lacks are made there, with exactly the variants the store has.",
            needs="A user of Odoo who may make products.",
            details="new_products",
        ),
    ),
)
NEW_PRODUCTS = Section(
    "new_products",
    "Products from the store",
    "Counts where products come from the store.",
    (
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
    ),
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
