"""Connections in the panel: adding, changing, testing, and that secrets go in and never come out."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse

from woodoo.connections.models import Connection
from woodoo.connections.settings import ConnectionSettings
from woodoo.domain.errors import ConfigError, RemoteDown
from woodoo.engine.models import Work
from woodoo.web.choices import _missing
from woodoo.web.tallies import Reason, tally
from woodoo.wiring import Check

from . import scene

FORM = {
    "name": "Shop NL",
    "enabled": "on",
    "store_url": "https://shop.example.com/",
    "store_key": "ck_1",
    "store_secret": "cs_1",
    "webhook_secret": "",
    "store_ca_bundle": "",
    "odoo_url": "https://example.odoo.com",
    "odoo_database": "example",
    "odoo_login": "woodoo@example.com",
    "odoo_key": "key-1",
    "odoo_company_id": "1",
    "odoo_ca_bundle": "",
}


def test_a_connection_is_added_and_tested_at_once(administrator: Client) -> None:
    answer = administrator.post(reverse("connection-add"), FORM)
    made = Connection.objects.get()
    assert answer["Location"] == f"/connections/{made.pk}/?test=1"
    assert (made.store_url, made.store_key, made.odoo_key) == ("https://shop.example.com", "ck_1", "key-1")
    assert len(made.webhook_secret) > 30
    text = administrator.get(answer["Location"]).content.decode()
    assert f'hx-post="/connections/{made.pk}/test/" hx-trigger="load"' in text


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", "", "required"),
        ("store_url", "shop.example.com", "https://"),
        ("store_url", "https://user:pass@shop.example.com", "Leave name and password out"),
        ("odoo_url", "javascript:alert(1)", "https://"),
        ("store_key", "", "required"),
        ("odoo_key", "", "required"),
        ("odoo_company_id", "first", "whole number"),
        ("webhook_secret", "short", "at least 16"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(administrator: Client, field: str, value: str, says: str) -> None:
    text = administrator.post(reverse("connection-add"), {**FORM, field: value}).content.decode()
    place = text.index(f'name="{field}"')
    after = text[place : place + 700]
    assert "invalid-feedback" in after
    assert says in after
    assert not Connection.objects.exists()


def test_two_connections_cannot_have_one_name(shop: Connection, administrator: Client) -> None:
    assert "already exists" in administrator.post(reverse("connection-add"), FORM).content.decode()


def test_what_was_typed_comes_back_except_secrets(administrator: Client) -> None:
    text = administrator.post(reverse("connection-add"), {**FORM, "name": ""}).content.decode()
    assert 'value="https://shop.example.com/"' in text
    for secret in ("ck_1", "cs_1", "key-1"):
        assert secret not in text


@pytest.mark.parametrize("name", ["connection", "connection-edit", "configuration", "connections", "home"])
def test_stored_secrets_are_on_no_page(shop: Connection, administrator: Client, name: str) -> None:
    address = reverse(name) if name in ("connections", "home") else reverse(name, args=[shop.pk])
    text = administrator.get(address).content.decode()
    for secret in scene.SECRETS.values():
        assert secret not in text


def test_an_empty_secret_is_kept(shop: Connection, administrator: Client) -> None:
    form = {**FORM, "name": "New name", "store_key": "", "store_secret": "", "odoo_key": ""}
    text = administrator.get(reverse("connection-edit", args=[shop.pk])).content.decode()
    assert text.count("kept") >= 4
    assert administrator.post(reverse("connection-edit", args=[shop.pk]), form).status_code == 302
    shop = Connection.objects.get()
    assert shop.name == "New name"
    for name, secret in scene.SECRETS.items():
        assert getattr(shop, name) == secret


def test_a_new_secret_replaces_the_old_one_alone(shop: Connection, administrator: Client) -> None:
    form = {**FORM, "store_key": "", "store_secret": "", "odoo_key": "key-2"}
    administrator.post(reverse("connection-edit", args=[shop.pk]), form)
    shop = Connection.objects.get()
    assert (shop.odoo_key, shop.store_key) == ("key-2", scene.SECRETS["store_key"])


def test_a_kept_secret_is_not_sent_to_another_host(shop: Connection, administrator: Client) -> None:
    form = {**FORM, "store_key": "", "store_secret": "", "odoo_key": "", "odoo_url": "https://evil.example.com"}
    text = administrator.post(reverse("connection-edit", args=[shop.pk]), form).content.decode()
    assert "enter this again" in text
    assert Connection.objects.get().odoo_url == "https://example.odoo.com"
    form["odoo_key"] = "key-for-there"
    assert administrator.post(reverse("connection-edit", args=[shop.pk]), form).status_code == 302
    assert Connection.objects.get().odoo_url == "https://evil.example.com"


def test_a_connection_can_be_mended_whose_secrets_no_key_opens(
    shop: Connection, administrator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.conf import settings

    from woodoo.connections.keys import new_key

    str(settings.SECRET_KEY)  # the session stays readable
    monkeypatch.setenv("WOODOO_SECRET_KEYS", new_key())
    for name in ("connection", "connection-edit"):
        assert administrator.get(reverse(name, args=[shop.pk])).status_code == 200
    assert administrator.get("/").status_code == 200


def test_a_change_sets_parked_records_going_again(shop: Connection, administrator: Client) -> None:
    scene.work(shop, "1", "parked")
    scene.work(shop, "2", "failed")
    form = {**FORM, "odoo_key": "key-2"}
    answer = administrator.post(reverse("connection-edit", args=[shop.pk]), form, follow=True)
    assert answer.redirect_chain == [(f"/connections/{shop.pk}/?test=1", 302)]  # what was changed is tested
    assert "1 parked record is tried again" in answer.content.decode()
    assert list(Work.objects.filter(state="ready").values_list("record", flat=True)) == ["1"]


# The test


def test_each_check_is_shown_with_what_to_do(shop: Connection, administrator: Client) -> None:
    checks = [
        Check("Store", True, "WooCommerce 10.2.4, prices in EUR."),
        Check("Sales app", False, "The Sales app is not installed in Odoo.", "Install Sales under Apps."),
        Check("Protocol", None, "This Odoo speaks an old protocol.", "It goes away in Odoo 22."),
    ]
    with mock.patch("woodoo.wiring.check_connection", return_value=checks):
        text = administrator.post(reverse("connection-test", args=[shop.pk])).content.decode()
    for check in checks:
        assert check.message in text
    assert "Install Sales under Apps." in text
    assert re.findall(r'visually-hidden">([^<]+)<', text) == ["Works:", "Does not work:", "Look at this:"]


def test_a_test_that_breaks_off_says_why(shop: Connection, administrator: Client) -> None:
    error = ConfigError("The secret cannot be opened.", fix="Put back the key file.")
    with mock.patch("woodoo.wiring.check_connection", side_effect=error):
        text = administrator.post(reverse("connection-test", args=[shop.pk])).content.decode()
    assert "The secret cannot be opened." in text
    assert "Put back the key file." in text


# The store's news


def test_the_webhook_address_and_the_topics_are_named(shop: Connection, administrator: Client, settings: Any) -> None:
    settings.WOODOO_URL = "https://woodoo.example.com"
    text = administrator.get(reverse("connection", args=[shop.pk])).content.decode()
    assert f"https://woodoo.example.com/hooks/{shop.hook_token}/" in text
    for topic in ("Order created", "Order updated", "Order deleted", "Order restored"):
        assert f"<b>{topic}</b>" in text


def test_a_new_webhook_secret_is_shown_once(shop: Connection, administrator: Client) -> None:
    text = administrator.post(reverse("webhook-secret", args=[shop.pk])).content.decode()
    secret = Connection.objects.get().webhook_secret
    assert secret != scene.SECRETS["webhook_secret"]
    assert secret in text
    assert secret not in administrator.get(reverse("connection", args=[shop.pk])).content.decode()


def test_refused_deliveries_are_shown_with_what_to_do(shop: Connection, viewer: Client) -> None:
    tally(shop.pk, Reason.SIGNATURE, "order.updated")
    tally(shop.pk, Reason.PING)
    text = viewer.get(reverse("connection", args=[shop.pk])).content.decode()
    assert "Wrong signature" in text
    assert "Put the secret of this connection into the webhook" in text
    assert ">Ping<" not in text
    assert re.search(r"Last ping</dt><dd><time", text)


# The configuration


class FakeStore:
    def tax_rates(self) -> list[Any]:
        from woodoo.stores.base import StoreTaxRate

        return [StoreTaxRate("1", "IVA", Decimal("21.0000"), "ES", "", "standard", compound=False)]

    def payment_methods(self) -> list[Any]:
        from woodoo.stores.base import StoreChoice

        return [StoreChoice("stripe", "Credit card"), StoreChoice("bacs", "Bank transfer")]

    def shipping_methods(self) -> list[Any]:
        from woodoo.stores.base import StoreChoice

        return [StoreChoice("flat_rate:1", "Flat rate (Spain)")]


class FakeOdoo:
    """Answers each model with what it is asked for."""

    rows: dict[str, list[dict[str, Any]]] = {
        "account.tax": [{"id": 7, "name": "IVA 21 %", "amount": 21.0}],
        "account.journal": [{"id": 9, "name": "Stripe", "code": "STR"}],
        "product.product": [{"id": 17, "name": "Shipping", "default_code": "SHIP"}],
        "stock.warehouse": [{"id": 1, "name": "Main"}],
        "res.currency": [{"id": 1, "name": "EUR"}, {"id": 2, "name": "USD"}, {"id": 3, "name": "CHF"}],
        "res.company": [{"id": 1, "currency_id": 1}],
        "product.pricelist": [
            {"id": 4, "name": "Export", "currency_id": 2},
            {"id": 5, "name": "Retail EUR", "currency_id": 1},
        ],
        "crm.team": [{"id": 3, "name": "Website"}],
    }

    def search_read(self, model: str, domain: Any, fields: Any, **_: Any) -> list[dict[str, Any]]:
        if model not in self.rows:
            raise ConfigError(f"{model} is not installed.")
        return self.rows[model]

    def fields(self, model: str) -> dict[str, Any]:
        return {"default_code": None, "barcode": None, "x_sku": None, "name": None}


@pytest.fixture
def both_sides() -> Any:
    with (
        mock.patch("woodoo.wiring.build_store", return_value=FakeStore()),
        mock.patch("woodoo.wiring.build_odoo", return_value=FakeOdoo()),
    ):
        yield


CHOSEN = {
    "tax_map__1": "7",
    "journal_map__stripe": "9",
    "journal_map__bacs": "",
    "shipping_map__flat_rate:1": "",
    "shipping_product_id": "17",
    "fee_product_id": "",
    "warehouse_id": "1",
    "pricelist_id": "",
    "team_id": "3",
    "sku_field": "barcode",
    "import_statuses": ["processing", "completed"],
    "order_prefix": "NL-",
    "timezone": "Europe/Madrid",
    "odoo_slots": "3",
    "batch_size": "50",
    "poll_seconds": "60",
    "odoo_requests_per_second": "",
}


def test_the_page_comes_at_once_and_asks_both_sides_afterwards(shop: Connection, administrator: Client) -> None:
    address = reverse("configuration", args=[shop.pk])
    with mock.patch("woodoo.wiring.build_store", side_effect=AssertionError("asked too early")):
        assert f'hx-get="{address}" hx-trigger="load"' in administrator.get(address).content.decode()


def test_choices_are_those_of_both_sides(shop: Connection, administrator: Client, both_sides: Any) -> None:
    shop.settings = {"tax_map": {"1": 7}, "journal_map": {"paypal": 12}}
    shop.save()
    text = administrator.get(reverse("configuration", args=[shop.pk]), headers={"HX-Request": "true"}).content.decode()
    assert '<option value="7" selected>IVA 21 %</option>' in text, "the name has the percentage already"
    assert ">IVA 21 %<small" in text, "the rate's name lacks it"
    assert "Credit card" in text
    assert "ES, standard, id 1" in text
    assert "not in the store&#x27;s list" in text, "what is set stays visible"
    assert "No. 12 (not found in Odoo)" in text
    assert ">2 open</span>" in text, "two payment methods without a journal"
    assert "x_sku" in text


def test_settings_are_stored_as_they_are_chosen(shop: Connection, administrator: Client, both_sides: Any) -> None:
    scene.work(shop, "1", "parked")
    answer = administrator.post(reverse("configuration", args=[shop.pk]), CHOSEN, follow=True)
    assert "1 parked record is tried again" in answer.content.decode()
    shop.refresh_from_db()
    rules = shop.rules
    assert rules.tax_map == {"1": 7}
    assert rules.journal_map == {"stripe": 9}
    assert rules.shipping_map == {}
    assert (rules.shipping_product_id, rules.warehouse_id, rules.team_id) == (17, 1, 3)
    assert (rules.sku_field, rules.order_prefix, rules.odoo_slots) == ("barcode", "NL-", 3)
    assert "batch_size" not in shop.settings, "defaults are not written down"


def test_every_setting_has_its_place_on_the_page(shop: Connection, administrator: Client, both_sides: Any) -> None:
    text = administrator.get(reverse("configuration", args=[shop.pk]), headers={"HX-Request": "true"}).content.decode()
    names = {name.partition("__")[0] for name in re.findall(r'\bname="(\w+)', text)}
    assert set(ConnectionSettings.model_fields) <= names


def test_each_check_box_stands_in_a_wrapper_with_its_own_words(
    shop: Connection, administrator: Client, both_sides: Any
) -> None:
    text = administrator.get(reverse("configuration", args=[shop.pk]), headers={"HX-Request": "true"}).content.decode()
    boxes = re.findall(
        r'<label class="form-check"[^>]*><input type="checkbox" name="import_statuses"[^>]*class="form-check-input"'
        r'[^>]*><span class="form-check-label">(\w[\w ]*)</span></label>',
        text,
    )
    assert boxes == ["Pending", "On hold", "Processing", "Completed"]


def test_each_currency_has_the_pricelists_in_it(shop: Connection, administrator: Client, both_sides: Any) -> None:
    address = reverse("configuration", args=[shop.pk])
    text = administrator.get(address, headers={"HX-Request": "true"}).content.decode()
    offered = {
        name: re.findall(r'<option value="(\d+)"', select)
        for name, select in re.findall(r'<select name="(price\w+)"(.*?)</select>', text, re.DOTALL)
    }
    assert offered == {"pricelist_id": ["5"], "pricelist_map__USD": ["4"], "pricelist_map__CHF": []}
    assert "Odoo has no pricelist in CHF yet" in text
    administrator.post(address, {**CHOSEN, "pricelist_map__USD": "4", "namespace": "woodoo_old"})
    shop.refresh_from_db()
    assert shop.rules.pricelist_map == {"USD": 4}
    assert shop.rules.namespace == "woodoo_old"


def test_what_only_old_orders_name_can_be_mapped(shop: Connection, administrator: Client, both_sides: Any) -> None:
    address = reverse("configuration", args=[shop.pk])
    added = {
        "another_journal_map": " klarna-pay ",
        "another_journal_map_is": "9",
        "another_tax_map": "12",
        "another_tax_map_is": "7",
        "journal_map__": "9",
        "journal_map__other": "9",
    }
    assert administrator.post(address, {**CHOSEN, **added}).status_code == 302
    shop.refresh_from_db()
    assert shop.rules.journal_map == {"stripe": 9, "klarna-pay": 9, "": 9, "other": 9}
    assert shop.rules.tax_map == {"1": 7, "12": 7}
    text = administrator.get(address, headers={"HX-Request": "true"}).content.decode()
    for field in ("journal_map__klarna-pay", "journal_map__other", "journal_map__", "tax_map__12"):
        assert re.search(rf'<select name="{field}"', text), field
    assert ">1 open</span>" in text, "only Bank transfer: nobody has to map orders made by hand"


@pytest.mark.parametrize(
    ("added", "says"),
    [
        ({"another_journal_map": "klarna"}, "Choose what it is in Odoo."),
        ({"another_journal_map_is": "9"}, "Its short name, such as stripe"),
        ({"another_journal_map": "stripe", "another_journal_map_is": "9"}, "It has a row of its own above."),
        ({"another_tax_map": "VAT", "another_tax_map_is": "7"}, "Number of the rate"),
    ],
)
def test_half_a_row_is_refused(
    shop: Connection, administrator: Client, both_sides: Any, added: dict[str, str], says: str
) -> None:
    text = administrator.post(reverse("configuration", args=[shop.pk]), {**CHOSEN, **added}).content.decode()
    assert "Not saved: 1 field needs another look." in text
    assert re.search(rf'invalid-feedback d-block">{says}', text)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("IVA", ["21 %"]),
        ("IVA 21%", []),
        ("IVA 21,00 %", []),
        ("21% G", []),
        ("121 %", ["21 %"]),
        ("IVA 2.21%", ["21 %"]),
    ],
)
def test_a_percentage_is_told_once(name: str, shown: list[str]) -> None:
    assert _missing(Decimal("21.0000"), name) == shown


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("odoo_slots", "0"),
        ("odoo_slots", "many"),
        ("poll_seconds", "1"),
        ("import_statuses", []),
        ("tax_map__1", "99"),
        ("order_prefix", "x" * 21),
        ("odoo_requests_per_second", "-1"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(
    shop: Connection, administrator: Client, both_sides: Any, field: str, value: Any
) -> None:
    text = administrator.post(reverse("configuration", args=[shop.pk]), {**CHOSEN, field: value}).content.decode()
    assert "Not saved: 1 field needs another look." in text
    assert "invalid-feedback" in text
    shop.refresh_from_db()
    assert shop.settings == {}


def test_a_side_that_does_not_answer_costs_only_its_own_choices(shop: Connection, administrator: Client) -> None:
    shop.settings = {"tax_map": {"1": 7}}
    shop.save()
    down = RemoteDown("Odoo does not answer.", side="odoo", fix="Look whether it runs.")
    address = reverse("configuration", args=[shop.pk])
    with (
        mock.patch("woodoo.wiring.build_store", return_value=FakeStore()),
        mock.patch("woodoo.wiring.build_odoo", side_effect=down),
    ):
        text = administrator.get(address, headers={"HX-Request": "true"}).content.decode()
        assert "Odoo does not answer." in text
        assert "Look whether it runs." in text
        assert re.search(r'type="number" name="tax_map__1" value="7"', text)
        form = {**CHOSEN, "tax_map__1": "8"}
        assert administrator.post(address, form).status_code == 302
    shop.refresh_from_db()
    assert shop.rules.tax_map == {"1": 8}
