"""When what is said: at once, with the digest, after quiet hours, never."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from woodoo.alerts.timing import Manners, News, Say, Story, is_quiet, news_of, quiet_hours, say
from woodoo.connections.alerting import DEFAULT_ALERT_WHEN, check_quiet_hours

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
NIGHT = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)
MANNERS = Manners(
    {"payment": "now", "outage": "always", "record": "digest", "import": "never"},
    digest=timedelta(hours=1),
    quiet=quiet_hours("22:00-07:00"),
)


def story(kind: str = "payment", *, age: int = 5, news: int | None = None, **fields: object) -> Story:
    """An alert that opened `age` minutes before noon, with news since `news` minutes before noon."""
    news_at = NOON - timedelta(minutes=age if news is None else news)
    return Story(kind, NOON - timedelta(minutes=age), **{"news_at": news_at, **fields})  # type: ignore[arg-type]


TOLD = {"told_at": NOON - timedelta(hours=3), "told_count": 1}
OVER = {"resolved_at": NOON}

CASES = {
    # what: (alert, moment, then)
    "money is said at once": (story(), NOON, Say.NOW),
    "but not at night": (story(), NIGHT, Say.HOLD),
    "an outage is, where that was asked for": (story("outage"), NIGHT, Say.NOW),
    "what was held at night is said in the morning": (story(), NIGHT + timedelta(hours=7, minutes=30), Say.NOW),
    "other orders join a digest": (story("record"), NOON, Say.JOIN),
    "and make it due when they have waited long enough": (story("record", age=60), NOON, Say.DIGEST),
    "no digest at night": (story("record", age=60), NIGHT, Say.HOLD),
    "what nobody wants is kept": (story("import"), NOON, Say.HOLD),
    "and filed when it is over": (story("import", **OVER), NOON, Say.FILE),
    "what was told and has not changed is not told again": (story(news=None, **TOLD), NOON, Say.FILE),
    "more of it goes with the digest, however urgent it was": (story(count=4, **TOLD), NOON, Say.JOIN),
    "that it is well again is said as it was": (story(**TOLD, **OVER), NOON, Say.NOW),
    "likewise in the digest": (story("record", **TOLD, **OVER), NOON, Say.JOIN),
    "and not at night": (story(**TOLD, **OVER), NIGHT, Say.HOLD),
    "money that came and went untold is told": (story(age=300, **OVER), NOON, Say.NOW),
    "anything else is not": (story("record", age=30, **OVER), NOON, Say.FILE),
    "a worker that starts again is no news": (story("service", age=1), NOON, Say.HOLD),
    "one that stays away is": (story("service", age=2), NOON, Say.NOW),
    "a short absence is never told": (story("service", age=1, **OVER), NOON + timedelta(hours=1), Say.FILE),
    "a kind that is not named is told as by default": (story("invoice"), NOON, Say.NOW),
    "one that nobody knows goes with the digest": (story("comet"), NOON, Say.JOIN),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_said_when(case: str):
    alert, moment, then = CASES[case]
    assert say(moment, alert, MANNERS) is then


def test_nothing_to_say_is_filed():
    assert say(NOON, Story("payment", NOON, news_at=None), MANNERS) is Say.FILE


@pytest.mark.parametrize(("seconds", "then"), [(0, Say.HOLD), (59, Say.HOLD), (60, Say.NOW), (-5, Say.NOW)])
def test_messages_at_once_are_a_minute_apart_whatever_the_clock_does(seconds: int, then: Say):
    assert say(NOON, story(), MANNERS, last_urgent=NOON - timedelta(seconds=seconds)) is then


@pytest.mark.parametrize(
    ("fields", "news"),
    [
        ({}, News.NEW),
        ({"news_at": None}, News.NONE),
        ({**TOLD, "count": 1}, News.NONE),
        ({**TOLD, "count": 2}, News.GROWN),
        ({**TOLD, **OVER}, News.WELL),
        (OVER, News.PASSED),
    ],
)
def test_what_there_is_to_say(fields: dict[str, object], news: News):
    assert news_of(story(**fields)) is news  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("hours", "clock", "quiet"),
    [
        ("22:00-07:00", "21:59", False),
        ("22:00-07:00", "22:00", True),
        ("22:00-07:00", "03:00", True),
        ("22:00-07:00", "06:59", True),
        ("22:00-07:00", "07:00", False),
        ("13:00-15:00", "14:00", True),
        ("13:00-15:00", "15:00", False),
        ("", "03:00", False),
    ],
)
def test_quiet_hours_reach_over_midnight(hours: str, clock: str, quiet: bool):
    moment = datetime.fromisoformat(f"2026-03-10T{clock}:00+00:00")
    assert is_quiet(moment, Manners(quiet=quiet_hours(hours))) is quiet


def test_quiet_hours_are_those_of_the_shop_in_summer_and_in_winter():
    madrid = Manners(quiet=quiet_hours("22:00-07:00"), zone="Europe/Madrid")
    assert is_quiet(datetime(2026, 7, 1, 20, 30, tzinfo=UTC), madrid)  # 22:30 there
    assert not is_quiet(datetime(2026, 1, 1, 20, 30, tzinfo=UTC), madrid)  # 21:30 there
    assert not is_quiet(datetime(2026, 7, 1, 5, 30, tzinfo=UTC), madrid)  # 07:30 there
    assert is_quiet(datetime(2026, 1, 1, 5, 30, tzinfo=UTC), madrid)  # 06:30 there


@pytest.mark.parametrize("text", ["22:00-07:00", " 22:00 – 07:00", ""])
def test_quiet_hours_are_read(text: str):
    assert check_quiet_hours(text) in {"22:00-07:00", ""}


@pytest.mark.parametrize("text", ["22-7", "24:00-07:00", "22:00", "22:00-22:00", "22:60-07:00", "always"])
def test_what_are_no_quiet_hours_is_refused(text: str):
    with pytest.raises(ValueError, match="leave it empty"):
        check_quiet_hours(text)


def test_money_outages_and_missing_orders_are_told_at_once_unless_somebody_says_otherwise():
    at_once = {kind for kind, when in DEFAULT_ALERT_WHEN.items() if when == "now"}
    assert at_once == {"payment", "invoice", "outage", "webhooks", "gap", "setup", "service", "health"}
