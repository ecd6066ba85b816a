"""Prices by the pricelists of a real Odoo, and its pictures, on their way to a shop."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.test import RequestFactory, override_settings
from django.urls import resolve

from woodoo.chores.prices import follow_prices
from woodoo.connections.models import Connection
from woodoo.connections.settings import ConnectionSettings
from woodoo.domain.money import round_money
from woodoo.domain.picture import mark_in
from woodoo.engine.flow import LinkVals, Outcome, OutcomeKind
from woodoo.engine.links import Links
from woodoo.engine.models import Work
from woodoo.flows.price_book import read_priced
from woodoo.flows.sides import Memory, Sides
from woodoo.live import Live
from woodoo.mapping.prices.store_prices import PricePolicy
from woodoo.odoo.endpoint import Endpoint
from woodoo.odoo.records import Records
from woodoo.sandbox.odoo.fixtures import Admin
from woodoo.sandbox.store.double import StoreDouble
from woodoo.stores.woocommerce.client import WooClient
from woodoo.web import pictures as pictures_of_web

from .catalogue import CatalogueBench
from .pricelists import asked_by_odoo, make_assortment, moment

OWN_DATABASE = True


@dataclass
class Bench(CatalogueBench):
    """A catalogue with prices and pictures."""

    memory: Memory | None = None

    def sides(self, **changes: Any) -> Sides:
        return replace(super().sides(**changes), memory=self.memory)

    def price(self, sku: str) -> tuple[str, str]:
        row = self.by_sku(sku)
        return row["regular_price"], row["sale_price"]

    def pricelist(self, *rules: dict[str, Any]) -> int:
        eur = self.admin.search_read("res.currency", [("name", "=", "EUR")], [])[0]["id"]
        made = self.admin.create("product.pricelist", [{"name": "Web", "currency_id": eur}])[0]
        self.admin.create("product.pricelist.item", [{"pricelist_id": made, **rule} for rule in rules])
        return made

    def one(self, template: int, **changes: Any) -> Outcome:
        return self.sync([template], **changes)[template]


@pytest.fixture(scope="module")
def bench(odoo: Endpoint, admin: Admin) -> Iterator[Bench]:
    with StoreDouble() as shop:
        made = Bench.set_up(odoo, admin, shop, "woodoo_prices", send_images=True)
        made.memory = Memory()
        with serving(made.odoo, made.settings) as url, override_settings(WOODOO_URL=url):
            yield made


@contextmanager
def serving(odoo: Records, settings: ConnectionSettings) -> Iterator[str]:
    """Serve the address of pictures, as the web part of Woodoo does, and two pictures of the shop itself."""
    connection = SimpleNamespace(enabled=True)
    live = SimpleNamespace(connection=connection, settings=settings, odoo=lambda recorder: odoo)

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, content = 200, "image/png", base64.b64decode(png(len(self.path)))
            if self.path.startswith("/pictures/"):
                found = resolve(self.path, "woodoo.web.urls")
                answer = found.func(RequestFactory().get(self.path), **found.kwargs)
                status, kind, content = answer.status_code, answer["Content-Type"], answer.content
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    Thread(target=server.serve_forever, daemon=True).start()
    with patch.object(pictures_of_web, "live_connection", lambda number: live):
        yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def png(seed: int, size: int = 40) -> str:
    """Return a small picture, another one for each seed, as Odoo takes it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = b"\0" + bytes((seed * 37 + n) % 256 for n in range(size * 3))
    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(row * size)) + chunk(b"IEND", b"")
    return base64.b64encode(data).decode()


SVG = base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'></svg>").decode()


# Prices


def test_pricelists_ask_what_odoo_asks_on_a_sales_order(bench: Bench) -> None:
    made = make_assortment(bench.admin, "Rules", pricelists=10, seed=1)
    sides = bench.sides()
    by_rule = 0
    for pricelist in made.pricelists:
        read = read_priced(sides, PricePolicy(pricelist), made.products)
        theirs = asked_by_odoo(bench.admin, pricelist, list(made.products))
        ours = {one: read.book.ask(pricelist, read.goods[one], datetime.now(UTC)) for one in made.products}
        assert {one: round_money(asked.price) for one, asked in ours.items()} == {
            one: round_money(price) for one, price in theirs.items()
        }
        by_rule += sum(asked.rule is not None for asked in ours.values())
    assert by_rule > len(made.products)


def test_a_product_has_its_price_then_that_of_a_pricelist_and_its_sale(bench: Bench) -> None:
    mug = bench.make(name="Price mug", default_code="PM-1", list_price=12.5)
    assert bench.one(mug).kind is OutcomeKind.DONE
    assert bench.price("PM-1") == ("12.5", "")
    rule = {"applied_on": "1_product", "product_tmpl_id": mug, "compute_price": "fixed"}
    web = bench.pricelist(
        {**rule, "fixed_price": 9, "date_start": moment(-1), "date_end": moment(3)},
        {**rule, "fixed_price": 11},
    )
    chosen = {"price_pricelist_id": web, "sale_pricelist_id": web}
    assert bench.one(mug, **chosen).message.endswith("prices written.")
    assert bench.price("PM-1") == ("11", "9")
    row = bench.by_sku("PM-1")
    assert (bool(row["date_on_sale_from"]), bool(row["date_on_sale_to"])) == (False, True), "it has begun"
    calls = bench.calls()
    assert bench.one(mug, **chosen).kind is OutcomeKind.DONE
    assert bench.calls() == calls
    bench.admin.call("product.pricelist.item", "unlink", ids=_sale(bench, web))
    dear = {**rule, "pricelist_id": web, "fixed_price": 15, "date_end": moment(3)}
    bench.admin.create("product.pricelist.item", [dear])
    told = bench.one(mug, **chosen)
    assert "above the regular price" in told.message
    assert bench.price("PM-1") == ("11", "")


def _sale(bench: Bench, pricelist: int) -> list[int]:
    domain = [("pricelist_id", "=", pricelist), ("date_end", "!=", False)]
    return [row["id"] for row in bench.admin.search_read("product.pricelist.item", domain, [])]


def test_a_price_of_nothing_is_reported_and_the_rest_of_the_product_goes_on(bench: Bench) -> None:
    cup = bench.make(name="Cup", default_code="CUP-1", list_price=5)
    bench.one(cup)
    bench.admin.write("product.template", [cup], {"list_price": 0, "name": "Cup of nothing"})
    parked = bench.one(cup)
    assert (parked.kind, parked.error_kind) == (OutcomeKind.PARKED, "DataError")
    assert "would give it away" in parked.message
    assert (bench.by_sku("CUP-1")["name"], bench.price("CUP-1")[0]) == ("Cup of nothing", "5")
    assert bench.one(cup, send_free=True).kind is OutcomeKind.DONE
    assert bench.price("CUP-1")[0] == "0"


def test_a_pricelist_of_another_currency_keeps_back_prices_only(bench: Bench) -> None:
    usd = bench.admin.search_read("res.currency", [("name", "=", "USD")], [])[0]["id"]
    other = bench.admin.create("product.pricelist", [{"name": "Dollars", "currency_id": usd}])[0]
    pot = bench.make(name="Pot", default_code="POT-1", list_price=5)
    bench.one(pot)
    bench.admin.write("product.template", [pot], {"name": "Green pot"})
    parked = bench.one(pot, price_pricelist_id=other)
    assert (parked.kind, parked.error_kind) == (OutcomeKind.PARKED, "ConfigError")
    assert (bench.by_sku("POT-1")["name"], bench.price("POT-1")[0]) == ("Green pot", "5")


def test_once_a_day_prices_wait_for_their_hour(bench: Bench) -> None:
    bowl = bench.make(name="Bowl", default_code="BOWL-1", list_price=5)
    daily = {"prices_when": "daily", "prices_time": f"{datetime.now(UTC):%H:%M}"}
    bench.one(bowl, **daily)
    bench.admin.write("product.template", [bowl], {"list_price": 6, "name": "Blue bowl"})
    bench.one(bowl, **daily)
    assert (bench.by_sku("BOWL-1")["name"], bench.price("BOWL-1")[0]) == ("Blue bowl", "5")
    bench.one(bowl)
    assert bench.price("BOWL-1")[0] == "6"


@pytest.mark.django_db
def test_rules_that_change_begin_end_or_go_ring_for_their_products(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    plate, dish = (bench.make(name=name, default_code=name, list_price=5) for name in ("Plate", "Dish"))
    web = bench.pricelist()
    live = live_with(bench, monkeypatch, price_pricelist_id=web)
    Links(live.connection.pk).upsert(
        LinkVals("product", str(one), "product.template", one, odoo_hash="x") for one in (plate, dish)
    )
    follow_prices(live)
    start = datetime.now(UTC)
    rule = {"pricelist_id": web, "applied_on": "1_product", "product_tmpl_id": plate, "fixed_price": 4}
    made = bench.admin.create("product.pricelist.item", [{**rule, "date_start": moment(2)}])
    assert rung(live) == {str(plate)}
    rung(live)  # what was changed within the newest second rings once more
    assert rung(live, start + timedelta(days=1)) == set()
    assert rung(live, start + timedelta(days=3)) == {str(plate)}
    assert rung(live, start + timedelta(days=4)) == set()
    bench.admin.call("product.pricelist.item", "unlink", ids=made)
    assert rung(live, start + timedelta(days=5)) == {str(plate), str(dish)}


@pytest.mark.django_db
def test_once_a_day_all_are_rung_for(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    live = live_with(bench, monkeypatch, prices_when="daily", prices_time="03:00", timezone="Europe/Madrid")
    Links(live.connection.pk).upsert([LinkVals("product", "7", "product.template", 7, odoo_hash="x")])
    assert rung(live, datetime(2026, 7, 1, 12, tzinfo=UTC)) == {"7"}
    assert rung(live, datetime(2026, 7, 2, 0, 59, tzinfo=UTC)) == set()
    assert rung(live, datetime(2026, 7, 2, 1, 1, tzinfo=UTC)) == {"7"}


def live_with(bench: Bench, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> Live:
    """Return a connection to the bench's Odoo."""
    monkeypatch.setattr(Live, "odoo", lambda self, recorder: bench.odoo)
    connection = Connection.objects.create(
        name="Prices",
        store_url="https://shop.example.com",
        odoo_url="https://odoo.example.com",
        odoo_database="x",
        settings={"send_products": True, "send_images": True, **settings},
    )
    return Live(connection, connection.rules)


def rung(live: Live, now: datetime | None = None) -> set[str]:
    """Look for other prices, and return the products that were rung for."""
    Work.objects.all().delete()
    follow_prices(live, now=now)
    return set(Work.objects.values_list("record", flat=True))


# Pictures


def pictures(bench: Bench, sku: str) -> list[tuple[int, str]]:
    """Return number and mark of each picture of a product in the shop."""
    row = WooClient(bench.shop.url, bench.shop.key, bench.shop.secret).get(f"products/{bench.by_sku(sku)['id']}")
    return [(one["id"], mark_in(one["src"])) for one in row["images"]]


def pictures_of_variations(bench: Bench, product: str) -> dict[str, str]:
    """Return SKU → mark of the variations that have a picture of their own."""
    client = WooClient(bench.shop.url, bench.shop.key, bench.shop.secret)
    rows = client.rows(f"products/{product}/variations", {"context": "edit"})
    return {row["sku"]: mark_in(row["image"]["src"]) for row in rows if row["image"]}


def test_a_picture_is_sent_once_and_again_only_when_it_is_another(bench: Bench) -> None:
    tray = bench.make(name="Tray", default_code="TRAY-1", list_price=5, image_1920=png(1))
    bench.one(tray)
    (first,) = pictures(bench, "TRAY-1")
    assert first[1]
    calls = bench.calls()
    assert bench.one(tray).message == f"#{bench.by_sku('TRAY-1')['id']}: nothing has changed."
    assert bench.calls() == calls
    bench.admin.write("product.template", [tray], {"name": "Big tray"})
    bench.one(tray)
    assert pictures(bench, "TRAY-1") == [first]
    bench.links.rows.clear()
    bench.one(tray)
    assert pictures(bench, "TRAY-1") == [first]
    bench.admin.write("product.template", [tray], {"image_1920": png(2)})
    bench.one(tray)
    (second,) = pictures(bench, "TRAY-1")
    assert second[1] not in ("", first[1])
    bench.admin.write("product.template", [tray], {"image_1920": False})
    bench.one(tray)
    assert pictures(bench, "TRAY-1") == []


def test_pictures_of_the_shop_stay_where_odoo_has_none_and_behind_that_of_odoo(bench: Bench) -> None:
    jar = bench.make(name="Jar", default_code="JAR-1", list_price=5)
    bench.one(jar)
    number = bench.by_sku("JAR-1")["id"]
    theirs = [{"src": f"{settings.WOODOO_URL}/{name}.png"} for name in ("front", "back")]
    bench.client.put(f"products/{number}", {"images": theirs})
    bench.admin.write("product.template", [jar], {"name": "Glass jar"})
    bench.one(jar)
    kept = pictures(bench, "JAR-1")
    assert [mark for _, mark in kept] == ["", ""]
    bench.admin.write("product.template", [jar], {"image_1920": png(3)})
    bench.one(jar)
    after = pictures(bench, "JAR-1")
    assert [bool(mark) for _, mark in after] == [True, False]
    assert after[1] == kept[1]


def test_a_picture_taken_away_in_the_shop_is_told_and_comes_back(bench: Bench) -> None:
    can = bench.make(name="Can", default_code="CAN-1", list_price=5, image_1920=png(4))
    bench.one(can)
    number = bench.by_sku("CAN-1")["id"]
    bench.client.put(f"products/{number}", {"images": []})
    bench.admin.write("product.template", [can], {"name": "Tin can"})
    outcome = bench.one(can)
    assert [(one.group, one.side, one.repaired) for one in outcome.drifts or ()] == [("images", "store", True)]
    assert [bool(mark) for _, mark in pictures(bench, "CAN-1")] == [True]


def test_variants_have_pictures_of_their_own(bench: Bench) -> None:
    attribute, values = bench.make_attribute("Glaze", ["matt", "shiny"])
    vase = bench.make_variable("Vase", {attribute: list(values.values())}, "VASE", list_price=5, image_1920=png(5))
    first, second = bench.variants(vase)
    bench.admin.write("product.product", [first], {"image_variant_1920": png(6)})
    assert bench.one(vase).kind is OutcomeKind.DONE
    product = bench.links.find_by_odoo("product.template", [vase], kind="product")[vase].external_id
    ((_, main),) = [(one["id"], mark_in(one["src"])) for one in bench.client.get(f"products/{product}")["images"]]
    own = pictures_of_variations(bench, product)
    assert list(own) == ["VASE-0"]
    assert own["VASE-0"] not in ("", main)
    calls = bench.calls()
    bench.one(vase)
    assert bench.calls() == calls
    bench.admin.write("product.product", [first], {"image_variant_1920": False})
    bench.admin.write("product.product", [second], {"image_variant_1920": png(7)})
    bench.one(vase)
    assert list(pictures_of_variations(bench, product)) == ["VASE-1"]


def test_a_picture_that_cannot_go_is_reported_and_the_product_goes_without(bench: Bench) -> None:
    drawing = bench.make(name="Drawing", default_code="DRAW-1", list_price=5, image_1920=SVG)
    plain = bench.make(name="Plain", default_code="PLAIN-1", list_price=5, image_1920=png(8))
    outcomes = bench.sync([drawing, plain])
    assert "SVG drawing" in outcomes[drawing].message
    assert outcomes[drawing].kind is OutcomeKind.PARKED
    assert pictures(bench, "DRAW-1") == []
    assert len(pictures(bench, "PLAIN-1")) == 1
    bench.admin.write("product.template", [drawing], {"image_1920": png(9)})
    assert bench.one(drawing).kind is OutcomeKind.DONE
    assert len(pictures(bench, "DRAW-1")) == 1


def test_a_picture_the_store_cannot_fetch_keeps_nothing_else_back(bench: Bench) -> None:
    lid = bench.make(name="Lid", default_code="LID-1", list_price=5, image_1920=png(10))
    with override_settings(WOODOO_URL="http://127.0.0.1:1"):
        parked = bench.one(lid)
    assert "The store does not take a picture" in parked.message
    assert "pictures/0/product" not in parked.message
    assert (bench.price("LID-1")[0], pictures(bench, "LID-1")) == ("5", [])
    assert bench.one(lid).kind is OutcomeKind.DONE
    assert len(pictures(bench, "LID-1")) == 1
