"""Why records are held up, put so that those with the same cause can be counted and mended together."""

from __future__ import annotations

import re

from .errors import WoodooError

_LABEL = re.compile(r"\b(Order|Refund|Customer|Product) #?\S+?(?=[\s,.:;]|$)")
_LONGEST = 300


def cause_of(error: BaseException) -> str:
    """Return what an error says without the name of its record: the same for all records with that cause."""
    if not isinstance(error, WoodooError):
        return type(error).__name__
    text = error.message.replace(error.record, "") if error.record else error.message
    text = _LABEL.sub("", text, count=1)
    return " ".join(text.replace(" failed to sync because ", " ").split())[:_LONGEST]
