"""What the stock flow may ask of a store, whatever platform it runs on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from ..domain.errors import WoodooError
from ..domain.stock import SoldOrder, StockChange, StoreStock

#: Each record asked for, with what came of it.
Written = Mapping[str, StoreStock | WoodooError]


class StockStore(Protocol):
    """The stock of a store. Raises the errors of `woodoo.domain.errors`."""

    def read_stock(self, external_ids: Sequence[str]) -> Mapping[str, StoreStock]:
        """Read what the store keeps of these products and variations; those it does not have are left out."""

    def find_skus(self, skus: Sequence[str]) -> Mapping[str, Sequence[StoreStock]]:
        """Return the products and variations with these SKUs, as they are written; several where a SKU is shared."""

    def write_stock(self, changes: Sequence[StockChange]) -> Written:
        """Write these and return what the store has of each now, or why it refused; those it does not have are left
        out.

        As many as possible go together; one that is refused does not hold up the others.

        Raises:
            RemoteDown: where the store cannot be reached.
            OutcomeUnknown: some may be written.
        """

    def sold_orders(self, statuses: Sequence[str]) -> Sequence[SoldOrder]:
        """Read all orders in these statuses."""

    def sold_since(self, since: datetime) -> Sequence[SoldOrder]:
        """Read the orders that were changed at or after a moment (aware UTC), whatever their status."""

    def sold_by(self, external_ids: Sequence[str]) -> Sequence[SoldOrder]:
        """Read these orders; those the store does not have are left out."""
