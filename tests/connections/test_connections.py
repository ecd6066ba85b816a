"""What a connection may look like."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from woodoo.connections.models import Connection, check_address
from woodoo.connections.settings import ConnectionSettings
from woodoo.domain.errors import ConfigError


def shop(**changes: object) -> Connection:
    return Connection(
        **{
            "name": "Shop NL",
            "store_url": "https://shop.example.com/",
            "odoo_url": "https://odoo.example.com/odoo/",
            "odoo_database": "shop",
            **changes,
        }
    )


@pytest.mark.parametrize(
    "address",
    ["https://shop.example.com", "http://127.0.0.1:8080", "https://example.com/shop", "http://[::1]:8069"],
)
def test_a_plain_address_is_accepted(address: str):
    check_address(address)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("shop.example.com", "begin with https"),
        ("ftp://shop.example.com", "begin with https"),
        ("file:///etc/passwd", "begin with https"),
        ("javascript:alert(1)", "begin with https"),
        ("https://", "names no host"),
        ("https://me:pw@shop.example.com", "fields of their own"),
        ("https://me@shop.example.com", "fields of their own"),
        ("https://shop.example.com:99999", "not an address"),
        ("https://[half", "not an address"),
        ("https://shop.example.com/?rest_route=/", "from \\? or #"),
        ("https://shop.example.com/#x", "from \\? or #"),
    ],
)
def test_any_other_address_is_refused_with_the_reason(address: str, why: str):
    with pytest.raises(ValidationError, match=why):
        check_address(address)


@pytest.mark.django_db
def test_addresses_are_kept_in_one_form():
    connection = shop()
    connection.save()
    assert (connection.store_url, connection.odoo_url) == (
        "https://shop.example.com",
        "https://odoo.example.com/odoo",
    )


@pytest.mark.django_db
def test_a_sound_connection_passes_all_checks():
    shop(settings={"journal_map": {"stripe": 7}}).full_clean()


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["store_url", "odoo_url"])
def test_the_form_names_the_field_that_is_wrong(field: str):
    with pytest.raises(ValidationError) as error:
        shop(**{field: "ftp://x"}).full_clean()
    assert set(error.value.message_dict) == {field}


def test_settings_have_sound_defaults():
    rules = shop().rules
    assert (rules.order_becomes, rules.status_steps["processing"]) == ("order_invoice_payment", "invoice")
    assert {rules.status_steps[one] for one in ("pending", "refunded", "failed")} == {"ignore"}
    assert (rules.odoo_slots, rules.batch_size, rules.poll_seconds, rules.sku_field) == (2, 50, 75, "default_code")


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"jurnal_map": {}}, "jurnal_map"),
        ({"batch_size": 0}, "batch_size"),
        ({"batch_size": "many"}, "batch_size"),
        ({"journal_map": {"stripe": "the first"}}, "journal_map.stripe"),
        ({"sku_field": "x; drop"}, "sku_field"),
        ({"import_statuses": ["completed"]}, "import_statuses"),
        ({"status_steps": {"completed": "ship"}}, "status_steps.completed"),
        ({"status_steps": {"checkout-draft": "invoice"}}, "status_steps"),
        ({"order_number_format": "NL-"}, "order_number_format"),
        ({"order_number_format": "{nonsense}"}, "order_number_format"),
        ({"order_number_format": "{number[0]}"}, "order_number_format"),
        ({"order_number_format": "{number:.2}"}, "order_number_format"),
        ({"order_number_format": "{number!r}"}, "order_number_format"),
        ({"order_number_format": "{number"}, "order_number_format"),
        ({"order_number_format": "{number}\n"}, "order_number_format"),
        ({"tax_rule_map": {"standard/ES/21": 7}}, "tax_rule_map"),
        ({"untaxed_map": {"Spain": 7}}, "untaxed_map"),
        ({"analytic_distribution": {"4": 120}}, "analytic_distribution"),
        ({"timezone": "Mars/Base"}, "timezone"),
        ({"odoo_requests_per_second": 0}, "odoo_requests_per_second"),
    ],
)
def test_a_setting_that_is_wrong_is_named_with_its_connection(settings: dict[str, object], named: str):
    with pytest.raises(ConfigError, match="Shop NL") as error:
        _ = shop(settings=settings).rules
    assert named in error.value.message
    assert error.value.fix


@pytest.mark.django_db
def test_the_form_refuses_a_setting_that_is_wrong():
    with pytest.raises(ValidationError) as error:
        shop(settings={"jurnal_map": {}}).full_clean()
    assert "jurnal_map" in str(error.value)


def test_every_setting_says_what_it_does():
    for name, field in ConnectionSettings.model_fields.items():
        assert field.description, name
        assert field.description.endswith("."), name
