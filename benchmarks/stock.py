"""How fast, and with how many requests, what moves in Odoo is in the store; and whether a rush of buyers buys too much.

The store is a double in this process, or the real shop named by `WOO_URL`, `WOO_KEY`, `WOO_SECRET` and `WOO_CA`; the
rush needs the double. The same batches are sent by hand first: what they take is the store's own time. The double needs
next to none, so it is also asked at the pace of a real WooCommerce (`sandbox/store/pace.py`).
"""

from __future__ import annotations

import itertools
import os
import random
import re
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from woodoo.sandbox.odoo.fixtures import Admin, ensure_pricelists, ensure_products
from woodoo.sandbox.store import Checkout, CheckoutRefused, StoreDouble, Wish
from woodoo.sandbox.store.pace import WOOCOMMERCE, Pace
from woodoo.stores.woocommerce.client import WooClient, chunks

from .figures import CannotRun, Figure, percentile
from .screen import say, step
from .service import Service, until
from .shop import open_odoo
from .stage import Stage

if TYPE_CHECKING:
    from woodoo.connections.models import Connection

PREFIX = "BENCH"
SETTINGS = {"woocommerce_calc_taxes": "no", "woocommerce_currency": "EUR", "woocommerce_manage_stock": "yes"}
BUYER = {"first_name": "Ana", "last_name": "Prueba", "email": "ana@example.com", "country": "ES"}
#: The chores that look at Odoo's stock by themselves.
LOOKS = ("stock", "stock_back")
#: Seconds something may take before it must be wrong.
_PATIENCE = 1800


@dataclass
class Sides:
    """Both sides with the same products, and the connection between them."""

    service: Service
    admin: Admin
    client: WooClient
    store: StoreDouble | None
    connection: Connection
    #: SKU → id in the store, and in Odoo.
    external: dict[str, str] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)
    location: int = 0

    def settings(self, **changed: Any) -> None:
        self.connection.settings = {**self.connection.settings, **changed}
        self.connection.save()

    def count(self, quantities: dict[str, int]) -> None:
        """Count goods in Odoo, five hundred at a time."""
        for part in chunks(list(quantities.items()), 500):
            rows = [
                {"product_id": self.ids[sku], "location_id": self.location, "inventory_quantity": quantity}
                for sku, quantity in part
            ]
            made = self.admin.call("stock.quant", "create", vals_list=rows, context={"inventory_mode": True})
            self.admin.call("stock.quant", "action_apply_inventory", ids=made)

    def shown(self, sku: str) -> int | None:
        """Return the figure the store shows."""
        if self.store is not None:
            quantity = self.store.shop.tables["products"][int(self.external[sku])]["stock_quantity"]
        else:
            row = self.client.get(f"products/{self.external[sku]}", {"_fields": "stock_quantity"})
            quantity = row["stock_quantity"]
        return None if quantity is None else int(quantity)

    def settled(self) -> bool:
        """Say whether nothing of the stock waits."""
        from woodoo.engine.models import Work

        busy = Work.objects.filter(connection_id=self.connection.pk, lane="stock")
        return not busy.filter(state__in=["ready", "running", "waiting"]).exists()

    def requests(self) -> Counter[str]:
        """Return what the flow has asked of the store so far."""
        from woodoo.engine.models import Call

        asked = Call.objects.filter(connection_id=self.connection.pk, system="store").values_list("summary", flat=True)
        return Counter(re.sub(r"\d+", "N", one.split("?")[0]) for one in asked)


def measure(stage: Stage) -> Iterator[Figure]:
    """Many figures, one move, and what an idle Odoo is asked."""
    with opened(stage, stage.sizes.stock) as sides:
        yield from _many(sides, list(sides.ids), 30)
        if sides.store is not None:
            with _pace(sides, WOOCOMMERCE):
                yield from _many(sides, list(sides.ids)[: stage.sizes.paced], 32, " at the pace of a real shop")
        yield from _one(sides, stage.sizes.moves, "polling")
        yield from _asking(sides)
        yield from _one(sides, stage.sizes.moves, "hints", push=True)


def measure_rush(stage: Stage) -> Iterator[Figure]:
    """A rush of buyers for five products, with the guard and without."""
    for guard in (True, False):
        with opened(stage, 5, real=False) as sides:
            sides.settings(stock_guard=guard)
            yield from _rush(sides, stage.sizes.rush, guard=guard)


@contextmanager
def opened(stage: Stage, count: int, *, real: bool = True) -> Iterator[Sides]:
    """Bring both sides up with products that are in step."""
    service = stage.service  # Django is set up with it
    from woodoo.connections.models import Connection

    with ExitStack() as stack:
        url = os.environ.get("WOO_HTTPS_URL", os.environ.get("WOO_URL", "")) if real else ""
        store = None if url else stack.enter_context(StoreDouble(catalogue=False, settings=SETTINGS))
        if store is not None:
            place, key, secret, authority = store.url, store.key, store.secret, ""
        else:
            place, authority = url, os.environ.get("WOO_CA", "")
            key, secret = os.environ["WOO_KEY"], os.environ["WOO_SECRET"]
        client = WooClient(place, key, secret, ca_bundle=authority)
        with step("a fresh Odoo 19"):
            endpoint, admin = stack.enter_context(open_odoo())
            ensure_pricelists(admin, ["EUR"])
        Connection.objects.update(enabled=False)
        connection = Connection.objects.create(
            name=f"Stock {time.time():.3f}",
            store_url=place,
            store_key=key,
            store_secret=secret,
            store_ca_bundle=authority,
            odoo_url=endpoint.url,
            odoo_database=endpoint.database,
            odoo_login=endpoint.login,
            odoo_key=endpoint.secret,
            settings={"order_becomes": "order", "manage_webhooks": False, "poll_seconds": 10},
            enabled=False,
        )
        sides = Sides(service, admin, client, store, connection)
        sides.location = admin.search_read("stock.warehouse", [], ["lot_stock_id"])[0]["lot_stock_id"][0]
        try:
            _furnish(sides, count)
            yield sides
        finally:
            connection.enabled = False
            connection.save()
            if store is None:
                client.batch("products", delete=list(sides.external.values()), size=100)


def _furnish(sides: Sides, count: int) -> None:
    """Make products on both sides, counted, linked and in step."""
    mark = f"{PREFIX}-{time.time():.0f}"
    skus = [f"{mark}-{number:05}" for number in range(count)]
    with step(f"{count} products on both sides"):
        for part in chunks(skus, 500):
            sides.ids |= ensure_products(sides.admin, part)
        common = {"regular_price": "10", "manage_stock": True, "stock_quantity": 20, "virtual": True}
        rows = [{"name": sku, "sku": sku, **common} for sku in skus]
        for item in sides.client.batch("products", create=rows, size=100).create:
            if item.data is None:
                raise CannotRun(f"The store does not take a product: {item.error}")
            sides.external[item.data["sku"]] = str(item.data["id"])
        sides.count(dict.fromkeys(skus, 20))
    with step("the first comparison"):
        sides.connection.enabled = True
        sides.settings(send_stock=True)
        until(lambda: _compared(sides), _PATIENCE, "the first comparison")
        until(sides.settled, _PATIENCE, "the first figures")


def _compared(sides: Sides) -> bool:
    from woodoo.engine.models import Chore

    return Chore.objects.filter(connection_id=sides.connection.pk, name="stock_compare", well_at__isnull=False).exists()


def _many(sides: Sides, skus: Sequence[str], first: int, pace: str = "") -> Iterator[Figure]:
    """Measure many figures at once, which the store does not show yet from `first` on; then the same once more."""
    from woodoo.engine import chores

    word = f"{len(skus)} figures{pace}"
    by_hand = _by_hand(sides, skus, first, word)
    before = sides.requests()
    with step(f"{len(skus)} products counted in Odoo"):
        _hold_looks(sides)
        sides.count(dict.fromkeys(skus, first + 1))
    with step(f"{word} sent by Woodoo"):
        begun = _ring(sides, skus)
        until(sides.settled, _PATIENCE, "all figures", pause=0.05)
        took = _last_end(sides) - begun
    asked = sides.requests() - before
    writing = sum(count for name, count in asked.items() if not name.startswith("GET"))
    wrong = [sku for sku in (skus[0], skus[len(skus) // 2], skus[-1]) if sides.shown(sku) != first + 1]
    if wrong:
        raise CannotRun(f"The store does not show the new figure of {wrong[0]}.")
    yield Figure(f"{word}, the store's own time", by_hand, "s")
    yield Figure(f"{word}, by Woodoo", took, "s")
    yield Figure(f"Figures{pace}, against the store's own time", took / by_hand, "times", "<= 1.1")
    yield Figure(f"Figures{pace}, requests that write", writing, "", f"<= {-(-len(skus) // 100)}")
    yield Figure(f"Figures{pace}, requests that ask what is sold", sum(asked.values()) - writing)
    before = sides.requests()
    with step("the same once more: nothing has changed"):
        _ring(sides, skus)
        until(sides.settled, _PATIENCE, "all products")
    changed = sum((sides.requests() - before).values())
    yield Figure(f"Nothing changed{pace}, requests to the store", changed, "", "== 0")
    sides.settings(stock_poll_seconds=3)
    chores.soon(sides.connection.pk, *LOOKS)  # their next turns were set by the long interval


def _hold_looks(sides: Sides) -> None:
    """Keep Woodoo from looking at Odoo's stock by itself, so that nothing is sent before the clock runs."""
    from woodoo.engine.models import Chore

    sides.settings(stock_poll_seconds=600)
    later = datetime.now(UTC) + timedelta(hours=1)
    Chore.objects.filter(connection_id=sides.connection.pk, name__in=LOOKS).update(due_at=later)
    time.sleep(1)  # one that had begun
    until(sides.settled, _PATIENCE, "what was rung for before")


def _by_hand(sides: Sides, skus: Sequence[str], figure: int, word: str) -> float:
    """Return what it takes the store to be told a figure for each, a hundred a request; all are put back."""
    update = [{"id": int(sides.external[sku]), "stock_quantity": figure} for sku in skus]
    with step(f"{word} sent by hand"):
        begun = time.monotonic()
        sides.client.batch("products", update=update, size=100)
        took = time.monotonic() - begun
    with _pace(sides, Pace()):
        sides.client.batch("products", update=[{**row, "stock_quantity": figure - 1} for row in update], size=100)
    return took


@contextmanager
def _pace(sides: Sides, pace: Pace) -> Iterator[None]:
    """Have the double take its time for the length of a block; a real shop takes what it takes."""
    if sides.store is None:
        yield
        return
    before, sides.store.troubles.pace = sides.store.troubles.pace, pace
    try:
        yield
    finally:
        sides.store.troubles.pace = before


def _ring(sides: Sides, skus: Sequence[str]) -> float:
    """Have these products looked at; return when, by the clock of this machine."""
    from woodoo.engine.work import enqueue

    begun = time.time()
    records = [str(sides.ids[sku]) for sku in skus]
    enqueue(sides.connection.pk, "stock", "update_stock", records, source="odoo", behind=True)
    return begun


def _last_end(sides: Sides) -> float:
    from django.db.models import Max

    from woodoo.engine.models import Work

    works = Work.objects.filter(connection_id=sides.connection.pk, lane="stock")
    return float(works.aggregate(end=Max("finished_at"))["end"].timestamp())


def _one(sides: Sides, moves: int, by: str, *, push: bool = False) -> Iterator[Figure]:
    """Measure the time from the end of a move in Odoo to its figure in the store."""
    if push and not _hints(sides):
        return
    found = []
    first = 1040 if push else 40  # figures the store does not show yet
    with step(f"{moves} moves, one at a time, by {by}"):
        time.sleep(8)
        for number, sku in enumerate(itertools.islice(itertools.cycle(sides.ids), moves)):
            time.sleep(random.uniform(0.5, 3.5))
            quantity = first + number
            sides.count({sku: quantity})
            begun = time.monotonic()
            until(partial(_shows, sides, sku, quantity), 120, "the figure", pause=0.02)
            found.append(time.monotonic() - begun)
    yield Figure(f"One move to the store by {by}, half of them", statistics.median(found), "s")
    yield Figure(f"One move to the store by {by}, 95 %", percentile(found, 95), "s", "< 2" if push else "< 5")


def _shows(sides: Sides, sku: str, quantity: int) -> bool:
    return sides.shown(sku) == quantity


def _hints(sides: Sides) -> bool:
    from woodoo.chores.push import switch_on

    with step("Odoo's app for automation rules, and the hints"):
        (app,) = sides.admin.search_read("ir.module.module", [("name", "=", "base_automation")], ["state"])
        if app["state"] != "installed":
            sides.admin.call("ir.module.module", "button_immediate_install", ids=[app["id"]])
        rules = switch_on(sides.connection, sides.service.url, sides.admin.login, sides.admin.secret)
    # Slow polling, so that it is the hints that are measured.
    sides.settings(stock_poll_seconds=60)
    return bool(rules)


def _asking(sides: Sides) -> Iterator[Figure]:
    """Measure what the looks at an idle Odoo cost it in an hour."""
    from woodoo.chores.stock import follow_stock
    from woodoo.live import Live

    live = Live(sides.connection, sides.connection.rules)
    follow_stock(live)
    looks = 40
    begun = time.monotonic()
    calls = 0
    with step(f"{looks} looks at an idle Odoo"):
        for _ in range(looks):
            follow_stock(live)
        calls = live._odoo.calls if live._odoo and hasattr(live._odoo, "calls") else 0
    took = time.monotonic() - begun
    if calls:
        say(f"  {calls} calls")
    yield Figure("One look at an idle Odoo's stock", took / looks * 1000, "ms")
    yield Figure("Looks at an idle Odoo's stock in an hour, every 3 s", took / looks * 1200, "s")


# A rush


def _rush(sides: Sides, seconds: int, *, guard: bool) -> Iterator[Figure]:
    """Let buyers buy as long as the store lets them, while Odoo receives and sells goods, and add up what is sold."""
    assert sides.store is not None
    chance = random.Random(7)
    supply = dict.fromkeys(sides.ids, 20)
    stranger = {"name": "Not in Odoo", "sku": f"{PREFIX}-FOREIGN", "regular_price": "1", "virtual": True}
    foreign = sides.client.post("products", stranger)["id"]
    refused = placed = 0
    over = threading.Event()
    with step(f"50 orders a minute for {seconds} s, guard {'on' if guard else 'off'}"):
        receipts = threading.Thread(target=_receipts, args=(sides, supply, over))
        receipts.start()
        end = due = time.monotonic()
        while due < end + seconds:
            due += 60 / 50
            time.sleep(max(0.0, due - time.monotonic()))
            sku = chance.choice(list(supply))
            wishes = [Wish(int(sides.external[sku]), chance.randint(1, 3))]
            if chance.random() < 0.2:
                wishes.append(Wish(foreign))  # such an order is parked
            try:
                sides.store.place_order(Checkout(wishes, BUYER))
                placed += 1
            except CheckoutRefused:
                refused += 1
        over.set()
        receipts.join()
    until(sides.settled, 300, "the last figures")
    sold = _sold(sides)
    too_many = sum(max(0, sold[sku] - supply[sku]) for sku in supply)
    word = "with the guard" if guard else "without the guard"
    yield Figure(f"Rush {word}, orders placed", placed)
    yield Figure(f"Rush {word}, buyers refused", refused)
    yield Figure(f"Rush {word}, pieces sold too many", too_many, "", "== 0" if guard else None)


def _receipts(sides: Sides, supply: dict[str, int], over: threading.Event) -> None:
    """Have goods come in now and then, until it is over; what has come in is on sale."""
    for sku in itertools.cycle(list(supply)):
        if over.wait(4):
            return
        _receive(sides, sku, 2)
        supply[sku] += 2


def _receive(sides: Sides, sku: str, quantity: int) -> None:
    """Have goods come in, as a receipt does: what is there by a move, not a count of what lies there."""
    (kind,) = sides.admin.search_read("stock.picking.type", [("code", "=", "incoming")], ["code"])[:1]
    (source,) = sides.admin.search_read("stock.location", [("usage", "=", "supplier")], ["id"])[:1]
    move = {
        "product_id": sides.ids[sku],
        "product_uom_qty": quantity,
        "location_id": source["id"],
        "location_dest_id": sides.location,
    }
    if "name" in sides.admin.fields("stock.move"):
        move["name"] = sku
    picking = {"picking_type_id": kind["id"], "location_id": source["id"], "location_dest_id": sides.location}
    (made,) = sides.admin.create("stock.picking", [{**picking, "move_ids": [(0, 0, move)]}])
    sides.admin.call("stock.picking", "action_confirm", ids=[made])
    sides.admin.call("stock.picking", "button_validate", ids=[made], context={"skip_backorder": True})


def _sold(sides: Sides) -> Counter[str]:
    assert sides.store is not None
    skus: dict[str, str] = {external_id: sku for sku, external_id in sides.external.items()}
    sold: Counter[str] = Counter()
    for order in sides.store.shop.tables["orders"].values():
        for line in order["line_items"] if order["status"] in ("processing", "on-hold", "completed") else ():
            sku = skus.get(str(line["product_id"]))
            if sku:
                sold[sku] += line["quantity"]
    return sold
