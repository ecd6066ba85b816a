"""The settings of what goes to the store, as plans see them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

#: Statuses of orders of which nothing is refunded: no money has come, or the order is gone.
CLOSED = frozenset({"cancelled", "failed", "trash", "checkout-draft"})


@dataclass(frozen=True)
class SendRules:
    """What decides whether and how something is sent."""

    namespace: str
    send_refunds: bool = False
    send_returns: bool = False
    #: Credit notes and returns dated earlier are history; None: all of them are.
    since: date | None = None
    refund_money: bool = False
    restock: bool = False
    #: Payment methods that pay back by themselves.
    gateways: Collection[str] = ()

    def is_history(self, day: date | None) -> bool:
        """Say whether what is dated so is left alone."""
        return self.since is None or day is None or day < self.since
