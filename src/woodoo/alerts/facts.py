"""Reads how everything is doing, for the rules of `conditions.py`.

Decides which tables are asked. A connection whose settings cannot be read is looked at with the defaults; that it is
so is one of the facts.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from woodoo.checkup.book import health_of
from woodoo.checkup.findings import BAD
from woodoo.connections.models import Connection
from woodoo.connections.settings import ConnectionSettings
from woodoo.domain.errors import ConfigError
from woodoo.engine import db, registry
from woodoo.engine.models import Chore
from woodoo.runtime.home import home

from .channels import channels_of
from .conditions import ConnectionFacts, Facts, Failing, Gap, Held, Outage
from .standing import failing_channels

#: Records of a cause that are named.
_NAMED = 5
#: The chore that looks after webhooks.
_WEBHOOKS = "webhooks"
#: Points of the health check that are alerts of their own.
_TOLD = frozenset({"workers", "disk"})


def look() -> Facts:
    """Return how everything is doing now."""
    found = list(Connection.objects.filter(enabled=True).order_by("pk"))
    ids = [one.pk for one in found]
    held, outages, chores = _held(ids), _outages(ids), _chores(ids)
    trying, gaps, imports, webhooks = _trying(ids), _gaps(ids), _imports(ids), _webhooks(ids)
    unwell = _unwell(ids)
    connections = []
    for one in found:
        settings, setup = checked(one)
        connections.append(
            ConnectionFacts(
                one.pk,
                settings.alert_outage_minutes,
                held[one.pk],
                frozenset(trying[one.pk]),
                outages.get(one.pk),
                chores[one.pk],
                _channels(one),
                *webhooks_of(webhooks.get(one.pk, {})),
                gaps[one.pk],
                imports[one.pk],
                setup,
                unwell[one.pk],
            )
        )
    return Facts(now(), connections, _workers(), _disk_free())


def now() -> datetime:
    """Return the time of the database."""
    ((moment,),) = db.rows("SELECT now()")
    return moment


def checked(one: Connection) -> tuple[ConnectionSettings, list[tuple[str, str, str]]]:
    """Return a connection's settings, the defaults where they cannot be read, and what is wrong with it as stored."""
    wrong = []
    try:
        settings = one.rules
    except ConfigError as error:
        settings = ConnectionSettings.parse({}, connection=one.name)
        wrong.append(("settings", error.message, error.fix))
    try:
        _ = one.known_secrets
    except ConfigError as error:
        wrong.append(("keys", error.message, error.fix))
    return settings, wrong


def _held(ids: Sequence[int]) -> Mapping[int, list[Held]]:
    rows = db.rows(
        """SELECT connection_id, COALESCE(NULLIF(cause, ''), message) AS why, min(place), count(*),
                  (array_agg(COALESCE(NULLIF(title, ''), lane || ' ' || record) ORDER BY id DESC))[1:%(named)s],
                  max(fix)
             FROM engine_work
            WHERE connection_id = ANY(%(ids)s) AND state IN ('parked', 'failed') AND NOT trial
            GROUP BY connection_id, why ORDER BY connection_id, max(updated_at) DESC""",
        {"ids": list(ids), "named": _NAMED},
    )
    return _grouped((number, Held(why, place, count, names, fix)) for number, why, place, count, names, fix in rows)


def _trying(ids: Sequence[int]) -> Mapping[int, list[str]]:
    """Return the causes of records that are being tried again, of connections with something open."""
    rows = db.rows(
        """SELECT DISTINCT w.connection_id, w.cause FROM engine_work w
            WHERE w.connection_id = ANY(%s) AND w.state IN ('ready', 'waiting', 'running') AND w.cause <> ''
              AND NOT w.trial
              AND EXISTS (SELECT 1 FROM alerts_alert a
                           WHERE a.connection_id = w.connection_id AND a.resolved_at IS NULL)""",
        [list(ids)],
    )
    return _grouped(rows)


def _outages(ids: Sequence[int]) -> Mapping[int, Outage]:
    rows = db.rows(
        """SELECT b.connection_id, b.side, COALESCE(b.since, now()), b.reason,
                  (SELECT count(*) FROM engine_work w
                    WHERE w.connection_id = b.connection_id AND w.state IN ('ready', 'waiting') AND NOT w.trial)
             FROM engine_breaker b WHERE b.connection_id = ANY(%s) AND b.failures > 0""",
        [list(ids)],
    )
    return {number: Outage(side, since, reason, waiting) for number, side, since, reason, waiting in rows}


def _chores(ids: Sequence[int]) -> Mapping[int, list[Failing]]:
    rows = db.rows(
        """SELECT connection_id, name, failing_since, message, fix, error_kind FROM engine_chore
            WHERE connection_id = ANY(%s) AND failures > 0 AND failing_since IS NOT NULL ORDER BY name""",
        [list(ids)],
    )
    return _grouped(
        (number, Failing(name, _title(number, name), since, message, fix, kind))
        for number, name, since, message, fix, kind in rows
    )


def _title(connection_id: int, name: str) -> str:
    """Return a chore as a person calls it; its name where the connection cannot be read."""
    try:
        chores = registry.resolve(connection_id).chores
    except (ConfigError, RuntimeError):
        return name
    return next((one.title for one in chores if one.name == name and one.title), name)


def _channels(one: Connection) -> list[Failing]:
    failing = failing_channels(one.pk)
    return [
        Failing(channel.mark, channel.label, *failing[channel.mark])
        for channel in (channels_of(one) if failing else ())
        if channel.mark in failing
    ]


def _gaps(ids: Sequence[int]) -> Mapping[int, list[Gap]]:
    rows = db.rows(
        "SELECT connection_id, lane, gap_count, gap, gap_since FROM engine_completeness"
        " WHERE connection_id = ANY(%s) AND gap_count > 0 ORDER BY lane",
        [list(ids)],
    )
    return _grouped((number, Gap(*gap)) for number, *gap in rows)


def _imports(ids: Sequence[int]) -> Mapping[int, list[tuple[int, str]]]:
    rows = db.rows(
        "SELECT connection_id, id, title FROM engine_import WHERE connection_id = ANY(%s) AND state = 'failed'",
        [list(ids)],
    )
    return _grouped((connection_id, (number, title)) for connection_id, number, title in rows)


def _webhooks(ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    rows = Chore.objects.filter(connection_id__in=ids, name=_WEBHOOKS)
    return dict(rows.values_list("connection_id", "found"))


def webhooks_of(found: Mapping[str, Any]) -> tuple[Sequence[str], bool]:
    """Return the topics whose webhooks the store has switched off and nobody has brought back, and whether they fail.

    `found` is what the chore that looks after them notes. One that a person has paused stays paused and needs nobody.
    """
    mended = found.get("carried_out") and {"activate", "repair", "remove"}
    off = [
        str(one.get("topic"))
        for one in found.get("webhooks") or ()
        if one.get("status") == "disabled" and (one.get("problem") or one.get("do") not in (mended or ()))
    ]
    return sorted(set(off)), bool((found.get("told") or {}).get("failing"))


def _unwell(ids: Sequence[int]) -> Mapping[int, Sequence[tuple[str, str]]]:
    """Return what the last health checks found that does not work, beside what is told of the service already."""
    return {
        number: [(one.title, one.seen) for one in health.findings if one.state == BAD and one.key not in _TOLD]
        for number, health in health_of(ids).items()
    }


def _workers() -> int:
    ((count,),) = db.rows(
        "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '60 seconds'"
    )
    return int(count)


def _disk_free() -> int | None:
    try:
        return shutil.disk_usage(home()).free
    except OSError:
        return None


def _grouped(rows: Iterable[Sequence[Any]]) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for number, one in rows:
        found[number].append(one)
    return found
