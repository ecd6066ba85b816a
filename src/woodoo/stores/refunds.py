"""What flows may ask of the refunds of a store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..domain.errors import DataError
from ..domain.new_refund import NewRefund
from ..domain.order import Order
from ..domain.refund import Refund
from .base import Fetched

#: Key of the meta data of a refund that Woodoo made: says what of Odoo it stands for (`Refund.mark`).
MARK_KEY = "_woodoo_credit_note"


class RefundRefused(DataError):
    """The store does not make a refund, and has done nothing. `reason` is in the store's own words."""

    def __init__(self, reason: str, *, record: str = "", where: str = "", fix: str = "") -> None:
        super().__init__(f"{record}: the store does not make the refund: {reason}", record=record, where=where, fix=fix)
        self.reason = reason


class Refunds(Protocol):
    """Reachable as `store.refunds`. Raises the errors of `woodoo.domain.errors`."""

    def read(self, orders: Sequence[Order]) -> Fetched[tuple[Refund, ...]]:
        """Read the refunds of these orders, oldest first, by order; nothing is asked for orders without any."""

    def paying_back(self) -> frozenset[str]:
        """Return the payment methods that can pay money back by themselves; one request."""

    def create(self, order: Order, refund: NewRefund) -> Refund:
        """Make a refund; never sent twice. Whether money moves and goods go back is always said.

        Raises:
            RefundRefused: the store does not make it.
            OutcomeUnknown: it may have been made, or be under way: read before it is made again.
        """
