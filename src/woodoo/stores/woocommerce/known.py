"""What is believed of a shop for a while, so that it is not asked again for every batch."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

#: Seconds that decimals and parents' SKUs are believed.
BELIEVED = 600.0


class Known:
    """Remembers a shop's decimals, features and parent products' SKUs, for all threads and copies of a store."""

    def __init__(self, clock: Callable[[], float], digits: int | None) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._fixed = digits
        #: (believed until, decimals)
        self._digits: tuple[float, int] | None = None
        #: (believed until, whether fulfillments are switched on)
        self._fulfillments: tuple[float, bool] | None = None
        #: product id -> (believed until, SKU)
        self._parents: dict[str, tuple[float, str]] = {}

    def digits(self) -> int | None:
        with self._lock:
            if self._fixed is not None:
                return self._fixed
            return self._digits[1] if self._digits and self._digits[0] > self._clock() else None

    def learn_digits(self, digits: int) -> int:
        with self._lock:
            self._digits = (self._clock() + BELIEVED, digits)
        return digits

    def fulfillments(self) -> bool | None:
        with self._lock:
            kept = self._fulfillments
        return kept[1] if kept and kept[0] > self._clock() else None

    def learn_fulfillments(self, *, there: bool) -> bool:
        with self._lock:
            self._fulfillments = (self._clock() + BELIEVED, there)
        return there

    def parents(self, product_ids: Iterable[str]) -> dict[str, str]:
        now = self._clock()
        with self._lock:
            kept = {one: self._parents[one] for one in product_ids if one in self._parents}
        return {one: sku for one, (until, sku) in kept.items() if until > now}

    def learn_parents(self, skus: dict[str, str]) -> dict[str, str]:
        until = self._clock() + BELIEVED
        with self._lock:
            self._parents.update({one: (until, sku) for one, sku in skus.items()})
        return skus
