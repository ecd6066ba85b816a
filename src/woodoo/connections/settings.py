"""What can be set for one connection, with what each setting does.

Decides the defaults, and that a setting nobody knows is refused: a misspelt one must not be silently without effect.
The help texts are those of the settings screen and of the reference in the docs.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from woodoo.domain.errors import ConfigError


class ConnectionSettings(BaseModel):
    """How one store is kept in step with one Odoo."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    import_statuses: tuple[str, ...] = Field(
        ("processing", "completed"),
        min_length=1,
        description="Orders in these WooCommerce statuses are brought to Odoo. Others wait until they reach one.",
    )
    tax_map: dict[str, int] = Field(
        default_factory=dict,
        description="WooCommerce tax rate id → id of the Odoo sales tax (account.tax) that stands for it.",
    )
    journal_map: dict[str, int] = Field(
        default_factory=dict,
        description="WooCommerce payment method, such as stripe → id of the Odoo journal (account.journal) "
        "in which its payments are registered.",
    )
    shipping_product_id: int | None = Field(
        None, description="Odoo product (product.product) of the shipping line of an order."
    )
    shipping_map: dict[str, int] = Field(
        default_factory=dict,
        description="WooCommerce shipping method, such as flat_rate → id of the Odoo delivery method "
        "(delivery.carrier).",
    )
    fee_product_id: int | None = Field(None, description="Odoo product (product.product) of the fee lines of an order.")
    warehouse_id: int | None = Field(
        None, description="Odoo warehouse (stock.warehouse) orders are delivered from. Empty: the company's default."
    )
    pricelist_id: int | None = Field(
        None, description="Odoo pricelist (product.pricelist) of orders in the currency of the company."
    )
    pricelist_map: dict[str, int] = Field(
        default_factory=dict,
        description="Currency code, such as USD → id of the Odoo pricelist for orders in that currency.",
    )
    team_id: int | None = Field(None, description="Odoo sales team (crm.team) of the orders.")
    sku_field: str = Field(
        "default_code",
        pattern=r"^[a-z][a-z0-9_]*$",
        description="Field of product.product that the SKU of an order line is looked up in.",
    )
    order_prefix: str = Field(
        "", max_length=20, description="Put before the store's order number in Odoo, such as NL-, to tell stores apart."
    )
    timezone: str = Field(
        "UTC",
        description="Time zone of the shop, such as Europe/Madrid: decides on which day an invoice or a payment falls.",
    )
    namespace: str = Field(
        "",
        pattern=r"^[a-z0-9_]*$",
        max_length=40,
        description="Prefix of the external ids that Woodoo gives to Odoo records. Empty: made from the store's "
        "address. Set it before a store moves to another address, or its orders would be created again.",
    )
    odoo_slots: int = Field(
        2,
        ge=1,
        le=32,
        description="How many batches may be at work in this Odoo at once. No more than it has workers.",
    )
    batch_size: int = Field(50, ge=1, le=500, description="How many records at most go to Odoo together.")
    poll_seconds: int = Field(
        60,
        ge=10,
        le=86_400,
        description="Seconds between two looks at what changed in the store.",
    )
    odoo_requests_per_second: float | None = Field(
        None, gt=0, description="Most requests per second to this Odoo. Empty: modest on Odoo Online, free elsewhere."
    )

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"there is no time zone {value!r}")
        return value

    @classmethod
    def parse(cls, raw: dict[str, Any], *, connection: str) -> ConnectionSettings:
        """Read stored settings.

        Args:
            raw: as stored.
            connection: name of the connection, for the message.

        Raises:
            ConfigError: names each setting that is wrong and why.
        """
        try:
            return cls.model_validate(raw)
        except ValidationError as exc:
            wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in exc.errors(include_input=False))
            raise ConfigError(
                f"The settings of connection {connection} are not right: {wrong}.",
                record=f"Connection {connection}",
                where="settings",
                fix="Correct them on the settings screen of the connection.",
            ) from exc
