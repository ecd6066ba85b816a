"""Which price of a product of Odoo goes to the store, and when.

Decides that without a choice the product's own sales price goes, as soon as it changes.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, field_validator

if TYPE_CHECKING:
    from .settings import ConnectionSettings

#: Hour and minute of a day.
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class PriceSettings(BaseModel):
    """The prices of products in the store."""

    price_pricelist_id: int | None = Field(
        None,
        description="Odoo pricelist (product.pricelist) whose price for one piece is the regular price in the store. "
        "Empty: the sales price of the product.",
    )
    sale_pricelist_id: int | None = Field(
        None,
        description="Odoo pricelist whose rules give the sale price and its days. Where it is the same as that of the "
        "regular price, its rules with an end are sales and the others are not. Empty: no sale prices.",
    )
    send_free: bool = Field(
        False,
        description="A price of 0 goes to the store. Off: such products are reported, and keep their price there.",
    )
    prices_when: Literal["change", "daily"] = Field(
        "change",
        description="Prices go to the store when they change in Odoo, or once a day; of new products at once in either "
        "case.",
    )
    prices_time: str = Field(
        "03:00", description="Time of day in the shop's time zone at which prices go to the store once a day."
    )

    @field_validator("prices_time")
    @classmethod
    def _is_a_time(cls, value: str) -> str:
        if not _TIME.fullmatch(value):
            raise ValueError("it has to be a time of day such as 03:00")
        return value


def prices_due(settings: ConnectionSettings, now: datetime) -> datetime | None:
    """Return the last moment at which prices were to go, aware UTC; None where they go whenever they change."""
    if settings.prices_when != "daily":
        return None
    local = now.astimezone(ZoneInfo(settings.timezone))
    due = datetime.combine(local.date(), time.fromisoformat(settings.prices_time), local.tzinfo)
    if due > local:
        due = datetime.combine(local.date() - timedelta(days=1), due.timetz())
    return due.astimezone(UTC)
