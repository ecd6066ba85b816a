"""Looks at many records before a connection goes live, or at any time: what past orders use, what would become of them,
what is to be tidied up.

Decides that all of it may be had while the connection is switched off, and that one of a kind goes on at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC

from .connections.models import Connection
from .domain.errors import WoodooError
from .domain.history import OrderRange
from .engine import imports
from .engine import surveys as kept
from .engine.models import Import
from .flows import rehearsal, usage
from .mapping.evidence.others import Skus
from .mapping.evidence.usage import Usage


@dataclass(frozen=True)
class Kind:
    """One kind of survey."""

    #: The name it has in addresses and in the engine.
    name: str
    #: What is looked at, unless orders are counted.
    title: str = ""
    #: Orders looked at unless a number is given, and at most; 0: it is about no orders.
    newest: int = 0
    most: int = 0


USAGE = Kind("usage", newest=usage.NEWEST, most=usage.MOST)
REHEARSAL = Kind("rehearsal", newest=rehearsal.NEWEST, most=rehearsal.MOST)
HYGIENE = Kind("hygiene", "products and customers of both sides")
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (USAGE, REHEARSAL, HYGIENE)}


def start(connection: Connection, kind: Kind, *, started_by: str, newest: int | None = None) -> Import:
    """Begin a survey, which a worker carries out.

    Raises:
        WoodooError: where one goes on already, or the number of orders is none.
    """
    wanted = OrderRange()
    if kind.newest:
        number = kind.newest if newest is None else newest
        if not 1 <= number <= kind.most:
            raise WoodooError(
                f"{number} orders cannot be looked at.", fix=f"Give a number from 1 to {kind.most}; the newest count."
            )
        wanted = OrderRange(newest=number)
    _refuse_second(connection, kind)
    return imports.start(
        connection.pk,
        kind.name,
        kind.name,
        wanted,
        title=kind.title or wanted.in_words(UTC),
        total=wanted.newest,
        started_by=started_by,
        dry_run=True,
    )


def _refuse_second(connection: Connection, kind: Kind) -> None:
    last = kept.newest(connection.pk, kind.name)
    if last is not None and last.state in imports.OPEN:
        raise WoodooError(
            f"One of them ({last.title}) is {last.get_state_display().lower()} already.",
            fix="Wait until it is through, or stop it.",
        )


def usage_of(connection: Connection) -> tuple[Usage, Skus, Import | None]:
    """Return what past orders use as it was found last, where their SKUs are in Odoo, and the survey."""
    last = kept.through(connection.pk, USAGE.name)
    if last is None:
        return Usage(), Skus(), None
    return Usage.from_json(last.result), _skus(last.pk), last


def _skus(import_id: int) -> Skus:
    total, by_field = kept.count_in_lists(import_id, usage.SKU, "fields")
    return Skus(total, by_field)
