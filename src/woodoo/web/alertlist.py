"""The alerts as the panel lists them: what is open first, then what was, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from woodoo.alerts.kinds import EVERYWHERE, KINDS
from woodoo.alerts.models import Alert
from woodoo.alerts.words import capital, page_of
from woodoo.connections.alerting import DEFAULT_ALERT_WHEN
from woodoo.connections.models import Connection

#: Alerts that are over and still shown.
_PAST = 50
_URGENT = frozenset(kind for kind, when in DEFAULT_ALERT_WHEN.items() if when == "now")


@dataclass(frozen=True)
class Row:
    """An alert on the screen."""

    alert: Alert
    kind: str
    #: The connection's name; "All connections" where it concerns the installation.
    where: str
    link: str
    lines: list[str]
    #: That of a state of work; "over" where it is none any more.
    colour: str

    @property
    def is_open(self) -> bool:
        return self.alert.resolved_at is None


def every_alert(among: Iterable[int] | None = None) -> list[Row]:
    """Return the alerts of all connections, or of these, with those that concern all."""
    return _rows(_of(among))


def alerts_of(connection_id: int) -> list[Row]:
    """Return the alerts of one connection, with those that concern all."""
    return _rows(Q(connection_id__in=(connection_id, EVERYWHERE)))


def open_count(among: Iterable[int] | None = None) -> int:
    """Return how many alerts are open on all connections, or on these."""
    now = timezone.now()
    found = Alert.objects.filter(_of(among), resolved_at__isnull=True).values_list("kind", "first_at")
    return sum(_has_lasted(kind, first_at, now) for kind, first_at in found)


def _of(among: Iterable[int] | None) -> Q:
    return Q() if among is None else Q(connection_id__in=(*among, EVERYWHERE))


def _rows(which: Q) -> list[Row]:
    names = dict(Connection.objects.values_list("pk", "name"))
    past = Alert.objects.filter(which, resolved_at__isnull=False).order_by("-resolved_at", "-pk")[:_PAST]
    return [_row(one, names) for one in (*_lasting(which), *past)]


def _lasting(which: Q) -> list[Alert]:
    """Return what is open, but what has not lasted long enough to count."""
    now = timezone.now()
    found = Alert.objects.filter(which, resolved_at__isnull=True).order_by("-first_at", "-pk")
    there = [one for one in found if _has_lasted(one.kind, one.first_at, now)]
    return sorted(there, key=lambda one: not _is_urgent(one.kind))


def _has_lasted(kind: str, since: datetime, now: datetime) -> bool:
    return kind not in KINDS or now - since >= KINDS[kind].patience


def _row(one: Alert, names: Mapping[int, str]) -> Row:
    kind = gettext(KINDS[one.kind].title) if one.kind in KINDS else one.kind
    said = (one.text, one.detail, *one.fix.splitlines()) if one.resolved_at is None else (one.detail,)
    lines = [capital(text) for text in said if text]
    link = "" if one.connection_id == EVERYWHERE or one.resolved_at else page_of(one.kind, one.connection_id, one.key)
    colour = "over" if one.resolved_at else "failed" if _is_urgent(one.kind) else "parked"
    return Row(one, kind, names.get(one.connection_id, gettext("All connections")), link, lines, colour)


def _is_urgent(kind: str) -> bool:
    """Whether it is told at once unless somebody says otherwise."""
    return kind in _URGENT
