"""What moves in Odoo's stock rings once, whichever of the two looks finds it, and the quick one has little to read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.chores.books import fits
from tests.odoo_client.doubles import scripted_records
from woodoo.chores import stock
from woodoo.chores.stock import follow_stock
from woodoo.chores.stock_back import look_back, seconds
from woodoo.connections.models import Connection
from woodoo.engine.models import HISTORY, Cursor, Event, Work
from woodoo.live import Live
from woodoo.odoo.kits import Kits
from woodoo.odoo.records import Records

QUANT, MOVE = "stock.quant", "stock.move"


@dataclass
class Stockroom:
    """Quants and moves of an Odoo, and the connection that looks at them."""

    live: Live
    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1))
    rows: dict[str, dict[int, dict[str, Any]]] = field(default_factory=lambda: {QUANT: {}, MOVE: {}})
    #: Rows handed out so far, by model.
    read: Counter[str] = field(default_factory=Counter)

    @property
    def records(self) -> Records:
        answers = {
            f"{QUANT}.search_read": lambda **how: self._read(QUANT, **how),
            f"{MOVE}.search_read": lambda **how: self._read(MOVE, **how),
            f"{MOVE}.search": lambda **how: [max(self.rows[MOVE])] if self.rows[MOVE] else [],
            "mail.message.default_get": lambda **_: {"date": f"{self.now:%Y-%m-%d %H:%M:%S}"},
        }
        return scripted_records(answers)

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def count(self, *products: int, quantity: float = 5, ago: float = 0) -> None:
        """Count products in Odoo, in one transaction that began so many seconds ago; it makes moves that are done."""
        for product in products:
            self.put(QUANT, product, ago, product_id=product, quantity=quantity, reserved_quantity=0.0)
            self.move(product, "done", ago=ago)

    def move(self, product: int, state: str, *, ago: float = 0, number: int = 0) -> int:
        """Make or change a move; return its number."""
        number = number or len(self.rows[MOVE]) + 1
        self.put(MOVE, number, ago, product_id=product, state=state, product_uom_qty=1.0)
        return number

    def put(self, model: str, number: int, ago: float, **values: Any) -> None:
        written = self.now - timedelta(seconds=ago)
        always = {"id": number, "company_id": 1, "location_id.usage": "internal"}
        self.rows[model][number] = {**always, **values, "write_date": f"{written:%Y-%m-%d %H:%M:%S}"}

    def quick(self) -> list[int]:
        """Take the quick look twice, moves among it; return which products it rang for, as often as it did."""
        follow_stock(self.live)
        follow_stock(self.live)
        return self._rung()

    def back(self) -> list[int]:
        """Look back; return which products it rang for."""
        look_back(self.live)
        return self._rung()

    def kept(self, name: str = f"update_stock:{QUANT}") -> int:
        """Return how long what a look keeps is."""
        return len(Cursor.objects.get(name=name).value)

    def _rung(self) -> list[int]:
        rung = sorted(int(record) for record in Event.objects.values_list("record", flat=True))
        Event.objects.all().delete()
        Work.objects.update(state="done")
        return rung

    def _read(
        self, model: str, domain: Sequence[Any], fields: Sequence[str], limit: int | None, order: str, **_: Any
    ) -> list[Mapping[str, Any]]:
        found = [row for row in self.rows[model].values() if fits(row, domain)]
        found.sort(key=lambda row: row["id"] if order == "id" else (row["write_date"], row["id"]))
        self.read[model] += len(found[:limit])
        return [{name: row[name] for name in ["id", *fields]} for row in found[:limit]]


@pytest.fixture
def room(db: None, monkeypatch: pytest.MonkeyPatch) -> Stockroom:
    connection = Connection.objects.create(
        name="Shop",
        store_url="https://shop.example.com",
        store_key="ck_stock",
        store_secret="cs_stock",
        odoo_url="https://odoo.example.com",
        odoo_database="odoo",
        odoo_company_id=1,
        settings={"send_stock": True},
    )
    room = Stockroom(Live(connection, connection.rules))
    room.live.odoo = lambda recorder: room.records  # type: ignore[method-assign]
    monkeypatch.setattr(stock, "kits_of", lambda sides: Kits())
    monkeypatch.setattr(stock, "_compare_after_change", lambda live: None)
    room.move(99, "done", ago=7200)
    room.quick()
    room.back()
    room.later(60)
    return room


def test_a_count_rings_once_whoever_looks_how_often(room: Stockroom):
    room.count(7)
    assert room.quick() == [7]
    assert room.quick() == room.back() == []
    room.later(45)
    assert room.quick() == room.back() == []


def test_what_changes_within_the_same_second_rings_again(room: Stockroom):
    room.count(7, quantity=5)
    assert room.quick() == [7]
    room.count(7, quantity=4)
    assert room.quick() == [7]


def test_what_is_seen_late_is_found_by_the_look_back_alone(room: Stockroom):
    room.count(7)
    room.quick()
    room.later(40)
    room.count(7)
    room.quick()
    room.count(8, ago=35)
    assert room.quick() == []
    assert room.back() == [8]
    assert room.back() == room.quick() == []


def test_what_the_quick_look_is_about_to_read_is_left_to_it(room: Stockroom):
    room.count(7)
    assert room.back() == []
    assert room.quick() == [7]
    room.later(45)
    assert room.back() == []


def test_what_came_between_two_looks_back_is_known_by_the_word_the_quick_look_left(room: Stockroom):
    for product in range(10, 16):
        room.count(product)
        assert room.quick() == [product]
        room.later(90)
    assert room.back() == []


def test_a_count_of_the_whole_stock_is_worked_off_behind_the_news_and_rings_once(room: Stockroom):
    room.count(*range(100, 400))
    follow_stock(room.live)
    assert set(Work.objects.values_list("priority", flat=True)) == {HISTORY}
    room._rung()
    room.read.clear()
    assert room.quick() == []
    assert room.read[MOVE] == 0
    room.later(30)
    assert room.quick() == room.back() == []


def test_after_a_count_of_the_whole_stock_the_quick_look_reads_and_keeps_little(room: Stockroom):
    room.count(*range(100, 400))
    room.quick()
    room.quick()
    room.later(60)
    room.count(7)
    assert room.quick() == [7]
    room.read.clear()
    assert room.quick() == []
    assert room.read[QUANT] <= 4
    assert room.kept() < 300
    assert room.kept(f"update_stock:{QUANT}:rung") > 5000


@pytest.mark.parametrize("state", ["confirmed", "waiting", "assigned"])
def test_what_is_sold_and_not_reserved_rings_by_its_move(room: Stockroom, state: str):
    room.move(7, state)
    room.move(8, "draft")
    assert room.quick() == [7]
    room.later(45)
    assert room.quick() == room.back() == []


def test_more_new_moves_than_are_read_at_once_ring_with_the_next_looks(room: Stockroom, monkeypatch: Any):
    monkeypatch.setattr(stock, "_MOST", 2)
    for product in (5, 6, 7):
        room.move(product, "confirmed")
    assert room.quick() == [5, 6]
    assert room.quick() == [7]
    assert room.quick() == []


def test_a_move_that_is_cancelled_or_confirmed_later_is_found_by_the_look_back(room: Stockroom):
    sold, drafted = room.move(7, "confirmed"), room.move(8, "draft")
    assert room.quick() == [7]
    room.later(60)
    room.move(7, "cancel", number=sold)
    room.move(8, "confirmed", number=drafted)
    assert room.quick() == []
    assert room.back() == [7, 8]
    assert room.back() == []


def test_what_was_delivered_to_the_last_piece_rings_though_odoo_has_removed_the_quant(room: Stockroom):
    room.count(7)
    room.quick()
    room.back()
    room.later(60)
    room.move(7, "done")
    del room.rows[QUANT][7]
    assert room.quick() == []
    assert room.back() == [7]


def test_one_look_never_writes_the_cursor_of_the_other(room: Stockroom):
    room.count(7)
    room.quick()
    before = dict(Cursor.objects.exclude(name__endswith=":back").values_list("name", "value"))
    room.later(60)
    room.count(8, ago=30)
    room.back()
    assert dict(Cursor.objects.exclude(name__endswith=":back").values_list("name", "value")) == before
    back = dict(Cursor.objects.filter(name__endswith=":back").values_list("name", "value"))
    room.count(9)
    room.quick()
    assert dict(Cursor.objects.filter(name__endswith=":back").values_list("name", "value")) == back


def test_the_look_back_comes_each_minute_and_never_more_often_than_the_quick_one(room: Stockroom):
    settings = room.live.settings
    assert seconds(settings) == 60
    assert seconds(settings.model_copy(update={"stock_poll_seconds": 600})) == 600
    assert seconds(settings.model_copy(update={"send_stock": False})) is None
