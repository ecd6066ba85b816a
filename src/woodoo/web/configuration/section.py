"""What a card of the page is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .kinds import Kind
from .tables import Table

Part = Kind | Table


@dataclass(frozen=True)
class Section:
    """A card of the page: what every shop chooses, and behind "More" what only some need."""

    key: str
    title: str
    hint: str
    parts: tuple[Part, ...]
    more: tuple[Part, ...] = ()
    #: What stands behind "More".
    more_title: str = ""

    def every(self) -> Iterator[Part]:
        yield from self.parts
        yield from self.more
