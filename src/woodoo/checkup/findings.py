"""What a health check says of what it saw: pure rules, from figures to sentences.

| what                          | look at it                       | does not work                        |
|-------------------------------|----------------------------------|--------------------------------------|
| a side's clock against ours   | more than 60 s off               | more than 300 s off                  |
| a certificate's end           | within 21 days                   | within 7 days                        |
| the end of Odoo's API keys    | within 21 days                   | within 7 days                        |
| the oldest record that is due | for 10 minutes                   | for an hour                          |
| the disk                      | less than 5 GiB are left         | less than 1 GiB is left              |
| what is kept of what happened | a fifth over WOODOO_KEEP_MB      |                                      |
| records at work too long      | any                              |                                      |
| workers                       |                                  | none                                 |
| the release of Odoo           | not maintained by Odoo any more  |                                      |
| the store's versions          | WooCommerce below 8, no HPOS     |                                      |
| webhooks                      | switched off, or do not arrive   |                                      |

Odoo maintains its three newest releases (odoo.com, documentation: supported versions).
A key of Odoo 18 and later ends (api-facts A.2); which of several keys of a user is ours Odoo does not tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..stores.base import StoreVersions

OK, WARN, BAD = "ok", "warn", "bad"
_RANK = {OK: 0, WARN: 1, BAD: 2}

#: The newest release of Odoo that is known here, and how many are maintained.
NEWEST_ODOO, MAINTAINED = 19, 3
_SIDES = {"store": "The store", "odoo": "Odoo"}
_GIB = 1024**3


@dataclass(frozen=True)
class Finding:
    """One point of a health check."""

    #: Short and stable, for programs and alerts.
    key: str
    title: str
    #: "ok", "warn" or "bad".
    state: str
    seen: str
    #: What to do; empty where all is well.
    fix: str = ""


def worst(findings: Iterable[Finding]) -> str:
    """Return the worst state among them."""
    return max((one.state for one in findings), key=_RANK.__getitem__, default=OK)


def clock(side: str, there: datetime | None, here: datetime) -> Finding:
    """Judge a side's clock."""
    title = f"Clock of {'the store' if side == 'store' else 'Odoo'}"
    if there is None:
        return Finding(f"clock_{side}", title, OK, f"{_SIDES[side]} does not tell the time with its answers.")
    off = (there - here).total_seconds()
    seen = f"{_SIDES[side]} is {abs(off):.0f} s {'ahead of' if off > 0 else 'behind'} this machine."
    state = BAD if abs(off) > 300 else WARN if abs(off) > 60 else OK
    if state == OK:
        return Finding(f"clock_{side}", title, OK, f"The same as here, within {max(1, round(abs(off)))} s.")
    return Finding(f"clock_{side}", title, state, seen, "Have both machines set their clocks by NTP.")


def certificate(side: str, ends: datetime | None, now: datetime, *, encrypted: bool, here: bool = False) -> Finding:
    """Judge how long a side's certificate holds."""
    key, title = f"certificate_{side}", f"Certificate of {'the store' if side == 'store' else 'Odoo'}"
    if here and not encrypted:
        return Finding(key, title, OK, f"{_SIDES[side]} is on this machine, and needs none.")
    if not encrypted:
        return Finding(key, title, WARN, f"{_SIDES[side]} is reached without TLS.", "Use an address with https.")
    if ends is None:
        return Finding(key, title, OK, "When it ends cannot be seen from here.")
    return _ending(key, title, ends, now, "It holds until", "Renew it; see why it is not renewed by itself.")


def api_keys(ends: Sequence[tuple[str, datetime | None]], now: datetime) -> Finding:
    """Judge the API keys of Odoo's user, each with its name and its end; None: it has none."""
    key, title = "odoo_keys", "API keys of Odoo"
    if not ends:
        return Finding(key, title, OK, "They do not end, or Odoo does not tell.")
    dated = sorted((end, name) for name, end in ends if end is not None)
    if not dated:
        return Finding(key, title, OK, "None of the user's keys ends.")
    end, name = dated[0]
    several = "" if len(ends) == 1 else f" The user has {len(ends)} keys; Odoo does not tell which one Woodoo uses."
    found = _ending(
        key, title, end, now, f"The key '{name}' holds until", "Make a new key in Odoo, enter it under Connection."
    )
    return Finding(key, title, found.state, found.seen + several, found.fix)


def _ending(key: str, title: str, ends: datetime, now: datetime, holds: str, fix: str) -> Finding:
    left = ends - now
    seen = f"{holds} {ends:%Y-%m-%d}, {max(0, left.days)} days from now."
    state = BAD if left < timedelta(days=7) else WARN if left < timedelta(days=21) else OK
    return Finding(key, title, state, seen, fix if state != OK else "")


def queue(oldest: float, due: int, stuck: int) -> Finding:
    """Judge the to-do list: for how many seconds the oldest record has been due, of how many, and how many hang."""
    key, title = "queue", "To-do list"
    if stuck:
        seen = f"{stuck} records are at work for longer than a batch may take."
        return Finding(key, title, WARN, seen, "Look whether a worker hangs; a restart gives them to another one.")
    if not due:
        return Finding(key, title, OK, "Nothing is due that is not being worked on.")
    seen = f"{due} due, the oldest for {oldest / 60:.0f} minutes."
    state = BAD if oldest > 3600 else WARN if oldest > 600 else OK
    fix = "Look whether workers run and both sides answer; start more workers, or raise odoo_slots."
    return Finding(key, title, state, seen, fix if state != OK else "")


def workers(alive: int) -> Finding:
    """Judge how many workers are alive."""
    if alive:
        return Finding("workers", "Workers", OK, f"{alive} alive.")
    return Finding("workers", "Workers", BAD, "No worker is running.", "Start `woodoo run`, or `woodoo worker`.")


def disk(free: int | None) -> Finding:
    """Judge the bytes that are left where Woodoo keeps its data."""
    if free is None:
        return Finding("disk", "Disk", OK, "How much is left cannot be told here.")
    state = BAD if free < _GIB else WARN if free < 5 * _GIB else OK
    fix = "Make room, or keep less: lower WOODOO_KEEP_MB or WOODOO_KEEP_DAYS." if state != OK else ""
    return Finding("disk", "Disk", state, f"{free / _GIB:.1f} GiB are left.", fix)


def database(size: int, kept_mb: float, most_mb: int) -> Finding:
    """Judge the size of the database in bytes, and the part of it that retention looks after."""
    seen = f"{size / 1024**2:.0f} MB in all; {kept_mb:.0f} of {most_mb} MB of what happened."
    if kept_mb > most_mb * 1.2:
        fix = "Settle what is parked or failed, whose history is kept; or raise WOODOO_KEEP_MB."
        return Finding("database", "Database", WARN, seen, fix)
    return Finding("database", "Database", OK, seen)


def odoo_release(version: str, major: int) -> Finding:
    """Judge the release of Odoo."""
    key, title = "odoo_release", "Release of Odoo"
    oldest = NEWEST_ODOO - MAINTAINED + 1
    if major < oldest:
        seen = f"Odoo {version}. Odoo maintains {oldest} and later: this one gets no security fixes."
        return Finding(key, title, WARN, seen, "Plan the upgrade; Woodoo goes on as it is, before and after.")
    if major > NEWEST_ODOO:
        seen = f"Odoo {version} is newer than what this Woodoo was tried on."
        return Finding(key, title, WARN, seen, "Update Woodoo, and run the tests.")
    return Finding(key, title, OK, f"Odoo {version}, maintained by Odoo.")


def store_versions(found: StoreVersions) -> Finding:
    """Judge what the shop runs on."""
    key, title = "store_release", "Release of the store"
    names = (("WooCommerce", found.woocommerce), ("WordPress", found.wordpress), ("PHP", found.php))
    seen = ", ".join(f"{name} {version}" for name, version in names if version) or "The store does not tell."
    major = found.woocommerce.partition(".")[0]
    if major.isdecimal() and int(major) < 8:
        return Finding(key, title, WARN, f"{seen}.", "Update WooCommerce: Woodoo is made for 8 and later.")
    if found.hpos is False:
        fix = "Switch it on under WooCommerce → Settings → Advanced → Features: lists of orders are then much faster."
        return Finding(key, title, WARN, f"{seen}. Orders are kept without High-Performance Order Storage.", fix)
    return Finding(key, title, OK, f"{seen}{', with HPOS' if found.hpos else ''}.")


def webhooks(off: Sequence[str], *, failing: bool, known: bool, managed: bool) -> Finding:
    """Judge the webhooks, by the last look after them."""
    key, title = "webhooks", "Webhooks"
    if off:
        seen = f"The store has switched off: {', '.join(off)}. Polls bring orders all the same."
        return Finding(key, title, WARN, seen, "Look at the part on webhooks of the connection's page.")
    if failing:
        seen = "They are on, but do not arrive; polls bring orders all the same."
        return Finding(key, title, WARN, seen, "See whether the store can reach the address of the webhooks.")
    if not known:
        return Finding(key, title, OK, "None yet: polls bring orders.")
    return Finding(key, title, OK, "On, and looked after." if managed else "Looked at; Woodoo leaves them as they are.")
