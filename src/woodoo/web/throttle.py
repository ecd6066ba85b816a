"""Makes it cheap to be knocked at by strangers: who is refused often is refused sooner and shorter.

Decides that only refusals count, per address they come from, and that a delivery with the right signature is always
taken, whoever else knocks from the same address. Counted in each process by itself: a limit against waste, not a lock.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from ipaddress import IPv6Address, ip_address, ip_network
from threading import Lock

#: Refusals a source may have at once, and how many a second come back.
BURST, PER_SECOND = 60.0, 1.0
#: Sources remembered; beyond, the one not heard of for the longest time is forgotten.
_MOST = 4096

#: Source → refusals left, and when that was so, by the monotonic clock.
_left: OrderedDict[str, tuple[float, float]] = OrderedDict()
_lock = Lock()


def refuse(address: str) -> bool:
    """Count a refusal, and say whether its source has had more than its share."""
    source = _source(address)
    with _lock:
        left = max(_left_now(source) - 1.0, 0.0)
        _left[source] = (left, time.monotonic())
        _left.move_to_end(source)
        while len(_left) > _MOST:
            _left.popitem(last=False)
    return left < 1.0


def is_hot(address: str) -> bool:
    """Say whether a source has had its share of refusals."""
    with _lock:
        return _left_now(_source(address)) < 1.0


def forget() -> None:
    """Forget every source. For tests."""
    with _lock:
        _left.clear()


def _left_now(source: str) -> float:
    left, at = _left.get(source, (BURST, 0.0))
    return min(BURST, left + (time.monotonic() - at) * PER_SECOND)


def _source(address: str) -> str:
    """Return what is counted together: an IPv4 address, or the network an IPv6 address is in, which one sender has."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or ip_network((parsed, 64), strict=False))
    return str(parsed)
