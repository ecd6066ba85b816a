"""What deserves an alert."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest

from woodoo.alerts.conditions import (
    LEAST_DISK,
    Condition,
    ConnectionFacts,
    Facts,
    Failing,
    Gap,
    Held,
    Outage,
    conditions,
    key_of,
)
from woodoo.alerts.facts import webhooks_of
from woodoo.alerts.kinds import KINDS, place_of, shown_place
from woodoo.connections.alerting import DEFAULT_ALERT_WHEN, AlertKind

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
MISSING = "product SKU TSHIRT was not found in Odoo product.product -> default_code."


def found(**fields: Any) -> list[Condition]:
    return list(conditions(Facts(NOW, [ConnectionFacts(1, **fields)])).found)


def only(**fields: Any) -> Condition:
    (one,) = found(**fields)
    return one


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def test_every_kind_has_its_words_and_its_time():
    assert set(KINDS) == set(DEFAULT_ALERT_WHEN) == set(get_args(AlertKind))


def test_all_is_well():
    assert found() == []


def test_records_with_one_cause_are_one_alert_that_names_some_of_them_and_tells_no_more():
    held = Held(MISSING, "product.product -> default_code", 7, [f"Order #{n}" for n in range(1, 8)], "Give it one.")
    one = only(held=[held])
    assert (one.kind, one.count) == ("record", 7)
    assert one.title == "7 orders are held up, because of a product"
    assert one.text == ("Order #1, Order #2, Order #3, Order #4, Order #5 and 2 more (product.product -> default_code)")
    assert MISSING not in one.title + one.text
    assert one.detail == MISSING


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("account.payment -> state", "payment"),
        ("settings -> payment journals", "payment"),
        ("account.move -> payment_state", "payment"),
        ("account.move -> amount_residual", "payment"),
        ("account.move", "invoice"),
        ("account.move -> amount_total", "invoice"),
        ("account.move.line -> tax_line_id", "invoice"),
        ("settings -> invoice journal", "invoice"),
        ("res.company -> lock dates", "invoice"),
        ("sale.order -> amount_total", "record"),
        ("product.product -> default_code", "record"),
        ("settings -> taxes", "record"),
        ("orders/1054", "record"),
        ("", "record"),
    ],
)
def test_the_place_of_the_error_tells_whether_it_is_about_money(place: str, kind: str):
    assert place_of(place).kind == kind
    assert only(held=[Held("why", place, 1)]).kind == kind


def test_a_place_that_is_no_plain_name_is_not_shown():
    assert shown_place("orders/1054?email=ana@example.com") == ""
    assert shown_place("sale.order -> amount_total") == "sale.order -> amount_total"


def test_an_outage_is_told_when_it_has_lasted():
    assert found(outage=Outage("odoo", ago(14.9))) == []
    one = only(outage=Outage("odoo", ago(15), "refused the connection", waiting=12))
    assert (one.kind, one.key, one.title) == ("outage", "odoo", "Odoo does not answer")
    assert one.text == "12 records wait; nothing is lost."
    assert one.detail == "refused the connection"
    assert found(outage=Outage("store", ago(2)), outage_minutes=1)[0].title == "The store does not answer"


def test_a_chore_that_fails_because_its_side_is_down_is_part_of_the_outage():
    poll = Failing("poll", "Ask the store what changed", ago(60), "It refused.", error_kind="RemoteDown")
    assert found(chores=[poll]) == []
    one = only(chores=[replace(poll, error_kind="ConfigError")])
    assert one.title == "Upkeep fails again and again: Ask the store what changed"
    assert found(chores=[replace(poll, error_kind="ConfigError", since=ago(3))]) == []


def test_a_channel_that_fails_is_told_to_the_others():
    one = only(channels=[Failing("ab12", "E-Mail (ab12)", ago(20), "refused")])
    assert (one.kind, one.key, one.title) == ("channel", "ab12", "Alerts do not get through to E-Mail (ab12)")


def test_orders_nobody_told_of_are_a_gap():
    one = only(gaps=[Gap("orders", 3, ["11", "12", "13"])])
    assert (one.kind, one.key, one.count) == ("gap", "orders", 3)
    assert one.text.startswith("Ids 11, 12, 13. ")
    assert found(gaps=[Gap("orders", 0)]) == []


def test_what_is_stored_wrongly_and_imports_that_stopped():
    keys = ("keys", "The Odoo key cannot be opened.", "Put the key file back.")
    one, two = found(setup=[keys], imports=[(4, "orders of 2025")])
    assert (one.kind, two.kind) == ("import", "setup")
    assert "Import 4" in one.title
    assert two.title == "The stored keys cannot be opened"


def test_no_worker_and_no_room_concern_everybody():
    facts = Facts(NOW, workers=0, disk_free=LEAST_DISK - 1)
    assert [(one.connection_id, one.key) for one in conditions(facts).found] == [(0, "worker"), (0, "disk")]
    assert conditions(Facts(NOW, workers=1, disk_free=LEAST_DISK)).found == []


def test_what_is_being_tried_again_is_undecided_and_an_outage_holds_everything():
    said = conditions(Facts(NOW, [ConnectionFacts(1, trying=frozenset({MISSING}), outage=Outage("odoo", NOW))]))
    assert (1, "record", key_of(MISSING)) in said.undecided
    assert said.holding == {1}


def hook(status: str, do: str = "keep", problem: str = "") -> dict[str, str]:
    return {"topic": "order.updated", "status": status, "do": do, "problem": problem}


@pytest.mark.parametrize(
    ("hooks", "carried_out", "off"),
    [
        ([hook("active")], True, []),
        ([hook("paused", "leave")], True, []),
        ([hook("disabled", "activate")], True, []),
        ([hook("disabled", "activate")], False, ["order.updated"]),
        ([hook("disabled", "activate", "it was refused")], True, ["order.updated"]),
        ([hook("disabled", "wait"), hook("disabled", "wait")], True, ["order.updated"]),
    ],
)
def test_webhooks_that_are_off_and_not_brought_back(hooks: list[dict[str, str]], carried_out: bool, off: list[str]):
    topics, silent = webhooks_of({"webhooks": hooks, "carried_out": carried_out, "told": None})
    assert (topics, silent) == (off, False)
    assert [one.key for one in found(webhooks_off=topics)] == (["off"] if off else [])


def test_webhooks_that_do_not_arrive():
    assert webhooks_of({"told": {"failing": True}}) == ([], True)
    assert only(webhooks_silent=True).key == "silent"
    assert webhooks_of({}) == ([], False)
