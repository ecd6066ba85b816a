"""The connection test as a whole, and proposals for a connection, with both sides scripted."""

from __future__ import annotations

from collections.abc import Iterator
from unittest import mock

import pytest

from tests.flows.test_proposals import GOODS, REDUCED, AStore, odoo, rate, rules
from woodoo.connections.models import Connection
from woodoo.domain.errors import ConfigError
from woodoo.mapping.policy import Policy
from woodoo.mapping.rules import Rules
from woodoo.wiring import Check, check_connection, propose


@pytest.fixture
def connection() -> Connection:
    return Connection(name="Shop", store_url="https://shop.example.com", odoo_company_id=1, settings={})


@pytest.fixture(autouse=True)
def sides() -> Iterator[None]:
    with (
        mock.patch("woodoo.wiring.build_store", return_value=AStore(rate("1", 21), rate("2", 10))),
        mock.patch("woodoo.wiring.build_odoo", return_value=odoo()),
        mock.patch("woodoo.odoo.checks.check", return_value=[]),
    ):
        yield


def checked(connection: Connection, by: Rules | ConfigError) -> dict[str, Check]:
    behaviour = {"side_effect": by} if isinstance(by, ConfigError) else {"return_value": by}
    with mock.patch("woodoo.wiring.load_rules", **behaviour):
        return {check.name: check for check in check_connection(connection)}


def test_rates_that_are_mapped_nowhere_are_a_warning(connection: Connection) -> None:
    found = checked(connection, rules(taxes={"1": GOODS}))
    assert found["Settings"].ok is True
    assert found["Tax rates"].ok is None
    assert "IVA 10 % (ES, rate 2): proposed is 'VAT 10 %' (id 9)" in found["Tax rates"].message
    assert "woodoo connection propose" in found["Tax rates"].fix


def test_where_all_are_mapped_all_is_right(connection: Connection) -> None:
    by = rules(taxes={"1": GOODS, "2": REDUCED}, shipping_product_id=5, policy=Policy("order_invoice"))
    found = checked(connection, by)
    assert {check.ok for check in found.values()} == {True}


def test_settings_that_cannot_be_used_are_told_before_any_proposal(connection: Connection) -> None:
    found = checked(connection, ConfigError("The settings point at account.tax 5.", fix="Choose another one."))
    assert (found["Settings"].ok, found["Settings"].fix) == (False, "Choose another one.")
    assert "Tax rates" not in found


def test_proposals_of_a_connection_are_those_of_its_two_sides(connection: Connection) -> None:
    with mock.patch("woodoo.wiring.load_rules", return_value=rules(taxes={"1": GOODS})):
        found = propose(connection)
    assert [(one.key, one.odoo_id) for one in found if one.setting == "tax_map"] == [("2", 9)]
