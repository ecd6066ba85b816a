"""Which flows a connection has, and how much of them at once. Set from above: the engine knows no flow.

Decides nothing itself; `woodoo.wiring` tells it at start-up what to do for each connection.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from woodoo.domain.history import OrderRange
from woodoo.engine.flow import Handler


@dataclass(frozen=True)
class Chore:
    """Something to be done for a connection again and again, such as a look at what changed in its store."""

    #: Unique within the connection: "poll", "census", …
    name: str
    #: Between the beginnings of two of them.
    seconds: float
    #: Does it for a connection, and returns what it found, as JSON, for the screen. Raises the errors of
    #: `woodoo.domain.errors`.
    run: Callable[[int], Mapping[str, Any] | None]
    #: The sides it has to reach, "store" or "odoo": while one of them is down it waits.
    sides: frozenset[str] = frozenset()
    #: As a person calls it.
    title: str = ""


@dataclass(frozen=True)
class Listing:
    """A page of the store's past."""

    #: The store's ids of what is to be looked at.
    records: Sequence[str]
    #: How many others the page had, which were brought over as of their last change already.
    known: int
    #: Where the next page begins; empty at the end.
    cursor: str


class Archive(Protocol):
    """What the store has of the past, for one lane. Raises the errors of `woodoo.domain.errors`."""

    def list(self, wanted: OrderRange, cursor: str) -> Listing:
        """Read the page that begins at `cursor`."""

    def try_out(self, listing: Listing, findings: Mapping[str, Any]) -> dict[str, Any]:
        """Find out what would be done with a page, writing nothing; return that added to earlier findings, as JSON."""


@dataclass(frozen=True)
class Found:
    """Something a survey has found, as it is kept (`engine.models.Finding`)."""

    #: What it is, such as "parked" or "no_sku".
    kind: str
    #: The record's id, or whatever those that belong together have in common.
    record: str
    #: As a person names it.
    title: str = ""
    #: The same for all records with the same reason.
    cause: str = ""
    message: str = ""
    fix: str = ""
    #: The place that is wrong, such as "settings -> taxes".
    place: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Looked:
    """What came of a piece of a survey."""

    #: Where the next piece begins; empty at the end.
    cursor: str
    #: How many records were looked at.
    count: int
    found: Sequence[Found] = ()
    #: Figures that add up from piece to piece, as JSON.
    figures: Mapping[str, Any] = field(default_factory=dict)
    #: About how many records there are in all, where that is known by now.
    total: int | None = None


class Survey(Protocol):
    """A look at many records that writes nothing on either side. Raises the errors of `woodoo.domain.errors`."""

    def look(self, wanted: OrderRange, cursor: str, figures: Mapping[str, Any]) -> Looked:
        """Look at the piece that begins at `cursor`; `figures` are those of the pieces before."""


@dataclass(frozen=True)
class Lanes:
    """What the engine has to know of one connection."""

    #: Lane → the flow that works on its records.
    handlers: Mapping[str, Handler]
    #: Most batches at work at once, over all lanes.
    slots: int = 2
    #: Most records in a batch; of lanes with a size of their own, that. Those take whatever is due together, the others
    #: a fair share for each free slot.
    batch_size: int = 50
    sizes: Mapping[str, int] = field(default_factory=dict)
    #: Off: events are taken in and wait.
    enabled: bool = True
    #: What is done again and again.
    chores: tuple[Chore, ...] = ()
    #: Asks a side, "store" or "odoo", for a sign of life that costs it next to nothing, and raises `RemoteDown` where
    #: it gives none. Without it, a record is sent to see.
    knock: Callable[[str], None] | None = None
    #: Lane → the store's past.
    archives: Mapping[str, Archive] = field(default_factory=dict)
    #: Name → a look at many records, which may be had while the connection is switched off.
    surveys: Mapping[str, Survey] = field(default_factory=dict)
    #: Texts the ledger must not write down.
    secrets: tuple[str, ...] = field(default=(), repr=False)
    #: Lanes that leave one slot to the others, such as a catalogue import to the orders.
    bulk: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Watch:
    """Something done in every process beside the records, in a thread of its own, such as the alerts."""

    name: str
    #: Between the end of one and the beginning of the next.
    seconds: float
    run: Callable[[], object]


Resolver = Callable[[int], Lanes]

_resolver: Resolver | None = None
_connections: Callable[[], Collection[int]] = tuple
_watches: tuple[Watch, ...] = ()
_flows: Mapping[str, str] = {}


def register(
    resolver: Resolver,
    *,
    connections: Callable[[], Collection[int]] = tuple,
    watches: tuple[Watch, ...] = (),
    flows: Mapping[str, str] | None = None,
) -> None:
    """Set where the engine asks.

    Args:
        resolver: returns what there is to know of a connection. May raise errors of `woodoo.domain.errors`; the
            records at hand then share its fate, as if their flow had raised it.
        connections: returns the connections whose chores are to be done. Asked every few seconds.
        watches: what every process does beside the records.
        flows: flow → its lane.
    """
    global _resolver, _connections, _watches, _flows
    _resolver, _connections, _watches, _flows = resolver, connections, watches, flows or {}


def resolve(connection_id: int) -> Lanes:
    """Return what there is to know of a connection."""
    if _resolver is None:
        raise RuntimeError("No flows are registered: woodoo.wiring has to be set up before the engine runs.")
    return _resolver(connection_id)


def connections() -> Collection[int]:
    """Return the connections whose chores are to be done."""
    return _connections()


def lane_of(flow: str) -> str:
    """Return the lane a flow goes through.

    Raises:
        KeyError: nobody has registered such a flow.
    """
    return _flows[flow]


def watches() -> tuple[Watch, ...]:
    """Return what every process does beside the records."""
    return _watches
