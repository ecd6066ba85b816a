"""Asks Odoo which delivery methods changed, and which are gone, and rings for them.

Decides that the first look rings for all there are, and that an Odoo without the app Delivery Costs has none: the test
of the connection says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..connections.settings import ConnectionSettings
from ..domain.calls import NullRecorder
from ..domain.ownership import Group, read_prints
from ..engine.cursors import get_cursor, set_cursor
from ..engine.models import Link
from ..engine.work import enqueue
from ..flows.steps.carriers import MODEL
from ..flows.steps.shipping_writes import KIND
from ..flows.table import FLOWS
from ..live import Live
from ..mapping.shipping.shipping_plan import OFF
from ..odoo.records import Records
from .odoo_news import News, Row, take_news

NAME = "carriers"
_FIELDS = ("name", "active", "delivery_type", "fixed_price", "free_over", "amount", "country_ids", "state_ids")
#: That all of them were rung for once.
_BEGUN = "carriers:begun"


def follow_carriers(live: Live) -> Mapping[str, int]:
    """Ring for delivery methods that changed since the last look, and for those that were deleted.

    Raises:
        WoodooError: where Odoo does not answer.
    """
    odoo, flow = live.odoo(NullRecorder()), FLOWS["shipping_methods"]
    if not odoo.client.dialect.order_carrier:
        return {"app_missing": 1}
    found = take_news(live, odoo, flow, NAME, [News(MODEL, _FIELDS, _each)])
    if not get_cursor(live.connection.pk, _BEGUN):
        every = [str(one) for one in odoo.search(MODEL, [])]
        enqueue(live.connection.pk, flow.lane, flow.name, every, source="odoo", topic=MODEL)
        set_cursor(live.connection.pk, _BEGUN, "yes")
    gone = _gone(live, odoo)
    enqueue(live.connection.pk, flow.lane, flow.name, gone, source="odoo", topic=f"{MODEL}: deleted")
    return {**found, "gone": len(gone)}


def wants_carriers(settings: ConnectionSettings) -> bool:
    """Say whether delivery methods go to the store."""
    return FLOWS["shipping_methods"].wanted(settings)


def _each(live: Live, odoo: Records, rows: Sequence[Row]) -> Iterable[str]:
    return [str(row["id"]) for row in rows]


def _gone(live: Live, odoo: Records) -> list[str]:
    """Return the delivery methods that methods of the store stand for and Odoo does not have, each told once."""
    links = Link.objects.filter(connection_id=live.connection.pk, kind=KIND, odoo_model=MODEL)
    known = {link.odoo_id for link in links if read_prints(link.odoo_hash).get(Group.PRICES) != OFF}
    if not known:
        return []
    there = odoo.search(MODEL, [("id", "in", sorted(known))], context={"active_test": False})
    return [str(one) for one in sorted(known - set(there))]
