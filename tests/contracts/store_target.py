"""The shop that the contract tests talk to: the double, or a real WooCommerce named in the environment.

WOO_URL, WOO_KEY, WOO_SECRET name a real shop; WOO_CA a file with its certificate; WOO_HTTPS_URL its address on https
where WOO_URL is on http; WOO_WEBHOOK_HOST the address at which that shop can reach this machine (without it the
webhook and image tests are left out); WOO_MEDIA_LOGIN and WOO_MEDIA_PASSWORD an application password for the media
library; WOO_MAY_CHANGE_SETTINGS=1 allows tests to change its settings for a moment. Everything
the tests make carries a mark and is deleted afterwards.
"""

from __future__ import annotations

import os
import ssl
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from woodoo.sandbox.store import StoreDouble
from woodoo.sandbox.store.state import Record

MARK = "woodoo-contract"


@dataclass
class Answer:
    """An answer of the shop."""

    status: int
    headers: httpx2.Headers
    body: Any

    @property
    def error(self) -> tuple[int, Any]:
        """Status and error code."""
        return self.status, self.body.get("code") if isinstance(self.body, dict) else None


@dataclass
class Target:
    """A shop with credentials, the records made in it, and how to take them away again."""

    http_url: str
    https_url: str
    key: str
    secret: str
    ca_file: Path | None
    double: StoreDouble | None = None
    webhook_host: str = "127.0.0.1"
    may_change_settings: bool = True
    media_login: str = ""
    media_password: str = ""
    made: list[str] = field(default_factory=list)
    undo: list[Callable[[], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        context = ssl.create_default_context(cafile=str(self.ca_file)) if self.ca_file else True
        self.client = httpx2.Client(verify=context, timeout=300, trust_env=False)

    def raw(self, method: str, url: str, **how: Any) -> Answer:
        """Send a request as it is."""
        response = self.client.request(method, url, **how)
        body = response.json() if "json" in response.headers.get("Content-Type", "") else response.text
        return Answer(response.status_code, response.headers, body)

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> Answer:
        """Call the API with full rights over https."""
        how: dict[str, Any] = {"auth": (self.key, self.secret)}
        if query:
            how["params"] = query
        if body is not None:
            how["json"] = body
        return self.raw(method, f"{self.https_url}/wp-json/wc/v3/{path}", **how)

    def get(self, path: str, **query: Any) -> Any:
        """Read something that is there."""
        answer = self.call("GET", path, **query)
        assert answer.status == 200, answer.body
        return answer.body

    def make(self, path: str, body: Record) -> Record:
        """Make a record that is deleted after the test."""
        answer = self.call("POST", path, body)
        assert answer.status == 201, answer.body
        made: Record = answer.body
        self.made.append(f"{path}/{made['id']}")
        return made

    def put(self, path: str, body: Record) -> Record:
        """Change a record."""
        answer = self.call("PUT", path, body)
        assert answer.status == 200, answer.body
        changed: Record = answer.body
        return changed

    def set_option(self, group: str, name: str, value: str) -> None:
        """Change a setting until the test ends."""
        before = self.get(f"settings/{group}/{name}")["value"]
        if before == value:
            return
        self.put(f"settings/{group}/{name}", {"value": value})
        self.undo.append(lambda: self.put(f"settings/{group}/{name}", {"value": before}) and None)

    def sku(self, name: str = "X") -> str:
        """Return a SKU that nobody has."""
        return f"{MARK}-{name}-{uuid.uuid4().hex[:10]}"

    def product(self, price: str = "10.00", **more: Any) -> Record:
        """Make a simple product without stock management."""
        return self.make("products", {"name": f"{MARK} product", "sku": self.sku("P"), "regular_price": price, **more})

    def order(self, *lines: Record, **more: Any) -> Record:
        """Make an order."""
        return self.make("orders", {"customer_note": MARK, "line_items": list(lines), **more})

    def clean(self) -> None:
        """Undo settings and delete everything made, newest first."""
        while self.undo:
            self.undo.pop()()
        while self.made:
            self.call("DELETE", self.made.pop(), force="true")


def open_target() -> Target:
    """Return the real shop of the environment, or a double that is running."""
    url = os.environ.get("WOO_URL")
    if url:
        ca = os.environ.get("WOO_CA")
        secure = url if url.startswith("https:") else os.environ.get("WOO_HTTPS_URL", "")
        return Target(
            http_url=url.rstrip("/") if url.startswith("http:") else "",
            https_url=secure.rstrip("/"),
            key=os.environ["WOO_KEY"],
            secret=os.environ["WOO_SECRET"],
            ca_file=Path(ca) if ca else None,
            webhook_host=os.environ.get("WOO_WEBHOOK_HOST", ""),
            may_change_settings=os.environ.get("WOO_MAY_CHANGE_SETTINGS") == "1",
            media_login=os.environ.get("WOO_MEDIA_LOGIN", ""),
            media_password=os.environ.get("WOO_MEDIA_PASSWORD", ""),
        )
    store = StoreDouble(tls=True).start()
    return Target(
        store.url, store.https_url, store.key, store.secret, store.ca_file, store,
        media_login=store.media_login, media_password=store.media_password,
    )  # fmt: skip
