"""What a test run may ask of a store: records that are marked as tests, made, changed and deleted again.

Decides that a record is deleted only where the store itself shows the mark on it this moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from ..domain.trial import TrialMark


@dataclass(frozen=True)
class TrialOrder:
    """The order of a test run."""

    product_id: str
    quantity: int
    payment_method: str = ""
    #: Such as "flat_rate"; empty: nothing is shipped.
    shipping_method: str = ""


class TrialStore(Protocol):
    """Raises the errors of `woodoo.domain.errors`."""

    def make_product(self, mark: TrialMark, price: Decimal, *, with_stock: bool) -> str:
        """Make a product nobody sees in the shop, and return its id. `with_stock`: with a stock figure of 5."""

    def find_products(self, mark: TrialMark) -> Sequence[str]:
        """Return the products of a run."""

    def make_order(self, mark: TrialMark, order: TrialOrder) -> str:
        """Make an order that waits for its payment, so that no stock moves and no mail is sent; return its id."""

    def change_quantity(self, mark: TrialMark, external_id: str, quantity: int) -> None:
        """Have other pieces ordered."""

    def find_orders(self, mark: TrialMark) -> Sequence[str]:
        """Return the orders of a run."""

    def trash_order(self, mark: TrialMark, external_id: str) -> None:
        """Put an order of this run into the trash."""

    def delete_order(self, mark: TrialMark, external_id: str) -> bool:
        """Delete an order for good; False: it is gone, or is none of this run."""

    def delete_product(self, mark: TrialMark, external_id: str) -> bool:
        """Delete a product for good; False: it is gone, or is none of this run."""
