"""Which connection a webhook address belongs to, remembered for some seconds.

Decides that a delivery costs no look-up of its connection while the answer is fresh, and that an address nobody has
is remembered only briefly and never in great number.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

from woodoo.connections.hook import previous_secret
from woodoo.connections.models import Connection
from woodoo.domain.errors import ConfigError
from woodoo.flows.table import wanted_flows

#: Seconds for which a known address is believed; a changed secret works everywhere after that.
FRESH = 10.0
#: Seconds for which an unknown address stays unknown.
FRESH_UNKNOWN = 2.0
_MOST = 2048


@dataclass(frozen=True)
class Door:
    """What the receiver needs to know of a connection."""

    connection_id: int
    token: str
    store_url: str
    #: None where no key of the installation opens it.
    secret: str | None = field(repr=False)
    #: The one before, as long as it is good; else empty.
    previous: str = field(default="", repr=False)
    #: Names of the flows that are switched on; None where the settings cannot be read: then all are taken.
    flows: frozenset[str] | None = None
    #: By the monotonic clock, in seconds.
    looked_up: float = field(default_factory=time.monotonic)


_known: OrderedDict[str, tuple[float, Door | None]] = OrderedDict()
_lock = Lock()


def find_door(token: str) -> Door | None:
    """Return the connection with that webhook address; None where there is none."""
    with _lock:
        entry = _known.get(token)
    if entry and entry[0] > time.monotonic():
        return entry[1]
    return _look_up(token)


def look_again(door: Door) -> Door | None:
    """Look a connection up again when a signature does not fit: its secret may just have been changed.

    At most once a second for each connection, so that a flood of wrong signatures costs nothing more. None where
    it has just been done.
    """
    if time.monotonic() - door.looked_up < 1.0:
        return None
    return _look_up(door.token)


def _look_up(token: str) -> Door | None:
    connection = Connection.objects.filter(hook_token=token).first()
    door = _door(connection) if connection else None
    with _lock:
        _known[token] = (time.monotonic() + (FRESH if door else FRESH_UNKNOWN), door)
        _known.move_to_end(token)
        while len(_known) > _MOST:
            _known.popitem(last=False)
    return door


def forget_doors() -> None:
    """Forget every address, after a connection was changed in this process."""
    with _lock:
        _known.clear()


def _door(connection: Connection) -> Door:
    try:
        secret = connection.webhook_secret
    except ConfigError:
        return Door(connection.pk, connection.hook_token, connection.store_url, None)
    try:
        flows = frozenset(flow.name for flow in wanted_flows(connection.rules))
    except ConfigError:
        flows = None
    try:
        previous = previous_secret(connection)
    except ConfigError:
        previous = ""
    return Door(connection.pk, connection.hook_token, connection.store_url, secret, previous, flows)
