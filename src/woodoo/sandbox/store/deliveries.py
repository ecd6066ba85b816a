"""How the shop tells others what happened: webhooks queued, built and sent as WooCommerce does.

Source: WooCommerce's includes/class-wc-webhook.php. The payload is built when it is sent; identical pairs of webhook
and record that still wait become one; nothing is ever repeated; the seventh failure in a row disables a webhook.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .rest import encode
from .state import VERSION, WP_VERSION, Record, Shop
from .troubles import Troubles

USER_AGENT = f"WooCommerce/{VERSION} Hookshot (WordPress/{WP_VERSION})"
MAX_FAILURES = 5
#: Seconds a ping waits for its answer: WordPress' default for requests.
PING_TIMEOUT = 5.0
#: Builds the payload of a topic for a record.
PayloadBuilder = Callable[[str, int], Any]


@dataclass(frozen=True)
class Delivery:
    """A request the shop sent to a webhook's address. `status` 0 means that nobody answered."""

    webhook_id: int
    topic: str
    record: int
    body: bytes
    headers: dict[str, str]
    status: int


@dataclass
class Deliveries:
    """The queue of webhooks waiting to be sent, and the one worker that sends them."""

    shop: Shop
    build: PayloadBuilder
    #: Where the site says it is, for the header X-WC-Webhook-Source.
    home: Callable[[], str]
    #: Seconds between the end of a request and the sending.
    delay: float = 0.0
    timeout: float = 60.0
    #: What goes wrong on the way.
    troubles: Troubles = field(default_factory=Troubles)
    log: deque[Delivery] = field(default_factory=lambda: deque(maxlen=5000))

    def __post_init__(self) -> None:
        self._announced: list[tuple[str, int]] = []
        self._pings: list[int] = []
        self._queue: dict[tuple[int, int], float] = {}
        self._changed = threading.Condition()
        self._busy = False
        self._held = False
        self._stopping = False
        self._thread = threading.Thread(target=self._work, daemon=True, name="shop:webhooks")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    # -- what the shop calls ------------------------------------------------------------------------------------

    def announce(self, topic: str, record: int) -> None:
        """Note, within a request, that something happened to a record."""
        self._announced.append((topic, record))

    def ping(self, webhook_id: int) -> None:
        """Greet a new webhook, or a new address, before the request is answered."""
        self._pings.append(webhook_id)

    def release(self) -> None:
        """Greet and queue what the request that is about to be answered announced."""
        if not self._announced and not self._pings:
            return
        with self.shop.lock:
            announced, self._announced[:] = list(dict.fromkeys(self._announced)), []
            pings, self._pings[:] = list(self._pings), []
            hooks = [row for row in self.shop.tables["webhooks"].values() if row["status"] == "active"]
            wanted = [(h["id"], record) for topic, record in announced for h in hooks if h["topic"] == topic]
            queued = [(pair, self.delay + self.troubles.delay()) for pair in wanted if not self.troubles.loses(*pair)]
        for webhook_id in pings:
            self._greet_now(webhook_id)
        now = time.monotonic()
        with self._changed:
            for pair, delay in queued:
                self._queue.setdefault(pair, now + delay)
            self._changed.notify_all()

    # -- what tests call ----------------------------------------------------------------------------------------

    def hold(self) -> None:
        """Send nothing until `resume`, like a shop whose scheduler does not run."""
        with self._changed:
            self._held = True

    def resume(self) -> None:
        """Send again."""
        with self._changed:
            self._held = False
            self._changed.notify_all()

    def wait(self, timeout: float = 10.0) -> bool:
        """Wait until nothing is left to send. Returns False where that takes longer than `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._queue and not self._busy, timeout)

    # -- the worker ---------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            with self._changed:
                pair = self._next()
                while pair is None and not self._stopping:
                    self._changed.wait(self._pause())
                    pair = self._next()
                if self._stopping or pair is None:
                    return
                del self._queue[pair]
                self._busy = True
            try:
                for _ in range(self.troubles.copies()):
                    self._deliver(*pair)
            finally:
                with self._changed:
                    self._busy = False
                    self._changed.notify_all()

    def _next(self) -> tuple[int, int] | None:
        if self._held:
            return None
        now = time.monotonic()
        return next((pair for pair, due in self._queue.items() if due <= now), None)

    def _pause(self) -> float | None:
        if self._held or not self._queue:
            return None
        return max(0.001, min(self._queue.values()) - time.monotonic())

    def _deliver(self, webhook_id: int, record: int) -> None:
        with self.shop.lock:
            hook = self.shop.tables["webhooks"].get(webhook_id)
            if hook is None or hook["status"] != "active":
                return
            url = hook["delivery_url"]
            body = encode(self.build(hook["topic"], record))
            headers = self._headers(hook, body)
        status = self._send(url, body, headers, self.timeout)
        self.log.append(Delivery(webhook_id, hook["topic"], record, body, headers, status))
        self._judge(hook, status)
        if hook["pending_ping"]:
            self._greet(hook)

    def _greet_now(self, webhook_id: int) -> None:
        with self.shop.lock:
            hook = self.shop.tables["webhooks"].get(webhook_id)
        if hook is not None and hook["status"] == "active":
            self._greet(hook)

    def _greet(self, hook: Record) -> None:
        body = f"webhook_id={hook['id']}".encode()
        headers = {"User-Agent": USER_AGENT, "Content-Type": "application/x-www-form-urlencoded"}
        status = self._send(hook["delivery_url"], body, headers, min(self.timeout, PING_TIMEOUT))
        self.log.append(Delivery(hook["id"], "ping", 0, body, headers, status))
        if status == 200:
            with self.shop.lock:
                hook["pending_ping"] = False
                self.shop.touch()

    def _headers(self, hook: Record, body: bytes) -> dict[str, str]:
        resource, _, event = hook["topic"].partition(".")
        digest = hmac.new(hook["secret"].encode(), body, hashlib.sha256).digest()
        second = time.strftime("%Y%m%d%H%M%S", time.gmtime(self.shop.clock()))
        delivery = hashlib.md5(f"{hook['id']}{second}".encode(), usedforsecurity=False).hexdigest()
        return {
            "User-Agent": USER_AGENT,
            "Accept": "*/*",
            "Content-Type": "application/json",
            "X-WC-Webhook-Source": f"{self.home()}/",
            "X-WC-Webhook-Topic": hook["topic"],
            "X-WC-Webhook-Resource": resource,
            "X-WC-Webhook-Event": event,
            "X-WC-Webhook-Signature": base64.b64encode(digest).decode(),
            "X-WC-Webhook-ID": str(hook["id"]),
            "X-WC-Webhook-Delivery-ID": delivery,
        }

    def _judge(self, hook: Record, status: int) -> None:
        with self.shop.lock:
            if 200 <= status < 303:
                hook["failure_count"] = 0
            elif hook["failure_count"] > MAX_FAILURES:
                hook["status"] = "disabled"
            else:
                hook["failure_count"] += 1
            self.shop.touch()

    def _send(self, url: str, body: bytes, headers: dict[str, str], timeout: float) -> int:
        parts = urlsplit(url)
        path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        try:
            connection = https_or_http(url, timeout)
            connection.request("POST", path, body, {**headers, "Connection": "close"})
            response = connection.getresponse()
            response.read(1_000_000)
            return response.status
        except (OSError, http.client.HTTPException, ValueError):
            return 0
        finally:
            if "connection" in locals():
                connection.close()


def https_or_http(url: str, timeout: float) -> http.client.HTTPConnection:
    """Return a line to where an address leads."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https":
        return http.client.HTTPSConnection(host, parts.port, timeout=timeout, context=_tls(host))
    return http.client.HTTPConnection(host, parts.port, timeout=timeout)


def _tls(host: str) -> ssl.SSLContext:
    """Check certificates, except on this machine, where self-made ones are used."""
    context = ssl.create_default_context()
    if host in ("127.0.0.1", "localhost", "::1"):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
