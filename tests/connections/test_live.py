"""What is kept of a connection's clients when it is saved anew."""

from __future__ import annotations

from typing import Any

import pytest

from tests.odoo_client.doubles import scripted_client
from woodoo import live
from woodoo.connections.models import Connection
from woodoo.domain.calls import NullRecorder
from woodoo.domain.errors import ConfigError
from woodoo.odoo.client import OdooClient
from woodoo.odoo.endpoint import Endpoint

pytestmark = pytest.mark.django_db


class AnyFields(dict[str, Any]):
    """Answers of an Odoo whose models have all fields that are asked for."""

    def __missing__(self, _: str) -> Any:
        return lambda *, allfields, **_: {name: {} for name in allfields}


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[OdooClient]:
    """The clients that were made anew."""
    made: list[OdooClient] = []

    def connect(endpoint: Endpoint, **_: Any) -> OdooClient:
        client = scripted_client(AnyFields())
        client.endpoint, client._learnt.dialect = endpoint, None
        made.append(client)
        return client

    monkeypatch.setattr(live, "connect", connect)
    monkeypatch.setattr(live, "_live", {})
    return made


@pytest.fixture
def shop() -> Connection:
    return Connection.objects.create(
        name="Shop NL",
        store_url="https://shop.example.com",
        odoo_url="https://odoo.example.com",
        odoo_database="shop",
        odoo_login="api@example.com",
        odoo_key="sesame-key",
    )


def client_of(shop: Connection) -> OdooClient:
    return live.live_connection(shop.pk).odoo(NullRecorder()).client


def test_other_settings_ask_odoo_nothing_anew(shop: Connection, connected: list[OdooClient]) -> None:
    assert client_of(shop).dialect
    asked = connected[0].calls
    assert asked
    for seconds in (20, 30):
        shop.settings = {"poll_seconds": seconds}
        shop.save()
        assert client_of(shop).dialect
    assert len(connected) == 1
    assert connected[0].calls == asked


@pytest.mark.parametrize(
    "change", [{"odoo_key": "another"}, {"odoo_database": "test"}, {"odoo_login": "b@example.com"}]
)
def test_another_database_or_key_is_connected_to_anew(
    shop: Connection, connected: list[OdooClient], change: dict[str, str]
) -> None:
    assert client_of(shop).dialect
    for name, value in change.items():
        setattr(shop, name, value)
    shop.save()
    assert client_of(shop).dialect
    assert len(connected) == 2


def test_what_is_known_for_longer_than_rules_is_found_out_anew(shop: Connection, connected: list[OdooClient]) -> None:
    assert client_of(shop).dialect
    connected[0]._learnt.dialect_until -= live.RULES_LIFE + 1
    shop.save()
    assert client_of(shop).dialect
    assert len(connected) == 2


def test_saving_asks_again_where_the_key_was_refused(shop: Connection, connected: list[OdooClient]) -> None:
    client = client_of(shop)
    assert client.dialect
    client._quiet.refused(ConfigError("The key was refused.", where="odoo_key"))
    shop.save()
    client_of(shop)
    assert len(connected) == 2
