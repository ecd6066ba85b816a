"""What programs and the command line save is tried on both sides first, as in the panel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest

from woodoo.connections.models import Change, Connection
from woodoo.domain.errors import ConfigError, RemoteDown, RemoteError
from woodoo.web.live_check import check_new
from woodoo.web.saving import save_settings
from woodoo.wiring import Check

from .api import program
from .both_sides import FakeOdoo, FakeStore
from .test_configuration import asking

DOWN = RemoteDown("Odoo does not answer.", side="odoo", fix="Look whether it runs.")


@pytest.fixture
def tried() -> Iterator[mock.Mock]:
    with mock.patch("woodoo.web.saving.try_side", return_value=[Check("Odoo", True, "Well.")]) as asked:
        yield asked


class Few(FakeOdoo):
    """Has a journal no. 9 and a pricelist each in EUR and USD."""

    def search_read(self, model: str, domain: Any, fields: Any, **given: Any) -> list[dict[str, Any]]:
        rows = super().search_read(model, domain, fields, **given)
        ids = next((set(term[2]) for term in domain if term[0] == "id" and term[1] == "in"), None)
        return [row for row in rows if ids is None or row["id"] in ids]


# Settings


def test_a_program_cannot_set_what_is_not_there(shop: Connection) -> None:
    with asking(odoo=Few()):
        answer = program().ask("patch", f"/connections/{shop.pk}/settings", {"journal_map": {"stripe": 99}})
        assert program().patch(f"/connections/{shop.pk}/settings", {"journal_map": {"stripe": 9}})["notes"] == []
    said = answer.json()
    assert answer.status_code == 409
    assert said["errors"] == [
        {
            "place": "journal_map.stripe",
            "message": "Odoo has no bank or cash journal of this company with the number 99 (account.journal).",
        }
    ]
    assert said["where"] == "settings -> journal_map.stripe"
    assert "make it there first" in said["fix"]
    shop.refresh_from_db()
    assert shop.settings == {"journal_map": {"stripe": 9}}


def test_what_is_wrong_is_not_saved_anyway_either(shop: Connection) -> None:
    with asking(odoo=Few()):
        path = f"/connections/{shop.pk}/settings?anyway=true"
        assert program().ask("patch", path, {"journal_map": {"stripe": 99}}).status_code == 409


def test_where_a_side_is_down_a_program_says_that_it_saves_anyway(shop: Connection) -> None:
    asks, body = program(), {"journal_map": {"stripe": 99}}
    with asking(odoo=DOWN):
        refused = asks.ask("patch", f"/connections/{shop.pk}/settings", body)
        assert (refused.status_code, "?anyway=true" in refused.json()["fix"]) == (502, True)
        shop.refresh_from_db()
        assert shop.settings == {}
        saved = asks.patch(f"/connections/{shop.pk}/settings?anyway=true", body)
    assert saved["unchecked"] == ["Odoo could not be asked: Odoo does not answer."]
    shop.refresh_from_db()
    assert (shop.settings, shop.unchecked) == (body, "Odoo could not be asked: Odoo does not answer.")
    assert Change.objects.filter(what="saved without being tried").count() == 1


def test_settings_that_name_nothing_ask_nobody(shop: Connection) -> None:
    with asking(AssertionError("asked"), AssertionError("asked")):
        assert save_settings(shop, {"batch_size": 20}).unchecked == []


def test_what_the_store_does_not_list_is_kept_and_told(shop: Connection) -> None:
    with asking(odoo=Few()):
        saved = save_settings(shop, {"journal_map": {"klarna": 9}})
    assert saved.notes == ("The store has no payment method 'klarna'. It is kept, for orders that have it.",)


# Pricelists


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (
            {"price_pricelist_id": 4},
            "The pricelist 'Export' is in USD, but the prices of the store are in EUR. Choose one in EUR.",
        ),
        ({"sale_pricelist_id": 4}, "The pricelist 'Export' is in USD, but the prices of the store are in EUR."),
        ({"pricelist_id": 4}, "The pricelist 'Export' is in USD, but the orders it is for are in EUR."),
        ({"pricelist_map": {"CHF": 4}}, "The pricelist 'Export' is in USD, but the orders it is for are in CHF."),
    ],
)
def test_a_pricelist_in_another_currency_is_refused(shop: Connection, values: dict[str, Any], says: str) -> None:
    with asking(odoo=Few()), pytest.raises(ConfigError, match="Not saved") as caught:
        save_settings(shop, values)
    assert says in caught.value.message
    shop.refresh_from_db()
    assert shop.settings == {}


def test_a_pricelist_in_the_right_currency_is_taken(shop: Connection) -> None:
    right = {"price_pricelist_id": 5, "pricelist_id": 5, "pricelist_map": {"USD": 4}}
    with asking(odoo=Few()):
        save_settings(shop, right)
    shop.refresh_from_db()
    assert shop.settings == right


def test_where_the_store_does_not_tell_its_currency_that_is_said(shop: Connection) -> None:
    store = mock.Mock(spec=FakeStore, identify=mock.Mock(side_effect=RemoteError("The store is busy.")))
    with asking(store, Few()):
        found = check_new(shop, {}, {"price_pricelist_id": 4})
    assert found.problems == []
    assert found.unasked == ["It could not be asked which currency a pricelist is in: The store is busy."]


# Addresses and keys


def test_a_program_cannot_save_a_key_that_is_refused(shop: Connection, tried: mock.Mock) -> None:
    tried.return_value = [Check("Odoo", False, "Odoo does not accept the API key.", "Make a new one.")]
    body = {"odoo_key": "wrong-key-77"}
    refused = program().ask("patch", f"/connections/{shop.pk}", body)
    said = refused.json()
    assert refused.status_code == 409
    assert said["message"] == "Not saved: Odoo: Odoo does not accept the API key."
    assert said["errors"] == [{"place": "Odoo", "message": "Odoo does not accept the API key. Make a new one."}]
    assert "Make a new one." in said["fix"]
    assert "wrong-key-77" not in refused.content.decode()
    shop.refresh_from_db()
    assert shop.odoo_key != "wrong-key-77"
    saved = program().patch(f"/connections/{shop.pk}?anyway=true", body)
    assert saved["unchecked"] == ["Odoo does not accept the API key."]
    shop.refresh_from_db()
    assert (shop.odoo_key, shop.unchecked) == ("wrong-key-77", "Odoo does not accept the API key.")
    assert Change.objects.filter(what="saved although a test failed").count() == 1


def test_only_the_side_that_is_new_is_tried(shop: Connection, tried: mock.Mock) -> None:
    program().patch(f"/connections/{shop.pk}", {"name": "Shop of the north"})
    assert not tried.called
    program().patch(f"/connections/{shop.pk}", {"store_key": "ck_new", "store_secret": "cs_new"})
    assert [call.args[1] for call in tried.call_args_list] == ["store"]
