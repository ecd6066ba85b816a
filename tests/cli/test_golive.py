"""From connected to live on the command line, with surveys that are carried out right there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from unittest import mock

import pytest

from tests.web import scene
from tests.web.test_going_live import CARD, STATUS, STORE_MUG, TAX, order
from woodoo.connections.models import Connection
from woodoo.domain.history import OrderRange
from woodoo.engine import registry
from woodoo.engine.registry import Found, Lanes, Looked
from woodoo.mapping.evidence.usage import Usage
from woodoo.wiring import Check

from .conftest import Said

Woodoo = Callable[..., Said]


class Scripted:
    """A survey that finds what it is given."""

    found: tuple[Found, ...] = ()

    def look(self, wanted: OrderRange, cursor: str, figures: Mapping[str, Any]) -> Looked:
        return Looked("", len(self.found), self.found, Usage().to_json(), len(self.found))


@pytest.fixture
def shop(db: None) -> Connection:
    made = scene.connection("Shop")
    Connection.objects.filter(pk=made.pk).update(enabled=False)
    return made


@pytest.fixture
def script() -> Iterator[Scripted]:
    given = Scripted()
    lanes = Lanes({}, surveys=dict.fromkeys(("usage", "rehearsal", "hygiene"), given), enabled=False)
    with (
        mock.patch.object(registry, "resolve", return_value=lanes),
        mock.patch("woodoo.wiring.read_mappings", return_value=[TAX, STATUS, CARD]),
        mock.patch("woodoo.wiring.check_connection", return_value=[Check("Store", True, "Fine.")]),
    ):
        yield given


def test_mappings_are_shown_with_their_orders_and_taken(woodoo: Woodoo, shop: Connection, script: Scripted) -> None:
    said = woodoo("golive", "mappings", "--newest", "50", "--accept")
    assert (said.code, "1 mapping written into the settings." in said.out) == (0, True)
    shop.refresh_from_db()
    assert shop.settings == {"tax_map": {"1": 7}}
    rows = json.loads(woodoo("golive", "mappings", "--json").out)
    assert [(row["key"], row["stand"], row["orders"]) for row in rows][1:] == [
        ("packed", "open", 14),
        ("stripe", "mapped", 412),
    ]


def test_a_dry_run_ends_with_1_where_an_order_would_wait(woodoo: Woodoo, shop: Connection, script: Scripted) -> None:
    script.found = (order("1", "parked", cause="Tax not mapped"), order("2", "create"))
    said = woodoo("golive", "dry-run")
    assert said.code == 1
    assert "Tax not mapped" in said.out
    assert "Nothing was changed." in said.out
    script.found = script.found[1:]
    said = woodoo("golive", "dry-run", "--json")
    assert (said.code, [row["kind"] for row in json.loads(said.out)]) == (0, ["create"])


def test_trouble_is_counted_and_ends_with_1(woodoo: Woodoo, shop: Connection, script: Scripted) -> None:
    script.found = (STORE_MUG,)
    said = woodoo("golive", "cleanup")
    assert (said.code, "Products of the store that Odoo does not know" in said.out) == (1, True)
    told = {row["name"]: row for row in json.loads(woodoo("golive", "cleanup", "--json").out)}
    assert (told["unknown"]["count"], told["unknown"]["blocks"]) == (1, True)


def test_the_checklist_is_gone_through_accepted_and_ends_with_the_switch(
    woodoo: Woodoo, shop: Connection, script: Scripted
) -> None:
    said = woodoo("golive", "check")
    assert (said.code, "packed (14 orders)" in said.out or "Past orders were not read" in said.out) == (1, True)
    assert woodoo("golive", "start").code == 1
    points = json.loads(woodoo("golive", "check", "--json").out)
    for point in points:
        if not point["right"]:
            assert woodoo("golive", "accept", point["name"]).code == 0
    assert woodoo("golive", "check").code == 0
    assert woodoo("golive", "accept", "test").code == 1
    assert woodoo("golive", "start", "--from", "31.12.2025").code == 1
    said = woodoo("golive", "start")
    assert (said.code, "Shop is live" in said.out) == (0, True)
    shop.refresh_from_db()
    assert shop.enabled
