"""How customers of orders and accounts are matched, made and changed.

Decides the defaults: what an order may change on a customer Odoo has is nothing, and nobody gets an account unasked.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

#: Fields of a customer that orders may be allowed to change; "address" is street, city, postcode, state and country.
CustomerField = Literal["name", "email", "phone", "address", "vat", "lang"]
#: Fields of a customer with an account; "delivery" is the delivery address.
AccountField = Literal["name", "email", "phone", "address", "delivery", "vat"]


class CustomerSettings(BaseModel):
    """Contacts of Odoo and accounts of the store."""

    # Of orders

    customer_partner_id: int | None = Field(
        None,
        description="Odoo contact (res.partner) all orders belong to; no customers are made, addresses become contacts "
        "below it.",
    )
    company_contacts: bool = Field(
        True,
        description="An order that names a company makes the company and the person as its contact. Off: one contact "
        "with the person's name.",
    )
    vat_meta_keys: tuple[str, ...] = Field(
        ("_billing_vat_number", "_vat_number", "vat_number", "_billing_vat", "billing_vat", "_billing_eu_vat_number"),
        description="Keys of an order's meta data in which the VAT number is looked for; the first that is filled "
        "counts.",
    )
    customer_update_fields: tuple[CustomerField, ...] = Field(
        (),
        description="What an order may change on a customer Odoo has: name, email, phone, address, vat, lang. The rest "
        "is filled when the customer is made and then belongs to Odoo.",
    )
    clean_names: bool = Field(
        False, description='Tidy names and addresses: "ANA  PRUEBA" becomes "Ana Prueba", blanks are single.'
    )
    language: str = Field("", description="Language of new customers as Odoo calls it, such as es_ES.")
    language_meta_key: str = Field(
        "", description="Key of an order's meta data that names its language, such as wpml_language."
    )
    language_map: dict[str, str] = Field(
        default_factory=dict,
        description="Language as that key names it, such as es → as Odoo calls it, such as es_ES.",
    )

    # With an account

    account_fields_in: tuple[AccountField, ...] = Field(
        ("name", "email", "phone", "address", "delivery", "vat"),
        description="What a changed account may change on its customer in Odoo: name, email, phone, address, delivery, "
        "vat. Needs take_customers, and the store as the owner of customers.",
    )
    account_fields_out: tuple[AccountField, ...] = Field(
        ("name", "phone", "address", "delivery", "vat"),
        description="What a change in Odoo may change on the account. Of a changed email, with which customers sign "
        "in, WordPress tells the old address by mail. Needs send_customers, and Odoo as the owner of customers.",
    )
    account_vat_key: str = Field(
        "",
        max_length=80,
        description="Key of an account's meta data that takes the VAT number, such as vat_number, where the account "
        "has none under one of vat_meta_keys. Empty: it is not sent to accounts without one.",
    )
    create_odoo_customers: Literal["never", "buyers", "all"] = Field(
        "never",
        description="Accounts that become customers in Odoo without an order: never, buyers (who have paid an order "
        "before) or all, also those who only registered. Needs take_customers.",
    )
    account_tag_id: int | None = Field(
        None,
        description="Odoo tag (res.partner.category) of the contacts that get an account in the store, where they have "
        "none. Empty: nobody does. Needs create_accounts.",
    )
    account_mails: bool = Field(
        False,
        description='The store may send its mail "New account" to those who get one. Off: while the store sends it, no '
        "accounts are made.",
    )
    accounts_seconds: int = Field(
        21_600,
        ge=300,
        le=2_592_000,
        description="Seconds between two walks through all accounts of the store, for changes that no webhook told of: "
        "its list of accounts cannot be asked for changes.",
    )
