"""A connection whose store is a list of orders in memory."""

from __future__ import annotations

from datetime import timedelta

import pytest

from woodoo.chores import poll
from woodoo.connections.models import Connection

from .shop import Shop


@pytest.fixture
def shop(db: None) -> Shop:
    """A shop with a connection, made an hour ago."""
    connection = Connection.objects.create(
        name="Shop", store_url="https://shop.example.com", odoo_url="https://odoo.example.com", odoo_database="odoo"
    )
    return Shop.of(connection)


@pytest.fixture(autouse=True)
def _long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    """The end of the store's list was looked at long ago; tests of how often have an interval of their own."""
    monkeypatch.setattr(poll, "END_EVERY", timedelta())
