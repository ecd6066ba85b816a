"""What is written on the order in the store: its meta data, and the notes to the customer.

Decides the keys and forms of Woodoo's own meta data, which any theme, mail template or plugin may read:

| key                 | holds                                                                                     |
|---------------------|-------------------------------------------------------------------------------------------|
| `_woodoo_shipments` | a list, a shipment each: delivery, date (UTC), carrier, provider, tracking, items, returned |
| `_woodoo_tracking`  | the same for people, a line each: "WH/OUT/00017: DHL 123456 https://…"                    |
| `order_number_key`  | the number of the sales order                                                             |
| `invoice_number_key`| the numbers of the posted invoices                                                        |

And when a note is written: once for each shipment, never for what left long ago, nor for what the store itself has told
its customer of already, by completing the order.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from string import Formatter
from typing import Any

from ...domain.fulfilment import Shipment
from ...domain.order import Order
from ...domain.ownership import print_of
from ...domain.text import shortened
from .rules import FulfilRules
from .seen import OdooOrder
from .shipments import plain

SHIPMENTS, TRACKING = "_woodoo_shipments", "_woodoo_tracking"
#: Shipments that left longer ago are not news to anybody.
FRESH = timedelta(days=7)
LONGEST_NOTE = 3000


# Meta data


def order_meta(order: Order, seen: OdooOrder, shipments: Sequence[Shipment], rules: FulfilRules) -> dict[str, Any]:
    """Return Woodoo's own meta data as they are to be, by key."""
    meta: dict[str, Any] = {}
    if rules.shipments and (shipments or order.meta.get(SHIPMENTS)):
        meta[SHIPMENTS] = [shipment_meta(shipment) for shipment in shipments]
        meta[TRACKING] = "\n".join(filter(None, map(_in_a_line, shipments)))
    if rules.statuses and rules.order_key and seen.model == "sale.order":
        meta[rules.order_key] = seen.name
    if rules.statuses and rules.invoice_key:
        numbers = ", ".join(invoice.number for invoice in seen.posted)
        if numbers or order.meta.get(rules.invoice_key):
            meta[rules.invoice_key] = numbers
    return meta


def shipment_meta(shipment: Shipment) -> dict[str, Any]:
    """Return a shipment as `_woodoo_shipments` holds it. Quantities are texts; the date is UTC."""
    return {
        "delivery": shipment.name,
        "key": shipment.key,
        "date": f"{shipment.done_at:%Y-%m-%dT%H:%M:%SZ}",
        "carrier": shipment.carrier,
        "provider": shipment.provider,
        "tracking": [{"number": one.number, "url": one.url} for one in shipment.trackings],
        "items": [
            {"line_item": item.line_id, "quantity": plain(item.quantity), "name": item.name} for item in shipment.items
        ],
        "returned": "yes" if shipment.returned else "no",
    }


def _in_a_line(shipment: Shipment) -> str:
    told = " ".join(filter(None, [shipment.carrier, _numbers(shipment)]))
    return "" if shipment.returned else f"{shipment.name}: {told or 'sent'}"


def _numbers(shipment: Shipment) -> str:
    """Return the tracking numbers, each with its link."""
    return ", ".join(f"{one.number} {one.url}".strip() for one in shipment.trackings)


def differing(wanted: Mapping[str, Any], present: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of the wanted meta data is not there yet. PHP keeps numbers as text, and empty maps as lists."""
    return {key: value for key, value in wanted.items() if _form(value) != _form(present.get(key, ""))}


def _form(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _form(one) for key, one in value.items()} or []
    if isinstance(value, list | tuple):
        return [_form(one) for one in value]
    return "" if value is None else str(value).strip()


def listed(order: Order) -> frozenset[str]:
    """Return the keys of the shipments an earlier run has written on the order."""
    rows = order.meta.get(SHIPMENTS)
    return (
        frozenset(str(row.get("key")) for row in rows if isinstance(row, dict))
        if isinstance(rows, list)
        else frozenset()
    )


# Notes


@dataclass(frozen=True)
class Note:
    """A note to the customer about one shipment."""

    key: str
    text: str
    #: What tells that the store has it already: all of these stand in one note.
    words: tuple[str, ...]
    #: What is kept of it once it is written.
    mark: str
    #: Whether an earlier run may have written it.
    doubtful: bool

    def is_in(self, notes: Iterable[str]) -> bool:
        """Say whether the last of these notes about the shipment is it; they stand as they were written.

        A number that was corrected and is right after all stands in an earlier one, too.
        """
        last = [note for note in notes if _holds(note, self.words[0])][-1:]
        return any(all(_holds(note, word) for word in self.words) for note in last)


def _holds(note: str, word: str) -> bool:
    """Look for a word that is no part of a longer one: WH/OUT/1 is not WH/OUT/12."""
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", html.unescape(note)) is not None


def plan_notes(
    order: Order, shipments: Sequence[Shipment], told: Mapping[str, str], rules: FulfilRules, now: datetime
) -> tuple[Note, ...]:
    """Return the notes that are to be written, or looked for. `told`: shipment → mark of the note it has."""
    if rules.notes == "never" or not rules.shipments:
        return ()
    known, notes = listed(order), []
    for shipment in shipments:
        correction = shipment.key in told
        numbers = tuple(one.number for one in shipment.trackings)
        words = (shipment.name, *numbers) if correction else (shipment.name,)
        doubtful = correction or shipment.key in known
        mark = print_of([shipment.name, *numbers])
        note = Note(shipment.key, note_text(shipment, rules.note), words, mark, doubtful)
        if correction:
            if rules.notes == "corrections" and told[shipment.key] != mark and numbers:
                notes.append(note)
        elif is_news(order, shipment, rules, now):
            notes.append(note)
    return tuple(notes)


def is_news(order: Order, shipment: Shipment, rules: FulfilRules, now: datetime) -> bool:
    """Say whether a shipment is to be told to the customer at all."""
    if shipment.returned or now - shipment.done_at > FRESH:
        return False
    completed = not rules.is_at_work(order.status) and order.status not in {"pending", "on-hold"}
    return bool(shipment.trackings) or not completed


def note_text(shipment: Shipment, template: str) -> str:
    """Return what a note says, without the lines of the template that would say nothing."""
    values = {
        "delivery": shipment.name,
        "carrier": shipment.carrier,
        "tracking": _numbers(shipment),
        "items": ", ".join(f"{plain(item.quantity)} × {item.name}" for item in shipment.items),
    }
    lines = []
    for line in template.split("\n"):
        names = [name for _, name, _, _ in Formatter().parse(line) if name]
        if not names or any(values[name] for name in names):
            lines.append(line.format(**values))
    return shortened("\n".join(lines), LONGEST_NOTE)
