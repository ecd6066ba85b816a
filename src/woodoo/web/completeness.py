"""Tells as of when all orders of a store are accounted for, and what is in the way, in the words of screen and command.

Decides when that time is late enough to be remarked on: after three polls that should have moved it, and five minutes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models.functions import Now
from django.utils.translation import gettext, gettext_noop, ngettext

from woodoo.connections.models import Connection
from woodoo.domain.errors import ConfigError
from woodoo.domain.mark import GONE
from woodoo.engine import completeness
from woodoo.engine.completeness import Standing
from woodoo.engine.models import Chore, Link

#: Chores without which nothing is complete, as a person calls them.
CHORES = {
    "poll": gettext_noop("Asking the store what changed"),
    "contents": gettext_noop("Reading recent orders again"),
    "census": gettext_noop("Counting the store's orders"),
    "customers": gettext_noop("Looking for deleted customer accounts"),
}
#: Orders of a gap that are named.
_NAMED = 10
_PATIENCE = timedelta(minutes=5)
#: For so long deleted customer accounts are told of.
_LATELY = timedelta(days=30)


@dataclass(frozen=True)
class Trouble:
    """A look at the store that does not work."""

    what: str
    message: str
    fix: str
    since: datetime | None


@dataclass(frozen=True)
class Told:
    """What is told of one connection."""

    #: None: nobody can tell yet; `unknown` says why.
    complete_at: datetime | None = None
    unknown: str = ""
    late: bool = False
    counted_at: datetime | None = None
    #: What the last count found, a sentence each.
    facts: tuple[str, ...] = ()
    #: Orders nobody had told of; empty where there are none.
    gap: str = ""
    gap_since: datetime | None = None
    troubles: tuple[Trouble, ...] = ()

    @property
    def is_well(self) -> bool:
        return self.complete_at is not None and not (self.late or self.gap or self.troubles)

    def to_json(self) -> dict[str, Any]:
        """Return it for other programs."""
        return {
            "complete_as_of": self.complete_at,
            "late": self.late,
            "counted_at": self.counted_at,
            "gap": self.gap or None,
            "gap_since": self.gap_since,
            "facts": list(self.facts),
        }


def told_of(connections: Sequence[Connection]) -> Mapping[int, Told]:
    """Return what is to be told of each connection, in a fixed number of queries."""
    ids = [connection.pk for connection in connections]
    found = completeness.standings(ids)
    troubles, deleted = _troubles(ids), _deleted_accounts(ids)
    now = completeness.now()
    return {one.pk: _told(one, found[one.pk], troubles[one.pk], deleted[one.pk], now) for one in connections}


def _troubles(ids: Iterable[int]) -> Mapping[int, list[Trouble]]:
    failing = Chore.objects.filter(connection_id__in=list(ids), name__in=list(CHORES), failures__gt=0)
    found: dict[int, list[Trouble]] = defaultdict(list)
    for row in failing.order_by("name"):
        trouble = Trouble(gettext(CHORES[row.name]), row.message, row.fix, row.failing_since)
        found[row.connection_id].append(trouble)
    return found


def _deleted_accounts(ids: Iterable[int]) -> Mapping[int, list[int]]:
    """Return the contacts in Odoo whose accounts in the store were found to be deleted of late."""
    links = Link.objects.filter(connection_id__in=list(ids), kind="customer", store_hash=GONE)
    found: dict[int, list[int]] = defaultdict(list)
    lately = links.filter(updated_at__gt=Now() - _LATELY).order_by("-updated_at", "-id")
    for connection_id, odoo_id in lately.values_list("connection_id", "odoo_id"):
        found[connection_id].append(odoo_id)
    return found


def _told(
    connection: Connection, standing: Standing, troubles: Sequence[Trouble], deleted: Sequence[int], now: datetime
) -> Told:
    at = standing.complete_at
    return Told(
        complete_at=at,
        unknown="" if at else _unknown(standing),
        late=at is not None and now - at > _patience(connection),
        counted_at=standing.counted_at,
        facts=(*_facts(standing), *_accounts(deleted)),
        gap=_gap(standing),
        gap_since=standing.gap_since,
        troubles=tuple(troubles),
    )


def _patience(connection: Connection) -> timedelta:
    try:
        rules = connection.rules
    except ConfigError:
        seconds = 60
    else:
        if not rules.take_orders:  # nobody looks, and nobody is to be told so
            return timedelta.max
        seconds = rules.poll_seconds
    return max(_PATIENCE, timedelta(seconds=3 * seconds))


def _unknown(standing: Standing) -> str:
    count = standing.count
    if standing.counted_at is not None:
        return gettext("not known until the store has been asked once more")
    if count.under_way and count.total:
        said = gettext("not known yet: %(counted)s of %(total)s orders are counted")
        return said % {"counted": count.listed + count.drafts, "total": count.total}
    return gettext("not known yet: the store's orders have not been counted")


def _facts(standing: Standing) -> Iterable[str]:
    count = standing.count
    if standing.in_store is not None:
        listed = standing.in_store - standing.before
        said = ngettext(
            "%(count)s order in the store: %(listed)s on the list.",
            "%(count)s orders in the store: %(listed)s on the list.",
            standing.in_store,
        )
        if standing.before:
            said = ngettext(
                "%(count)s order in the store: %(listed)s on the list, %(older)s older than the connection.",
                "%(count)s orders in the store: %(listed)s on the list, %(older)s older than the connection.",
                standing.in_store,
            )
        yield said % {"count": standing.in_store, "listed": listed, "older": standing.before}
    if count.ended_at and count.hidden:
        said = ngettext(
            "The store counts %(count)s order more than it shows; nobody can say whether Odoo has them. Look for a "
            "plugin of the store that hides orders from the REST API.",
            "The store counts %(count)s orders more than it shows; nobody can say whether Odoo has them. Look for a "
            "plugin of the store that hides orders from the REST API.",
            count.hidden,
        )
        yield said % {"count": count.hidden}
    if count.under_way and standing.counted_at is not None:
        said = gettext("They are being counted again: %(counted)s.")
        if count.total:
            said = gettext("They are being counted again: %(counted)s of %(total)s.")
        yield said % {"counted": count.listed + count.drafts, "total": count.total}


def _accounts(deleted: Sequence[int]) -> Iterable[str]:
    contacts = list(dict.fromkeys(deleted))
    if contacts:
        named = ", ".join(str(one) for one in contacts[:_NAMED])
        said = gettext(
            "Customer accounts were deleted in the store within %(days)s days; their contacts in Odoo stay "
            "(res.partner %(numbers)s)."
        )
        yield said % {"days": _LATELY.days, "numbers": _and_more(named, len(contacts))}


def _gap(standing: Standing) -> str:
    if not standing.gap_count:
        return ""
    named = ", ".join(standing.gap[:_NAMED])
    said = ngettext(
        "Counting found %(count)s order of which neither a webhook nor a poll had told: %(orders)s. It is on the "
        "list now.",
        "Counting found %(count)s orders of which neither a webhook nor a poll had told: %(orders)s. They are on the "
        "list now.",
        standing.gap_count,
    )
    return said % {"count": standing.gap_count, "orders": _and_more(named, standing.gap_count)}


def _and_more(named: str, count: int) -> str:
    if count <= _NAMED:
        return named
    said = ngettext("%(named)s and %(count)s more", "%(named)s and %(count)s more", count - _NAMED)
    return said % {"named": named, "count": count - _NAMED}
