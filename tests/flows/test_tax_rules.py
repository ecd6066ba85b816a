"""What the settings make of the taxes Odoo has, and which of them are refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from tests.odoo_client.doubles import scripted_records
from woodoo.connections.settings import ConnectionSettings
from woodoo.domain.errors import ConfigError
from woodoo.flows.tax_rules import TaxRules, load_tax_rules

FIELDS = ["name", "amount", "amount_type", "type_tax_use", "price_include", "include_base_amount", "sequence"]


def row(odoo_id: int, name: str, amount: float, **fields: Any) -> dict[str, Any]:
    usual = {"amount_type": "percent", "type_tax_use": "sale", "price_include": False, "include_base_amount": False}
    return {"id": odoo_id, "name": name, "amount": amount, "sequence": 1, **usual, **fields}


ROWS = [
    row(1, "VAT 21 %", 21.0, country_id=68, is_base_affected=False),
    row(2, "VAT 5.5 %", 5.5, country_id=75, include_base_amount=True, sequence=0),
    row(3, "Export", 0.0),
    row(4, "VAT 21 % P", 21.0, type_tax_use="purchase"),
    row(5, "GST and QST", 0.0, amount_type="group"),
    row(6, "Bottle", 0.25, amount_type="fixed"),
    row(7, "ICMS", 18.0, amount_type="division"),
    row(8, "Formula", 0.0, amount_type="code"),
    row(9, "Novel", 0.0, amount_type="novel"),
    row(10, "VAT 21 % incl", 21.0, price_include=True),
]


class Odoo:
    """A company's taxes, remembering how they were asked for."""

    def __init__(self, version: int = 19) -> None:
        self.version = version
        self.asked: list[dict[str, Any]] = []

    def load(self, **settings: Any) -> TaxRules:
        records = scripted_records({"account.tax.search_read": self._search_read}, version=self.version)
        return load_tax_rules(records, ConnectionSettings(**settings), {"ES": 68, "FR": 75})

    def _search_read(self, *, fields: list[str], **arguments: Any) -> list[dict[str, Any]]:
        self.asked.append({"fields": fields, **arguments})
        return [{name: one.get(name, False) for name in ("id", *fields)} for one in ROWS]


def refused(**settings: Any) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        Odoo().load(**settings)
    assert caught.value.where.startswith("settings -> ")
    assert caught.value.fix
    return caught.value


def test_all_taxes_of_the_company_are_read_in_one_call() -> None:
    odoo = Odoo()
    rules = odoo.load(tax_map={"1": 1}, tax_rule_map={"*:FR:5.5": 2}, untaxed_map={"*": 3})
    assert [asked["domain"] for asked in odoo.asked] == [[("company_id", "parent_of", [1])]]
    assert {key: tax.odoo_id for key, tax in rules.by_rate.items()} == {"1": 1}
    assert {key: tax.odoo_id for key, tax in rules.by_rule.items()} == {"*:FR:5.5": 2}
    assert {key: tax.odoo_id for key, tax in rules.untaxed.items()} == {"*": 3}


def test_sales_taxes_in_percent_come_in_odoo_s_sequence() -> None:
    rules = Odoo().load()
    assert [tax.odoo_id for tax in rules.sale_taxes] == [2, 1, 3, 10]
    second, first, *_ = rules.sale_taxes
    assert (first.percent, first.country, first.base_affected, first.stacked) == (Decimal(21), "ES", False, False)
    assert (second.percent, second.country, second.sequence, second.stacked) == (Decimal("5.5"), "FR", 0, True)
    assert rules.sale_taxes[-1].included


def test_an_odoo_that_names_no_countries_is_not_asked_for_them() -> None:
    odoo = Odoo(14)
    taxes = odoo.load().sale_taxes
    assert odoo.asked[0]["fields"] == FIELDS
    assert {tax.country for tax in taxes} == {""}
    assert all(tax.base_affected for tax in taxes)


@pytest.mark.parametrize(
    ("odoo_id", "told"),
    [
        (4, "The tax 'VAT 21 % P' of Odoo is no sales tax, so no tax rate can be mapped to it."),
        (5, "The tax 'GST and QST' of Odoo is a group of taxes, not a percentage of the price"),
        (6, "The tax 'Bottle' of Odoo is a fixed amount per piece, not a percentage"),
        (7, "The tax 'ICMS' of Odoo is a percentage of the price with tax, not a percentage of the price, so"),
        (8, "The tax 'Formula' of Odoo is computed by a formula"),
        (9, "The tax 'Novel' of Odoo is computed as 'novel'"),
        (99, "The settings point at account.tax 99, which Odoo does not have (any more) or has archived."),
    ],
)
@pytest.mark.parametrize("setting", ["tax_map", "tax_rule_map", "untaxed_map"])
def test_taxes_no_rate_can_be_mapped_to_are_refused(setting: str, odoo_id: int, told: str) -> None:
    key = {"tax_map": "1", "tax_rule_map": "*:*:21", "untaxed_map": "*"}[setting]
    assert refused(**{setting: {key: odoo_id}}).message.startswith(told)


def test_the_members_of_a_group_are_to_be_mapped_instead() -> None:
    assert "Map the rate to the tax of the group that has its percentage" in refused(tax_map={"1": 5}).fix


def test_lines_without_tax_take_a_tax_of_nothing_only() -> None:
    error = refused(untaxed_map={"exempt": 1})
    assert (
        error.message
        == "The tax 'VAT 21 %' of Odoo is 21 %, so lines the store did not tax ('exempt') cannot carry it."
    )


def test_a_rule_is_the_same_however_its_percentage_is_written() -> None:
    assert list(Odoo().load(tax_rule_map={"standard:ES:21.00": 1}).by_rule) == ["standard:ES:21"]
    assert list(Odoo().load(tax_rule_map={"*:*:21": 1, "*:*:21.0": 1}).by_rule) == ["*:*:21"]
    error = refused(tax_rule_map={"*:*:21": 1, "*:*:21.0": 10})
    assert error.message == "The tax rule *:*:21 is there twice, for 'VAT 21 %' and for 'VAT 21 % incl'."


@pytest.mark.parametrize("key", ["us", "USA", "", "EXEMPT", "reverse"])
def test_keys_that_no_order_can_have_are_refused_at_once(key: str) -> None:
    with pytest.raises(ValidationError, match="neither exempt nor a country code"):
        ConnectionSettings.model_validate({"untaxed_map": {key: 3}})
