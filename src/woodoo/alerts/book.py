"""Keeps the alerts: opens them, lets them grow, closes them.

Decides that something is over only when it has not been seen for two minutes: what comes and goes is one alert.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from .conditions import Condition, Conditions
from .kinds import EVERYWHERE
from .models import Alert, Message

#: How long something has to be gone before it is over.
SETTLED = timedelta(minutes=2)

_Key = tuple[int, str, str]


@transaction.atomic
def note(found: Conditions, now: datetime) -> list[Alert]:
    """Bring the alerts in line with what is found, and return those that are open. `now`: by the database."""
    known: dict[_Key, Alert] = {
        (one.connection_id, one.kind, one.key): one for one in Alert.objects.filter(resolved_at__isnull=True)
    }
    seen: set[_Key] = set()
    for condition in found.found:
        key: _Key = (condition.connection_id, condition.kind, condition.key)
        if key in seen:
            continue
        seen.add(key)
        if key in known:
            _see_again(known[key], condition, now)
        else:
            known[key] = _open(condition, now)
    for key in known.keys() - seen:
        if key in found.undecided or key[0] in found.holding:
            continue
        _miss(known[key], now)
    return [one for one in known.values() if one.resolved_at is None]


def _open(condition: Condition, now: datetime) -> Alert:
    fields = asdict(condition)
    since = fields.pop("since") or now
    return Alert.objects.create(**fields, first_at=min(since, now), last_at=now, news_at=now)


def _see_again(alert: Alert, condition: Condition, now: datetime) -> None:
    if alert.told_at and alert.news_at is None and condition.count > alert.told_count:
        alert.news_at = now
    for name in ("title", "text", "detail", "fix", "count"):
        setattr(alert, name, getattr(condition, name))
    alert.last_at, alert.gone_at = now, None
    alert.save()


def _miss(alert: Alert, now: datetime) -> None:
    if alert.gone_at is None:
        alert.gone_at = now
    elif now - alert.gone_at >= SETTLED:
        alert.resolved_at = alert.gone_at
        alert.news_at = now
    else:
        return
    alert.save(update_fields=["gone_at", "resolved_at", "news_at"])


def forget_connections(there: Iterable[int]) -> None:
    """Drop the open alerts of connections that are gone or switched off: nobody looks at them any more."""
    Alert.objects.filter(resolved_at__isnull=True).exclude(connection_id__in=[*there, EVERYWHERE]).delete()


def expire(now: datetime) -> None:
    """Delete alerts and messages that are older than WOODOO_KEEP_DAYS; open alerts stay."""
    oldest = now - timedelta(days=settings.WOODOO_KEEP_DAYS)
    Alert.objects.filter(resolved_at__lt=oldest).delete()
    Message.objects.filter(created_at__lt=oldest).delete()
