"""Text that every side can hold: Odoo's XML, PostgreSQL, JSON."""

from __future__ import annotations

import html
import re
import unicodedata

#: Characters XML 1.0 forbids (https://www.w3.org/TR/xml/#charsets): control characters, halves of surrogate pairs.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """Return the text without characters that XML forbids."""
    return _FORBIDDEN.sub("", text)


def shortened(text: str, most: int) -> str:
    """Return the text, cut off with "…" where it has more than `most` characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def same_name(name: str) -> str:
    """Return by what two spellings of one name are the same: "Café  Crème", "CAFE CREME" and "Caf&eacute; creme".

    As WordPress compares terms: without case and accents (`sanitize_title`, collation utf8mb4_unicode_ci).
    """
    plain = unicodedata.normalize("NFKD", html.unescape(name)).casefold()
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).split())
