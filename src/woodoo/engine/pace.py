"""Keeps the pace of requests to one Odoo over all workers and hosts.

Decides that the count is kept in the database everybody shares, so that two workers are not twice as fast.
"""

from __future__ import annotations

import threading
from hashlib import sha256
from typing import Any

from django.db import connection
from psycopg_pool import ConnectionPool
from pyrate_limiter import Limiter, PostgresBucket, Rate

_lock = threading.Lock()
_pool: ConnectionPool | None = None


class SharedLimiter:
    """Gives out permits of one rate, counted per key (`woodoo.odoo.limiter.Limiter`)."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._limiters: dict[str, Limiter] = {}
        self._lock = threading.Lock()

    def acquire(self, key: str) -> None:
        """Wait until one more request to the database `key` may go."""
        with self._lock:
            limiter = self._limiters.get(key)
            if limiter is None:
                table = f"odoo_{sha256(key.encode()).hexdigest()[:16]}"
                limiter = self._limiters[key] = Limiter(PostgresBucket(_connections(), table, [self._rate]))
        limiter.try_acquire(key)


def _connections() -> ConnectionPool:
    """Return a small pool beside Django's connections: a permit is counted whatever becomes of the caller's work."""
    global _pool
    with _lock:
        if _pool is None:
            parameters: dict[str, Any] = dict(connection.get_connection_params())
            names = ("host", "port", "user", "password", "dbname")
            wanted = {name: parameters[name] for name in names if name in parameters}
            _pool = ConnectionPool(kwargs=wanted, min_size=0, max_size=2, max_idle=60.0, open=True)
        return _pool


def close() -> None:
    """Close the connections. The next permit opens them again."""
    global _pool
    with _lock:
        if _pool is not None:
            _pool.close()
        _pool = None
