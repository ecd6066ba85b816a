"""What is said of an alert now: pure rules.

| of the alert there is…                | its kind is told… | then                                                   |
|---------------------------------------|-------------------|--------------------------------------------------------|
| nothing new, or it has not lasted yet | anyhow            | nothing is said                                        |
| it is new, or it is over and was told | always            | it is said at once                                     |
|                                       | now               | at once; in quiet hours when they end                  |
|                                       | digest            | with the next digest                                   |
| it came and went untold               | always, now       | likewise: nobody shall wonder what happened at night   |
|                                       | digest            | nothing is said any more                               |
| it has grown since it was told        | anyhow            | with the next digest                                   |
| anything                              | never             | nothing is said                                        |

A digest goes out when the oldest news in it has waited for `alert_digest_minutes`, never in quiet hours. What is said
at once is collected for a minute, or a hundred orders that fail together would be a hundred messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from woodoo.connections.alerting import DEFAULT_ALERT_WHEN, AlertKind, AlertWhen
from woodoo.connections.settings import ConnectionSettings

from .kinds import KINDS, Kind

#: Between two messages of one connection that are sent at once.
BREATH = timedelta(minutes=1)
_UNKNOWN = Kind("", "")


class News(Enum):
    """What there is to say of an alert."""

    NONE = "none"
    NEW = "new"
    #: It concerns more records than were told.
    GROWN = "grown"
    #: It is over, and was told.
    WELL = "well"
    #: It is over, and was never told.
    PASSED = "passed"


class Say(Enum):
    """What becomes of it."""

    #: Nothing to say, now or ever: it can be filed.
    FILE = "file"
    #: Not yet.
    HOLD = "hold"
    NOW = "now"
    #: With a digest that somebody else's age makes due.
    JOIN = "join"
    #: Its own age makes the digest due.
    DIGEST = "digest"


@dataclass(frozen=True)
class Story:
    """An alert as far as it matters for when to speak."""

    kind: str
    first_at: datetime
    count: int = 1
    resolved_at: datetime | None = None
    news_at: datetime | None = None
    told_at: datetime | None = None
    told_count: int = 0


@dataclass(frozen=True)
class Manners:
    """When people of a connection want to hear what."""

    when: Mapping[AlertKind, AlertWhen] = field(default_factory=dict)
    digest: timedelta = timedelta(hours=1)
    #: Begin and end in the time zone of the connection; None: there are no quiet hours.
    quiet: tuple[time, time] | None = None
    zone: str = "UTC"

    @classmethod
    def of(cls, settings: ConnectionSettings) -> Manners:
        """Return those of a connection's settings."""
        digest = timedelta(minutes=settings.alert_digest_minutes)
        return cls(settings.alert_when, digest, quiet_hours(settings.alert_quiet_hours), settings.timezone)

    def of_kind(self, kind: str) -> AlertWhen:
        """Return when a kind is told; those that are not named as by default."""
        return self.when.get(kind) or DEFAULT_ALERT_WHEN.get(kind, "digest")  # type: ignore[call-overload]


def quiet_hours(text: str) -> tuple[time, time] | None:
    """Read "22:00-07:00"; None where there are none."""
    if not text:
        return None
    begin, end = (time.fromisoformat(part) for part in text.split("-"))
    return begin, end


def is_quiet(now: datetime, manners: Manners) -> bool:
    """Return whether a moment lies in quiet hours; they may reach over midnight."""
    if manners.quiet is None:
        return False
    begin, end = manners.quiet
    clock = now.astimezone(ZoneInfo(manners.zone)).time()
    return begin <= clock < end if begin <= end else clock >= begin or clock < end


def news_of(story: Story) -> News:
    """Return what there is to say of an alert."""
    if story.news_at is None:
        return News.NONE
    if story.resolved_at:
        return News.WELL if story.told_at else News.PASSED
    if story.told_at is None:
        return News.NEW
    return News.GROWN if story.count > story.told_count else News.NONE


def say(now: datetime, story: Story, manners: Manners, *, last_urgent: datetime | None = None) -> Say:
    """Return what becomes of an alert now.

    Args:
        now: any time zone.
        story: the alert.
        manners: of its connection.
        last_urgent: when something was last said at once on this connection.
    """
    news, when = news_of(story), manners.of_kind(story.kind)
    if news is News.NONE:
        return Say.FILE
    if when == "never" or _too_short(story):
        return Say.FILE if story.resolved_at else Say.HOLD
    if not story.resolved_at and now - story.first_at < _patience(story):
        return Say.HOLD
    if news is News.GROWN or when == "digest":
        return _in_digest(now, story, manners, news)
    if when == "now" and is_quiet(now, manners):
        return Say.HOLD
    if last_urgent is not None and timedelta(0) <= now - last_urgent < BREATH:
        return Say.HOLD
    return Say.NOW


def _in_digest(now: datetime, story: Story, manners: Manners, news: News) -> Say:
    if news is News.PASSED:
        return Say.FILE
    if is_quiet(now, manners):
        return Say.HOLD
    return Say.DIGEST if story.news_at and now - story.news_at >= manners.digest else Say.JOIN


def _too_short(story: Story) -> bool:
    """Whether it came and went before anybody was to be told."""
    return bool(story.resolved_at and not story.told_at and story.resolved_at - story.first_at < _patience(story))


def _patience(story: Story) -> timedelta:
    return KINDS.get(story.kind, _UNKNOWN).patience
