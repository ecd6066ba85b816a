"""From connected to live: what has to be right before a connection is switched on, looked at by Woodoo itself.

| point        | is right where                                                                       |
|--------------|--------------------------------------------------------------------------------------|
| `test`       | the connection test has no error: both sides, rights, settings                       |
| `mappings`   | past orders were read, and nothing they use is a gap                                 |
| `rehearsal`  | the newest orders were tried since the settings were changed last, and none failed   |
| `hygiene`    | both sides were looked through, and nothing holds up orders                          |
| `news`       | webhooks are set up by Woodoo, or stand already; else orders are found by polling    |
| `trial`      | the last test run passed; without one it is no hindrance, for it needs the switch on |
| `alerts`     | a channel is there, and a test has got through                                       |
| `key`        | a person says that the encryption key and a backup are kept apart from this machine  |
| `features`   | a person says that the switches are as wished                                        |
| `history`    | an import of the past was begun, or a person says that none is needed                |
| `stock`      | who owns stock was set, or a person says that it is as wished                        |

Decides that a person may accept any point as it is but the connection test, which is written down, and that nothing
goes live before all are right or accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from woodoo import importing, surveys, wiring
from woodoo.alerts.channels import channels_of
from woodoo.alerts.trial import TESTED
from woodoo.chores.webhooks import NAME as WEBHOOKS
from woodoo.connections.alerting import AlertSettings
from woodoo.connections.audit import note
from woodoo.connections.models import Change, Checklist, Connection
from woodoo.domain.errors import WoodooError
from woodoo.engine import surveys as kept
from woodoo.engine.models import Chore, Import
from woodoo.engine.work import connection_changed
from woodoo.trials.models import Trial

from .change_words import setting_word
from .stored_words import said as named
from .tidying import troubles_of

#: States: right; to be looked at, but no hindrance; open: somebody has to act.
OK, LOOK, OPEN = "ok", "look", "open"


@dataclass(frozen=True)
class Point:
    """One line of the checklist."""

    name: str
    state: str
    #: What was found.
    evidence: str
    #: What to do; empty where all is well.
    fix: str = ""
    #: When it was looked at; None: this moment.
    at: datetime | None = None
    #: Who has accepted it as it is, or done it; empty: nobody.
    accepted_by: str = ""
    accepted_at: datetime | None = None

    @property
    def is_right(self) -> bool:
        """Whether it stands in nobody's way."""
        return self.state != OPEN or bool(self.accepted_by)


#: Points a person cannot accept as they are.
MUST = frozenset({"test"})
#: Points for which both sides are asked; what was found is kept.
_ASKED = ("test", "mappings")


def checklist(on: Connection) -> list[Point]:
    """Return all points as they stand, without asking either side."""
    stored = Checklist.objects.filter(pk=on.pk).first() or Checklist(connection_id=on.pk)
    points = [_stored(stored, name) for name in _ASKED] + [look(on) for look in _LOCAL]
    return [_with_tick(point, stored.ticks.get(point.name)) for point in points]


def check(on: Connection) -> list[Point]:
    """Ask both sides, keep what was found, and return all points."""
    found = {point.name: asdict(point) for point in (_test(on), _mappings(on))}
    plain = {name: {key: point[key] for key in ("state", "evidence", "fix")} for name, point in found.items()}
    Checklist.objects.update_or_create(connection_id=on.pk, defaults={"checked_at": timezone.now(), "points": plain})
    return checklist(on)


def accept(on: Connection, name: str, *, who: str, yes: bool = True) -> None:
    """Write down that somebody accepts a point as it is, or has done it; or takes that back.

    Raises:
        WoodooError: there is no such point, or it cannot be accepted.
    """
    known = {point.name for point in checklist(on)}
    if name not in known or name in MUST:
        raise WoodooError(
            f"The point '{name}' cannot be accepted as it is.",
            fix=f"Those that can: {', '.join(sorted(known - MUST))}.",
        )
    with transaction.atomic():
        stored, _ = Checklist.objects.select_for_update().get_or_create(connection_id=on.pk)
        ticks = {key: value for key, value in stored.ticks.items() if key != name}
        if yes:
            ticks[name] = {"who": who, "at": timezone.now().isoformat()}
        stored.ticks = ticks
        stored.save(update_fields=["ticks"])
        note(f"checklist: {name} {'accepted' if yes else 'taken back'}", connection_id=on.pk)


def today(on: Connection) -> date:
    """Return which day it is for the shop."""
    return timezone.now().astimezone(importing.zone_of(on)).date()


def switch_on(on: Connection, first: date, *, who: str) -> Import | None:
    """Switch a connection on, for orders placed from a day on; return the import that fetches those of before now.

    Raises:
        WoodooError: where a point stands in the way, or it is on already.
    """
    if on.enabled:
        raise WoodooError(f"{on.name} is switched on already.", fix="Nothing is left to do.")
    waiting = [point for point in checklist(on) if not point.is_right]
    if waiting:
        names = ", ".join(point.name for point in waiting)
        raise WoodooError(
            f"{on.name} was not switched on: {names} {'is' if len(waiting) == 1 else 'are'} not right yet.",
            fix="Mend what the checklist names, or accept it as it is.",
        )
    with transaction.atomic():
        found = Connection.objects.select_for_update().get(pk=on.pk)
        found.settings = {**found.settings, "orders_from": first.isoformat()}
        found.enabled = True
        found.save(update_fields=["settings", "enabled", "updated_at"])
    connection_changed(on.pk)
    on.refresh_from_db()
    return _earlier(on, first, who)


def _earlier(on: Connection, first: date, who: str) -> Import | None:
    """Begin an import of the orders from that day until the connection was made: polls look back no further."""
    zone = importing.zone_of(on)
    if first > on.created_at.astimezone(zone).date():
        return None
    try:
        wanted = importing.read_wanted(on, from_day=first.isoformat())
        return importing.start_import(on, wanted, started_by=who)
    except WoodooError:  # the store has none of them, or does not answer now: the page of history begins it
        return None


def _stored(stored: Checklist, name: str) -> Point:
    found = stored.points.get(name)
    if found is None:
        return Point(name, OPEN, gettext("Not looked at yet."), gettext("Press Check now."))
    return Point(name, found["state"], found["evidence"], found["fix"], stored.checked_at)


def _with_tick(point: Point, tick: Mapping[str, str] | None) -> Point:
    if not tick or point.name in MUST:
        return point
    return Point(
        point.name,
        point.state,
        point.evidence,
        point.fix,
        point.at,
        tick["who"],
        datetime.fromisoformat(tick["at"]),
    )


def _test(on: Connection) -> Point:
    try:
        checks = wiring.check_connection(on)
    except WoodooError as error:
        return Point("test", OPEN, error.message, error.fix)
    wrong = [one for one in checks if one.ok is False]
    if wrong:
        said = " ".join(f"{one.name}: {one.message}" for one in wrong)
        return Point("test", OPEN, said, wrong[0].fix)
    warned = [one for one in checks if one.ok is None]
    if warned:
        said = "; ".join(one.name for one in warned)
        return Point("test", LOOK, f"{len(checks)} checks, none wrong. To look at: {said}.", warned[0].fix)
    return Point("test", OK, f"All {len(checks)} checks are well.")


def _mappings(on: Connection) -> Point:
    usage, _, done = surveys.usage_of(on)
    try:
        rows = wiring.read_mappings(on)
    except WoodooError as error:
        return Point("mappings", OPEN, error.message, error.fix)
    gaps = [row for row in rows if row.is_gap and row.is_used]
    if done is None:
        return Point("mappings", OPEN, "Past orders were not read, so nobody knows what is used.", "Read past orders.")
    if gaps:
        some = "; ".join(f"{row.title} ({row.orders} orders)" if row.orders else row.title for row in gaps[:4])
        more = f"; and {len(gaps) - 4} more" if len(gaps) > 4 else ""
        return Point("mappings", OPEN, f"Used, but not mapped: {some}{more}.", "Map them.")
    return Point("mappings", OK, f"All that {usage.orders} past orders use is mapped.")


def _rehearsal(on: Connection) -> Point:
    done = kept.through(on.pk, surveys.REHEARSAL.name)
    if done is None:
        return Point("rehearsal", OPEN, gettext("No order was tried yet."), gettext("Try the newest orders."))
    counts = kept.counts(done.pk)
    held, count = counts.get("parked", 0) + counts.get("failed", 0), sum(counts.values())
    if held:
        return Point(
            "rehearsal",
            OPEN,
            gettext("%(held)s of %(count)s orders would wait for a person.") % {"held": held, "count": count},
            gettext("Mend the reasons."),
            done.finished_at,
        )
    if _settings_changed(on, done.created_at):
        said = gettext("The settings were changed since the newest orders were tried.")
        return Point("rehearsal", OPEN, said, gettext("Try them again."), done.finished_at)
    if not count:
        return Point("rehearsal", LOOK, gettext("The store has no orders to try."), "", done.finished_at)
    would = counts.get("create", 0) + counts.get("complete", 0) + counts.get("there", 0)
    said = gettext("%(count)s orders tried, none would wait: %(over)s come over, %(out)s are left out.")
    said %= {"count": count, "over": would, "out": counts.get("skipped", 0)}
    return Point("rehearsal", OK, said, "", done.finished_at)


#: What may change without another outcome of any order.
_ASIDE = frozenset({"alert_channels", "name", "enabled", "webhook_secret", *AlertSettings.model_fields})


def _settings_changed(on: Connection, since: datetime) -> bool:
    """Return whether something was changed since that decides what becomes of orders."""
    changes = Change.objects.filter(connection_id=on.pk, what__in=("settings changed", "connection changed"))
    return any(not {*one.before, *one.after} <= _ASIDE for one in changes.filter(at__gt=since))


def _hygiene(on: Connection) -> Point:
    done = kept.through(on.pk, surveys.HYGIENE.name)
    if done is None:
        return Point(
            "hygiene",
            OPEN,
            gettext("Products and customers were not looked through yet."),
            gettext("Look for trouble."),
        )
    try:
        troubles = [one for one in troubles_of(on, items=False) if one.blocks and one.count]
    except WoodooError as error:
        return Point("hygiene", OPEN, error.message, error.fix, done.finished_at)
    if troubles:
        said = "; ".join(f"{one.count} × {one.title}" for one in troubles)
        return Point("hygiene", OPEN, f"{said}.", gettext("Mend them in the shop or in Odoo."), done.finished_at)
    return Point("hygiene", OK, gettext("Nothing was found that holds up orders."), "", done.finished_at)


def _news(on: Connection) -> Point:
    chore = Chore.objects.filter(connection_id=on.pk, name=WEBHOOKS).first()
    polled = gettext("Orders are found by asking the store every %(seconds)s seconds in any case.")
    polled %= {"seconds": on.settings.get("poll_seconds", 75)}
    if chore and chore.message:
        return Point("news", LOOK, f"{gettext('Webhooks:')} {chore.message} {polled}", chore.fix, chore.ended_at)
    if chore and chore.found.get("webhooks"):
        count = len(chore.found["webhooks"])
        said = ngettext("%(n)s webhook is looked after.", "%(n)s webhooks are looked after.", count) % {"n": count}
        return Point("news", OK, f"{said} {polled}", "", chore.well_at)
    if on.settings.get("manage_webhooks", True):
        said = gettext("Webhooks are set up in the store as soon as the connection is on.")
        return Point("news", OK, f"{said} {polled}")
    said = gettext("Webhooks are not set up by Woodoo.")
    return Point("news", LOOK, f"{said} {polled}", gettext("Set them up by hand to be told at once."))


def _trial(on: Connection) -> Point:
    last = Trial.objects.filter(connection_id=on.pk, finished_at__isnull=False).order_by("-pk").first()
    if last is None:
        said = gettext("No test run was made yet; it needs a connection that is switched on.")
        return Point("trial", LOOK, said, gettext("Run the tests once it is live."))
    if last.state != Trial.State.PASSED:
        said = gettext("The last test run was interrupted.")
        if last.state == Trial.State.FAILED:
            said = gettext("The last test run failed.")
        fix = gettext("Look at its steps, mend what they name, and run the tests again.")
        return Point("trial", OPEN, said, fix, last.finished_at)
    return Point("trial", OK, gettext("The last test run passed."), "", last.finished_at)


def _alerts(on: Connection) -> Point:
    channels = channels_of(on)
    if not channels:
        said = gettext("Nobody is told when something needs a person.")
        return Point("alerts", OPEN, said, gettext("Add a channel, and test it."))
    tested = Change.objects.filter(connection_id=on.pk, what=TESTED).order_by("-pk").first()
    names = ", ".join(one.service for one in channels)
    if tested is None:
        said = gettext("%(names)s: no test has got through yet.") % {"names": names}
        return Point("alerts", OPEN, said, gettext("Test the channel."))
    return Point("alerts", OK, gettext("%(names)s: a test got through.") % {"names": names}, "", tested.at)


def _key(on: Connection) -> Point:
    said = gettext(
        "Without the encryption key no stored secret can be opened again; without a backup all history is lost."
    )
    return Point("key", OPEN, said, gettext("Keep the key and a backup apart from this machine, then tick this."))


def _features(on: Connection) -> Point:
    switches = [
        setting_word(name)
        for name in on.settings
        if name.startswith(("send_", "create_", "take_")) and on.settings[name] is True
    ]
    orders = on.settings.get("take_orders", True)
    said = gettext("Beside orders is switched on: %(names)s.") if switches else gettext("Only orders come over.")
    if not orders:
        said = gettext("Orders do not come over, and nothing else is switched on.")
        if switches:
            said = gettext("Orders do not come over; switched on is: %(names)s.")
    fix = gettext("Switch on what is wished under Features, then tick this.")
    return Point("features", OPEN, said % {"names": ", ".join(switches)}, fix)


def _history(on: Connection) -> Point:
    past = Import.objects.filter(connection_id=on.pk, flow="order", dry_run=False).order_by("-pk").first()
    if past:
        told = gettext("An import was begun: %(title)s.") % {"title": named(past.title)}
        return Point("history", OK, told, "", past.created_at)
    told = gettext("No order of the past was imported.")
    return Point("history", OPEN, told, gettext("Import them, or tick that none is needed."))


def _stock(on: Connection) -> Point:
    owners = on.settings.get("owners")
    chosen = isinstance(owners, dict) and "stock" in owners
    sends = on.settings.get("send_stock") is True
    if chosen or sends:
        owner = owners["stock"] if isinstance(owners, dict) and chosen else "odoo"
        told = gettext("The store has the say about stock.")
        return Point("stock", OK, gettext("Odoo has the say about stock.") if owner == "odoo" else told)
    told = gettext("Stock figures are left alone on both sides.")
    return Point("stock", OPEN, told, gettext("Set who owns stock, or tick this."))


_LOCAL: tuple[Callable[[Connection], Point], ...] = (
    _rehearsal,
    _hygiene,
    _news,
    _trial,
    _alerts,
    _key,
    _features,
    _history,
    _stock,
)


def as_data(points: list[Point]) -> list[dict[str, Any]]:
    """Return points for other programs."""
    return [{**asdict(point), "right": point.is_right} for point in points]
