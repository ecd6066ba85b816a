"""A connection whose store is a list of orders in memory."""

from __future__ import annotations

import pytest

from woodoo.connections.models import Connection

from .shop import Shop


@pytest.fixture
def shop(db: None) -> Shop:
    """A shop with a connection, made an hour ago."""
    connection = Connection.objects.create(
        name="Shop", store_url="https://shop.example.com", odoo_url="https://odoo.example.com", odoo_database="odoo"
    )
    return Shop.of(connection)
