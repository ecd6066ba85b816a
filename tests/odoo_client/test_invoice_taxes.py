"""Which journal items of a draft invoice are moved, and by how much, on releases before 16 and from 16 on."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from woodoo.domain.errors import DataError
from woodoo.odoo.dialect import Dialect
from woodoo.odoo.invoice_taxes import Wanted, override_taxes

TAX = 5
#: A draft over 20.00 + 4.20 USD, at 0.9 EUR the dollar: products 101 and 102, tax 103, receivable 104.
PRODUCTS = [
    {"id": 101, "tax_line_id": False, "tax_ids": [TAX], "amount_currency": -12.0, "balance": -10.8},
    {"id": 102, "tax_line_id": False, "tax_ids": [], "amount_currency": -8.0, "balance": -7.2},
]
TAXES = [{"id": 103, "tax_line_id": TAX, "tax_ids": [], "amount_currency": -4.2, "balance": -3.78}]
OPEN = [{"id": 104, "tax_line_id": False, "tax_ids": [], "amount_currency": 24.2, "balance": 21.78}]


class Draft:
    """The records of one draft invoice, as far as they are asked for."""

    def __init__(self, version: int) -> None:
        dialect = Dialect.of_version(version)
        self.client = SimpleNamespace(dialect=dialect)
        self._lines = {
            str(list(dialect.tax_line_domain)): TAXES,
            str(list(dialect.product_line_domain)): PRODUCTS,
        }
        self.written: list[list[Any]] = []

    def search_read(
        self, model: str, domain: Sequence[Any], fields: Sequence[str], order: str = ""
    ) -> list[dict[str, Any]]:
        if model == "account.tax.repartition.line":
            return [{"id": 61, "invoice_tax_id": 6, "account_id": False, "tag_ids": [8]}]
        if model == "account.tax":
            return [{"id": 6, "name": "VAT 7 %"}]
        if domain[0] == ("move_id", "=", 7):
            return [{"id": 102, "tax_ids": [6], "account_id": 40, "partner_id": 3, "currency_id": 2}]
        assert (model, domain[0]) == ("account.move.line", ("move_id", "in", [7]))
        return [{**row, "move_id": 7} for row in self._lines.get(str(list(domain[1:])), OPEN)]

    def write(self, model: str, ids: Sequence[int], vals: dict[str, Any]) -> None:
        assert (model, ids) == ("account.move", [7])
        self.written += vals["line_ids"]


def moved(version: int, wanted: Wanted, company_digits: int = 2) -> list[list[Any]]:
    draft = Draft(version)
    assert override_taxes(draft, {7: wanted}, company_digits=company_digits) == {}  # type: ignore[arg-type]
    return draft.written


def test_before_16_the_receivable_moves_against_the_tax_in_both_currencies() -> None:
    assert moved(14, Wanted({TAX: Decimal("4.30")})) == [
        [1, 103, {"amount_currency": -4.3, "debit": 0.0, "credit": 3.87}],
        [1, 104, {"amount_currency": 24.3, "debit": 21.87, "credit": 0.0}],
    ]


def test_before_16_net_and_tax_move_against_each_other_and_the_total_stays() -> None:
    assert moved(14, Wanted({TAX: Decimal("4.21")}, untaxed=Decimal("19.99"))) == [
        [1, 103, {"amount_currency": -4.21, "debit": 0.0, "credit": 3.79}],
        [1, 101, {"amount_currency": -11.99, "debit": 0.0, "credit": 10.79}],
    ]


def test_the_company_s_currency_has_decimals_of_its_own() -> None:
    tax, receivable = moved(14, Wanted({TAX: Decimal("5.20")}), company_digits=0)
    assert tax[2] == {"amount_currency": -5.2, "debit": 0.0, "credit": 4.78}
    assert receivable[2] == {"amount_currency": 25.2, "debit": 22.78, "credit": 0.0}


def test_from_16_on_the_receivable_follows_by_itself() -> None:
    assert moved(17, Wanted({TAX: Decimal("4.21")}, untaxed=Decimal("19.99"))) == [
        [1, 103, {"amount_currency": -4.21}],
        [1, 101, {"amount_currency": -11.99}],
    ]


def test_what_is_right_already_is_not_written() -> None:
    assert moved(14, Wanted({TAX: Decimal("4.20")}, untaxed=Decimal("20.00"))) == []


def test_before_16_a_tax_of_nothing_gets_its_line() -> None:
    made, receivable = moved(14, Wanted({6: Decimal("0.02")}))
    assert made[:2] == [0, 0]
    assert (made[2]["name"], made[2]["account_id"], made[2]["tax_repartition_line_id"]) == ("VAT 7 %", 40, 61)
    assert (made[2]["amount_currency"], made[2]["credit"]) == (-0.02, 0.02)
    assert receivable[2]["amount_currency"] == 24.22


def test_from_16_on_a_tax_without_a_line_is_told() -> None:
    errors = override_taxes(Draft(17), {7: Wanted({6: Decimal("0.01")})})  # type: ignore[arg-type]
    assert isinstance(errors[7], DataError)
    assert "no line for the tax 6, which should come to 0.01" in errors[7].message
