"""How a message reads, and what it leaves out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from woodoo.alerts.timing import News
from woodoo.alerts.words import MOST, Item, capital, letter

AT = datetime(2026, 7, 1, 8, 5, tzinfo=UTC)
PAYMENT = Item(
    News.NEW,
    "payment",
    "2 orders are not paid in Odoo, because of a payment method that is not mapped",
    AT,
    "Order #1057, Order #1058",
    "was paid by Ana García with 'klarna'",
    "Map klarna for Ana García.",
    link="https://woodoo.example.com/work/",
)
PRODUCT = Item(News.GROWN, "record", "9 orders are held up, because of a product", AT)
OUTAGE = Item(News.WELL, "outage", "Odoo does not answer", AT, resolved_at=AT.replace(hour=9))


def test_money_first_what_is_over_last():
    body = letter("Shop NL", [OUTAGE, PRODUCT, PAYMENT], zone="Europe/Madrid").body
    assert body == (
        "● 2 orders are not paid in Odoo, because of a payment method that is not mapped\n"
        "  Order #1057, Order #1058\n"
        "  Since 2026-07-01 10:05\n"
        "  https://woodoo.example.com/work/\n\n"
        "▲ 9 orders are held up, because of a product\n"
        "  Since 2026-07-01 10:05\n\n"
        "✓ Well again: Odoo does not answer\n"
        "  From 2026-07-01 10:05 to 2026-07-01 11:05"
    )


def test_the_first_line_says_what_it_is_about():
    assert letter("Shop NL", [OUTAGE, PAYMENT, PRODUCT], zone="UTC").title == (
        "Woodoo · Shop NL: 2 orders are not paid in Odoo, because of a payment method that is not mapped, and 1 more"
    )
    assert letter("Shop NL", [OUTAGE], zone="UTC").title == "Woodoo · Shop NL: Well again: Odoo does not answer"


def test_what_the_error_says_goes_out_only_where_that_is_allowed():
    assert "Ana" not in letter("Shop NL", [PAYMENT], zone="UTC").body
    assert "Was paid by Ana García with 'klarna'" in letter("Shop NL", [PAYMENT], zone="UTC", details=True).body


def test_what_an_error_says_is_a_sentence():
    assert capital("was paid with 'klarna'") == "Was paid with 'klarna'"
    assert capital("https://shop.example.com refused the connection.").startswith("https://")
    assert capital("") == ""


def test_twenty_are_enough_for_one_message():
    many = [replace(PRODUCT, title=f"number {n}") for n in range(MOST + 3)]
    body = letter("Shop NL", many, zone="UTC", still_open=2, more="https://woodoo.example.com/alerts/").body
    assert body.count("number") == MOST
    assert body.endswith(
        "And 3 more.\n2 more were told before and are not over yet.\nAll alerts: https://woodoo.example.com/alerts/"
    )


def test_a_night_that_came_and_went_is_told_with_its_hours():
    body = letter("Shop NL", [replace(OUTAGE, news=News.PASSED)], zone="UTC").body
    assert body == "✓ Came and went: Odoo does not answer\n  From 2026-07-01 08:05 to 2026-07-01 09:05"
