"""Carries messages to the channels, and again where they do not get through.

Decides that a delivery is tried again after 1, 5 and 15 minutes and then every hour, and is given up after a day; that
messages to one channel keep their order, so that "well again" never comes first; and that one channel never waits for
another.

A process that dies between sending and noting sends again: a message may come twice, it is never lost.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from woodoo.connections.models import Connection
from woodoo.engine import db

from .channels import Channel, channels_of, send_all
from .models import Delivery

log = logging.getLogger(__name__)

#: After the first, second, … try; the last one holds from then on.
DELAYS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
GIVE_UP = timedelta(days=1)


def deliver() -> int:
    """Send what is due, the oldest message of each channel, and return how many got through."""
    due = _due()
    channels = _channels({one.connection_id for one in due})
    ready = [(one, channels[one.connection_id, one.channel]) for one in due if _there(one, channels)]
    errors = send_all([(channel, one.message.title, one.message.body) for one, channel in ready])
    for (one, _), error in zip(ready, errors, strict=True):
        _note(one, error)
    return errors.count("")


def next_try(tries: int) -> timedelta:
    """Return how long to wait after so many tries that failed."""
    return DELAYS[min(tries, len(DELAYS)) - 1]


def _due() -> Sequence[Delivery]:
    """Return the oldest delivery under way to each channel, where it is due."""
    oldest = db.rows(
        """SELECT min(id) FROM alerts_delivery WHERE sent_at IS NULL AND given_up_at IS NULL
            GROUP BY connection_id, channel"""
    )
    found = Delivery.objects.filter(pk__in=[number for (number,) in oldest], due_at__lte=_now())
    return list(found.select_related("message").order_by("pk"))


def _there(one: Delivery, channels: Mapping[tuple[int, str], Channel]) -> bool:
    """Give a delivery up whose channel was taken away."""
    if (one.connection_id, one.channel) in channels:
        return True
    one.given_up_at, one.error = _now(), "The channel was removed."
    one.save(update_fields=["given_up_at", "error"])
    return False


def _channels(connection_ids: set[int]) -> Mapping[tuple[int, str], Channel]:
    found = Connection.objects.filter(pk__in=connection_ids)
    return {(one.pk, channel.mark): channel for one in found for channel in channels_of(one)}


def _note(one: Delivery, error: str) -> None:
    now = _now()
    one.tries, one.tried_at, one.error = one.tries + 1, now, error
    if not error:
        one.sent_at = now
    elif now - one.message.created_at >= GIVE_UP:
        one.given_up_at = now
    else:
        one.due_at = now + next_try(one.tries)
    one.save(update_fields=["tries", "tried_at", "error", "sent_at", "given_up_at", "due_at"])
    if error:
        log.warning("alert not delivered", extra={"connection": one.connection_id, "attempt": one.tries})


def _now() -> datetime:
    ((moment,),) = db.rows("SELECT now()")
    return moment
