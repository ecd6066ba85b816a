"""What a health check says of what it saw."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from woodoo.checkup import findings
from woodoo.checkup.findings import BAD, OK, WARN
from woodoo.stores.base import StoreVersions

NOW = datetime(2026, 11, 30, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(("seconds", "state"), [(0, OK), (-60, OK), (61, WARN), (-300, WARN), (301, BAD), (-3600, BAD)])
def test_a_clock_is_judged_by_how_far_it_is_off(seconds: int, state: str) -> None:
    assert findings.clock("odoo", NOW + timedelta(seconds=seconds), NOW).state == state


def test_a_clock_that_is_off_says_which_way() -> None:
    assert "ahead of" in findings.clock("store", NOW + timedelta(hours=1), NOW).seen
    assert "behind" in findings.clock("store", NOW - timedelta(hours=1), NOW).seen


@pytest.mark.parametrize(("days", "state"), [(90, OK), (20, WARN), (6, BAD), (-1, BAD)])
def test_certificates_and_keys_are_judged_by_the_days_they_have(days: int, state: str) -> None:
    ends = NOW + timedelta(days=days)
    assert findings.certificate("store", ends, NOW, encrypted=True).state == state
    assert findings.api_keys([("Woodoo", ends)], NOW).state == state


def test_of_several_keys_the_one_that_ends_first_is_named() -> None:
    keys = [("Old", None), ("Woodoo", NOW + timedelta(days=3)), ("Other", NOW + timedelta(days=40))]
    found = findings.api_keys(keys, NOW)
    assert (found.state, "'Woodoo'" in found.seen, "3 keys" in found.seen) == (BAD, True, True)
    assert findings.api_keys([("Woodoo", None)], NOW).state == OK


@pytest.mark.parametrize(
    ("oldest", "due", "stuck", "state"),
    [(0.0, 0, 0, OK), (30.0, 4, 0, OK), (601.0, 4, 0, WARN), (3601.0, 4, 0, BAD), (0.0, 0, 2, WARN)],
)
def test_a_queue_is_judged_by_how_long_its_oldest_waits(oldest: float, due: int, stuck: int, state: str) -> None:
    assert findings.queue(oldest, due, stuck).state == state


@pytest.mark.parametrize(
    ("version", "state"), [("14.0", WARN), ("16.0", WARN), ("17.0", OK), ("19.0", OK), ("20.0", WARN)]
)
def test_a_release_of_odoo_is_judged_by_whether_odoo_maintains_it(version: str, state: str) -> None:
    assert findings.odoo_release(version, int(version.split(".")[0])).state == state


def test_the_store_is_judged_by_its_version_and_its_order_storage() -> None:
    assert findings.store_versions(StoreVersions("7.9.0", "6.4", "8.1", hpos=True)).state == WARN
    assert findings.store_versions(StoreVersions("10.2.4", "6.8", "8.2", hpos=False)).state == WARN
    assert findings.store_versions(StoreVersions("10.2.4", "6.8", "8.2", hpos=True)).state == OK


def test_the_worst_counts() -> None:
    ok, warn, bad = findings.workers(1), findings.disk(2 * 1024**3), findings.workers(0)
    assert [findings.worst(given) for given in ([], [ok], [ok, warn], [warn, bad, ok])] == [OK, OK, WARN, BAD]
