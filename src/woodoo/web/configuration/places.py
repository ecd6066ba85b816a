"""Where on the Configuration page that is mended which an error names.

Decides it from the error's place: `settings -> NAME` is the card of that setting, and a few places in Odoo have a
setting that does instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from .section import Part
from .sections import CONFIGURATION, FEATURES
from .tables import Table

#: What errors call a setting in words → the setting.
WORDS: Mapping[str, str] = {
    "taxes": "tax_map",
    "payment journals": "journal_map",
    "payment terms": "payment_term_map",
    "pricelists": "pricelist_map",
    "shipping": "shipping_map",
    "fee product": "fee_product_id",
    "discount product": "discount_product_id",
    "products for shipping, fees, discounts, refunds and unknown SKUs": "placeholder_product_id",
    "refund product": "refund_product_id",
    "customer of all orders": "customer_partner_id",
    "invoice journal": "invoice_journal_id",
    "sales account": "sales_account_id",
    "analytic accounts": "analytic_distribution",
    "fiscal position": "fiscal_position_id",
    "warehouse": "warehouse_id",
    "sales team": "team_id",
    "tags": "tag_ids",
}
#: Places in Odoo → the setting that does instead.
INSTEAD: Mapping[str, str] = {
    "account.tax": "tax_map",
    "product.product": "placeholder_product_id",
    "res.company -> lock dates": "post_invoices_from",
    "res.currency": "pricelist_map",
}
_SETTINGS = "settings -> "


@dataclass(frozen=True)
class Place:
    """A card of the Configuration page, or of the page Features."""

    title: str
    #: What to put behind # in the page's address.
    anchor: str
    #: Name of the page.
    page: str = "configuration"


def place_on_page(where: str) -> Place | None:
    """Return where the place of an error is mended on the Configuration page; None where it is not mended there."""
    if where.startswith(_SETTINGS):
        said = where.removeprefix(_SETTINGS)
        return _places().get(WORDS.get(said, said.split(",")[0]))
    instead = next((setting for begins, setting in INSTEAD.items() if where.startswith(begins)), "")
    return _places().get(instead)


@cache
def _places() -> dict[str, Place]:
    found: dict[str, Place] = {}
    for section in FEATURES:
        found |= {name: Place("Features", section.key, "features") for name in _names(section.parts)}
    for section in CONFIGURATION:
        found |= {name: Place(section.title, section.key) for name in _names(section.parts)}
        found |= {name: Place(section.title, f"more-{section.key}") for name in _names(section.more)}
    return found


def _names(parts: tuple[Part, ...]) -> Iterator[str]:
    for part in parts:
        yield from ([column.name for column in part.columns] if isinstance(part, Table) else [part.name])
