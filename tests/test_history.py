"""Which orders of the past a person means, and what each mistake is called."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from woodoo.domain.errors import WoodooError
from woodoo.domain.history import OrderRange, read_range

MADRID = ZoneInfo("Europe/Madrid")
NOW = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)  # the 22nd in Madrid


def read(from_day: str = "", to_day: str = "", ids: str = "", *statuses: str) -> OrderRange:
    return read_range(from_day=from_day, to_day=to_day, ids=ids, statuses=statuses, zone=MADRID, now=NOW)


def test_days_are_whole_days_of_the_shop():
    wanted = read("2025-01-01", "2025-06-30")
    assert wanted.begin == datetime(2024, 12, 31, 23, tzinfo=UTC)
    assert wanted.end == datetime(2025, 6, 30, 22, tzinfo=UTC), "summer time"
    assert wanted.in_words(MADRID) == "orders of 2025-01-01 to 2025-06-30"


def test_one_day():
    wanted = read("2025-03-30", "2025-03-30")
    assert wanted.begin is not None
    assert wanted.end is not None
    assert (wanted.end - wanted.begin).total_seconds() == 23 * 3600, "the night the clocks went forward"
    assert wanted.in_words(MADRID) == "orders of 2025-03-30"


@pytest.mark.parametrize("to_day", ["", "2026-11-22"])
def test_a_range_that_reaches_today_ends_now_for_what_comes_later_comes_by_itself(to_day: str):
    wanted = read("2026-11-01", to_day)
    assert wanted.end == NOW
    assert wanted.in_words(MADRID) == "orders of 2026-11-01 to 2026-11-22"


def test_everything_up_to_a_day():
    wanted = read("", "2019-12-31", "", "completed", "wc-processing", "completed")
    assert wanted.begin is None
    assert wanted.statuses == ("completed", "processing")
    assert wanted.in_words(MADRID) == "orders of the beginning to 2019-12-31, completed or processing"


@pytest.mark.parametrize(
    ("ids", "first", "last"),
    [("1000-2000", 1000, 2000), (" 7 - 9 ", 7, 9), ("1054", 1054, 1054), ("1054-1054", 1054, 1054)],
)
def test_ids(ids: str, first: int, last: int):
    wanted = read(ids=ids)
    assert (wanted.first_id, wanted.last_id, wanted.begin) == (first, last, None)
    words = f"orders with ids {first} to {last}" if first < last else f"the order with the id {first}"
    assert wanted.in_words(MADRID) == words


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("", ""), "Which orders are meant was not said"),
        (("2025-12-31", "2025-01-01"), "The range ends before it begins: from 2025-12-31 to 2025-01-01"),
        (("2026-11-23", ""), "2026-11-23 lies in the future: in the shop's time zone (Europe/Madrid) it is 2026-11-22"),
        (("2025-01-01", "2027-01-01"), "2027-01-01 lies in the future"),
        (("01.02.2025", ""), "'01.02.2025' is no day"),
        (("2025-02-30", ""), "'2025-02-30' is no day"),
        (("20250201", ""), "'20250201' is no day"),
        (("2025-1-1", ""), "'2025-1-1' is no day"),
        (("0001-01-01", ""), "'0001-01-01' is no day"),
        (("", "", "abc"), "'abc' is no range of ids"),
        (("", "", "1000-"), "'1000-' is no range of ids"),
        (("", "", "-5"), "'-5' is no range of ids"),
        (("", "", "0-5"), "'0-5' is no range of ids"),
        (("", "", "²-5"), "is no range of ids"),
        (("", "", "1-9999999999999999999"), "is no range of ids"),
        (("", "", "2000-1000"), "The range ends before it begins: ids 2000 to 1000"),
        (("2025-01-01", "", "1000-2000"), "Days and ids were given"),
        (("2025-01-01", "", "", "Sent & paid"), "'Sent & paid' is no order status"),
        (("2025-01-01", "", "", ""), "'' is no order status"),
    ],
)
def test_what_cannot_be_meant_is_named_with_what_to_write(given: tuple[str, ...], says: str):
    with pytest.raises(WoodooError) as caught:
        read(*given)
    assert says in caught.value.message
    assert caught.value.fix


def test_what_is_stored_is_what_was_meant():
    for wanted in (read("2025-01-01", "2025-12-31", "", "completed"), read(ids="5-9"), read("", "2020-01-01")):
        assert OrderRange.from_json(wanted.to_json()) == wanted


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        (read("2025-01-01", "2025-06-30"), read("2025-06-30", "2025-12-31"), True),
        (read("2025-01-01", "2025-06-30"), read("2025-07-01", "2025-12-31"), False),
        (read("", "2025-06-30"), read("2025-07-01"), False),
        (read("", "2025-06-30"), read("2025-06-01"), True),
        (read(ids="1-5"), read(ids="5-9"), True),
        (read(ids="1-5"), read(ids="6-9"), False),
        (read(ids="1-5"), read("2025-01-01"), True),
        (read("2025-01-01", "", "", "completed"), read("2025-01-01", "", "", "processing"), False),
        (read("2025-01-01", "", "", "completed"), read("2025-01-01"), True),
    ],
)
def test_ranges_that_may_share_an_order(one: OrderRange, other: OrderRange, overlap: bool):
    assert one.may_overlap(other) is other.may_overlap(one) is overlap
