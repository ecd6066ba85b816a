"""Alerts on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from woodoo.alerts import channels
from woodoo.alerts.rounds import go_round
from woodoo.connections.models import Connection
from woodoo.engine import breaker, db

from ..alerts.conftest import Post, order
from ..alerts.conftest import web_post as web_post
from ..web import scene
from .conftest import Said

Woodoo = Callable[..., Said]


@pytest.fixture
def shop(db: None) -> Connection:
    return scene.connection()


def test_what_is_open_is_named(shop: Connection, woodoo: Woodoo):
    assert "Nothing needs you." in woodoo("alerts", "list").out
    order(shop)
    go_round()
    said = woodoo("alerts", "list")
    assert "1 order is not paid in Odoo" in said.out
    assert "Shop NL" in said.out
    assert "Ana" not in said.out
    told = [one for one in json.loads(woodoo("alerts", "list", "--json").out) if one["kind"] == "payment"]
    assert [(one["connection"], one["count"], one["resolved_at"]) for one in told] == [(shop.pk, 1, None)]


def test_an_outage_is_named_before_it_is_an_alert_and_not_twice_afterwards(shop: Connection, woodoo: Woodoo):
    breaker.trip(shop.pk, side="odoo", reason="It refused the connection.")
    said = " ".join(woodoo("alerts", "list").out.split())
    assert "Shop NL: Odoo has not answered since" in said
    assert "Nothing else needs you." in said
    db.change("UPDATE engine_breaker SET since = since - interval '1 hour'")
    go_round()
    said = woodoo("alerts", "list").out
    assert "Odoo does not answer" in said
    assert "has not answered since" not in said


def test_a_channel_is_added_shown_without_its_password_tested_and_removed(
    shop: Connection, woodoo: Woodoo, web_post: tuple[str, Post], monkeypatch: pytest.MonkeyPatch
):
    address, inbox = web_post
    monkeypatch.setattr("woodoo.cli.alerts._asked_for", lambda: f"{address}\n")
    added = woodoo("alerts", "channels", "--add")
    assert added.code == 0, added.err
    shown = woodoo("alerts", "channels")
    assert "JSON" in shown.out
    assert "secret-path-81" not in added.out + shown.out
    assert woodoo("alerts", "test").code == 0
    assert inbox.titles() == ["Woodoo · Shop NL: test of the alerts"]
    inbox.status = 403
    refused = woodoo("alerts", "test")
    assert refused.code == 1
    assert "403" in refused.out
    assert woodoo("alerts", "channels", "--remove", "2").code == 1
    assert woodoo("alerts", "channels", "--remove", "1").code == 0
    shop.refresh_from_db()
    assert channels.channels_of(shop) == []
    assert woodoo("alerts", "test").code == 1


def test_what_is_no_address_is_refused_and_not_repeated(
    shop: Connection, woodoo: Woodoo, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("woodoo.cli.alerts._asked_for", lambda: "nonsense://geheim\n")
    said = woodoo("alerts", "channels", "--add")
    assert said.code == 1
    assert "This is no address of a channel." in said.err
    assert "geheim" not in said.out + said.err
