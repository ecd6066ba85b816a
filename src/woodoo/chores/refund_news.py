"""Asks Odoo which credit notes and returns people made or changed, and rings for the refunds of their orders.

Decides whose they are: a credit note is of the order whose invoice it reverses, and of those whose lines its own lines
name; a return of the order of its transfer. Orders the connection does not know are left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..connections.settings import ConnectionSettings
from ..domain.calls import NullRecorder
from ..engine.links import Links
from ..flows.table import FLOWS
from ..live import Live
from ..odoo.records import Records
from .odoo_news import News, Row, take_news

NAME = "refund_news"
#: Links whose external id is that of an order.
_ORDER_KINDS = frozenset({"order", "invoice"})
#: A change of these is one of what the store is told.
_CREDIT_NOTE = ("name", "state", "reversed_entry_id", "amount_total", "payment_state")
_RETURN = ("name", "state", "sale_id")


def follow_credits(live: Live) -> Mapping[str, int]:
    """Ring for the orders of credit notes and returns that changed since the last look.

    Raises:
        WoodooError: where Odoo does not answer.
    """
    odoo = live.odoo(NullRecorder())
    news = [News("account.move", _CREDIT_NOTE, _of_credit_notes, _credit_notes)]
    if live.settings.send_returns and odoo.client.dialect.order_deliveries:
        news.append(News("stock.picking", _RETURN, _of_returns, _returns))
    return take_news(live, odoo, FLOWS["refund"], NAME, news)


def follows(settings: ConnectionSettings, model: str) -> bool:
    """Say whether changes of a model may be for the refunds of an order."""
    if model == "account.move":
        return settings.send_refunds or settings.send_returns
    return model == "stock.picking" and settings.send_returns


def with_credits(settings: ConnectionSettings, domain: Sequence[Any]) -> list[Any]:
    """Return what is followed of customer invoices, with credit notes where those ring, too."""
    invoices, both = ("move_type", "=", "out_invoice"), ("move_type", "in", ["out_invoice", "out_refund"])
    return [both if part == invoices and follows(settings, "account.move") else part for part in domain]


def seconds(settings: ConnectionSettings) -> float | None:
    """Return how often that is asked; None where nothing of it goes to the store."""
    return settings.odoo_poll_seconds if settings.send_refunds or settings.send_returns else None


def _credit_notes(live: Live) -> Sequence[object]:
    return [("move_type", "=", "out_refund"), ("company_id", "=", live.connection.odoo_company_id)]


def _returns(live: Live) -> Sequence[object]:
    return [
        ("sale_id", "!=", False),
        ("state", "=", "done"),
        ("location_id.usage", "=", "customer"),
        ("company_id", "=", live.connection.odoo_company_id),
    ]


def _of_credit_notes(live: Live, odoo: Records, rows: Sequence[Row]) -> Iterable[str]:
    links = Links(live.connection.pk)
    reversed_ids = {row["reversed_entry_id"] for row in rows if row["reversed_entry_id"]}
    domain = [("move_id", "in", [row["id"] for row in rows]), ("sale_line_ids", "!=", False)]
    lines = odoo.search_read("account.move.line", domain, ["sale_line_ids"])
    sold = {one for line in lines for one in line["sale_line_ids"]}
    orders = {row["order_id"] for row in odoo.read("sale.order.line", sold, ["order_id"])}
    leading = [*links.leading_to("account.move", reversed_ids), *links.leading_to("sale.order", orders)]
    return {link.external_id for link in leading if link.kind in _ORDER_KINDS}


def _of_returns(live: Live, odoo: Records, rows: Sequence[Row]) -> Iterable[str]:
    leading = Links(live.connection.pk).leading_to("sale.order", {row["sale_id"] for row in rows})
    return {link.external_id for link in leading if link.kind in _ORDER_KINDS}
