"""What both sides are asked for a proposal, and what the connection test says of tax rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tests.mapping.orders import NEW, OLD, make_rules
from tests.odoo_client.doubles import scripted_records
from woodoo.domain.errors import ConfigError
from woodoo.flows.proposals import read_proposals
from woodoo.flows.tax_check import check_tax_rates
from woodoo.mapping.policy import Policy
from woodoo.mapping.rules import Rules, Tax
from woodoo.odoo.records import Records
from woodoo.stores.base import StoreChoice, StoreIdentity, StoreTaxRate

GOODS = Tax(5, "VAT 21 % S", Decimal(21), country="ES")
SERVICES = Tax(6, "VAT 21 % service", Decimal(21), country="ES")
INCLUSIVE = Tax(8, "VAT 21 % incl", Decimal(21), included=True, country="ES")
REDUCED = Tax(9, "VAT 10 %", Decimal(10), country="ES")


def rate(rate_id: str, percent: int, tax_class: str = "standard") -> StoreTaxRate:
    return StoreTaxRate(rate_id, "IVA", Decimal(percent), "ES", "", tax_class, compound=False)


class AStore:
    """A store with these rates, a few methods, and prices that include tax or not."""

    def __init__(self, *rates: StoreTaxRate, inclusive: bool = False) -> None:
        self.rates = rates
        self.inclusive = inclusive
        self.asked = 0

    def identify(self) -> StoreIdentity:
        self.asked += 1
        return StoreIdentity("https://shop.example.com", "10", "EUR", 2, self.inclusive, False)

    def check_writing(self) -> None:
        pass

    def tax_rates(self) -> Sequence[StoreTaxRate]:
        return self.rates

    def order_statuses(self) -> Sequence[StoreChoice]:
        return [StoreChoice("processing", "Processing")]

    def payment_methods(self) -> Sequence[StoreChoice]:
        return [StoreChoice("stripe", "Card"), StoreChoice("bacs", "Bank transfer"), StoreChoice("cod", "Cash")]

    def shipping_methods(self) -> Sequence[StoreChoice]:
        return [StoreChoice("flat_rate:1", "Parcel (Spain)"), StoreChoice("pickup", "Pick up")]


def odoo(answers: Mapping[str, Any] | None = None, *, default_tax: int | bool = False) -> Records:
    rows = {
        "account.journal": [{"id": 2, "name": "Stripe", "type": "bank"}, {"id": 4, "name": "Cash", "type": "cash"}],
        "delivery.carrier": [{"id": 7, "name": "Parcel"}],
    }
    usual = {f"{model}.search_read": lambda found=found, **_: found for model, found in rows.items()}
    company = [{"id": 1, "account_sale_tax_id": default_tax, "country_id": 68}]
    return scripted_records({**usual, "res.company.read": lambda **_: company, **(answers or {})})


def rules(**changes: object) -> Rules:
    return make_rules(
        **({"taxes": {}, "carriers": {}, "journals": {}, "sale_taxes": [GOODS, SERVICES, REDUCED]} | changes)
    )


def test_everything_that_is_not_mapped_is_proposed() -> None:
    found = read_proposals(AStore(rate("1", 21), rate("2", 10)), odoo(default_tax=6), rules())  # type: ignore[arg-type]
    assert [(one.setting, one.key, one.odoo_id) for one in found] == [
        ("tax_map", "1", 6),
        ("tax_map", "2", 9),
        ("journal_map", "stripe", 2),
        ("journal_map", "bacs", None),
        ("journal_map", "cod", 4),
        ("shipping_map", "flat_rate:1", 7),
    ]


def test_methods_that_stay_unpaid_need_no_journal() -> None:
    by = rules(policy=Policy(unpaid_methods=frozenset({"bacs", "cod", "stripe"})))
    found = read_proposals(AStore(), odoo(), by)  # type: ignore[arg-type]
    assert [one.setting for one in found] == ["shipping_map"]


def test_an_odoo_without_delivery_methods_gets_no_proposals_for_them() -> None:
    def missing(**_: Any) -> Any:
        raise ConfigError("Odoo does not know the model delivery.carrier.", where="delivery.carrier")

    found = read_proposals(AStore(), odoo({"delivery.carrier.search_read": missing}), rules())  # type: ignore[arg-type]
    assert {one.setting for one in found} == {"journal_map"}


def test_whether_prices_include_tax_is_asked_only_where_it_matters() -> None:
    both = [GOODS, INCLUSIVE]
    shop = AStore(rate("1", 21), inclusive=True)
    assert read_proposals(shop, odoo(), rules(sale_taxes=both, precision=OLD))[0].odoo_id == 8  # type: ignore[arg-type]
    assert shop.asked == 1
    assert read_proposals(shop, odoo(), rules(sale_taxes=both, precision=NEW))[0].odoo_id == 5  # type: ignore[arg-type]
    assert shop.asked == 1


# The connection test


def checked(*rates: StoreTaxRate, by: Rules) -> tuple[bool | None, str, str]:
    return check_tax_rates(AStore(*rates), odoo(), by, prices_include_tax=False)  # type: ignore[arg-type]


def test_rates_that_are_mapped_nowhere_are_named_with_the_proposal() -> None:
    right, message, fix = checked(rate("1", 21), rate("2", 10), by=rules())
    assert right is None
    assert message == (
        "Not mapped, so their orders would be parked: IVA 21 % (ES, rate 1): Odoo has several of 21 %: "
        "'VAT 21 % S' (id 5), 'VAT 21 % service' (id 6); IVA 10 % (ES, rate 2): proposed is 'VAT 10 %' (id 9)."
    )
    assert "woodoo connection propose" in fix


def test_of_many_rates_the_first_are_named() -> None:
    _, message, _ = checked(*(rate(str(number), 10) for number in range(1, 9)), by=rules())
    assert "rate 5)" in message
    assert "rate 6)" not in message
    assert message.endswith("; and 3 more.")


def test_rates_mapped_to_another_percentage_are_named() -> None:
    right, message, fix = checked(rate("1", 21), by=rules(taxes={"1": REDUCED}))
    assert right is None
    assert message.endswith("so their orders would be parked: IVA 21 % (ES, rate 1) is mapped to 'VAT 10 %' of 10 %.")
    assert "same percentage" in fix


def test_compound_rates_odoo_computes_otherwise_are_named() -> None:
    gst, qst = rate("1", 21), replace(rate("2", 10), compound=True)
    right, message, fix = checked(gst, qst, by=rules(taxes={"1": GOODS, "2": REDUCED}))
    assert right is None
    assert message == (
        "Compound in the store, but not in Odoo, so their orders would be parked: IVA 10 % (ES, rate 2) on IVA 21 % "
        "(ES, rate 1)."
    )
    assert "affect the base of subsequent taxes" in fix
    stacked = rules(taxes={"1": replace(GOODS, stacked=True), "2": REDUCED})
    assert checked(gst, qst, by=stacked)[0] is True


def test_a_store_whose_rates_all_have_their_tax_is_right() -> None:
    mapped = rules(taxes={"1": GOODS}, tax_rules={"reduced-rate:*:10": REDUCED})
    assert checked(rate("1", 21), rate("2", 10, "reduced-rate"), by=mapped)[:2] == (
        True,
        "Every tax rate of the store (2) has its tax in Odoo.",
    )
    assert checked(rate("2", 10), by=rules(match_taxes=True))[0] is True
