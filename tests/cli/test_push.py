"""`woodoo connection push`: what it asks for, and what it says."""

from __future__ import annotations

import json
from typing import Any
from unittest import mock

import pytest

from woodoo.connections.models import Connection
from woodoo.domain.errors import ConfigError
from woodoo.odoo.automation import HintRule

from ..web import scene

RULES = [
    HintRule(3, "base_automation_sale_order_write", "sale.order", "on_write", True, "https://w.example.com/hooks/x/"),
    HintRule(
        4, "base_automation_sale_order_unlink", "sale.order", "on_unlink", False, "https://w.example.com/hooks/x/"
    ),
]


@pytest.fixture
def shop(db: None) -> Connection:
    return scene.connection()


def test_on_takes_an_administrator_s_key_from_the_environment(
    shop: Connection, woodoo: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("WOODOO_ODOO_ADMIN_KEY", "the-master-key")
    with mock.patch("woodoo.chores.push.switch_on", return_value=RULES) as switched:
        said = woodoo("connection", "push", "on", "--login", "admin", "--url", "https://w.example.com/")
    assert said.code == 0
    assert switched.call_args.args == (shop, "https://w.example.com", "admin", "the-master-key")
    assert "sale.order" in said.out
    assert "deleted" in said.out
    assert "off" in said.out
    assert "the-master-key" not in said.out + said.err


def test_what_cannot_be_done_is_said_with_the_way_out(shop: Connection, woodoo: Any):
    refused = ConfigError("Odoo 14.0 cannot hint at changes; it can from 17 on.", fix="Nothing is lost.")
    with mock.patch("woodoo.chores.push.switch_on", side_effect=refused):
        said = woodoo("connection", "push", "on")
    assert said.code == 1
    assert "cannot hint at changes" in said.err
    assert "Nothing is lost." in said.err


def test_off_counts_what_was_removed(shop: Connection, woodoo: Any):
    with mock.patch("woodoo.chores.push.switch_off", return_value=1):
        said = woodoo("connection", "push", "off")
    assert "1 rule removed; Odoo hints at nothing any more." in said.out


def test_status_asks_odoo_for_nothing_and_shows_no_address(shop: Connection, woodoo: Any):
    shop.odoo_push_token = "a-long-random-word"
    shop.save()
    said = woodoo("connection", "push", "status", "--json")
    assert json.loads(said.out) == {"on": True, "last": "", "rules": []}
    assert "Hints are taken; none has come yet." in woodoo("connection", "push", "status").out
