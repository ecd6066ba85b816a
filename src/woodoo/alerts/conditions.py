"""What deserves an alert: pure rules, from facts to conditions.

| what is seen                                                    | kind              | key             |
|-----------------------------------------------------------------|-------------------|-----------------|
| records parked or failed, by cause                              | payment, invoice, record | the cause |
| a side down for longer than `alert_outage_minutes`              | outage            | the side        |
| webhooks switched off, or silent while the poll finds orders    | webhooks          | webhooks        |
| orders the id set of the store shows and nothing had told of    | gap               | the lane        |
| a chore that has kept failing for longer than that              | chore             | the chore       |
| an import whose list could not be read                          | import            | the import      |
| keys that cannot be opened, settings that cannot be read        | setup             | keys, settings  |
| no worker alive, less than 1 GiB of disk left                   | service           | worker, disk    |
| a channel that has kept failing for longer than that            | channel           | the channel     |
| something the health check finds that does not work             | health            | health          |

A chore that fails because its side is down is part of the outage. While a side of a connection is down, nothing of it
is taken to be over: records that are tried again then have another cause for a while.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import md5

from woodoo.connections.alerting import AlertKind

from .kinds import EVERYWHERE, place_of, shown_place

#: Less free disk space than this is told.
LEAST_DISK = 1024**3
#: Records that are named in an alert.
_NAMED = 5
_SIDES = {"odoo": "Odoo", "store": "The store"}


@dataclass(frozen=True)
class Held:
    """Records that are parked or have failed for one cause."""

    cause: str
    place: str
    count: int
    #: Some of them, as a person names them: "Order #1054".
    names: Sequence[str] = ()
    fix: str = ""


@dataclass(frozen=True)
class Outage:
    """A side that does not answer."""

    side: str
    since: datetime
    reason: str = ""
    #: Records that wait for it.
    waiting: int = 0


@dataclass(frozen=True)
class Failing:
    """A chore or a channel that fails again and again."""

    name: str
    title: str
    since: datetime
    message: str = ""
    fix: str = ""
    error_kind: str = ""


@dataclass(frozen=True)
class Gap:
    """Records of the store that nothing had told of."""

    lane: str
    count: int
    records: Sequence[str] = ()
    since: datetime | None = None


@dataclass(frozen=True)
class ConnectionFacts:
    """How one connection is doing."""

    id: int
    #: After which an outage, a chore or a channel is told.
    outage_minutes: int = 15
    held: Sequence[Held] = ()
    #: Causes of records that are being tried again; what is open of them is not over.
    trying: frozenset[str] = frozenset()
    outage: Outage | None = None
    chores: Sequence[Failing] = ()
    channels: Sequence[Failing] = ()
    #: Topics whose webhooks the store switched off, and whether those that are on do not arrive.
    webhooks_off: Sequence[str] = ()
    webhooks_silent: bool = False
    gaps: Sequence[Gap] = ()
    #: Imports that stopped: number → title.
    imports: Sequence[tuple[int, str]] = ()
    #: What is wrong with it as it is stored: ("keys" or "settings", message, fix).
    setup: Sequence[tuple[str, str, str]] = ()
    #: What the last health check found that does not work: title and what was seen.
    unwell: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Facts:
    """How everything is doing at one moment."""

    now: datetime
    connections: Sequence[ConnectionFacts] = ()
    workers: int = 1
    #: Bytes; None where nobody can tell.
    disk_free: int | None = None


@dataclass(frozen=True)
class Condition:
    """Something that deserves an alert."""

    connection_id: int
    kind: AlertKind
    key: str
    title: str
    text: str = ""
    detail: str = ""
    fix: str = ""
    count: int = 1
    #: When it began, where that is known; else it counts from when it was seen first.
    since: datetime | None = None


@dataclass(frozen=True)
class Conditions:
    """All that deserves an alert, and what must not be taken to be over."""

    found: Sequence[Condition] = ()
    #: (connection, kind, key) that are undecided for now.
    undecided: frozenset[tuple[int, str, str]] = frozenset()
    #: Connections of which nothing is taken to be over.
    holding: frozenset[int] = field(default_factory=frozenset)


def conditions(facts: Facts) -> Conditions:
    """Return what deserves an alert."""
    found = [*_service(facts)]
    for one in facts.connections:
        found += _of_connection(one, facts.now)
    undecided = {
        (one.id, kind, key_of(cause))
        for one in facts.connections
        for cause in one.trying
        for kind in ("payment", "invoice", "record")
    }
    holding = frozenset(one.id for one in facts.connections if one.outage)
    return Conditions(found, frozenset(undecided), holding)


def key_of(cause: str) -> str:
    """Return what tells a cause from others: the short name it has in `engine.held`."""
    return md5(cause.encode(), usedforsecurity=False).hexdigest()[:12]


def _of_connection(one: ConnectionFacts, now: datetime) -> Iterator[Condition]:
    patience = timedelta(minutes=one.outage_minutes)
    yield from (_held(one.id, held) for held in one.held)
    if one.outage and now - one.outage.since >= patience:
        yield _outage(one.id, one.outage)
    yield from _webhooks(one)
    yield from (_gap(one.id, gap) for gap in one.gaps if gap.count)
    for chore in one.chores:
        if now - chore.since >= patience and chore.error_kind != "RemoteDown":
            title = f"Upkeep fails again and again: {chore.title}"
            yield Condition(one.id, "chore", chore.name, title, detail=chore.message, fix=chore.fix, since=chore.since)
    for channel in one.channels:
        if now - channel.since >= patience:
            title = f"Alerts do not get through to {channel.title}"
            fix = "Look at the channel on the page Alerts of the connection, and test it."
            yield Condition(
                one.id, "channel", channel.name, title, detail=channel.message, fix=fix, since=channel.since
            )
    if one.unwell and not one.outage:
        yield _unwell(one)
    for number, title in one.imports:
        yield Condition(
            one.id,
            "import",
            str(number),
            f"Import {number} stopped: the store's list could not be read",
            title,
            fix="Resume it on the page History of the connection.",
        )
    for key, message, fix in one.setup:
        title = "The stored keys cannot be opened" if key == "keys" else "The settings cannot be read"
        yield Condition(one.id, "setup", key, title, message, fix=fix)


def _held(connection_id: int, held: Held) -> Condition:
    place = place_of(held.place)
    shown = shown_place(held.place)
    what = {"payment": "not paid in Odoo", "invoice": "not invoiced in Odoo"}.get(place.kind, "held up")
    about = f", because of {place.words}" if place.words else ""
    names = [name for name in held.names if name][:_NAMED]
    more = held.count - len(names)
    named = ", ".join(names) + (f" and {more} more" if names and more > 0 else "")
    return Condition(
        connection_id,
        place.kind,
        key_of(held.cause),
        f"{held.count} order{'s are' if held.count != 1 else ' is'} {what}{about}",
        named + (f" ({shown})" if shown else ""),
        held.cause,
        held.fix,
        held.count,
    )


def _outage(connection_id: int, outage: Outage) -> Condition:
    waiting = f"{outage.waiting} record{'s wait' if outage.waiting != 1 else ' waits'}; nothing is lost."
    return Condition(
        connection_id,
        "outage",
        outage.side or "side",
        f"{_SIDES.get(outage.side, 'One side')} does not answer",
        waiting if outage.waiting else "Nothing is lost: what comes in waits.",
        outage.reason,
        "Woodoo goes on by itself as soon as there is an answer.",
        since=outage.since,
    )


def _webhooks(one: ConnectionFacts) -> Iterator[Condition]:
    if one.webhooks_off:
        topics = ", ".join(one.webhooks_off)
        yield Condition(
            one.id,
            "webhooks",
            "off",
            "The store has switched webhooks off",
            f"{topics}. Orders arrive all the same, with the polls.",
            fix="Look at the part on webhooks of the connection's page.",
            count=len(one.webhooks_off),
        )
    if one.webhooks_silent:
        yield Condition(
            one.id,
            "webhooks",
            "silent",
            "Webhooks of the store do not arrive",
            "The polls find orders that no webhook has told of.",
            fix="See whether the store can reach the address of the webhooks.",
        )


def _unwell(one: ConnectionFacts) -> Condition:
    count = len(one.unwell)
    what = "something that does" if count == 1 else f"{count} things that do"
    return Condition(
        one.id,
        "health",
        "health",
        f"The health check finds {what} not work",
        ", ".join(title for title, _ in one.unwell),
        " ".join(seen for _, seen in one.unwell),
        "Look at the health check on the connection's page, which says what to do.",
    )


def _gap(connection_id: int, gap: Gap) -> Condition:
    named = ", ".join(gap.records[:_NAMED])
    more = gap.count - min(len(gap.records), _NAMED)
    ids = f"Ids {named}{f' and {more} more' if more > 0 else ''}. " if named else ""
    return Condition(
        connection_id,
        "gap",
        gap.lane,
        f"{gap.count} of the store's {gap.lane} had come with no webhook and no poll",
        f"{ids}They have been found by comparing ids and are on the list now.",
        fix="Look at the webhooks and polls of the connection.",
        count=gap.count,
        since=gap.since,
    )


def _service(facts: Facts) -> Iterator[Condition]:
    if not facts.workers:
        yield Condition(
            EVERYWHERE,
            "service",
            "worker",
            "No worker is running",
            "Orders are taken in and wait.",
            fix="Start `woodoo run`, or `woodoo worker`.",
        )
    if facts.disk_free is not None and facts.disk_free < LEAST_DISK:
        yield Condition(
            EVERYWHERE,
            "service",
            "disk",
            "The disk is nearly full",
            f"{facts.disk_free // 1024**2} MiB are left where Woodoo keeps its data.",
            fix="Make room, or keep less: lower WOODOO_KEEP_MB or WOODOO_KEEP_DAYS.",
        )
