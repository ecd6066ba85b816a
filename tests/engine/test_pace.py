"""The pace of requests is kept over all workers together."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from pyrate_limiter import Rate

from woodoo.engine import pace
from woodoo.engine.pace import SharedLimiter

HOUR = 3_600_000

pytestmark = pytest.mark.usefixtures("db_committed", "connections_closed")


@pytest.fixture
def connections_closed() -> Iterator[None]:
    yield
    pace.close()


@pytest.fixture
def odoo() -> str:
    """A database nobody has asked yet: what was asked within the hour is kept in tables of the limiter's own."""
    return f"https://odoo#{uuid4()}"


def may_go(limiter: SharedLimiter, key: str) -> bool:
    """Whether one more request may go without waiting."""
    return bool(limiter._limiters[key].try_acquire(key, blocking=False))


def test_two_limiters_share_what_one_database_may_be_asked(odoo: str):
    first, second = (SharedLimiter(Rate(4, HOUR)) for _ in range(2))  # as of two workers
    for limiter in (first, second, first):
        limiter.acquire(odoo)
    assert may_go(second, odoo)
    assert not may_go(first, odoo)
    assert not may_go(second, odoo)


def test_who_has_to_wait_gets_a_permit_in_the_end(odoo: str):
    limiters = [SharedLimiter(Rate(4, 200)) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda limiter: [limiter.acquire(odoo) for _ in range(5)], limiters))


def test_databases_do_not_wait_for_each_other(odoo: str):
    limiter = SharedLimiter(Rate(1, HOUR))
    for name in ("a", "b", "c"):
        limiter.acquire(f"{odoo}-{name}")
        assert not may_go(limiter, f"{odoo}-{name}")
