"""What people do in Odoo: which orders are rung for it, which are not, and what it costs to find out."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.chores.books import Books
from woodoo.chores.odoo_changes import follow_odoo
from woodoo.chores.odoo_records import look_after_records
from woodoo.connections.models import Connection
from woodoo.domain.errors import ConfigError
from woodoo.engine import db
from woodoo.engine.cursors import set_cursor
from woodoo.engine.flow import LinkVals
from woodoo.engine.links import Links
from woodoo.engine.models import Link, Work
from woodoo.odoo import feed

QUOTATION = '{"delivery": "open", "state": "quotation", "total": "10"}'
CONFIRMED: dict[str, Any] = {"state": "sale", "amount_total": 10.0}
RUNG = "sale.order: state quotation → confirmed"


def books_of(becomes: str) -> Books:
    return Books.of(
        Connection.objects.create(
            name="Shop",
            store_url="https://shop.example.com",
            odoo_url="https://odoo.example.com",
            odoo_database="odoo",
            settings={"order_becomes": becomes},
        )
    )


@pytest.fixture
def books(db: None) -> Books:
    return books_of("order_invoice_payment_delivery")


def state_of(record: str) -> str:
    return str(Work.objects.get(record=record).state)


def test_six_polls_ask_twice_each_at_most(db: None):
    books = books_of("order_invoice_payment")
    for _ in range(6):
        follow_odoo(books.live)
    assert Counter(books.asked) == {"sale.order": 6, "account.move": 3, "account.payment": 1, "res.partner": 1}


def test_an_odoo_that_gets_invoices_alone_is_not_asked_for_sales_orders(db: None):
    books = books_of("invoice")
    books.follow()
    assert set(books.asked) == {"account.move", "res.partner"}


def test_a_change_rings_once_and_says_what_it_was(books: Books):
    books.knows("76", "sale.order", 7, QUOTATION)
    books.write("sale.order", 7, **CONFIRMED)
    books.write("sale.order", 8, **CONFIRMED)
    assert books.follow() == {"76": RUNG}
    assert state_of("76") == "ready"
    Work.objects.update(state="done")
    assert books.follow() == {}


def test_what_moved_and_is_as_it_was_rings_for_nothing(books: Books):
    books.knows("76", "sale.order", 7, '{"delivery": "open", "state": "confirmed", "total": "10"}')
    books.write("sale.order", 7, state="done", amount_total=10.0)
    assert books.follow() == {}


@pytest.mark.parametrize("state", ["skipped", "ready", "waiting"])
def test_what_was_left_out_or_waits_for_its_turn_is_not_rung_for(books: Books, state: str):
    books.knows("76", "sale.order", 7, QUOTATION, state)
    books.write("sale.order", 7, **CONFIRMED)
    assert books.follow() == {}
    assert state_of("76") == state


@pytest.mark.parametrize("state", ["parked", "failed"])
def test_what_waits_for_a_person_is_tried_again(books: Books, state: str):
    books.knows("76", "account.move", 3, '{"payment": "partial", "state": "posted", "total": "10"}', state)
    books.write("account.move", 3, state="posted", payment_state="paid", amount_total=10.0)
    assert books.follow() == {"76": "account.move: payment partial → paid"}


def test_what_is_being_worked_on_is_judged_when_it_rests(books: Books):
    books.knows("76", "sale.order", 7, QUOTATION)
    at_work = "lease_token = gen_random_uuid(), lease_until = now()"
    db.change(f"UPDATE engine_work SET state = 'running', {at_work}")
    books.write("sale.order", 7, **CONFIRMED)
    assert books.follow() == {}
    books.write("sale.order", 99, **CONFIRMED)
    books.rows["sale.order"][7]["write_date"] = "2020-01-01 00:00:00"  # the feed itself would not show it any more
    db.change("UPDATE engine_work SET state = 'done', lease_token = NULL, lease_until = NULL")
    assert books.follow() == {"76": RUNG}


def test_what_a_flow_has_noted_meanwhile_counts(books: Books):
    books.knows("76", "sale.order", 7, QUOTATION)
    links = Links(books.live.connection.pk)
    (before,) = links.leading_to("sale.order", [7])
    links.upsert([LinkVals("order", "76", "sale.order", 7, odoo_seen='{"state": "confirmed"}')])
    assert links.see([(before, '{"state": "cancelled"}')]) == []
    assert Link.objects.get().odoo_seen == '{"state": "confirmed"}'


def test_a_delivery_rings_for_the_order_it_belongs_to(books: Books):
    books.knows("76", "sale.order", 7, '{"delivery": "open", "state": "confirmed", "total": "10"}')
    books.write("stock.picking", 1, sale_id=7, state="done")
    books.write("stock.picking", 2, sale_id=7, state="assigned")
    assert books.follow() == {}, "one of two is still to go"
    books.write("stock.picking", 2, sale_id=7, state="cancel")
    assert books.follow() == {"76": "sale.order: delivery open → done"}


def test_customers_are_news_for_orders_that_wait_for_a_person_only(books: Books):
    books.knows("76", "res.partner", 5)
    books.knows("90", "res.partner", 5, state="parked")
    books.write("res.partner", 5, name="Ana", vat="ES1")
    assert books.follow() == {}, "seen for the first time"
    books.write("res.partner", 5, vat="ES12345678Z")
    assert books.follow() == {"90": "res.partner: contents"}
    assert "Ana" not in "".join(Link.objects.values_list("odoo_seen", flat=True))


def test_a_model_that_cannot_be_read_keeps_no_other_from_its_turn(books: Books):
    books.knows("76", "account.move", 3, '{"state": "draft"}')
    books.broken["sale.order"] = ConfigError("no right", where="sale.order")
    books.write("account.move", 3, state="posted", payment_state="not_paid", amount_total=10.0)
    with pytest.raises(ConfigError):
        books.follow()
    assert books.rung()["76"].startswith("account.move: state draft → posted")


def test_a_mass_update_is_read_in_pieces_that_follow_at_once(books: Books, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(feed.read_changes, "__kwdefaults__", {**_defaults(), "page": 5, "pages": 2})
    number = books.live.connection.pk
    db.change(
        "INSERT INTO engine_chore (connection_id, name, due_at, found) "
        "VALUES (%s, 'odoo', now() + interval '1 hour', '{}')",
        [number],
    )
    for odoo_id in range(1, 31):
        books.write("sale.order", odoo_id, **CONFIRMED)
    books.knows("76", "sale.order", 30, QUOTATION)
    follow_odoo(books.live)
    assert db.rows("SELECT due_at <= now() FROM engine_chore") == [(True,)]
    assert books.rung() == {}
    for _ in range(5):
        follow_odoo(books.live)
    assert books.rung() == {"76": RUNG}


def _defaults() -> dict[str, Any]:
    return dict(feed.read_changes.__kwdefaults__ or {})


# what was deleted


def test_what_was_deleted_is_rung_for_once(books: Books):
    books.knows("76", "sale.order", 7, QUOTATION)
    books.knows("90", "sale.order", 8, QUOTATION)
    books.write("sale.order", 8, state="draft", amount_total=10.0)
    assert books.walk() == {"76": "sale.order: deleted"}
    Work.objects.update(state="done")
    assert books.walk() == {}


def test_what_the_feed_passed_over_is_found_by_id(books: Books):
    books.knows("76", "sale.order", 7, QUOTATION)
    books.write("sale.order", 7, **CONFIRMED)
    books.rows["sale.order"][7]["write_date"] = "2020-01-01 00:00:00"
    assert books.follow() == {}
    assert books.walk() == {"76": RUNG}


def test_where_most_is_missing_it_is_the_rights(books: Books):
    for number in range(40):
        books.knows(str(number), "sale.order", number, QUOTATION)
    books.write("sale.order", 1, state="draft", amount_total=10.0)
    with pytest.raises(ConfigError, match=r"shows only 1 of 40 records of sale\.order") as raised:
        books.walk()
    assert "rights" in raised.value.fix
    assert books.rung() == {}


def test_a_customer_that_is_gone_is_forgotten(books: Books):
    books.knows("76", "res.partner", 5)
    books.knows("90", "res.partner", 5, state="parked")
    assert books.walk() == {"90": "res.partner: deleted"}
    assert not Link.objects.exists()


def test_the_walk_rests_when_it_has_seen_all(books: Books):
    books.knows("76", "sale.order", 7, QUOTATION)
    books.write("sale.order", 7, state="draft", amount_total=10.0)
    books.walk()
    books.asked.clear()
    look_after_records(books.live)
    assert books.asked == []
    set_cursor(books.live.connection.pk, "odoo:records", '{"after": 0, "began": "2020-01-01T00:00:00+00:00"}')
    look_after_records(books.live)
    assert books.asked == ["sale.order"]
