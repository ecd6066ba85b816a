"""The pace of requests."""

from __future__ import annotations

import pytest

from tests.odoo_client.doubles import scripted_client
from woodoo.domain.errors import ConfigError, RemoteDown
from woodoo.odoo.endpoint import Endpoint
from woodoo.odoo.limiter import MemoryLimiter, Quiet, Unlimited, default_limiter, rate_of

#: So slow that a second request, once it has to wait, waits longer than any test.
HARDLY_EVER = 1 / 3600


def may_go(limiter: MemoryLimiter, key: str) -> bool:
    """Whether one more request may go without waiting."""
    return bool(limiter._limiters[key].try_acquire(key, blocking=False))


def test_a_burst_goes_at_once_and_then_the_pace_is_kept() -> None:
    limiter = MemoryLimiter(per_second=HARDLY_EVER, burst=3)
    for _ in range(2):
        limiter.acquire("a")
    assert may_go(limiter, "a")
    assert not may_go(limiter, "a")


def test_who_has_to_wait_gets_a_permit_in_the_end() -> None:
    limiter = MemoryLimiter(per_second=20, burst=2)
    for _ in range(6):
        limiter.acquire("a")


def test_the_pace_is_the_one_asked_for_in_the_long_run() -> None:
    for per_second, burst, milliseconds in ((20, 2, 100), (1.0, 5, 5000), (0.5, 1, 2000)):
        rate = rate_of(per_second, burst)
        assert (rate.limit, rate.interval) == (burst, milliseconds)


def test_databases_do_not_wait_for_each_other() -> None:
    limiter = MemoryLimiter(per_second=HARDLY_EVER, burst=1)
    for key in "abcd":
        limiter.acquire(key)
        assert not may_go(limiter, key)


def test_hosts_of_odoo_are_asked_slowly_unless_told_otherwise() -> None:
    def limiter(url: str, per_second: float | None = None) -> object:
        return default_limiter(Endpoint(url, "db", "a", "b", requests_per_second=per_second))

    assert isinstance(limiter("shop.odoo.com"), MemoryLimiter)
    assert isinstance(limiter("https://erp.example.com"), Unlimited)
    assert isinstance(limiter("https://erp.example.com", 5.0), MemoryLimiter)


def test_each_call_takes_a_permit_of_its_database() -> None:
    class Counting:
        keys: list[str] = []

        def acquire(self, key: str) -> None:
            self.keys.append(key)

    client = scripted_client({"res.partner.search": lambda **_: []}, limiter=Counting())
    client.call("res.partner", "search", domain=[])
    assert Counting.keys == ["http://127.0.0.1:9#db"]


def test_it_keeps_quiet_as_long_as_asked_and_no_longer() -> None:
    now = [100.0]
    quiet = Quiet(clock=lambda: now[0])
    quiet.check()
    quiet.asked_for(30)
    quiet.asked_for(5)
    with pytest.raises(RemoteDown) as caught:
        quiet.check()
    assert caught.value.retry_after == 30
    now[0] += 31
    quiet.check()
    quiet.refused(ConfigError("no"))
    with pytest.raises(ConfigError):
        quiet.check()
    now[0] += 61
    quiet.check()
