"""How WordPress keeps texts: slugs, names and HTML.

Sources: WordPress' wp-includes/formatting.php (`sanitize_title`, `remove_accents`) and wp-includes/default-filters.php
(names of terms and products keep `&` as `&amp;`), WooCommerce's `wc_format_decimal`; each was held against a shop.
"""

from __future__ import annotations

import html
import re
import string
import unicodedata
from collections.abc import Collection
from urllib.parse import quote, unquote

#: Letters that are no letter with an accent and still become plain ones.
_LETTERS = str.maketrans({
    "ß": "s", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "œ": "oe", "Œ": "OE", "đ": "d", "Đ": "D", "ł": "l", "Ł": "L",
    "þ": "th", "Þ": "TH", "ð": "d", "Ð": "D", "ı": "i", "€": "E", "£": "",
})  # fmt: skip
_SMALL = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_TAG = re.compile(r"<[^>]*>")
#: What is cut out of a description; their contents stay, as text.
_FORBIDDEN_TAG = re.compile(r"</?(?:script|style|iframe|object|embed|form|input)\b[^>]*>", re.I)
_BARE_AND = re.compile(r"&(?!#?\w+;)")


def slug_of(text: str) -> str:
    """Return the slug WordPress makes of a name: `Grün & Gelb` becomes `grun-gelb`."""
    return slug_kept(without_accents(text))


def without_accents(text: str) -> str:
    """Return a text in plain letters, where there are such."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def sort_key(name: str) -> str:
    """Return what names are sorted by: neither capitals nor accents count."""
    return without_accents(name).casefold()


def slug_kept(text: str) -> str:
    """Return a slug that was asked for as it is kept: other letters than a to z are written as in an address."""
    text = html.unescape(_TAG.sub("", text)).lower().replace(".", "-")
    kept = "".join(sign if sign.isalnum() or sign in " _-" else "" for sign in unquote(text))
    joined = re.sub(r"[\s-]+", "-", kept).strip("-")
    return quote(joined, safe="-_").lower()


def free_slug(wanted: str, taken: Collection[str]) -> str:
    """Return a slug nobody has, numbered where necessary."""
    slug, number = wanted, 2
    while slug in taken:
        slug, number = f"{wanted}-{number}", number + 1
    return slug


def name_kept(text: str) -> str:
    """Return the name of a term as it is kept: without tags, `&` as `&amp;`."""
    return _BARE_AND.sub("&amp;", " ".join(_TAG.sub("", text).split()))


def line_kept(text: str) -> str:
    """Return a SKU as it is kept (`sanitize_text_field`): no tags, no `%` with two hexadecimal digits."""
    return " ".join(re.sub(r"%[a-f0-9]{2}", "", _TAG.sub("", text), flags=re.I).split())


def html_kept(text: str) -> str:
    """Return HTML as it is kept: without scripts, `&` as `&amp;`, `<` that begins no tag as `&lt;`."""
    text = _BARE_AND.sub("&amp;", _FORBIDDEN_TAG.sub("", text))
    return re.sub(r"<(?![a-zA-Z/!])", "&lt;", re.sub(r"\s*/>", " />", text))


def same_name(one: str, other: str) -> bool:
    """Say whether two kept names are taken for the same: capitals do not count, but for letters beyond A to Z."""
    return one.translate(_SMALL) == other.translate(_SMALL)


def number_kept(value: str | float) -> str:
    """Return a price or measure as it is kept: everything but digits, points and minus signs is dropped.

    So `1,50` becomes `150`, and `abc` nothing at all.
    """
    return "".join(sign for sign in str(value) if sign in "0123456789.-")


# -- texts as they are shown ----------------------------------------------------------------------------------------

_BLOCK = r"(?:table|thead|tbody|tr|td|th|div|dl|dd|dt|ul|ol|li|pre|form|blockquote|p|h[1-6]|hr|section|figure)"
_SIGNS = (
    (re.compile(r"---"), "&#8212;"),
    (re.compile(r"(?<=\s)--?(?=\s)|--"), "&#8211;"),
    (re.compile(r"\.\.\."), "&#8230;"),
    (re.compile(r"(?<=\w)'|'(?=\d\d)"), "&#8217;"),
    (re.compile(r"'(?=\w)"), "&#8216;"),
    (re.compile(r"(?<=\d)\"(?!\w)"), "&#8243;"),
    (re.compile(r"(?<![\w.,;!?])\"(?=\S)"), "&#8220;"),
    (re.compile(r"\""), "&#8221;"),
)


def shown(text: str, *, typographic: bool = False) -> str:
    """Return a description as it shows, in paragraphs (`wpautop`).

    `typographic`: with signs of print as well (`wptexturize`), as short descriptions and those of variations have.
    """
    if not text.strip():
        return ""
    parts = re.split(r"(<[^>]*>)", text)
    for place in range(0, len(parts) if typographic else 0, 2):
        for pattern, sign in _SIGNS:
            parts[place] = pattern.sub(sign, parts[place])
    return _paragraphs("".join(parts))


def _paragraphs(text: str) -> str:
    text = re.sub(r"<br\s*/?>", "<br />", text)
    text = re.sub(rf"(<{_BLOCK}[\s/>])", r"\n\n\1", text, flags=re.I)
    text = re.sub(rf"(</{_BLOCK}>)", r"\1\n\n", text, flags=re.I)
    pieces = [piece.strip("\n") for piece in re.split(r"\n\s*\n", text) if piece.strip()]
    text = "".join(f"<p>{_with_breaks(piece)}</p>\n" for piece in pieces)
    text = re.sub(rf"<p>\s*(</?{_BLOCK}[^>]*>)", r"\1", text, flags=re.I)
    return re.sub(rf"(</?{_BLOCK}[^>]*>)\s*</p>", r"\1", text, flags=re.I)


def _with_breaks(piece: str) -> str:
    return re.sub(r"(?<!<br />)\n", "<br />\n", piece)
