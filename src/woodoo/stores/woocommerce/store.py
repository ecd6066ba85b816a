"""The store side of a connection, as WooCommerce.

Decides what is asked of the shop for each question of the flows, and how many requests that takes. How many records
are read at once is in bulk.py, how changes are found in changes.py.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from ...domain.calls import CallRecorder
from ...domain.errors import DataError
from ...domain.history import OrderRange
from ...domain.order import Order
from ...domain.past import PastPage
from ..base import Changed, Fetched, OrderPage, StoreChoice, StoreIdentity, StoreTaxRate
from . import orders as order_reader
from .bulk import DECIMALS, ask_each, fetch_rows, is_id, read_each, still_listed
from .catalogue.catalogue import WooCatalogue
from .catalogue.lists import Shelf
from .changes import DRAFTS, read_change, walk_changes
from .client import PAGE, JsonObject, WooClient, chunks
from .customers import WooCustomers
from .errors import NoRoute, NotFound
from .fulfilments import WooFulfilments
from .history import LIGHT, count_orders, list_orders, newest_orders
from .key_check import check_writing
from .known import Known
from .media import WordPressMedia
from .notes import staff_notes
from .past import past_orders
from .payloads import OrderPayload, TaxRatePayload, parse
from .refunds import WooRefunds
from .shipping import WooShipping


class WooCommerceStore:
    """Implements `stores.base.Store`. Safe for threads.

    Args:
        client: the shop's client.
        currency_digits: decimals of the shop's amounts where they are known; else read once.
        media: its media library, where a person has given a login for it.
    """

    def __init__(
        self,
        client: WooClient,
        *,
        currency_digits: int | None = None,
        media: WordPressMedia | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.client = client
        #: The media library, where there is a login for it.
        self.media = media
        self._known = Known(clock, currency_digits)
        self._shelf = Shelf(clock)

    def recording(self, recorder: CallRecorder) -> WooCommerceStore:
        """Return this store, connections and knowledge shared, telling `recorder` of each call."""
        twin = copy.copy(self)
        twin.client = self.client.recording(recorder)
        twin.media = self.media.recording(recorder) if self.media else None
        return twin

    @property
    def catalogue(self) -> WooCatalogue:
        """The products of the shop."""
        return WooCatalogue(self.client, self._shelf)

    @property
    def customers(self) -> WooCustomers:
        """The shop's customer accounts (customers.py)."""
        return WooCustomers(self.client)

    @property
    def shipping(self) -> WooShipping:
        """The shop's shipping zones and methods (shipping.py)."""
        return WooShipping(self.client)

    @property
    def fulfilments(self) -> WooFulfilments:
        """What can be told of orders: shipments, status, notes."""
        return WooFulfilments(self.client, self._known)

    @property
    def refunds(self) -> WooRefunds:
        """The refunds of the shop's orders (refunds.py)."""
        return WooRefunds(self.client)

    def identify(self) -> StoreIdentity:
        """Read what the shop is, in four light requests; the connection test.

        Reads settings (which need a Shop manager's key) and one order (which shows that orders may be read).

        Raises:
            ConfigError: where address, key or rights are wrong.
        """
        general = self._settings("general")
        newest = next(self.client.pages("orders", _light("date_created,date_created_gmt"), per_page=1), [])
        tax = self._settings("tax")
        status = self.client.get("system_status", {"_fields": "environment.version"})
        environment = status.get("environment") if isinstance(status, dict) else None
        digits = self._known.learn_digits(_digits(general.get("woocommerce_price_num_decimals")))
        return StoreIdentity(
            url=self.client.url,
            version=str(environment.get("version", "")) if isinstance(environment, dict) else "",
            currency=str(general.get("woocommerce_currency", "")),
            currency_digits=digits,
            prices_include_tax=tax.get("woocommerce_prices_include_tax") == "yes",
            tax_round_at_subtotal=tax.get("woocommerce_tax_round_at_subtotal") == "yes",
            timezone_offset_minutes=_offset(newest[0]) if newest else None,
        )

    def check_writing(self) -> None:
        """Make sure that the key may write (key_check.py)."""
        check_writing(self.client)

    def fetch_orders(self, external_ids: Sequence[str]) -> Fetched[Order]:
        """Read those orders as they are now, trashed ones included (status "trash").

        One request per hundred orders, one more where variations were sold whose parents are not known yet. They come
        in the order in which they were asked for: the store lists the newest first, and Odoo numbers what it gets.
        """
        asked = dict.fromkeys(external_ids)
        broken: dict[str, DataError] = {}
        rows: dict[str, JsonObject] = {}
        for chunk in chunks([one for one in asked if is_id(one)], PAGE):
            found, failed = fetch_rows(self.client, "orders", chunk)
            rows.update(found)
            broken.update(failed)
        payloads: dict[str, OrderPayload] = {}
        for external_id in [one for one in asked if one in rows]:
            try:
                payloads[external_id] = order_reader.parse_order(rows[external_id])
            except DataError as error:
                broken[external_id] = error
        digits = self.currency_digits() if payloads else 0
        parents = self.parent_skus(order_reader.variation_parents(payloads.values()))
        return Fetched(
            found={
                external_id: order_reader.to_domain(payload, digits, parent_skus=parents)
                for external_id, payload in payloads.items()
            },
            missing=frozenset(asked.keys() - rows.keys() - broken.keys()),
            broken=broken,
        )

    def changed_orders(self, since: datetime | None) -> Iterator[Changed]:
        """Yield orders modified at or after `since` (aware UTC; None: all), oldest change first; not drafts.

        Trashed and deleted orders do not appear: the store's lists leave them out. An order that changes during the
        walk may come twice. Without changes this is one request of a few bytes.
        """
        for row in walk_changes(self.client, "orders", since):
            changed = read_change(row)
            if changed is not None and changed.status not in DRAFTS:
                yield changed

    def fetch_notes(self, external_ids: Sequence[str]) -> Fetched[tuple[str, ...]]:
        """Read the notes of the shop's staff, to the customer or among themselves, without those of the shop itself.

        Raises:
            RemoteDown: where the shop cannot be reached.
        """
        where = "orders/{}/notes"

        def read(external_id: str) -> tuple[str, ...]:
            path = where.format(external_id)
            return staff_notes(self.client.rows(path), record=f"Order #{external_id}", where=path)

        return read_each(external_ids, where, read)

    def orders_in(self, wanted: OrderRange, cursor: str = "") -> OrderPage:
        """List a part of the shop's past from where `cursor` says, up to a hundred orders in a light request or two.

        Trashed orders do not appear. A range of ids costs some requests more at its beginning.
        """
        return list_orders(self.client, wanted, cursor)

    def count_orders(self, wanted: OrderRange) -> int:
        """Return how many orders that is, drafts of carts included; one request for days, about thirty for ids."""
        return count_orders(self.client, wanted)

    def every_order(self, cursor: str = "") -> OrderPage:
        """List all orders of the shop, drafts and refunds too, a hundred in a light request; not the trash."""
        return list_orders(self.client, OrderRange(), cursor, with_refunds=True)

    def newest_orders(self, above: int) -> OrderPage:
        """List the orders with the highest ids; one light request where few are above that id."""
        return newest_orders(self.client, above)

    def past_orders(self, cursor: str = "", *, light: bool = False) -> PastPage:
        """Read the newest orders, a hundred a request, with the fields that tell what they use."""
        return past_orders(self.client, cursor, light=light)

    def orders_still_there(self, external_ids: Sequence[str]) -> Mapping[str, Changed]:
        """Return which of these orders there are: by the list, by the trash, one by one what neither shows."""
        rows = still_listed(self.client, "orders", external_ids, **_light(LIGHT))
        left = [one for one in external_ids if one not in rows]
        rows |= still_listed(self.client, "orders", left, **{**_light(LIGHT), "status": "trash"})
        rows |= ask_each(self.client, "orders", [one for one in left if one not in rows], LIGHT)
        return {one: change for one, row in rows.items() if (change := read_change(row)) is not None}

    def customers_still_there(self, external_ids: Sequence[str]) -> frozenset[str]:
        """Return which of these users there are, in any role; a light request a hundred, one for each that is missing.

        A shop that lists users by role hides those of roles it does not know, so a missing one is asked for by itself.
        """
        found = still_listed(self.client, "customers", external_ids, _fields="id", role="all")
        found |= ask_each(self.client, "customers", [one for one in external_ids if one not in found], "id")
        return frozenset(found)

    def clock(self) -> datetime | None:
        """Return what time it is for the shop, by the `Date` of its last answer."""
        return self.client.clock()

    def tax_rates(self) -> Sequence[StoreTaxRate]:
        """Read the tax rates the shop is set up with."""
        fields = "id,name,rate,country,state,class,compound"
        rates = []
        for row in self.client.iterate("taxes", {"_fields": fields}):
            label = f"Tax rate #{row.get('id', '?')}"
            rate = parse(TaxRatePayload, row, record=label, where=f"taxes/{row.get('id', '?')}")
            rates.append(
                StoreTaxRate(
                    rate_id=rate.id,
                    name=order_reader.plain_text(rate.name),
                    percent=rate.rate,
                    country=rate.country,
                    state=rate.state,
                    tax_class=rate.tax_class,
                    compound=rate.compound,
                )
            )
        return rates

    def order_statuses(self) -> Sequence[StoreChoice]:
        """Read the statuses an order can have, those of plugins included, drafts of carts left out.

        Shops that do not list them yet (`orders/statuses` is one of the newer routes) count their orders by them.
        """
        try:
            rows = self.client.rows("orders/statuses")
        except (NotFound, NoRoute):
            rows = self.client.rows("reports/orders/totals")
        named = {str(row["slug"]): _title(row.get("name"), row["slug"]) for row in rows if row.get("slug")}
        return [StoreChoice(slug, name) for slug, name in named.items() if slug not in DRAFTS]

    def payment_methods(self) -> Sequence[StoreChoice]:
        """Read the payment methods, switched on or not: old orders may use any."""
        rows = self.client.iterate("payment_gateways", {"_fields": "id,title,method_title"})
        return [
            StoreChoice(key=str(row["id"]), title=_title(row.get("title"), row.get("method_title"), row["id"]))
            for row in rows
            if row.get("id")
        ]

    def shipping_methods(self) -> Sequence[StoreChoice]:
        """Read the ways of shipping: each method ("flat_rate"), and each of its uses in a zone ("flat_rate:1")."""
        methods = self.client.iterate("shipping_methods", {"_fields": "id,title"})
        choices = [StoreChoice(str(row["id"]), _title(row.get("title"), row["id"])) for row in methods if row.get("id")]
        try:
            zones = list(self.client.iterate("shipping/zones", {"_fields": "id,name"}))
        except (NotFound, NoRoute):  # shipping is switched off
            zones = []
        for zone in zones:
            fields = {"_fields": "instance_id,method_id,title"}
            for row in self.client.iterate(f"shipping/zones/{zone['id']}/methods", fields):
                key = f"{row.get('method_id')}:{row.get('instance_id')}"
                zone_name = order_reader.plain_text(zone.get("name", ""))
                choices.append(StoreChoice(key, f"{_title(row.get('title'), key)} ({zone_name})"))
        return choices

    def currency_digits(self) -> int:
        """Return the decimals of the shop's amounts, in every currency it sells in."""
        known = self._known.digits()
        if known is not None:
            return known
        path = "settings/general/woocommerce_price_num_decimals"
        row = self.client.get(path, {"_fields": "id,value"})
        return self._known.learn_digits(_digits(row.get("value") if isinstance(row, dict) else None))

    def parent_skus(self, product_ids: Iterable[str]) -> Mapping[str, str]:
        """Return the SKU of each of these products, empty where it has none; products that are gone are left out.

        A variation without a SKU of its own shows its parent's wherever the API shows it, order lines and
        `/products/<id>/variations` included (`WC_Product_Variation::get_sku`). As no two products share a SKU,
        the comparison with the parent's tells them apart.
        """
        wanted = dict.fromkeys(product_ids)
        skus = self._known.parents(wanted)
        for chunk in chunks([one for one in wanted if one not in skus], PAGE):
            rows, _ = fetch_rows(self.client, "products", chunk, fields="id,sku")
            skus |= self._known.learn_parents({one: str(row.get("sku") or "") for one, row in rows.items()})
        return skus

    def _settings(self, group: str) -> dict[str, Any]:
        try:
            rows = self.client.get(f"settings/{group}", {"_fields": "id,value"})
        except NotFound:  # taxes are switched off
            return {}
        return {str(row.get("id")): row.get("value") for row in rows if isinstance(row, dict)}


def _light(fields: str) -> dict[str, object]:
    return {"_fields": fields, "status": "any"}


def _digits(value: object) -> int:
    text = str(value if value is not None else "")
    return int(text) if text.isdecimal() and int(text) <= DECIMALS else 2


def _offset(order: JsonObject) -> int | None:
    """Return how far the shop's clock is ahead of UTC, in minutes, when its newest order was made."""
    try:
        local = datetime.fromisoformat(str(order.get("date_created")))
        utc = datetime.fromisoformat(str(order.get("date_created_gmt")))
        return round((local - utc).total_seconds() / 60)
    except (ValueError, TypeError):
        return None


def _title(*candidates: object) -> str:
    texts = (order_reader.plain_text(one) for one in candidates if one)
    return next((text for text in texts if text), "")
