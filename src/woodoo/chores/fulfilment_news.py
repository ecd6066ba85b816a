"""Rings for the orders of which the store is to be told something new, out of what the feed of Odoo reads anyway.

Decides that nothing is asked twice: the models are those followed for the orders (`followed.py`), with some more
fields, and one read serves both. A record rings where these fields are not as they were at the last read; records that
nothing leads to yet are looked at again with the next one, for an order's links are kept once its run is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..connections.settings import ConnectionSettings
from ..domain.ownership import print_of
from ..engine.flow import LinkVals
from ..engine.work import enqueue
from ..flows.steps.told import fulfilled_orders
from ..flows.table import FLOWS
from ..live import Live
from ..odoo.dialect import Dialect

Row = Mapping[str, Any]
FLOW = "fulfil"
#: Records found at once from which they wait behind the news.
MANY = 200


def follows(settings: ConnectionSettings, model: str) -> bool:
    """Say whether a model matters to what the store is told."""
    if model == "stock.picking":
        return settings.send_fulfilment or settings.send_status
    return model in {"sale.order", "account.move"} and settings.send_status


def fields_of(dialect: Dialect, settings: ConnectionSettings, model: str) -> tuple[str, ...]:
    """Return the fields of a model whose change is news; none where it does not matter."""
    if not follows(settings, model):
        return ()
    if model == "stock.picking":
        carrier = ("carrier_id", "carrier_tracking_ref") if dialect.picking_carrier else ()
        return ("name", "state", *carrier)
    return ("name", "state", "invoice_status") if model == "sale.order" else ("name", "state", "payment_state")


def ring_fulfilment(
    live: Live, model: str, fields: Sequence[str], rows: Sequence[tuple[Row, Iterable[LinkVals]]], before: Row
) -> tuple[dict[str, str], int]:
    """Ring for the orders of rows that are not as they were. Belongs into the transaction that moves the cursor.

    Args:
        live: the connection.
        model: what was read.
        fields: of it that are news.
        rows: what was read, with the links that lead to it.
        before: record → print, as returned the last time.

    Returns:
        The prints of these rows, and how many orders were rung for.
    """
    prints: dict[str, str] = {}
    records: set[str] = set()
    for row, links in rows:
        orders = set().union(*fulfilled_orders(links).values())
        if not orders:
            continue
        prints[str(row["id"])] = now = print_of([row[name] for name in fields])[:8]
        if before.get(str(row["id"])) != now:
            records |= orders
    if records:
        flow = FLOWS[FLOW]
        behind = len(records) > MANY
        enqueue(live.connection.pk, flow.lane, flow.name, sorted(records), source="odoo", topic=model, behind=behind)
    return prints, len(records)
