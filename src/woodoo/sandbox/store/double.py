"""The store double as tests and the demo use it: start it, talk to it, look inside, stop it.

with StoreDouble() as store:
    connect(store.url, store.key, store.secret)
"""

from __future__ import annotations

import secrets
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any

from . import seed
from .auth import new_key
from .deliveries import Deliveries, Delivery
from .orders import backoffice, checkout, refunds, status
from .orders.views import order_view
from .page import Page
from .resources import (
    attributes,
    coupons,
    customers,
    fulfillments,
    orders,
    products,
    shipping,
    site,
    taxes,
    terms,
    variations,
    webhooks,
)
from .resources.product_views import product_view
from .rest import Api, Request, RestError
from .server import Server, Site
from .state import Record, Shop
from .troubles import Down, Troubles

#: Who may put pictures into the media library.
MEDIA_LOGIN = "admin"


class StoreDouble:
    """A WooCommerce shop in this process, reachable by HTTP and, with `tls`, by HTTPS too."""

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: bool | tuple[Path, Path] = False,
        tls_port: int = 0,
        file: Path | None = None,
        catalogue: bool = True,
        timezone_offset_minutes: int = 60,
        settings: dict[str, Any] | None = None,
        webhook_delay: float = 0.0,
        webhook_timeout: float = 60.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Prepare a shop.

        Args:
            tls: True makes a certificate (its file is `ca_file`); or a certificate file and a key file.
            file: where the shop is saved and found again.
            catalogue: start with the demo catalogue, unless `file` holds a shop.
            settings: WooCommerce settings by their name, such as `woocommerce_prices_include_tax`.
            webhook_delay: seconds between a request and its webhooks.
            clock: seconds since 1970; every time in the shop comes from it.
        """
        self.shop = Shop(timezone_offset_minutes=timezone_offset_minutes, clock=clock, file=file)
        self._host, self._port, self._tls, self._tls_port = host, port, tls, tls_port
        self.ca_file: Path | None = None
        self._servers: list[Server] = []
        self._saver: threading.Thread | None = None
        self._stopping = threading.Event()
        if not self.shop.load() and catalogue:
            seed.load_catalogue(self.shop)
        self.shop.settings.update(settings or {})
        self.shop.touch()
        if not self.shop.keys:
            new_key(self.shop)
        self.shop.application_passwords.setdefault(MEDIA_LOGIN, secrets.token_hex(12))
        #: What goes wrong, where that is wished.
        self.troubles = Troubles()
        self.webhooks = Deliveries(
            self.shop,
            self._payload,
            lambda: self.url,
            delay=webhook_delay,
            timeout=webhook_timeout,
            troubles=self.troubles,
        )
        self.shop.announce = self.webhooks.announce

    # -- running ------------------------------------------------------------------------------------------------

    def start(self) -> StoreDouble:
        """Listen and deliver. Returns itself."""
        api = build_api(self.webhooks)
        page = Page(self)
        served = Site(self.shop, api, page.answer, self.webhooks.release, self.troubles)
        self._servers = [Server(served, self._host, self._port)]
        if self._tls:
            self._servers.append(Server(served, self._host, self._tls_port, self._tls_context()))
        for server in self._servers:
            server.start()
        self.webhooks.start()
        if self.shop.file is not None:
            self._saver = threading.Thread(target=self._save_now_and_then, daemon=True, name="shop:saver")
            self._saver.start()
        return self

    def stop(self) -> None:
        """Stop listening and delivering, and save."""
        for server in self._servers:
            server.stop()
        self.webhooks.stop()
        self._stopping.set()
        if self._saver is not None:
            self._saver.join()
        self.shop.save()

    def __enter__(self) -> StoreDouble:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _save_now_and_then(self) -> None:
        while not self._stopping.wait(1.0):
            self.shop.save()

    def _tls_context(self) -> ssl.SSLContext:
        from .certificate import make_certificate

        if isinstance(self._tls, tuple):
            certificate, key = self._tls
        else:
            certificate, key = make_certificate(self._host)
        self.ca_file = certificate
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        return context

    # -- where it is --------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """The site's address on plain http."""
        return self._servers[0].url

    @property
    def https_url(self) -> str:
        """The site's address on https; needs `tls`."""
        return self._servers[1].url

    @property
    def key(self) -> str:
        """A consumer key that may read and write."""
        return str(self.shop.keys[0]["key"])

    @property
    def secret(self) -> str:
        """The consumer secret of `key`."""
        return str(self.shop.keys[0]["secret"])

    @property
    def media_login(self) -> str:
        """Who may put pictures into the media library."""
        return MEDIA_LOGIN

    @property
    def media_password(self) -> str:
        """The application password of `media_login`."""
        return self.shop.application_passwords[MEDIA_LOGIN]

    def add_key(self, permissions: str = "read_write") -> tuple[str, str]:
        """Make another key: permissions are read, write or read_write. Returns key and secret."""
        made = new_key(self.shop, permissions)
        return made["key"], made["secret"]

    # -- what people do in the shop -----------------------------------------------------------------------------

    def place_order(self, order: checkout.Checkout) -> Record:
        """Buy at the storefront: the draft is announced, then the order. Returns the order as the API shows it.

        Raises:
            CheckoutRefused: where a buyer would be refused.
        """
        with self.shop.lock:
            made = checkout.draft(self.shop, order)
        self.webhooks.release()
        with self.shop.lock:
            checkout.place(self.shop, made, order)
            view = self.view(made)
        self.webhooks.release()
        return view

    def set_status(self, order_id: int, wanted: str) -> None:
        """Change an order's status as a person does in the back office."""
        with self.shop.lock:
            order = self.shop.tables["orders"][order_id]
            status.change(self.shop, order, wanted)
            order["date_modified"] = self.shop.now()
            self.shop.announce("order.updated", order_id)
            self.shop.touch()
        self.webhooks.release()

    def refund(self, order_id: int, **how: Any) -> Record:
        """Give money back as a person does in the back office; arguments are those of `refunds.refund`.

        Raises:
            RefundRefused: more than is left.
        """
        with self.shop.lock:
            made = refunds.refund(self.shop, self.shop.tables["orders"][order_id], **how)
        self.webhooks.release()
        return made

    def meanwhile(self, act: Callable[[], object]) -> None:
        """Have somebody act while the next refund is being made, after it was counted what is left of its order."""
        self.shop.meanwhile.append(act)

    def let_pay_back(self, method: str, *, refusing: str = "") -> None:
        """Give the shop a payment provider that pays back by itself, or that refuses to with these words."""
        with self.shop.lock:
            known = self.shop.gateways.get(method) or {**next(iter(self.shop.gateways.values())), "title": method}
            supports = sorted({*known["method_supports"], "refunds"})
            self.shop.gateways[method] = {**known, "id": method, "method_supports": supports, "refusing": refusing}
            self.shop.touch()

    def change_quantity(self, order_id: int, quantity: int, *, quietly: bool = False) -> None:
        """Change how many of its first product an order has; `quietly` as plugins do (`backoffice`)."""
        with self.shop.lock:
            backoffice.change_quantity(self.shop, self.shop.tables["orders"][order_id], quantity, quietly=quietly)
        self.webhooks.release()

    def delete_order(self, order_id: int, *, for_good: bool = False) -> None:
        """Put an order into the trash, or delete it `for_good`, of which no webhook tells."""
        with self.shop.lock:
            delete = backoffice.delete_for_good if for_good else backoffice.trash
            delete(self.shop, self.shop.tables["orders"][order_id])
        self.webhooks.release()

    def go_down(self, how: Down = Down.UNREACHABLE) -> None:
        """Answer nobody from now on; webhooks wait."""
        self.webhooks.hold()
        self.troubles.down = how

    def come_back(self) -> None:
        """Answer again, and send what has waited."""
        self.troubles.down = None
        self.webhooks.resume()

    def seed_orders(
        self, count: int, *, lines: int = 3, announce: bool = False, first: int = 1, status_wanted: str = "processing"
    ) -> list[int]:
        """Make many orders, paid ones by default; `announce` also sends their webhooks. Returns their numbers."""
        with self.shop.lock:
            made = seed.seed_orders(
                self.shop, count, lines=lines, announce=announce, first=first, status_wanted=status_wanted
            )
        self.webhooks.release()
        return made

    def load_recorded_orders(self, bodies: Iterable[Record], recorded_refunds: Iterable[Record] = ()) -> list[int]:
        """Take over orders and refunds as a WooCommerce sent them, with their numbers."""
        with self.shop.lock:
            return seed.load_recorded_orders(self.shop, bodies, recorded_refunds)

    def set_option(self, name: str, value: str) -> None:
        """Change a setting of the shop."""
        with self.shop.lock:
            self.shop.set_option(name, value)

    def view(self, order: Record) -> Record:
        """Return an order as the API shows it."""
        return order_view(self._request("orders"), order)

    @property
    def delivered(self) -> list[Delivery]:
        """What was sent to webhooks so far, pings included."""
        return list(self.webhooks.log)

    # -- webhook payloads ---------------------------------------------------------------------------------------

    def _request(self, path: str) -> Request:
        return Request(self.shop, "GET", f"/wc/v3/{path}", self.url, {}, [], {})

    def _payload(self, topic: str, record: int) -> Any:
        resource, _, event = topic.partition(".")
        if resource == "action":
            return {"action": event, "arg": record}
        if event == "deleted":
            return {"id": record}
        return self._resource(resource, record)

    def _resource(self, resource: str, record: int) -> Any:
        request = self._request(f"{resource}s")
        rows = self.shop.tables[f"{resource}s"]
        row = rows.get(record)
        if row is None:
            return _GONE[resource].body()
        if resource == "order":
            return order_view(request, row)
        if resource == "product":
            return product_view(request, row)
        if resource == "customer":
            return customers.customer_view(request, row)
        return coupons.coupon_view(request, row)


_GONE = {
    "order": RestError(404, "woocommerce_rest_shop_order_invalid_id", "Invalid ID."),
    "product": RestError(404, "woocommerce_rest_product_invalid_id", "Invalid ID."),
    "coupon": RestError(404, "woocommerce_rest_shop_coupon_invalid_id", "Invalid ID."),
    "customer": RestError(404, "wc_user_invalid_id", "Invalid user ID."),
}


def build_api(deliveries: Deliveries) -> Api:
    """Return the API with all its resources."""
    api = Api()
    catalogue = (products, variations, attributes, terms)
    for resource in (*catalogue, customers, coupons, taxes, shipping, site, orders, fulfillments):
        resource.register(api)
    webhooks.register(api, deliveries.ping)
    return api
