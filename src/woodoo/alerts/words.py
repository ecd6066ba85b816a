"""How a message reads: pure.

Decides that it names records by their numbers and never a person; what the error says is added only where the
settings allow it. The most urgent comes first, and twenty alerts are enough for one message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from .kinds import EVERYWHERE, KINDS
from .timing import News

#: Alerts in one message.
MOST = 20
_ORDER = list(KINDS)


@dataclass(frozen=True)
class Item:
    """An alert in a message."""

    news: News
    kind: str
    title: str
    first_at: datetime
    text: str = ""
    detail: str = ""
    fix: str = ""
    resolved_at: datetime | None = None
    #: Where the panel shows it, with the address of the service.
    link: str = ""


@dataclass(frozen=True)
class Letter:
    """A message: one line, and the text."""

    title: str
    body: str


def letter(
    name: str, items: Sequence[Item], *, zone: str, details: bool = False, still_open: int = 0, more: str = ""
) -> Letter:
    """Write a message.

    Args:
        name: of the connection.
        items: what it is about.
        zone: time zone in which times are written.
        details: what errors say may be told.
        still_open: alerts that are open beside these.
        more: address of the page that shows all.
    """
    ordered = sorted(items, key=lambda one: (one.news in (News.WELL, News.PASSED), _rank(one.kind)))
    shown = ordered[:MOST]
    blocks = [_block(one, ZoneInfo(zone), details=details) for one in shown]
    rest = [f"And {len(ordered) - MOST} more."] if len(ordered) > MOST else []
    if still_open:
        many = still_open > 1
        words = ("were", "are") if many else ("was", "is")
        rest.append(f"{still_open} more {words[0]} told before and {words[1]} not over yet.")
    if more:
        rest.append(f"All alerts: {more}")
    return Letter(_title(name, ordered), "\n\n".join([*blocks, *(["\n".join(rest)] if rest else [])]))


def test_letter(name: str, link: str) -> Letter:
    """Write the message of a test."""
    body = f"This is a test. What needs you on {name} will be told here."
    return Letter(f"Woodoo · {name}: test of the alerts", f"{body}\n{link}".strip())


def capital(text: str) -> str:
    """Return what an error says as a sentence, whatever it begins with; an address stays as it is."""
    return text if "://" in text.split(" ")[0] else f"{text[:1].upper()}{text[1:]}"


def page_of(kind: str, connection_id: int, key: str) -> str:
    """Return the page of the panel that shows what an alert is about, as a path."""
    if connection_id == EVERYWHERE:
        return "/alerts/"
    if kind in {"payment", "invoice", "record"}:
        return f"/work/?state=attention&connection={connection_id}&cause={key}"
    return {
        "import": f"/connections/{connection_id}/history/",
        "setup": f"/connections/{connection_id}/edit/",
        "channel": f"/connections/{connection_id}/alerts/",
    }.get(kind, f"/connections/{connection_id}/")


def _rank(kind: str) -> int:
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER)


def _title(name: str, items: Sequence[Item]) -> str:
    bad = [one for one in items if one.news not in (News.WELL, News.PASSED)]
    first = (bad or items)[0]
    others = len(bad or items) - 1
    begin = first.title if bad else f"Well again: {first.title}"
    return f"Woodoo · {name}: {begin}" + (f", and {others} more" if others else "")


def _block(one: Item, zone: ZoneInfo, *, details: bool) -> str:
    since = _clock(one.first_at, zone)
    if one.news in (News.WELL, News.PASSED):
        until = _clock(one.resolved_at, zone) if one.resolved_at else ""
        word = "Well again" if one.news is News.WELL else "Came and went"
        return f"✓ {word}: {one.title}\n  From {since} to {until}"
    lines = [f"{'▲' if one.news is News.GROWN else '●'} {one.title}"]
    lines += [f"  {part}" for part in (one.text, capital(one.detail) if details else "") if part]
    lines += [f"  {line}" for line in one.fix.splitlines()] if details or one.kind in _OWN_WORDS else []
    lines.append(f"  Since {since}")
    if one.link:
        lines.append(f"  {one.link}")
    return "\n".join(lines)


#: Kinds whose remedy is a text of Woodoo's own, with nothing of the record in it.
_OWN_WORDS = frozenset({"outage", "webhooks", "gap", "import", "setup", "service", "channel", "health"})


def _clock(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")
