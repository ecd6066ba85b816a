"""Tells what people wrote about an order from what the shop noted by itself.

Decides by the author: WordPress signs with the name of the person, WooCommerce with its own, in every language
(`WC_Order::add_order_note`); so do plugins, and notes that came over the API without `added_by_user`. But what
WooCommerce notes of a person's clicks bears that person's name, too: a status chosen, a line added, a coupon applied.
That is told by its words: by moved stock in every language, the rest in English.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from .orders import plain_lines
from .payloads import NotePayload, parse

#: Who signs what nobody wrote.
_SHOP = frozenset({"", "woocommerce", "system"})
#: What nobody wrote although a person signs it (`add_order_note` with `added_by_user` in WooCommerce's sources).
_CLICKS = re.compile(
    r".*\(-?\d+→-?\d+\)|"
    r"(Order status changed by bulk edit[.:] )?Order status changed from .+ to .+\.|"
    r"(Added line items|Adjusted stock): .+|"
    r"Coupon (applied|removed): \".+\"\.|"
    r"Order details manually sent to customer\."
)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def staff_notes(rows: Sequence[Mapping[str, Any]], *, record: str, where: str) -> tuple[str, ...]:
    """Return the texts of the notes people wrote, oldest first, without HTML.

    Raises:
        DataError: where a note is not readable.
    """
    notes = [parse(NotePayload, row, record=record, where=where) for row in rows]
    written = [note for note in notes if note.author.strip().casefold() not in _SHOP]
    written.sort(key=lambda note: (note.date_created_gmt or _LONG_AGO, int(note.id)))
    texts = (plain_lines(note.note) for note in written)
    return tuple(text for text in texts if text and not _CLICKS.fullmatch(text))
