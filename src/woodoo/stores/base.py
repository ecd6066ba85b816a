"""What a flow may ask of a store, whatever platform it runs on.

A new platform is a folder beside this file that implements `Store` and passes `tests/contracts`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from ..domain.errors import DataError
from ..domain.history import OrderRange
from ..domain.order import Order
from ..domain.past import PastPage

if TYPE_CHECKING:
    from .catalogue import Catalogue
    from .customers import CustomerStore
    from .fulfilments import Fulfilments
    from .media import Media
    from .refunds import Refunds
    from .shipping import ShippingStore

T = TypeVar("T")
#: In place of a time the store does not tell.
NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Fetched(Generic[T]):
    """The answer to "give me these records": each id asked for is in exactly one of the three."""

    found: Mapping[str, T] = field(default_factory=dict)
    #: Ids the store does not know (any more).
    missing: frozenset[str] = frozenset()
    #: Ids whose record cannot be read, with the reason.
    broken: Mapping[str, DataError] = field(default_factory=dict)


@dataclass(frozen=True)
class Changed:
    """A record that a poll saw."""

    external_id: str
    modified_at: datetime
    status: str
    #: Ids of its refunds; None where they were not asked for.
    refund_ids: frozenset[str] | None = None


@dataclass(frozen=True)
class OrderPage:
    """A piece of a list of orders, by ascending id."""

    orders: tuple[Changed, ...]
    #: Give this back for the next piece; empty at the end.
    cursor: str
    #: Carts among them that are not orders yet.
    drafts: tuple[Changed, ...] = ()
    #: How many orders and drafts the store says the whole list has; None where it does not say.
    total: int | None = None


@dataclass(frozen=True)
class StoreIdentity:
    """What a store says of itself."""

    url: str
    version: str
    currency: str
    currency_digits: int
    prices_include_tax: bool
    tax_round_at_subtotal: bool
    timezone_offset_minutes: int | None = None


@dataclass(frozen=True)
class StoreVersions:
    """What a store says of what it runs on; empty where it does not."""

    woocommerce: str = ""
    wordpress: str = ""
    php: str = ""
    #: Orders have tables of their own; None where it is not told.
    hpos: bool | None = None


@dataclass(frozen=True)
class StoreTaxRate:
    """A tax rate the store is set up with. `percent` 21 means 21 %; empty `country` means every country."""

    rate_id: str
    name: str
    percent: Decimal
    country: str
    state: str
    tax_class: str
    compound: bool


@dataclass(frozen=True)
class StoreChoice:
    """Something a mapping is made for: an order status, a payment method or a shipping method."""

    key: str
    title: str


class EmailTaken(DataError):
    """Another account of the store has the e-mail address."""


class Store(Protocol):
    """The store side of a connection. Raises the errors of `woodoo.domain.errors`."""

    @property
    def catalogue(self) -> Catalogue:
        """Its products, with the lists they are sorted by."""

    @property
    def media(self) -> Media | None:
        """Its media library; None where nobody has given a login for it."""

    @property
    def customers(self) -> CustomerStore:
        """Its customer accounts."""

    @property
    def shipping(self) -> ShippingStore:
        """Its shipping zones and their methods."""

    @property
    def fulfilments(self) -> Fulfilments:
        """What can be told of orders: shipments, status, notes."""

    @property
    def refunds(self) -> Refunds:
        """The refunds of its orders."""

    def identify(self) -> StoreIdentity:
        """Read what the store is; the connection test."""

    def check_writing(self) -> None:
        """Make sure that the key may write, without writing anything.

        Raises:
            ConfigError: it may not.
        """

    def fetch_orders(self, external_ids: Sequence[str]) -> Fetched[Order]:
        """Read those orders as they are now, however many."""

    def changed_orders(self, since: datetime | None) -> Iterator[Changed]:
        """Yield orders modified at or after `since` (aware UTC; None: all), oldest change first, lightly."""

    def fetch_notes(self, external_ids: Sequence[str]) -> Fetched[tuple[str, ...]]:
        """Read what the shop's staff wrote about these orders, oldest first; one request an order.

        `broken` holds those whose notes the store does not give.
        """

    def orders_in(self, wanted: OrderRange, cursor: str = "") -> OrderPage:
        """List a part of the store's past, lightly, from where `cursor` says; not drafts of carts.

        Every order that is in the range all the while comes exactly once, whatever is added or deleted meanwhile, and
        however long ago the cursor was written.
        """

    def count_orders(self, wanted: OrderRange) -> int:
        """Return about how many orders that is."""

    def every_order(self, cursor: str = "") -> OrderPage:
        """List all orders the store has, with their refunds, as `orders_in` does."""

    def newest_orders(self, above: int) -> OrderPage:
        """List the orders with the highest ids, lightly: all above that id, and at least some dozens below."""

    def past_orders(self, cursor: str = "", *, light: bool = False) -> PastPage:
        """List the newest orders, the newest first, with what they use, from where `cursor` says; not drafts of carts.

        `light`: with their ids, statuses and dates alone.
        """

    def orders_still_there(self, external_ids: Sequence[str]) -> Mapping[str, Changed]:
        """Return which of these orders the store still has, the trash included, lightly.

        Of those the store fails on, only that they are there.
        """

    def customers_still_there(self, external_ids: Sequence[str]) -> frozenset[str]:
        """Return which of these registered customers the store still has."""

    def clock(self) -> datetime | None:
        """Return what time it is for the store, as its last answer told; None where none has."""

    def tax_rates(self) -> Sequence[StoreTaxRate]: ...

    def order_statuses(self) -> Sequence[StoreChoice]:
        """Return the statuses an order can have, those of plugins included, drafts of carts left out."""

    def payment_methods(self) -> Sequence[StoreChoice]: ...

    def shipping_methods(self) -> Sequence[StoreChoice]: ...
