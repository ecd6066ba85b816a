"""What a flow works with: both sides of one connection, its rules, and what earlier runs linked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ..engine.flow import LinkVals
from ..mapping.rules import Rules
from ..odoo.records import Records
from ..stores.base import Store


class Links(Protocol):
    """What earlier runs linked: a cache that can be rebuilt from Odoo."""

    def find(self, kind: str, external_ids: Sequence[str]) -> Mapping[str, LinkVals]:
        """Return the links of those store records, as far as there are any."""

    def upsert(self, links: Iterable[LinkVals]) -> None:
        """Remember these at once: what a run that is cut off leaves behind. What is empty keeps what was known."""


def _keep_going() -> None:
    """Do nothing: nobody else can claim the records."""


@dataclass(frozen=True)
class Context:
    """One connection, as a flow sees it for the length of one batch."""

    store: Store
    odoo: Records
    rules: Rules
    links: Links
    #: Called between steps; raises where somebody else has taken the batch over meanwhile.
    still_ours: Callable[[], None] = field(default=_keep_going)
    #: Records that a person asked for, whatever their date (`Policy.orders_from`); None: all of them.
    asked_for: frozenset[str] | None = None
