"""Text that every side can hold: Odoo's XML, PostgreSQL, JSON."""

from __future__ import annotations

import re

#: Characters XML 1.0 forbids (https://www.w3.org/TR/xml/#charsets): control characters, halves of surrogate pairs.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """Return the text without characters that XML forbids."""
    return _FORBIDDEN.sub("", text)


def shortened(text: str, most: int) -> str:
    """Return the text, cut off with "…" where it has more than `most` characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
