"""The Configuration page: every setting in its place, nothing lost by saving, every mistake beside its field."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from html import unescape
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse

from woodoo.connections.alerting import DEFAULT_ALERT_WHEN
from woodoo.connections.models import Connection
from woodoo.connections.settings import DEFAULT_STATUS_STEPS, ConnectionSettings
from woodoo.domain.errors import ConfigError, RemoteDown, RemoteError
from woodoo.domain.ownership import DEFAULT_OWNERS
from woodoo.stores.base import StoreTaxRate
from woodoo.web.choices import _missing
from woodoo.web.configuration.sections import PAGE
from woodoo.web.configuration.tables import MOST_ROWS, Table
from woodoo.web.live_check import Found

from . import scene
from .both_sides import FakeOdoo, FakeStore


@contextmanager
def asking(store: Any = None, odoo: Any = None) -> Iterator[None]:
    """Let the page ask these two; an exception is what building that side raises."""

    def made(side: Any) -> dict[str, Any]:
        return {"side_effect": side} if isinstance(side, Exception) else {"return_value": side}

    with (
        mock.patch("woodoo.wiring.build_store", **made(store or FakeStore())),
        mock.patch("woodoo.wiring.build_odoo", **made(odoo or FakeOdoo())),
    ):
        yield


@pytest.fixture
def both_sides() -> Iterator[None]:
    with asking():
        yield


def address(shop: Connection) -> str:
    return reverse("configuration", args=[shop.pk])


def shown(shop: Connection, client: Client) -> str:
    return client.get(address(shop), headers={"HX-Request": "true"}).content.decode()


def as_sent(text: str) -> dict[str, list[str]]:
    """Return what a browser would send of the form, without a click."""
    form = re.search(r'<form method="post" action="[^"]*configuration/".*?</form>', text, re.DOTALL)
    assert form
    sent: dict[str, list[str]] = {}
    for tag in re.findall(r"<input [^>]*>|<select.*?</select>|<textarea.*?</textarea>", form.group(), re.DOTALL):
        name = re.search(r'name="([^"]*)"', tag)
        assert name
        value = re.search(r'\bvalue="([^"]*)"', tag)
        if tag.startswith("<select"):
            chosen = re.search(r'<option value="([^"]*)" selected', tag) or re.search(r'<option value="([^"]*)"', tag)
            sent[name[1]] = [chosen[1] if chosen else ""]
        elif tag.startswith("<textarea"):
            sent[name[1]] = [re.sub(r"<[^>]*>", "", tag).strip()]
        elif 'type="checkbox"' not in tag or " checked" in tag:
            sent.setdefault(name[1], []).append(value[1] if value else "on" if "checkbox" in tag else "")
    sent.pop("csrfmiddlewaretoken")
    return {unescape(name): [unescape(one) for one in many] for name, many in sent.items()}


CHOSEN: dict[str, Any] = {
    "tax_map__1": "7",
    "journal_map__stripe": "9",
    "journal_map__bacs": "",
    "shipping_product_id": "17",
    "warehouse_id": "1",
    "pricelist_id": "",
    "team_id": "3",
    "sku_field": "barcode",
    "order_becomes": "order_invoice",
    "order_number_format": "NL-{number}",
    "timezone": "Europe/Madrid",
    "odoo_slots": "3",
    "batch_size": "50",
    "tax_match": "percent",
    "tax_computed_by": "store",
    "discount_as": "price",
    "invoice_date": "paid",
    "customer_note_field": "note",
}


def save(shop: Connection, client: Client, more: dict[str, Any] | None = None) -> Any:
    answer = client.post(address(shop), {**CHOSEN, **(more or {})}, follow=True)
    shop.refresh_from_db()
    return answer


# What the page shows


def test_the_page_comes_at_once_and_asks_both_sides_afterwards(shop: Connection, administrator: Client) -> None:
    with asking(AssertionError("asked too early")):
        assert f'hx-get="{address(shop)}" hx-trigger="load"' in administrator.get(address(shop)).content.decode()


def test_without_javascript_the_page_is_one_click_away(
    shop: Connection, administrator: Client, both_sides: None
) -> None:
    text = administrator.get(address(shop) + "?now=1").content.decode()
    assert "<h1" in text
    assert 'name="order_becomes"' in text


def test_every_setting_has_its_place_on_a_page(shop: Connection, administrator: Client, both_sides: None) -> None:
    pages = shown(shop, administrator) + administrator.get(reverse("features", args=[shop.pk])).content.decode()
    names = {
        name.removeprefix("another_").removesuffix("_is").partition("__")[0]
        for name in re.findall(r'\bname="([^"]+)', pages)
    }
    assert set(ConnectionSettings.model_fields) <= names


def test_no_setting_has_two_places() -> None:
    names = [
        column.name
        for section in PAGE
        for part in section.every()
        for column in (part.columns if isinstance(part, Table) else (part,))
    ]
    assert sorted(names) == sorted(ConnectionSettings.model_fields)


def test_choices_are_those_of_both_sides(shop: Connection, administrator: Client, both_sides: None) -> None:
    shop.settings = {"tax_map": {"1": 7}, "journal_map": {"paypal": 12, "klarna": 99}}
    shop.save()
    text = shown(shop, administrator)
    assert '<option value="7" selected>IVA 21 %</option>' in text, "the name has the percentage already"
    assert ">IVA 21 %<small" in text, "the rate's name lacks it"
    assert "Credit card" in text
    assert "ES, standard, id 1" in text
    assert "not in the store&#x27;s list" in text, "what is set stays visible"
    assert '<option value="12" selected>Old PayPal (archived, or not meant for this)</option>' in text
    assert "No. 99 (not found in Odoo)" in text
    assert ">2 open</span>" in text, "two payment methods without a journal"
    for offered in ("x_sku", "Sales of goods (7000)", "30 days", "Web shop", "Spanish (es_ES)", "Parcel", "x_day"):
        assert offered in text, offered
    assert "amount_words" not in text, "nobody can write there"


def test_statuses_of_plugins_have_a_row(shop: Connection, administrator: Client, both_sides: None) -> None:
    text = shown(shop, administrator)
    rows = re.findall(r'<select name="status_steps__([\w-]+)"', text)
    assert set(rows) == {*DEFAULT_STATUS_STEPS, "shipped"}
    chosen = dict(re.findall(r'name="status_steps__([\w-]+)".*?<option value="(\w*)" selected', text, re.DOTALL))
    assert chosen == {**DEFAULT_STATUS_STEPS, "shipped": ""}


def test_methods_left_open_wait_for_no_journal(shop: Connection, administrator: Client, both_sides: None) -> None:
    shop.settings = {"unpaid_methods": ["bacs"], "tax_map": {"1": 7}}
    shop.save()
    assert ">1 open</span>" in shown(shop, administrator)


def test_each_currency_has_the_pricelists_in_it(shop: Connection, administrator: Client, both_sides: None) -> None:
    text = shown(shop, administrator)
    offered = {
        name: re.findall(r'<option value="(\d+)"', select)
        for name, select in re.findall(r'<select name="(pricelist\w+)"(.*?)</select>', text, re.DOTALL)
    }
    assert offered == {"pricelist_id": ["5"], "pricelist_map__USD": ["4"], "pricelist_map__CHF": []}
    assert "Odoo has no pricelist in CHF yet" in text


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("IVA", ["21 %"]),
        ("IVA 21%", []),
        ("IVA 21,00 %", []),
        ("21% G", []),
        ("121 %", ["21 %"]),
        ("IVA 2.21%", ["21 %"]),
    ],
)
def test_a_percentage_is_told_once(name: str, told: list[str]) -> None:
    assert _missing(Decimal("21.0000"), name) == told


# Saving


def test_settings_are_stored_as_they_are_chosen(shop: Connection, administrator: Client, both_sides: None) -> None:
    scene.work(shop, "1", "parked")
    more = {
        "unpaid_methods__bacs": ["false", "on"],
        "payment_term_map__bacs": "2",
        "status_steps__shipped": "deliver",
        "tag_ids": ["", "5", "6"],
        "customer_update_fields": ["", "phone"],
        "clean_names": ["false", "on"],
        "confirm_orders": "false",
        "vat_meta_keys": "_vat\r\n\r\n nif ",
        "post_invoices_from": "2026-01-01",
        "shipping_map__flat_rate:1": "21",
    }
    answer = save(shop, administrator, more)
    assert answer.redirect_chain == [(f"/connections/{shop.pk}/configuration/?test=1", 302)], (
        "what was changed is tested"
    )
    assert "1 record that waited is tried again" in answer.content.decode()
    assert shop.settings == {
        "tax_map": {"1": 7},
        "journal_map": {"stripe": 9},
        "shipping_product_id": 17,
        "warehouse_id": 1,
        "team_id": 3,
        "sku_field": "barcode",
        "order_becomes": "order_invoice",
        "order_number_format": "NL-{number}",
        "timezone": "Europe/Madrid",
        "odoo_slots": 3,
        "tax_match": "percent",
        "invoice_date": "paid",
        "unpaid_methods": ["bacs"],
        "payment_term_map": {"bacs": 2},
        "status_steps": {**DEFAULT_STATUS_STEPS, "shipped": "deliver"},
        "tag_ids": [5, 6],
        "customer_update_fields": ["phone"],
        "clean_names": True,
        "confirm_orders": False,
        "vat_meta_keys": ["_vat", "nif"],
        "post_invoices_from": "2026-01-01",
        "shipping_map": {"flat_rate:1": 21},
    }, "defaults are not written down"


def test_somebody_may_stay_on_the_page(shop: Connection, administrator: Client, both_sides: None) -> None:
    assert save(shop, administrator, {"stay": "1"}).redirect_chain == [(address(shop), 302)]


EVERYTHING: dict[str, Any] = {
    "order_becomes": "order_invoice_payment_delivery",
    "status_steps": {"processing": "deliver", "shipped": "deliver", "lost-plugin": "cancel"},
    "confirm_orders": False,
    "unpaid_methods": ["bacs", "gone"],
    "orders_from": "2025-02-01",
    "order_number_format": "ES-{number}/{year}",
    "use_order_number": True,
    "tax_map": {"1": 7, "99": 500},
    "tax_rule_map": {"standard:ES:21": 7, "*:FR:20": 501},
    "tax_match": "percent",
    "untaxed_map": {"exempt": 8, "US": 8, "*": 502},
    "tax_computed_by": "odoo",
    "allow_order_cent": False,
    "sku_field": "x_gone",
    "placeholder_product_id": 17,
    "discount_as": "line",
    "discount_product_id": 900,
    "shipping_product_id": 17,
    "shipping_map": {"flat_rate:1": 21, "gone:4": 77},
    "shipping_product_map": {"pickup": 17},
    "default_carrier_id": 21,
    "fee_product_id": 901,
    "fee_product_map": {'Gift "card"': 17, "Tip": 902},
    "warehouse_id": 3,
    "pricelist_id": 5,
    "pricelist_map": {"USD": 4, "NOK": 44},
    "team_id": 33,
    "payment_term_id": 2,
    "payment_term_map": {"stripe": 2, "gone": 22},
    "fiscal_position_id": 6,
    "fiscal_position_map": {"exempt": 6, "US": 66},
    "tag_ids": [5, 55],
    "analytic_distribution": {"4": 60.0, "44": 33.5},
    "customer_note_field": "",
    "admin_notes_field": "x_words",
    "meta_fields": {"_day": "x_day", "_other": "x_gone"},
    "invoice_date": "completed",
    "post_invoices_from": "2026-01-01",
    "invoice_journal_id": 10,
    "sales_account_id": 70,
    "journal_map": {"stripe": 9, "": 9, "gone": 99},
    "customer_partner_id": 1234,
    "company_contacts": False,
    "vat_meta_keys": ["_vat", "nif"],
    "customer_update_fields": ["phone", "vat"],
    "clean_names": True,
    "language": "xx_XX",
    "language_meta_key": "wpml_language",
    "language_map": {"es": "es_ES", "xx": "xx_XX"},
    "timezone": "Europe/Madrid",
    **dict.fromkeys(
        ["send_products", "create_products", "send_images", "send_stock", "send_customers", "create_accounts"], True
    ),
    **dict.fromkeys(["send_fulfilment", "send_status", "send_shipping_methods"], True),
    **dict.fromkeys(["take_products", "create_odoo_products", "take_customers"], True),
    "take_orders": False,
    "price_pricelist_id": 5,
    "sale_pricelist_id": 5,
    "prices_when": "daily",
    "prices_time": "04:30",
    "send_free": True,
    "image_max_mb": 20,
    "store_language": "es",
    "new_product_type": "service",
    "archive_deleted_products": False,
    "products_sent": "chosen",
    "product_category_ids": [7],
    "product_tag_ids": [41],
    "product_status": "website",
    "archived_status": "private",
    "archived_variants": "keep",
    "description_field": "description_ecommerce",
    "short_description_field": "description_sale",
    "product_language": "es_ES",
    "categories_from": "internal",
    "dimension_fields": {"length": "x_length", "width": "product_width", "height": "product_height"},
    "dimension_unit": "cm",
    "products_seconds": 60,
    "products_compare_seconds": 43_200,
    "store_fulfillments": False,
    "fulfillment_mails": True,
    "tracking_plugin": "ast",
    "shipment_notes": "corrections",
    "shipment_note": ["Sent: {delivery}", "Contents: {items}"],
    "carrier_providers": {"21": "dhl", "77": "ups"},
    "tracking_links": {"21": "https://track.example/{number}"},
    "delivered_status": "",
    "partial_status": "half",
    "complete_when": "delivered_paid",
    "paid_status": "completed",
    "cancel_in_store": True,
    "order_number_key": "",
    "invoice_number_key": "_invoice",
    "invoice_link_key": "_invoice_link",
    "owners": {**DEFAULT_OWNERS, "prices": "store"},
    "repair_drift": False,
    "stock_figure": "forecast",
    "stock_warehouse_ids": [3, 33],
    "stock_location_ids": [8],
    "stock_buffer": 2,
    "stock_buffer_map": {"MUG": 5},
    "stock_category_buffer_map": {"7": 1},
    "stock_share": 62.5,
    "stock_guard": False,
    "stock_backorders": "notify",
    "stock_low_amount": 4,
    "stock_unmanaged": "status",
    "stock_poll_seconds": 5,
    "stock_compare_seconds": 3600,
    "take_refunds": False,
    "amount_refund_as": "product",
    "refund_product_id": 17,
    "refund_before_invoice": "credit",
    "refund_payment": "never",
    "post_credit_notes": False,
    "deleted_refunds": "undo",
    "cancel_invoiced": "credit",
    "cancel_delivered": "credit",
    "refunded_unsent": "send",
    "restock_as": "wait",
    "return_location_id": 8,
    "send_refunds": True,
    "send_returns": True,
    "send_refunds_from": "2026-11-01",
    "refund_money": True,
    "restock_in_store": True,
    "account_fields_in": ["name", "phone"],
    "account_fields_out": ["email", "vat"],
    "account_vat_key": "vat_number",
    "create_odoo_customers": "buyers",
    "account_tag_id": 8,
    "account_mails": True,
    "accounts_seconds": 3_600,
    "pickup_carrier_ids": [21, 55],
    "carriers_for_the_rest": True,
    "alert_when": {**DEFAULT_ALERT_WHEN, "payment": "always", "gap": "never"},
    "alert_digest_minutes": 30,
    "alert_quiet_hours": "22:00-07:00",
    "alert_outage_minutes": 5,
    "alert_messages": True,
    "namespace": "woodoo_old",
    "odoo_slots": 4,
    "batch_size": 20,
    "poll_seconds": 90,
    "odoo_poll_seconds": 45,
    "contents_seconds": 600,
    "contents_days": 7,
    "census_seconds": 43_200,
    "manage_webhooks": False,
    "odoo_requests_per_second": 1.5,
}


def test_the_example_sets_everything() -> None:
    assert EVERYTHING.keys() == ConnectionSettings.model_fields.keys()


DOWN = {
    "store": {"store": RemoteDown("The store does not answer.", side="store")},
    "odoo": {"odoo": RemoteDown("Odoo does not answer.", side="odoo")},
    "apps": {"odoo": FakeOdoo(without={"delivery.carrier", "stock.warehouse", "crm.team", "crm.tag"})},
    "rights": {"odoo": FakeOdoo(failing={"account.payment.term": RemoteError("Odoo failed for now.")})},
    "nothing": {},
}


@pytest.mark.parametrize("why", DOWN)
def test_saving_what_was_opened_changes_nothing(why: str, shop: Connection, administrator: Client) -> None:
    shop.settings = EVERYTHING
    shop.save()
    with asking(**DOWN[why]):
        sent = as_sent(shown(shop, administrator))
        assert administrator.post(address(shop), sent).status_code == 302
    shop.refresh_from_db()
    assert shop.settings == EVERYTHING


@pytest.mark.parametrize("why", ["store", "odoo", "apps"])
def test_a_side_that_fails_between_opening_and_saving_loses_nothing(
    why: str, shop: Connection, administrator: Client
) -> None:
    shop.settings = EVERYTHING
    shop.save()
    for before, after in ((DOWN[why], {}), ({}, DOWN[why])):
        with asking(**before):
            sent = as_sent(shown(shop, administrator))
        with asking(**after):
            assert administrator.post(address(shop), sent).status_code == 302
        shop.refresh_from_db()
        assert shop.settings == EVERYTHING


def test_rows_that_do_not_fit_on_the_page_stay_as_they_are(shop: Connection, administrator: Client) -> None:
    class Large(FakeStore):
        def tax_rates(self) -> list[StoreTaxRate]:
            rates = range(1, 2001)
            return [StoreTaxRate(str(n), "T", Decimal(1), "US", "", "standard", compound=False) for n in rates]

    shop.settings = {"tax_map": {str(number): 7 for number in range(1, 1500)}}
    shop.save()
    with asking(Large()):
        text = shown(shop, administrator)
        assert f"And {2000 - MOST_ROWS} more, which stay as they are." in text
        administrator.post(address(shop), as_sent(text))
    shop.refresh_from_db()
    assert shop.settings == {"tax_map": {str(number): 7 for number in range(1, 1500)}}


def test_a_row_is_taken_away_by_choosing_nothing(shop: Connection, administrator: Client, both_sides: None) -> None:
    shop.settings = {"tax_map": {"1": 7, "9": 8}, "unpaid_methods": ["bacs"]}
    shop.save()
    save(shop, administrator, {"tax_map__9": "", "unpaid_methods__bacs": "false"})
    assert shop.rules.tax_map == {"1": 7}
    assert shop.rules.unpaid_methods == ()


def test_settings_nobody_knows_stay_until_they_are_removed(
    shop: Connection, administrator: Client, both_sides: None
) -> None:
    Connection.objects.filter(pk=shop.pk).update(settings={"import_statuses": ["completed"], "tax_map": {"1": 7}})
    text = shown(shop, administrator)
    assert "Settings this version of Woodoo does not know" in text
    assert "<code>import_statuses</code>" in text
    save(shop, administrator)
    assert shop.settings["import_statuses"] == ["completed"]
    save(shop, administrator, {"remove-import_statuses": "on"})
    assert "import_statuses" not in shop.settings
    assert shop.rules.tax_map == {"1": 7}


def test_a_value_that_cannot_be_is_shown_and_replaced(
    shop: Connection, administrator: Client, both_sides: None
) -> None:
    Connection.objects.filter(pk=shop.pk).update(settings={"batch_size": "many", "tax_map": ["1"], "team_id": 3})
    text = shown(shop, administrator)
    assert "Settings whose value cannot be" in text
    assert "<code>batch_size</code>" in text
    save(shop, administrator)
    assert (shop.rules.batch_size, shop.rules.tax_map, shop.rules.team_id) == (50, {"1": 7}, 3)


def test_what_somebody_else_changed_meanwhile_is_not_written_over(
    shop: Connection, administrator: Client, both_sides: None
) -> None:
    sent = as_sent(shown(shop, administrator))
    Connection.objects.filter(pk=shop.pk).update(settings={"tax_map": {"1": 8}})
    text = administrator.post(address(shop), {**sent, "team_id": "3"}).content.decode()
    assert "The settings were changed meanwhile." in text
    shop.refresh_from_db()
    assert shop.settings == {"tax_map": {"1": 8}}


def test_nor_what_somebody_changes_while_both_sides_are_asked(
    shop: Connection, administrator: Client, both_sides: None
) -> None:
    def meanwhile(*_: Any) -> Found:
        Connection.objects.filter(pk=shop.pk).update(settings={"tax_map": {"1": 8}})
        return Found()

    sent = as_sent(shown(shop, administrator))
    with mock.patch("woodoo.web.views.configuration.check_new", side_effect=meanwhile):
        text = administrator.post(address(shop), {**sent, "team_id": "3"}).content.decode()
    assert "The settings were changed meanwhile." in text
    shop.refresh_from_db()
    assert shop.settings == {"tax_map": {"1": 8}}


# Rows of one's own


def test_what_nobody_lists_can_be_added(shop: Connection, administrator: Client, both_sides: None) -> None:
    added = {
        "another_journal_map": " klarna-pay ",
        "another_journal_map_is": "9",
        "another_payment_term_map_is": "2",
        "another_tax_map": "12",
        "another_tax_map_is": "7",
        "another_status_steps": "packed",
        "another_status_steps_is": "confirm",
        "another_tax_rule_map": "*:FR:20",
        "another_tax_rule_map_is": "7",
        "another_untaxed_map": "exempt",
        "another_untaxed_map_is": "8",
        "another_fee_product_map": "Gift card",
        "another_fee_product_map_is": "17",
        "another_meta_fields": "_delivery_day",
        "another_meta_fields_is": "x_day",
        "another_language_map": "es",
        "another_language_map_is": "es_ES",
        "another_fiscal_position_map": "US",
        "another_fiscal_position_map_is": "6",
        "another_analytic_distribution": "4",
        "another_analytic_distribution_is": "100",
        "journal_map__": "9",
        "journal_map__other": "9",
    }
    save(shop, administrator, added)
    rules = shop.rules
    assert rules.journal_map == {"stripe": 9, "klarna-pay": 9, "": 9, "other": 9}
    assert rules.payment_term_map == {"klarna-pay": 2}
    assert rules.tax_map == {"1": 7, "12": 7}
    assert rules.status_steps["packed"] == "confirm"
    assert (rules.tax_rule_map, rules.untaxed_map) == ({"*:FR:20": 7}, {"exempt": 8})
    assert (rules.fee_product_map, rules.fiscal_position_map) == ({"Gift card": 17}, {"US": 6})
    assert (rules.meta_fields, rules.language_map) == ({"_delivery_day": "x_day"}, {"es": "es_ES"})
    assert rules.analytic_distribution == {"4": 100.0}
    text = shown(shop, administrator)
    for field in ("journal_map__klarna-pay", "journal_map__other", "journal_map__", "tax_map__12"):
        assert re.search(rf'<select name="{field}"', text), field
    assert ">1 open</span>" in text, "only Bank transfer: nobody has to map orders made by hand"
    assert ">Web shop</th>" in text, "the account is called by its name"


@pytest.mark.parametrize(
    ("added", "says"),
    [
        ({"another_journal_map": "klarna"}, "Choose: Journal."),
        ({"another_journal_map_is": "9"}, "Its short name, such as stripe"),
        ({"another_journal_map": "stripe", "another_journal_map_is": "9"}, "It has a row of its own above."),
        ({"another_tax_map": "VAT", "another_tax_map_is": "7"}, "Number of the rate"),
        ({"another_tax_rule_map": "21 %", "another_tax_rule_map_is": "7"}, "Class, country and percentage, "),
        ({"another_untaxed_map": "Spain", "another_untaxed_map_is": "8"}, r"exempt \(reverse charge\), a country"),
    ],
)
def test_half_a_row_is_refused(
    shop: Connection, administrator: Client, both_sides: None, added: dict[str, str], says: str
) -> None:
    text = administrator.post(address(shop), {**CHOSEN, **added}).content.decode()
    assert "Not saved: 1 field needs another look." in text
    assert re.search(rf'invalid-feedback d-block">{says}', text)


@pytest.mark.parametrize(
    ("field", "value", "label"),
    [
        ("odoo_slots", "0", "Batches at once"),
        ("odoo_slots", "many", "Batches at once"),
        ("poll_seconds", "1", "Seconds between polls"),
        ("tax_map__1", "99", "IVA 21 %: Tax in Odoo"),
        ("status_steps__processing", "ship", "Processing: become in Odoo"),
        ("order_number_format", "NL-", "Reference in Odoo"),
        ("order_number_format", "{name}", "Reference in Odoo"),
        ("order_number_format", "", "Reference in Odoo"),
        ("namespace", "Two Words", "Prefix of external ids"),
        ("post_invoices_from", "soon", "Post invoices from"),
        ("odoo_requests_per_second", "-1", "Requests per second"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_beside_its_field(
    shop: Connection, administrator: Client, both_sides: None, field: str, value: str, label: str
) -> None:
    text = administrator.post(address(shop), {**CHOSEN, field: value}).content.decode()
    assert "Not saved: 1 field needs another look." in text
    assert f'<a href="#id_{field}">{label}</a>: ' in text, "the list at the top leads there"
    after = text[text.index(f'id="id_{field}"') :]
    assert after.index("invalid-feedback") < after.index("</section>")
    more = text[: text.index(f'id="id_{field}"')].rpartition("<details")[2]
    assert "</details>" in more or " open>" in more, "it is not hidden"
    shop.refresh_from_db()
    assert shop.settings == {}


def test_a_share_that_cannot_be_is_shown_at_its_row(shop: Connection, administrator: Client, both_sides: None) -> None:
    more = {"another_analytic_distribution": "4", "another_analytic_distribution_is": "130"}
    text = administrator.post(address(shop), {**CHOSEN, **more}).content.decode()
    assert "percentages from above 0 to 100" in text
    assert 'href="#id_another_analytic_distribution"' in text


# Sides that do not answer


def test_a_side_that_does_not_answer_costs_only_its_own_choices(shop: Connection, administrator: Client) -> None:
    shop.settings = {"tax_map": {"1": 7}}
    shop.save()
    down = RemoteDown("Odoo does not answer.", side="odoo", fix="Look whether it runs.")
    with asking(odoo=down):
        text = shown(shop, administrator)
        assert "Odoo does not answer." in text
        assert "Look whether it runs." in text
        assert re.search(r'type="number" name="tax_map__1" value="7"', text)
        chosen = {"tax_map__1": "8", "tag_ids": "5, 6", "customer_note_field": "note"}
        text = save(shop, administrator, chosen).content.decode()
        assert "could not be tried" in text
        assert shop.rules.tax_map == {"1": 7}
        save(shop, administrator, {**chosen, "anyway": "1"})
    assert "Odoo does not answer." in shop.unchecked
    assert shop.rules.tax_map == {"1": 8}
    assert shop.rules.tag_ids == (5, 6)


def test_apps_and_rights_that_are_missing_cost_only_their_own_fields(shop: Connection, administrator: Client) -> None:
    failing = {"crm.tag": ConfigError("You may not read tags.", where="crm.tag", fix="Give the user the sales role.")}
    with asking(odoo=FakeOdoo(without={"delivery.carrier"}, failing=failing)):
        text = shown(shop, administrator)
    assert "Delivery method: Odoo does not know the model delivery.carrier." in text
    assert "Tags: You may not read tags. Give the user the sales role." in text
    names = {name.partition("__")[0] for name in re.findall(r'\bname="([^"]+)', text)}
    assert not names & {"default_carrier_id", "shipping_map", "tag_ids"}
    assert {"shipping_product_map", "journal_map", "warehouse_id"} <= names


def test_of_very_many_the_number_is_entered(
    shop: Connection, administrator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    tags = [{"id": number, "name": f"Tag {number}"} for number in range(1, 400)]
    monkeypatch.setattr(FakeOdoo, "rows", {**FakeOdoo.rows, "crm.tag": tags})
    shop.settings = {"tag_ids": [350]}
    shop.save()
    with asking():
        text = shown(shop, administrator)
    assert re.search(r'type="text" name="tag_ids" value="350"', text)
    assert "Odoo has more than 300 of these: enter the number (id)." in text


def test_the_store_s_side_costs_only_its_own_rows(shop: Connection, administrator: Client) -> None:
    shop.settings = {"journal_map": {"stripe": 9}}
    shop.save()
    with asking(RemoteDown("The store does not answer.", side="store", fix="Look whether it runs.")):
        text = shown(shop, administrator)
    assert "The store does not answer." in text
    assert '<select name="journal_map__stripe"' in text
    assert '<select name="status_steps__processing"' in text


# What is chosen has to be there


class Strict(FakeOdoo):
    """Searches by what is asked: ids that may be chosen."""

    offered = {"account.journal": {9: "Stripe"}, "stock.warehouse": {1: "Main"}}
    there = {"account.journal": {12: "Old PayPal"}}

    def search_read(self, model: str, domain: Any, fields: Any, **given: Any) -> list[dict[str, Any]]:
        if not any(term[0] == "id" and term[1] == "in" for term in domain):
            return super().search_read(model, domain, fields, **given)
        by_id = next(set(term[2]) for term in domain if term[0] == "id")
        rows = self.offered if len(domain) > 1 else self.there
        return [{"id": one, "name": name} for one, name in rows.get(model, {}).items() if one in by_id]


def test_what_is_chosen_is_looked_for_in_odoo_and_each_mistake_stands_beside_its_field(
    shop: Connection, administrator: Client
) -> None:
    class Many(Strict):
        def search_read(self, model: str, domain: Any, fields: Any, **given: Any) -> list[dict[str, Any]]:
            rows = super().search_read(model, domain, fields, **given)
            more = {"code": "", "amount": 0.0, "default_code": "", "complete_name": "", "currency_id": 1}
            many = [{"id": n, "name": str(n), **more} for n in range(301)]
            return many if given.get("limit") == 301 else rows

    with asking(odoo=Many()):
        given = {"journal_map__stripe": "12", "warehouse_id": "77", "tax_map__1": "", "shipping_product_id": ""}
        text = save(shop, administrator, {**given, "team_id": "", "pricelist_id": ""}).content.decode()
    assert "Not saved: 2 fields" in text
    assert "&#x27;Old PayPal&#x27; (no. 12) is no bank or cash journal of this company, or is archived." in text
    assert "Odoo has no warehouse of this company with the number 77" in text
    assert 'value="77"' in text
    assert shop.settings == {}


def test_what_was_set_before_is_not_judged_again(shop: Connection, administrator: Client) -> None:
    shop.settings = {"journal_map": {"stripe": 12}}
    shop.save()
    with asking(odoo=Strict()):
        save(shop, administrator, {"journal_map__stripe": "12", "warehouse_id": "1", **dict.fromkeys(NOT_CHOSEN, "")})
    assert shop.rules.journal_map == {"stripe": 12}
    assert shop.rules.warehouse_id == 1


NOT_CHOSEN = ("tax_map__1", "shipping_product_id", "team_id", "pricelist_id")


def test_a_status_that_is_set_in_the_store_has_to_be_there(
    shop: Connection, administrator: Client, both_sides: None
) -> None:
    text = save(shop, administrator, {"delivered_status": "sent-out"}).content.decode()
    assert "The store has no status of orders &#x27;sent-out&#x27;." in text
    assert shop.settings == {}
    save(shop, administrator, {"delivered_status": "shipped"})
    assert shop.rules.delivered_status == "shipped"


def test_what_the_store_does_not_list_is_kept_in_tables_and_told(
    shop: Connection, administrator: Client, both_sides: None
) -> None:
    added = {"another_journal_map": "klarna-pay", "another_journal_map_is": "9"}
    text = save(shop, administrator, added).content.decode()
    assert "no payment method &#x27;klarna-pay&#x27;. It is kept" in text
    assert shop.rules.journal_map["klarna-pay"] == 9


def test_what_a_release_of_odoo_has_not_is_left_out(shop: Connection, administrator: Client) -> None:
    class Old(FakeOdoo):
        client = SimpleNamespace(dialect=SimpleNamespace(product_tags=False))

    with asking(odoo=Old()):
        text = administrator.get(address(shop) + "?now=1").content.decode()
        assert 'name="product_tag_ids"' not in text
        assert "Save and test" in text
