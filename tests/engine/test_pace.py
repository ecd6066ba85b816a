"""The pace of requests is kept over all workers together."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from pyrate_limiter import Rate

from woodoo.engine import pace
from woodoo.engine.pace import SharedLimiter

pytestmark = pytest.mark.usefixtures("db_committed", "connections_closed")


@pytest.fixture
def connections_closed() -> Iterator[None]:
    yield
    pace.close()


def test_two_limiters_share_what_one_database_may_be_asked():
    limiters = [SharedLimiter(Rate(4, 600)) for _ in range(2)]  # as of two workers
    began = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda limiter: [limiter.acquire("https://odoo#shop") for _ in range(5)], limiters))
    assert time.monotonic() - began > 1.1  # ten permits at four each 600 ms: however fast the machine


def test_databases_do_not_wait_for_each_other():
    limiter = SharedLimiter(Rate(1, 3_600_000))
    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(limiter.acquire, f"https://odoo#{name}") for name in ("a", "b", "c")]
        for one in asked:
            one.result(timeout=60)
