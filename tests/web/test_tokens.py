"""Tokens in the panel and on the command line: a key is shown once, and what is given is told."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.cli.conftest import Said, woodoo  # noqa: F401 - the fixture
from woodoo.connections.models import Connection
from woodoo.web.models import ApiToken
from woodoo.web.tokens import find


def test_a_token_made_in_the_panel_is_shown_once(administrator: Client, shop: Connection) -> None:
    given = {"name": "Grafana", "role": "operator", "connections": [shop.pk], "days": "30"}
    page = administrator.post(reverse("token-add"), given).content.decode()
    (key,) = re.findall(r"woodoo_[\w-]{43}", page)
    made = find(key)
    assert made is not None
    assert (made.role, made.connections, made.personal_data) == ("operator", [shop.pk], False)
    assert made.expires_at is not None
    assert 29 <= (made.expires_at - made.created_at).days <= 30
    listed = administrator.get(reverse("tokens")).content.decode()
    assert key not in listed
    assert "Grafana" in listed
    assert "Operator, Shop NL" in listed


def test_a_name_in_use_and_a_role_that_is_none_are_refused(administrator: Client, shop: Connection) -> None:
    given = {"name": "Grafana", "role": "viewer", "days": "0"}
    administrator.post(reverse("token-add"), given)
    assert "There is a token" in administrator.post(reverse("token-add"), given).content.decode()
    administrator.post(reverse("token-add"), {**given, "name": "Other", "role": "nobody"})
    administrator.post(reverse("token-add"), {**given, "name": "Other", "connections": [4711]})
    assert ApiToken.objects.count() == 1


def test_a_token_is_revoked_in_the_panel(administrator: Client, shop: Connection) -> None:
    administrator.post(reverse("token-add"), {"name": "Grafana", "role": "viewer", "days": "0"})
    made = ApiToken.objects.get()
    for said in ("is good no more", "that is good"):
        page = administrator.post(reverse("token-revoke", args=[made.pk]), follow=True).content.decode()
        assert said in page
    assert not find("woodoo_" + "a" * 43)


@pytest.mark.usefixtures("db")
def test_a_token_is_made_listed_and_revoked_on_the_command_line(woodoo, shop: Connection) -> None:  # type: ignore[no-untyped-def] # noqa: F811
    made: Said = woodoo("token", "add", "Grafana", "--role", "operator", "-c", "Shop NL", "--days", "0")
    key = made.out.strip().splitlines()[-1]
    assert find(key) is not None
    (listed,) = json.loads(woodoo("token", "list", "--json").out)
    assert (listed["name"], listed["connections"], listed["state"]) == ("Grafana", [shop.pk], "good")
    assert key not in woodoo("token", "list").out
    assert woodoo("token", "add", "Grafana").code == 1
    assert woodoo("token", "add", "Other", "--role", "owner").code == 1
    assert woodoo("token", "revoke", str(listed["id"])).code == 0
    assert find(key) is None
    assert woodoo("token", "revoke", str(listed["id"])).code == 1
    assert "revoked" in woodoo("token", "list").out
