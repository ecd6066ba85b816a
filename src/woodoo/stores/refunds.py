"""What flows may ask of the refunds of a store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..domain.order import Order
from ..domain.refund import Refund
from .base import Fetched

#: Key of the meta data of a refund that Woodoo made: says what of Odoo it stands for (`Refund.mark`).
MARK_KEY = "_woodoo_credit_note"


class Refunds(Protocol):
    """Reachable as `store.refunds`. Raises the errors of `woodoo.domain.errors`."""

    def read(self, orders: Sequence[Order]) -> Fetched[tuple[Refund, ...]]:
        """Read the refunds of these orders, oldest first, by order; nothing is asked for orders without any."""
