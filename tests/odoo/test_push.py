"""Odoo's own automation rules knock at Woodoo's door when a person changes something, and at nothing Woodoo writes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from tests.odoo.shop import Bench, recorded_orders

from woodoo.chores.odoo_changes import HINT, NAME, follow_odoo
from woodoo.chores.push import push_state, rules_of, switch_off, switch_on
from woodoo.connections.models import Connection
from woodoo.domain.errors import ConfigError
from woodoo.engine import db
from woodoo.engine.cursors import get_cursor
from woodoo.engine.links import Links
from woodoo.engine.models import Event
from woodoo.live import Live
from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.odoo.fixtures import Admin

#: Seconds after which what a test waits for is taken never to happen. No test asserts that it takes less.
PATIENCE = 300
MODELS = {"account.move", "account.payment", "sale.order"}


def connected(endpoint: Endpoint, namespace: str) -> Connection:
    return Connection.objects.create(
        name="Shop",
        store_url="https://shop.example.com",
        odoo_url=endpoint.url,
        odoo_database=endpoint.database,
        odoo_login=endpoint.login,
        odoo_key=endpoint.secret,
        settings={"namespace": namespace},
    )


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture
def with_app(admin19: Admin) -> Admin:
    """Odoo 19 with its app for automation rules."""
    (app,) = admin19.search_read("ir.module.module", [("name", "=", "base_automation")], ["state"])
    if app["state"] != "installed":
        admin19.call("ir.module.module", "button_immediate_install", ids=[app["id"]])
    return admin19


def test_odoo_14_cannot_hint_and_is_told_so(db: None, odoo14: Endpoint, admin14: Admin):
    connection = connected(odoo14, "woodoo_push")
    with pytest.raises(ConfigError, match="cannot hint at changes; it can from 17 on") as refused:
        switch_on(connection, "http://127.0.0.1:1", admin14.login, admin14.secret)
    assert "Nothing is lost" in refused.value.fix
    assert not push_state(connection).on


@pytest.mark.usefixtures("transactional_db")
def test_a_person_s_change_is_hinted_at_and_followed(odoo19: Endpoint, with_app: Admin, live_server: Any):
    orders = {"76": recorded_orders()["76"]}
    bench = Bench.set_up(odoo19, with_app, orders, "woodoo_push")
    connection = connected(odoo19, "woodoo_push")
    live = Live(connection, connection.rules)
    follow_odoo(live)
    with pytest.raises(ConfigError, match="may not set up automation rules; only an administrator may"):
        switch_on(connection, live_server.url)

    first = switch_on(connection, live_server.url, with_app.login, with_app.secret)
    again = switch_on(connection, live_server.url, with_app.login, with_app.secret)
    assert first == again
    assert {(rule.model, rule.trigger) for rule in again} == {
        (model, trigger) for model in MODELS for trigger in ("on_write", "on_unlink")
    }
    db.change(
        "INSERT INTO engine_chore (connection_id, name, due_at, found) VALUES (%s, %s, now() + interval '1 day', '{}')",
        [connection.pk, NAME],
    )
    for record, outcome in bench.sync(confirm_orders=False).items():
        assert outcome.error is None, record
    bench.sync()
    assert get_cursor(connection.pk, HINT) == "", "what Woodoo writes is not hinted at"
    Links(connection.pk).upsert(bench.links.known.values())
    with_app.call("account.payment", "action_cancel", ids=[bench.links.known["payment", "76"].odoo_id])
    until(lambda: get_cursor(connection.pk, HINT))
    ((due,),) = db.rows("SELECT due_at < now() + interval '1 hour' FROM engine_chore WHERE name = %s", [NAME])
    assert due
    follow_odoo(live)
    assert "payment paid → not paid" in Event.objects.get(source="odoo", record="76").topic

    # Where credit notes and returns go to the store, they are hinted at with the rules that are there.
    connection.settings |= {"send_refunds": True, "send_returns": True, "send_refunds_from": "2026-01-01"}
    connection.save()
    both = switch_on(connection, live_server.url, with_app.login, with_app.secret)
    assert {rule.model for rule in both} == {*MODELS, "stock.picking"}
    (invoices,) = [rule.odoo_id for rule in both if (rule.model, rule.trigger) == ("account.move", "on_write")]
    (rule,) = with_app.search_read("base.automation", [("id", "=", invoices)], ["filter_domain"])
    assert "out_refund" in rule["filter_domain"]

    assert switch_off(connection, with_app.login, with_app.secret) == len(both)
    assert rules_of(connection, with_app.login, with_app.secret) == []
    assert not with_app.search_read("ir.actions.server", [("webhook_url", "!=", False)], ["name"])
    assert not push_state(connection).on
