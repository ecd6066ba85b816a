"""Accounts, roles, second factors and the log of changes on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from tests.web import scene
from woodoo.connections.models import Connection
from woodoo.web import second_factor
from woodoo.web.access import reach_of
from woodoo.web.reach import Role

Woodoo = Callable[..., Any]


@pytest.fixture
def shop(db: None) -> Connection:
    return scene.connection()


def reach(name: str) -> tuple[Role, dict[int, Role]]:
    found = reach_of(User.objects.get(username=name))
    return found.role, dict(found.on_connections)


def test_accounts_are_made_for_single_connections_changed_and_listed(woodoo: Woodoo, shop: Connection) -> None:
    assert woodoo("admin", "create", "boss", "--random").code == 0
    assert woodoo("admin", "create", "ana", "--random", "--role", "operator", "-c", "Shop NL").code == 0
    assert reach("ana") == (Role.NOBODY, {shop.pk: Role.OPERATOR})
    assert woodoo("admin", "role", "ana", "viewer").code == 0
    assert woodoo("admin", "role", "ana", "nobody", "--connection", "Shop NL").code == 0
    assert reach("ana") == (Role.VIEWER, {})
    (ana, boss) = json.loads(woodoo("admin", "list", "--json").out)
    assert (ana["role"], boss["role"], ana["active"]) == ("viewer", "administrator", True)
    assert "administrator" in woodoo("admin", "list").out
    for words in (("ana", "king"), ("nobody", "viewer"), ("boss", "viewer")):
        assert woodoo("admin", "role", *words).code == 1, words


def test_an_account_is_switched_off_and_on(woodoo: Woodoo, shop: Connection) -> None:
    woodoo("admin", "create", "boss", "--random")
    assert "last administrator" in woodoo("admin", "switch", "boss", "--off").err
    woodoo("admin", "create", "ana", "--random", "--role", "viewer")
    for word, active in (("--off", False), ("--on", True)):
        assert woodoo("admin", "switch", "ana", word).code == 0
        assert User.objects.get(username="ana").is_active is active


def test_a_second_factor_is_taken_away_where_phone_and_paper_are_lost(woodoo: Woodoo, shop: Connection) -> None:
    woodoo("admin", "create", "ana", "--random", "--role", "viewer")
    user = User.objects.get(username="ana")
    second_factor.begin(user)
    assert "the password alone" in woodoo("admin", "second-factor", "ana").out
    second_factor.SecondFactor.objects.update(confirmed_at=user.date_joined)
    assert "password and code" in woodoo("admin", "second-factor", "ana").out
    assert "the password alone" in woodoo("admin", "second-factor", "ana", "--remove").out
    assert second_factor.of(user) is None


def test_who_changed_what_is_told(woodoo: Woodoo, shop: Connection) -> None:
    woodoo("connection", "settings", "batch_size=20")
    woodoo("connection", "settings", "batch_size=30")
    (last, *_) = json.loads(woodoo("changes", "--connection", "Shop NL", "--json").out)
    assert (last["what"], last["how"]) == ("settings changed", "command")
    assert (last["before"], last["after"]) == ({"batch_size": 20}, {"batch_size": 30})
    assert last["who"].endswith("on the command line")
    assert "batch_size: 30" in woodoo("changes", "--most", "1").out
