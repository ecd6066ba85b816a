"""What flows may tell a store of its orders: shipments, status, meta data, notes to the customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from ..domain.errors import WoodooError
from ..domain.fulfilment import Fulfilment, OrderChange, Shipment
from ..domain.order import Order
from .base import Fetched


class Fulfilments(Protocol):
    """Reachable as `store.fulfilments`. Raises the errors of `woodoo.domain.errors`."""

    def available(self, order: Order) -> bool:
        """Say whether the store keeps fulfilments; asked by way of an order, and believed for some minutes."""

    def has_some(self, order: Order) -> bool:
        """Say whether an order has fulfilments, as far as the order itself tells."""

    def read(self, order_ids: Sequence[str]) -> Fetched[tuple[Fulfilment, ...]]:
        """Read the fulfilments of these orders, those of others included; one request an order."""

    def create(self, order_id: str, shipment: Shipment, *, mail: bool) -> None:
        """Make a fulfilment; never sent twice. `mail`: the store tells its customer.

        Raises:
            OutcomeUnknown: it may have been made: read before it is made again.
        """

    def change(self, order_id: str, present: Fulfilment, shipment: Shipment, *, mail: bool) -> None:
        """Give a fulfilment the content of a shipment; what others noted with it stays."""

    def remove(self, order_id: str, fulfilment_id: str, *, mail: bool) -> None:
        """Remove a fulfilment; one that is gone is removed."""

    def customer_notes(self, order_id: str) -> tuple[str, ...]:
        """Read the notes to the customer, the oldest first."""

    def tell_customer(self, order_id: str, text: str) -> None:
        """Write a note to the customer, which the store mails; never sent twice. It cannot be changed afterwards."""

    def plugin_meta(
        self, plugin: str, shipments: Sequence[Shipment], present: Mapping[str, Any], days: Mapping[str, int]
    ) -> Mapping[str, Any]:
        """Return the meta data that a tracking plugin reads, with what it has of others.

        Args:
            plugin: a value of the setting `tracking_plugin`.
            shipments: of the order.
            present: the order's meta data, by key.
            days: shipment → the day it left in the shop's time zone, as Unix time of its midnight in UTC.
        """

    def change_orders(self, changes: Sequence[OrderChange]) -> Mapping[str, WoodooError]:
        """Write status and meta data of many orders, each with all of its own at once; return errors by order.

        Addresses, lines and amounts are never sent: the store would compute taxes and totals anew.
        """
