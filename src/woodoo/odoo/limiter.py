"""No more requests to an Odoo than its host likes. Owns the pace, per database and over all threads.

Odoo Online publishes no number; about one call a second and database was proposed for its documentation
(github.com/odoo/documentation, pull requests 3647 and 3800), so that is where Woodoo stays unless told otherwise.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

from pyrate_limiter import InMemoryBucket, Rate
from pyrate_limiter import Limiter as RateLimiter

from ..domain.errors import RemoteDown
from .endpoint import Endpoint

#: Requests a second for hosts of odoo.com.
HOSTED_PER_SECOND = 1.0
#: How many may go at once after a pause.
BURST = 5


class Limiter(Protocol):
    """Gives out permits. Several processes can share one by way of the database."""

    def acquire(self, key: str) -> None:
        """Wait until a request to the database `key` may go."""


class MemoryLimiter:
    """Keeps `per_second` requests for each database, with a small burst, within this process."""

    def __init__(self, per_second: float, burst: int = BURST) -> None:
        self._rate = rate_of(per_second, burst)
        self._limiters: dict[str, RateLimiter] = {}
        self._lock = threading.Lock()

    def acquire(self, key: str) -> None:
        with self._lock:
            limiter = self._limiters.setdefault(key, RateLimiter(InMemoryBucket([self._rate])))
        limiter.try_acquire(key)


class Unlimited:
    """Lets everything pass."""

    def acquire(self, key: str) -> None:
        return None


def rate_of(per_second: float, burst: int = BURST) -> Rate:
    """Return the rate that comes to `per_second` in the long run and lets `burst` requests go at once."""
    return Rate(burst, max(1, round(burst / per_second * 1000)))


def requests_per_second(endpoint: Endpoint) -> float | None:
    """Return the pace an endpoint asks for, else the one its host calls for; None for no limit."""
    if endpoint.requests_per_second is None and endpoint.is_hosted_by_odoo:
        return HOSTED_PER_SECOND
    return endpoint.requests_per_second


def default_limiter(endpoint: Endpoint) -> Limiter:
    """Return a limiter of this process alone."""
    per_second = requests_per_second(endpoint)
    return MemoryLimiter(per_second) if per_second else Unlimited()


class Quiet:
    """Keeps still for as long as the other side asked (`Retry-After`), and after a refused login.

    Five refused logins make Odoo refuse every login from this address for a minute, good ones too
    (`base.login_cooldown_after`), so a refused key is not tried again before that.
    """

    LOGIN_SECONDS = 60.0

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until = 0.0
        self._login_error: Exception | None = None
        self._login_until = 0.0

    def asked_for(self, seconds: float) -> None:
        """Keep still for so many seconds."""
        self._until = max(self._until, self._clock() + seconds)

    def refused(self, error: Exception) -> None:
        """Remember that user and key were refused."""
        self._login_error = error
        self._login_until = self._clock() + self.LOGIN_SECONDS

    @property
    def keeps_still(self) -> bool:
        """Whether `check` raises now."""
        return self._clock() < max(self._until, self._login_until)

    def check(self) -> None:
        """Raise instead of asking in vain.

        Raises:
            RemoteDown: while the other side wants to be left alone.
            ConfigError: after a refused login.
        """
        now = self._clock()
        if self._login_error is not None and now < self._login_until:
            raise self._login_error
        if now < self._until:
            left = self._until - now
            raise RemoteDown(f"Odoo asked to be left alone for {left:.0f} more seconds.", side="odoo", retry_after=left)
