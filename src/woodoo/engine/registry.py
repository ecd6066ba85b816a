"""Which flows a connection has, and how much of them at once. Set from above: the engine knows no flow.

Decides nothing itself; `woodoo.wiring` tells it at start-up what to do for each connection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from woodoo.engine.flow import Handler

#: Looks at what changed in a connection and puts it on the to-do list.
Poller = Callable[[int], None]


@dataclass(frozen=True)
class Lanes:
    """What the engine has to know of one connection."""

    #: Lane → the flow that works on its records.
    handlers: Mapping[str, Handler]
    #: Most batches at work at once, over all lanes.
    slots: int = 2
    #: Most records in a batch.
    batch_size: int = 50
    #: Off: events are taken in and wait.
    enabled: bool = True
    #: Called one after the other whenever a poll is due.
    pollers: tuple[Poller, ...] = ()
    #: Texts the ledger must not write down.
    secrets: tuple[str, ...] = field(default=(), repr=False)
    #: Lanes that leave one slot to the others, such as a catalogue import to the orders.
    bulk: frozenset[str] = frozenset()


Resolver = Callable[[int], Lanes]
#: Connection → seconds between two of its polls.
Polls = Mapping[int, float]

_resolver: Resolver | None = None
_polls: Callable[[], Polls] = dict


def register(resolver: Resolver, *, polls: Callable[[], Polls] = dict) -> None:
    """Set where the engine asks.

    Args:
        resolver: returns what there is to know of a connection. May raise errors of `woodoo.domain.errors`; the
            records at hand then share its fate, as if their flow had raised it.
        polls: returns the connections to be polled with the seconds between two polls. Asked every few seconds.
    """
    global _resolver, _polls
    _resolver, _polls = resolver, polls


def resolve(connection_id: int) -> Lanes:
    """Return what there is to know of a connection."""
    if _resolver is None:
        raise RuntimeError("No flows are registered: woodoo.wiring has to be set up before the engine runs.")
    return _resolver(connection_id)


def polls() -> Polls:
    """Return the connections to be polled with the seconds between two polls."""
    return _polls()
