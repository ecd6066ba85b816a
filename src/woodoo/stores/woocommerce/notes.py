"""Tells what people wrote about an order from what the shop noted by itself.

Decides by the author: WordPress signs with the name of the person, WooCommerce with its own, in every language
(`WC_Order::add_order_note`); so do plugins, and notes that came over the API without `added_by_user`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from .orders import plain_lines
from .payloads import NotePayload, parse

#: Who signs what nobody wrote.
_SHOP = frozenset({"", "woocommerce", "system"})
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def staff_notes(rows: Sequence[Mapping[str, Any]], *, record: str, where: str) -> tuple[str, ...]:
    """Return the texts of the notes people wrote, oldest first, without HTML.

    Raises:
        DataError: where a note is not readable.
    """
    notes = [parse(NotePayload, row, record=record, where=where) for row in rows]
    written = [note for note in notes if note.author.strip().casefold() not in _SHOP]
    written.sort(key=lambda note: (note.date_created_gmt or _LONG_AGO, int(note.id)))
    return tuple(text for note in written if (text := plain_lines(note.note)))
