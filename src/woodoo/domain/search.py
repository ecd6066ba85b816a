"""Words by which people look for a record: the number of an order, a customer, a SKU, a document of Odoo.

Decides how text is cut into words, the same way for what is kept and for what is asked: without case and accents, a
number such as "INV/2026/00412" as a whole and in its parts. A word that is asked for finds all that begin with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .text import same_name

#: Words kept of one text, characters kept of one word, and words that can be asked for at once.
MOST_WORDS, LONGEST_WORD, MOST_ASKED = 200, 100, 8
_OUTSIDE = re.compile(r"^[\W_]+|[\W_]+$")
_BETWEEN = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class FoundBy:
    """What a record is found by."""

    #: Numbers, SKUs, names of documents: nothing of a person.
    words: tuple[str, ...] = ()
    #: Names and addresses of people. Personal data.
    people: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """One word somebody looks for."""

    #: As it was written: what is found begins with it.
    whole: str
    #: Its parts, where it has several: what is found has all of them, the last one's beginning at least.
    parts: tuple[str, ...] = ()


def words_of(texts: Iterable[str]) -> list[str]:
    """Return the words texts are found by, each once, wholes before their parts."""
    found: dict[str, None] = {}
    for text in texts:
        for whole in _wholes(text):
            found.setdefault(whole)
            for part in _parts(whole):
                found.setdefault(part)
    return list(found)[:MOST_WORDS]


def asked(text: str) -> list[Asked]:
    """Return the words somebody looks for; a record has to have all of them."""
    return [Asked(whole, tuple(_parts(whole))) for whole in _wholes(text)][:MOST_ASKED]


def _wholes(text: str) -> list[str]:
    """Cut a text at its spaces and leave off what stands around the words."""
    bare = (_OUTSIDE.sub("", word) for word in same_name(text).replace("\x00", "").split())
    return [word[:LONGEST_WORD] for word in bare if word]


def _parts(whole: str) -> list[str]:
    parts = [part for part in _BETWEEN.split(whole) if part]
    return parts if len(parts) > 1 else []
