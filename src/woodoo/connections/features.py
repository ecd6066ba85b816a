"""What of a connection is switched on beside its orders, and which side has the say about which fields.

Decides that nothing is sent to a store, and no product or customer taken from it by itself, until it is switched on.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from woodoo.domain.ownership import DEFAULT_OWNERS, Group, Owner, Owners


class Features(BaseModel):
    """The switches, and who owns what."""

    # From Odoo to the store

    send_products: bool = Field(
        False,
        description="Changes of products in Odoo go to the store: what of them, the owners of the fields decide.",
    )
    create_products: bool = Field(
        False, description="Products of Odoo that the store does not have are created there, with their variants."
    )
    send_images: bool = Field(False, description="Images of products and variants go to the store.")
    send_stock: bool = Field(False, description="Stock figures go to the store.")
    send_customers: bool = Field(False, description="Changes of customers in Odoo go to their accounts in the store.")
    create_accounts: bool = Field(
        False, description="Customers of Odoo that are meant for it get an account in the store."
    )
    send_fulfilment: bool = Field(
        False, description="Deliveries done in Odoo go to the order in the store, with their tracking."
    )
    send_status: bool = Field(False, description="What becomes of an order in Odoo changes its status in the store.")
    send_shipping_methods: bool = Field(
        False, description="Delivery methods of Odoo become shipping methods in the store."
    )

    # From the store to Odoo

    take_orders: bool = Field(
        True,
        description="Orders of the store go to Odoo. Off: none is looked for and none is brought over; what came "
        "meanwhile is found when it is switched on again.",
    )
    take_products: bool = Field(False, description="Changes of products in the store go to Odoo.")
    create_odoo_products: bool = Field(
        False, description="Products of the store that Odoo does not have are created there, with their variants."
    )
    new_product_type: Literal["store", "storable", "consumable", "service"] = Field(
        "store",
        description="What products made in Odoo are: by the store (virtual ones services, those whose stock is counted "
        "there storable, others consumable), or one of the three.",
    )
    archive_deleted_products: bool = Field(
        True,
        description="A product or variation deleted in the store is archived in Odoo, and taken out of the archive "
        "when it is restored, where the store owns names. Off, or where Odoo owns them: it is only told.",
    )
    take_customers: bool = Field(
        False, description="Customers who change their account in the store change in Odoo, too, without an order."
    )

    # Who has the say

    owners: dict[Group, Owner] = Field(
        default_factory=lambda: dict(DEFAULT_OWNERS),
        description="Group of fields (names, prices, images, categories, stock, customers, statuses) → the side that "
        "has the say, odoo or store. Woodoo never writes a group on its owner's side. Groups that are not named keep "
        "their default.",
    )
    repair_drift: bool = Field(
        True,
        description="A change on the side that does not own the fields is told, and written over. Off: it is only "
        "told.",
    )

    @property
    def takes_products(self) -> bool:
        """Whether products are made or changed in Odoo."""
        return self.take_products or self.create_odoo_products

    @property
    def ownership(self) -> Owners:
        """The owner of each group."""
        return Owners(self.owners)
