"""The door at which Odoo hints at changes: fast, cheap, and deaf to what is said."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from woodoo.chores.odoo_changes import HINT, NAME
from woodoo.connections.models import Connection
from woodoo.engine import db
from woodoo.engine.cursors import get_cursor
from woodoo.web import odoo_hints, throttle

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _strangers() -> None:
    odoo_hints.forget()
    throttle.forget()


@pytest.fixture
def connection() -> Connection:
    return Connection.objects.create(
        name="Shop",
        store_url="https://shop.example.com",
        odoo_url="https://odoo.example.com",
        odoo_database="odoo",
        odoo_push_token="a-long-random-word",
    )


def knock(token: str = "a-long-random-word", **how: Any) -> int:
    answer = Client().post(f"/hooks/odoo/{token}/", b'{"_model": "sale.order", "_id": 7}', "application/json", **how)
    return answer.status_code


def planned(connection: Connection, due: str, began: str = "1 hour", name: str = NAME) -> None:
    db.change(
        "INSERT INTO engine_chore (connection_id, name, due_at, began_at, found) "
        "VALUES (%s, %s, now() + %s::interval, now() - %s::interval, '{}')",
        [connection.pk, name, due, began],
    )


def due_in(name: str = NAME) -> float:
    ((seconds,),) = db.rows("SELECT extract(epoch FROM due_at - now()) FROM engine_chore WHERE name = %s", [name])
    return round(float(seconds), 1)


def test_a_hint_brings_the_look_forward(connection: Connection):
    planned(connection, "50 seconds")
    assert knock() == 200
    assert due_in() == odoo_hints.DELAY
    assert get_cursor(connection.pk, HINT)


def test_a_hint_brings_the_look_at_credit_notes_and_returns_forward_too(connection: Connection):
    planned(connection, "50 seconds", name="refund_news")
    assert knock() == 200
    assert due_in("refund_news") == odoo_hints.DELAY


def test_a_look_that_comes_sooner_is_not_put_off(connection: Connection):
    planned(connection, "1 second")
    assert knock() == 200
    assert due_in() == 1.0


def test_looks_keep_their_distance_however_many_hints_come(connection: Connection):
    planned(connection, "50 seconds", began="4 seconds")
    assert knock() == 200
    assert due_in() == odoo_hints.GAP - 4


def test_many_hints_in_a_row_are_one(connection: Connection):
    planned(connection, "50 seconds")
    knock()
    noted = get_cursor(connection.pk, HINT)
    assert [knock() for _ in range(5)] == [200] * 5
    assert get_cursor(connection.pk, HINT) == noted


def test_an_address_nobody_has_is_refused_and_soon_throttled(connection: Connection):
    Connection.objects.create(
        name="Quiet", store_url="https://quiet.example.com", odoo_url="https://o.example.com", odoo_database="odoo"
    )
    found = [knock("somebody-else-s-word") for _ in range(80)]
    assert found[0] == 404
    assert found[-1] == 429
    assert get_cursor(connection.pk, HINT) == ""
    assert knock() == 200, "the right one is always taken"


def test_only_posts_are_taken(connection: Connection):
    assert Client().get("/hooks/odoo/a-long-random-word/").status_code == 405


def test_the_connection_s_page_says_how_odoo_is_heard(connection: Connection, administrator: Client):
    page = f"/connections/{connection.pk}/"
    text = " ".join(administrator.get(page).content.decode().split())
    assert "Odoo is asked every 150 seconds" in text
    assert "<dt>Hints from Odoo</dt><dd>none yet</dd>" in text
    db.change(
        "INSERT INTO engine_chore (connection_id, name, due_at, message, fix, found) "
        "VALUES (%s, %s, now(), 'Odoo is cross.', 'Be kind.', '{}')",
        [connection.pk, NAME],
    )
    Connection.objects.update(odoo_push_token="")
    text = " ".join(administrator.get(page).content.decode().split())
    assert "Odoo is cross." in text
    assert "Be kind." in text
    assert "<dt>Hints from Odoo</dt><dd>not set up</dd>" in text


def test_a_move_of_stock_is_looked_at_at_once_and_nothing_else_with_it(connection: Connection):
    planned(connection, "50 seconds")
    db.change(
        "INSERT INTO engine_chore (connection_id, name, due_at, found) VALUES (%s, 'stock', now() + '1 day', '{}')",
        [connection.pk],
    )
    assert knock("a-long-random-word/stock") == 200
    assert due_in() == 50
    assert db.rows("SELECT due_at <= now() FROM engine_chore WHERE name = 'stock'") == [(True,)]
    assert not get_cursor(connection.pk, HINT)
    assert knock("another-word/stock") == 404
