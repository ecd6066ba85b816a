"""Knows a delivery that has come before, byte for byte: a store's double, or somebody who replays what he overheard.

Decides that it rings like any other, for a bell cannot ring too often (the record is looked at afresh, and rings that
come while it waits are one), but that its body is not kept again, so that replays cannot fill the disk.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from threading import Lock

#: Seconds for which a delivery is remembered, and how many of them, in each process.
_SECONDS, _MOST = 600.0, 10_000

_seen: OrderedDict[tuple[int, str], float] = OrderedDict()
_lock = Lock()


def is_repeat(connection_id: int, signature: str) -> bool:
    """Remember a delivery by its signature, and say whether the same one came within the last ten minutes."""
    key, now = (connection_id, signature), time.monotonic()
    with _lock:
        known = _seen.pop(key, None)
        _seen[key] = now
        while len(_seen) > _MOST:
            _seen.popitem(last=False)
    return known is not None and now - known < _SECONDS


def forget() -> None:
    """Forget every delivery. For tests."""
    with _lock:
        _seen.clear()
