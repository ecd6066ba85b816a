"""Whose order it is that could not be read, and over how much, as the store's news of it said.

Decides that names are shown to those alone who may see personal data; what it comes to is shown to all. Only orders
without a name of their own are looked up: of all others more is known than the news says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from woodoo.engine.models import Event, Work

_LANES = ("orders", "refunds", "fulfilment")
#: More of a name than this is not shown.
_LONGEST = 80


def news_of(works: Sequence[Work], reads_data: Callable[[int], bool]) -> dict[int, str]:
    """Return what the newest news said of each of these that has no name: "Ana Prueba, 35.00 EUR", by work id."""
    unread = {(one.connection_id, one.record): one for one in works if not one.title and one.lane in _LANES}
    if not unread:
        return {}
    news = Event.objects.filter(
        connection_id__in={connection_id for connection_id, _ in unread},
        lane="orders",
        record__in={record for _, record in unread},
        source="webhook",
    ).order_by("pk")
    said: dict[int, str] = {}
    for event in news:
        work = unread.get((event.connection_id, event.record))
        if work and (words := _in_words(event.payload, named=reads_data(event.connection_id))):
            said[work.pk] = words
    return said


def _in_words(payload: Any, *, named: bool) -> str:
    """Return customer and total of an order as a store sends it; empty where it says neither."""
    if not isinstance(payload, dict):
        return ""
    billing = payload.get("billing")
    billing = billing if named and isinstance(billing, dict) else {}
    person = _text(*(billing.get(name) for name in ("first_name", "last_name"))) or _text(billing.get("company"))
    return ", ".join(filter(None, (person, _text(payload.get("total"), payload.get("currency")))))


def _text(*values: Any) -> str:
    return " ".join(" ".join(one for one in values if isinstance(one, str)).split())[:_LONGEST]
