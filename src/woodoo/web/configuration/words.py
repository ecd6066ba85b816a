"""The words of the Configuration page, which stand in its sections and are translated where they are shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from ..choices import Choice
from .kinds import Kind, Pick
from .section import Part
from .sections import PAGE


def words_of_page() -> Iterator[str]:
    """Yield each word and sentence the page shows of its own accord, for the catalogues."""
    for section in PAGE:
        yield from filter(None, (section.title, section.hint, section.more_title))
        for part in section.every():
            yield from filter(None, _words_of(part))


def _words_of(part: Part) -> Iterator[str]:
    if isinstance(part, Kind):
        yield from _words_of_kind(part)
        return
    yield from (part.title, part.hint, part.empty, part.lost)
    for column in part.columns:
        yield from _words_of_kind(column)
    for row in part.fixed:
        yield from _words_of_row(row)
    if part.another:
        yield from (part.another.label, part.another.help)


def _words_of_kind(kind: Kind) -> Iterator[str]:
    yield from (kind.label, kind.said)
    if isinstance(kind, Pick):
        yield from kind.words.values()
    for one in fields(kind):
        if one.name in ("empty", "needs"):
            yield getattr(kind, one.name) or ""


def _words_of_row(row: Choice) -> Iterator[str]:
    yield from (row.title, row.hint)
