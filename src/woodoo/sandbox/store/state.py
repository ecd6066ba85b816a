"""The shop itself: its catalogue, customers, orders and settings, kept in memory and, if wished, in a file.

Everything is plain JSON-able data, so that saving is one write; amounts are decimal text as WooCommerce keeps them,
times are UTC text to the second ("2026-11-21T07:09:26"). Whoever reads or changes it holds `Shop.lock`.
"""

from __future__ import annotations

import itertools
import json
import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from .engine.rates import Place, Rate
from .engine.taxes import TaxRules

Record = dict[str, Any]
VERSION = "10.2.4"
WP_VERSION = "6.8.7"
TABLES = (
    "products", "orders", "refunds", "customers", "coupons", "taxes", "categories", "tags", "shipping_classes",
    "attributes", "terms", "zones", "webhooks", "notes", "fulfillments", "media",
)  # fmt: skip
#: Which numbers are shared: posts of every kind count together, as in WordPress.
SEQUENCES = {"product": "post", "order": "post", "refund": "post", "coupon": "post", "media": "post"}


@cache
def load_data(name: str) -> Any:
    """Read one of the data files that come with the double."""
    return json.loads(resources.files(__package__).joinpath("data", f"{name}.json").read_text("utf-8"))


class Shop:
    """A WooCommerce shop's data and clock."""

    def __init__(
        self, *, timezone_offset_minutes: int = 60, clock: Callable[[], float] = time.time, file: Path | None = None
    ) -> None:
        self.lock = threading.RLock()
        self.clock = clock
        self.offset = timedelta(minutes=timezone_offset_minutes)
        self.file = file
        self.tables: dict[str, dict[Any, Record]] = {name: {} for name in TABLES}
        self.settings: dict[str, Any] = {}
        self.tax_classes: list[Record] = []
        self.keys: list[Record] = []
        #: Who may write into the media library: application passwords by user name.
        self.application_passwords: dict[str, str] = {}
        self.gateways: dict[str, Record] = {}
        self.counters: dict[str, int] = {}
        self.changes = itertools.count(1)
        self.version = 0
        self._saved_version = 0
        self._rules: TaxRules | None = None
        #: Called with (topic, resource id) for everything a webhook may tell.
        self.announce: Callable[[str, int], None] = lambda _topic, _record: None
        #: What others do while the next refund is being made, once what is left was counted.
        self.meanwhile: list[Callable[[], object]] = []
        #: What shows that the page was seen on which a manager lets a program have a key.
        self.auth_nonces: set[str] = set()
        self.sku_index: dict[str, int] = {}

    # -- numbers and time ---------------------------------------------------------------------------------------

    def next_id(self, kind: str) -> int:
        """Draw the next number of a kind of record."""
        kind = SEQUENCES.get(kind, kind)
        self.counters[kind] = self.counters.get(kind, 0) + 1
        return self.counters[kind]

    def reserve_ids(self, kind: str, highest: int) -> None:
        """Make sure that numbers up to `highest` are not drawn again."""
        kind = SEQUENCES.get(kind, kind)
        self.counters[kind] = max(self.counters.get(kind, 0), highest)

    def now(self) -> str:
        """Return the present second in UTC."""
        return datetime.fromtimestamp(int(self.clock()), UTC).strftime("%Y-%m-%dT%H:%M:%S")

    def local(self, utc: str | None) -> str | None:
        """Turn a UTC time into the site's own."""
        if not utc:
            return None
        return (datetime.fromisoformat(utc) + self.offset).strftime("%Y-%m-%dT%H:%M:%S")

    def utc(self, local: str | None) -> str | None:
        """Turn a time of the site into UTC."""
        if not local:
            return None
        return (datetime.fromisoformat(local) - self.offset).strftime("%Y-%m-%dT%H:%M:%S")

    def stamps(self, name: str, utc: str | None) -> Record:
        """Return the pair of fields with which REST shows a time: `name` and `name_gmt`."""
        return {name: self.local(utc), f"{name}_gmt": utc}

    # -- settings -----------------------------------------------------------------------------------------------

    def option(self, name: str) -> Any:
        """Return a setting by its WooCommerce name."""
        return self.settings.get(name, "")

    def is_on(self, name: str) -> bool:
        """Say whether a yes/no setting is on."""
        return bool(self.option(name) == "yes")

    def set_option(self, name: str, value: Any) -> None:
        """Change a setting."""
        self.settings[name] = value
        self.touch()

    @property
    def decimals(self) -> int:
        """Decimals of the shop's prices."""
        return int(self.option("woocommerce_price_num_decimals") or 0)

    @property
    def base(self) -> Place:
        """Where the shop is."""
        country, _, state = str(self.option("woocommerce_default_country")).partition(":")
        return Place(
            country,
            state,
            str(self.option("woocommerce_store_postcode")),
            str(self.option("woocommerce_store_city")),
        )

    def tax_rules(self) -> TaxRules:
        """Return the shop's tax settings and table, as the arithmetic wants them."""
        if self._rules is None:
            self._rules = TaxRules(
                enabled=self.is_on("woocommerce_calc_taxes"),
                prices_include_tax=self.is_on("woocommerce_prices_include_tax"),
                round_at_subtotal=self.is_on("woocommerce_tax_round_at_subtotal"),
                decimals=self.decimals,
                rates=tuple(_rate(row) for row in self.tables["taxes"].values()),
                classes=tuple(row["slug"] for row in self.tax_classes if row["slug"] != "standard"),
                base=self.base,
                shipping_class=str(self.option("woocommerce_shipping_tax_class")),
            )
        return self._rules

    # -- saving -------------------------------------------------------------------------------------------------

    def touch(self) -> None:
        """Note that something changed."""
        self.version = next(self.changes)
        self._rules = None

    def save(self) -> None:
        """Write everything to the file, if there is one and anything changed."""
        if self.file is None or self.version == self._saved_version:
            return
        with self.lock:
            version = self.version
            text = json.dumps(self.as_data(), ensure_ascii=False, separators=(",", ":"))
        draft = self.file.with_suffix(".new")
        draft.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, "utf-8")
        draft.chmod(0o600)
        os.replace(draft, self.file)
        self._saved_version = version

    def as_data(self) -> Record:
        """Return everything as JSON-able data."""
        return {
            "tables": {name: list(table.items()) for name, table in self.tables.items()},
            "settings": self.settings,
            "tax_classes": self.tax_classes,
            "keys": self.keys,
            "application_passwords": self.application_passwords,
            "gateways": self.gateways,
            "counters": self.counters,
            "offset": int(self.offset.total_seconds() // 60),
        }

    def load(self) -> bool:
        """Read what an earlier run saved. Returns False where nothing is there."""
        if self.file is None or not self.file.exists():
            return False
        data = json.loads(self.file.read_text("utf-8"))
        self.tables = {name: dict(data["tables"].get(name, [])) for name in TABLES}
        self.settings = data["settings"]
        self.tax_classes = data["tax_classes"]
        self.keys = data["keys"]
        self.application_passwords = data.get("application_passwords", {})
        self.gateways = data["gateways"]
        self.counters = data["counters"]
        self.offset = timedelta(minutes=data["offset"])
        self.reindex()
        return True

    def reindex(self) -> None:
        """Build the SKU index anew."""
        self.sku_index = {
            row["sku"].lower(): row["id"]
            for row in self.tables["products"].values()
            if row["sku"] and row["status"] != "trash"
        }
        self.touch()


def _rate(row: Record) -> Rate:
    return Rate(
        rate_id=row["id"],
        percent=Decimal(row["rate"]),
        name=row["name"],
        country=row["country"],
        state=row["state"],
        postcodes=tuple(row["postcodes"]),
        cities=tuple(city.upper() for city in row["cities"]),
        priority=row["priority"],
        compound=row["compound"],
        shipping=row["shipping"],
        tax_class="" if row["class"] == "standard" else row["class"],
    )
