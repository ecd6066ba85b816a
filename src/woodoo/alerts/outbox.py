"""Writes down what is to be said, before any of it is sent.

Decides that an alert counts as told in the same transaction in which its message and the deliveries of that are
stored: what is told is on its way whatever happens next, and nothing is told twice for being looked at twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from woodoo.connections.models import Connection
from woodoo.connections.settings import ConnectionSettings

from .channels import channels_of
from .facts import checked
from .kinds import EVERYWHERE
from .models import Alert, Delivery, Message
from .timing import Manners, News, Say, Story, news_of, say
from .words import Item, letter, page_of

#: (connection, mark of the channel).
_Door = tuple[int, str]


@transaction.atomic
def write(now: datetime) -> list[Message]:
    """Write the messages that are due now, each with its deliveries, and return them. `now`: by the database."""
    connections = {one.pk: one for one in Connection.objects.filter(enabled=True).order_by("pk")}
    doors = {number: [(number, one.mark) for one in channels_of(found)] for number, found in connections.items()}
    pending: dict[int, list[Alert]] = {}
    for alert in Alert.objects.select_for_update().filter(news_at__isnull=False).order_by("first_at"):
        pending.setdefault(alert.connection_id, []).append(alert)
    written = []
    for number, alerts in pending.items():
        owner = _speaker(connections, doors) if number == EVERYWHERE else connections.get(number)
        ways = sorted({way for every in doors.values() for way in every}) if number == EVERYWHERE else doors.get(number)
        if owner is None or not ways:
            _file([one for one in alerts if one.resolved_at])
            continue
        written += _write_of(number, owner, alerts, ways, now)
    return written


def _speaker(connections: Mapping[int, Connection], doors: Mapping[int, Sequence[_Door]]) -> Connection | None:
    """Return the connection by whose settings alerts of the whole installation are told: the first with a channel."""
    return next((found for number, found in connections.items() if doors[number]), None)


def _write_of(
    number: int, owner: Connection, alerts: Sequence[Alert], ways: Sequence[_Door], now: datetime
) -> list[Message]:
    rules, _ = checked(owner)
    manners, last = Manners.of(rules), _last_urgent(number)
    what = [(alert, say(now, _story(alert), manners, last_urgent=last)) for alert in alerts]
    _file([alert for alert, verdict in what if verdict is Say.FILE])
    urgent = [alert for alert, verdict in what if verdict is Say.NOW]
    digest = [alert for alert, verdict in what if verdict in (Say.DIGEST, Say.JOIN)]
    if not any(verdict is Say.DIGEST for _, verdict in what):
        digest = []
    name = "all connections" if number == EVERYWHERE else owner.name
    batches = [(True, urgent), (False, digest)]
    return [_message(number, name, rules, group, ways, now, urgent=at_once) for at_once, group in batches if group]


def _message(
    number: int,
    name: str,
    rules: ConnectionSettings,
    alerts: Sequence[Alert],
    ways: Sequence[_Door],
    now: datetime,
    *,
    urgent: bool,
) -> Message:
    told = [one.pk for one in alerts]
    others = Alert.objects.filter(connection_id=number, resolved_at__isnull=True, told_at__isnull=False)
    text = letter(
        name,
        [_item(one) for one in alerts],
        zone=rules.timezone,
        details=rules.alert_messages,
        still_open=0 if urgent else others.exclude(pk__in=told).count(),
        more=f"{settings.WOODOO_URL}/alerts/",
    )
    message = Message.objects.create(
        connection_id=number, urgent=urgent, title=text.title, body=text.body, created_at=now
    )
    Delivery.objects.bulk_create(
        Delivery(message=message, connection_id=owner, channel=mark, due_at=now) for owner, mark in ways
    )
    for one in alerts:
        one.told_at, one.told_count, one.news_at = one.told_at or now, one.count, None
        one.save(update_fields=["told_at", "told_count", "news_at"])
    return message


def _file(alerts: Iterable[Alert]) -> None:
    """Note that there is nothing (more) to say of these."""
    Alert.objects.filter(pk__in=[one.pk for one in alerts]).update(news_at=None)


def _story(one: Alert) -> Story:
    return Story(one.kind, one.first_at, one.count, one.resolved_at, one.news_at, one.told_at, one.told_count)


def _item(one: Alert) -> Item:
    news: News = news_of(_story(one))
    link = settings.WOODOO_URL + page_of(one.kind, one.connection_id, one.key)
    return Item(news, one.kind, one.title, one.first_at, one.text, one.detail, one.fix, one.resolved_at, link)


def _last_urgent(number: int) -> datetime | None:
    found = Message.objects.filter(connection_id=number, urgent=True).aggregate(last=Max("created_at"))
    return found["last"]
