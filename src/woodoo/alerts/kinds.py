"""The kinds of alerts, one row each, and which kind a record that is held up belongs to.

Decides by the place of its error (`Work.place`) whether a record's invoice or its payment failed: that is money, and
told at once unless the settings say otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from woodoo.connections.alerting import AlertKind

#: `connection_id` of what concerns the whole installation.
EVERYWHERE = 0


@dataclass(frozen=True)
class Kind:
    """A kind of alert, in the words of the screen."""

    title: str
    meaning: str
    #: How long it has to last before anything is said.
    patience: timedelta = timedelta(0)


#: `AlertKind` → its words.
KINDS: Mapping[str, Kind] = {
    "payment": Kind("Payments", "Orders whose payment could not be registered"),
    "invoice": Kind("Invoices", "Orders whose invoice could not be made or posted"),
    "record": Kind("Other orders", "Parked or failed for any other reason"),
    "outage": Kind("Store or Odoo down", "A side that has not answered for some time"),
    "webhooks": Kind("Webhooks", "Webhooks the store has switched off or that do not arrive"),
    "gap": Kind("Missing orders", "Orders of the store that nothing had told of"),
    "chore": Kind("Upkeep", "Polls, counts and the like that keep failing"),
    "import": Kind("Imports", "An import of history that stopped"),
    "setup": Kind("Keys and settings", "A connection that cannot be used as it is stored"),
    "service": Kind("Service", "No worker is running, or the disk is nearly full", timedelta(minutes=2)),
    "channel": Kind("Alert channels", "A channel that alerts do not get through to"),
    "health": Kind("Health check", "Something the health check finds that does not work", timedelta(minutes=2)),
}


@dataclass(frozen=True)
class Place:
    """What records are held up by, for errors of one place."""

    beginning: str
    kind: AlertKind
    words: str


#: The first beginning that fits counts. Places are those of `WoodooError.where`.
PLACES = (
    Place("account.payment", "payment", "the payment"),
    Place("account.move -> payment_state", "payment", "the payment"),
    Place("account.move -> amount_residual", "payment", "the payment"),
    Place("account.journal", "payment", "a payment journal"),
    Place("account.bank", "payment", "the payment"),
    Place("settings -> payment", "payment", "a payment method that is not mapped"),
    Place("account.move", "invoice", "the invoice"),
    Place("res.company -> lock dates", "invoice", "a closed period"),
    Place("settings -> invoice", "invoice", "the invoice journal"),
    Place("settings -> sales account", "invoice", "the income account"),
    Place("account.tax", "record", "a tax"),
    Place("settings -> tax", "record", "a tax that is not mapped"),
    Place("settings -> untaxed_map", "record", "a tax that is not mapped"),
    Place("tax_lines", "record", "a tax"),
    Place("product.", "record", "a product"),
    Place("settings -> sku_field", "record", "a product"),
    Place("line_items", "record", "a line of the order"),
    Place("res.partner", "record", "the customer"),
    Place("billing", "record", "the customer"),
    Place("stock.", "record", "the delivery"),
    Place("settings -> shipping", "record", "a shipping method that is not mapped"),
    Place("sale.order", "record", "the sales order"),
    Place("settings", "record", "a setting"),
)
_ELSEWHERE = Place("", "record", "")
#: What a place looks like; anything else might hold more than a name.
_PLAIN = re.compile(r"[A-Za-z_][\w.]*( -> [\w. ]+)?")


def place_of(where: str) -> Place:
    """Return what an error at this place is about."""
    return next((one for one in PLACES if where.startswith(one.beginning)), _ELSEWHERE)


def shown_place(where: str) -> str:
    """Return the place as a message may show it; empty where it is no plain name."""
    return where if _PLAIN.fullmatch(where) else ""
