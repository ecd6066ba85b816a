"""What is proposed to be mapped to what, why, and that nothing is guessed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

import pytest

from tests.mapping.orders import NEW, OLD, make_rules
from woodoo.mapping.proposals import Named, Proposal, merged, propose_carriers, propose_journals
from woodoo.mapping.rules import Rules, Tax
from woodoo.mapping.taxes.tax_proposals import offered, other_bases, other_percents, propose_taxes


@dataclass(frozen=True)
class Rate:
    rate_id: str = "1"
    name: str = "IVA"
    percent: Decimal = Decimal(21)
    country: str = "ES"
    tax_class: str = "standard"
    state: str = ""
    compound: bool = False


GOODS = Tax(5, "VAT 21 % S", Decimal(21), country="ES")
SERVICES = Tax(6, "VAT 21 % service", Decimal(21), country="ES")
BELGIAN = Tax(7, "BTW 21 %", Decimal(21), country="BE")
INCLUSIVE = Tax(8, "VAT 21 % incl", Decimal(21), included=True, country="ES")
REDUCED = Tax(9, "VAT 10 %", Decimal(10), country="ES")
REDUCED_INCLUSIVE = Tax(10, "VAT 10 % incl", Decimal(10), included=True, country="ES")
REDUCED_RATE = Rate("2", "IVA", Decimal(10), tax_class="reduced-rate")


def rules(*taxes: Tax, **changes: object) -> Rules:
    return make_rules(**({"taxes": {}, "sale_taxes": list(taxes)} | changes))


def proposed(
    *rates: Rate, by: Rules, inclusive: bool = False, default: int | None = None, home: str = "ES"
) -> list[Proposal]:
    return propose_taxes(rates, by, prices_include_tax=inclusive, default_tax=default, home=home)


def only(*rates: Rate, by: Rules, inclusive: bool = False, default: int | None = None, home: str = "ES") -> Proposal:
    (found,) = proposed(*rates, by=by, inclusive=inclusive, default=default, home=home)
    return found


# Taxes


def test_the_one_tax_of_the_percentage_is_proposed_with_the_reason() -> None:
    found = only(Rate(), by=rules(GOODS, REDUCED))
    assert found == Proposal(
        "tax_map",
        "1",
        "IVA 21 % (ES, rate 1)",
        5,
        "VAT 21 % S",
        "it is the one sales tax of ES with 21 %",
    )
    assert offered(found) == "IVA 21 % (ES, rate 1): proposed is 'VAT 21 % S' (id 5)"


def test_taxes_of_the_rate_s_country_go_first() -> None:
    by = rules(GOODS, BELGIAN)
    assert only(Rate(country="BE"), by=by).odoo_id == 7
    assert only(Rate(country="ES"), by=by).odoo_id == 5
    assert only(Rate(country="NL"), by=by).odoo_id is None


def test_taxes_for_sales_abroad_are_known_by_the_code_in_their_name() -> None:
    abroad = Tax(12, "21.0% BE BTW", Decimal(21), country="ES")
    assert only(Rate(country="BE"), by=rules(GOODS, abroad)).odoo_id == 12


def test_a_tax_of_another_country_is_named_but_not_proposed() -> None:
    found = only(Rate(country="BE"), by=rules(GOODS))
    assert (found.odoo_id, found.reason) == (None, "Odoo has only 'VAT 21 % S' (id 5), which is of ES")
    nameless = Tax(5, "VAT 21 % S", Decimal(21))
    assert only(Rate(country="BE"), by=rules(nameless)).odoo_id == 5
    assert only(Rate(country=""), by=rules(GOODS)).odoo_id == 5


@pytest.mark.parametrize(("inclusive", "precision", "odoo_id"), [(True, OLD, 8), (True, NEW, 5), (False, OLD, 5)])
def test_the_price_kind_fits_the_shop_and_odoo(inclusive: bool, precision: object, odoo_id: int) -> None:
    by = rules(GOODS, INCLUSIVE, precision=precision)
    assert only(Rate(), by=by, inclusive=inclusive).odoo_id == odoo_id


def test_the_price_kind_is_that_of_the_rates_already_mapped() -> None:
    by = rules(GOODS, INCLUSIVE, REDUCED, REDUCED_INCLUSIVE, taxes={"1": INCLUSIVE})
    assert only(Rate(), REDUCED_RATE, by=by).odoo_id == 10


def test_all_rates_get_one_price_kind_and_the_odd_one_none() -> None:
    zero = Rate("3", "IVA", Decimal(4))
    by = rules(GOODS, REDUCED, Tax(11, "VAT 4 % incl", Decimal(4), included=True))
    first, second, third = proposed(Rate(), REDUCED_RATE, zero, by=by)
    assert (first.odoo_id, second.odoo_id, third.odoo_id) == (5, 9, None)
    assert third.reason == ("Odoo has only 'VAT 4 % incl' (id 11), included in prices, unlike those of the other rates")


def test_of_several_the_company_s_default_is_proposed_for_its_own_standard_rate() -> None:
    by = rules(GOODS, SERVICES)
    assert only(Rate(), by=by, default=5).reason == "it is the company's default sales tax, of 21 % too"
    assert only(Rate(), by=by, default=5).odoo_id == 5
    for rate, home in ((Rate(country="BE"), "ES"), (Rate(tax_class="books"), "ES"), (Rate(), "FR")):
        assert only(rate, by=by, default=5, home=home).odoo_id is None


def test_of_several_without_a_default_none_is_proposed_and_all_are_named() -> None:
    found = only(Rate(), by=rules(GOODS, SERVICES))
    assert (found.odoo_id, found.name) == (None, "")
    assert found.reason == "Odoo has several of 21 %: 'VAT 21 % S' (id 5), 'VAT 21 % service' (id 6)"
    assert offered(found).endswith("Odoo has several of 21 %: 'VAT 21 % S' (id 5), 'VAT 21 % service' (id 6)")


def test_many_are_not_all_named() -> None:
    many = [Tax(100 + number, f"T{number}", Decimal(21)) for number in range(8)]
    assert only(Rate(), by=rules(*many)).reason.endswith("'T4' (id 104) and 3 more")


def test_a_percentage_odoo_does_not_have_is_said() -> None:
    assert only(Rate(percent=Decimal("5.5")), by=rules(GOODS)).reason == "Odoo has no sales tax of 5.5 %"


@pytest.mark.parametrize(
    "changes",
    [
        {"taxes": {"1": GOODS}},
        {"tax_rules": {"*:ES:21": GOODS}},
        {"tax_rules": {"standard:*:21": GOODS}},
        {"match_taxes": True},
    ],
)
def test_nothing_is_proposed_for_a_rate_that_has_its_tax(changes: dict[str, object]) -> None:
    assert proposed(Rate(), by=rules(GOODS, **changes)) == []


def test_a_rate_no_percentage_decides_is_told_even_where_percentages_are_matched() -> None:
    assert only(Rate(), by=rules(GOODS, SERVICES, match_taxes=True)).odoo_id is None


def test_rates_mapped_to_another_percentage_are_found() -> None:
    by = rules(taxes={"1": REDUCED, "2": REDUCED})
    assert other_percents([Rate(), REDUCED_RATE], by) == [(Rate(), REDUCED)]


GST = Rate("6", "GST", Decimal(5), "CA", state="")
QST = Rate("7", "QST", Decimal(10), "CA", state="QC", compound=True)
LOWER, UPPER = Tax(30, "GST", Decimal(5), stacked=True), Tax(31, "QST", Decimal(10), sequence=2)


def test_compound_rates_whose_tax_stands_on_nothing_are_found() -> None:
    right, wrong = rules(taxes={"6": LOWER, "7": UPPER}), rules(taxes={"6": replace(LOWER, stacked=False), "7": UPPER})
    assert other_bases([GST, QST], right) == []
    assert other_bases([GST, QST], wrong) == [(QST, GST)]


@pytest.mark.parametrize(
    "lower",
    [
        replace(GST, country="US"),
        replace(GST, state="ON"),
        replace(GST, tax_class="reduced-rate"),
        replace(GST, compound=True),
        replace(GST, percent=Decimal(0)),
    ],
)
def test_rates_that_never_meet_on_a_line_need_not_stand_on_each_other(lower: Rate) -> None:
    by = rules(taxes={"6": Tax(30, "GST", lower.percent), "7": UPPER})
    assert other_bases([lower, QST], by) == []


# Journals

JOURNALS = [
    Named("1", "Bank", "bank"),
    Named("2", "Stripe", "bank"),
    Named("3", "PayPal", "bank"),
    Named("4", "Cash", "cash"),
]


def journal(key: str, name: str, journals: list[Named] = JOURNALS) -> Proposal:
    (found,) = propose_journals([Named(key, name)], journals, ())
    return found


@pytest.mark.parametrize(
    ("key", "name", "odoo_id", "reason"),
    [
        ("stripe", "Credit card", 2, "the method bears its name"),
        ("ppcp-gateway", "PayPal", 3, "the method bears its name"),
        ("stripe_ideal", "iDEAL via Stripe", 2, "the method bears its name"),
        ("cod", "Cash on delivery", 4, "it is the only journal for cash on delivery"),
        ("bacs", "Direct bank transfer", 1, "it is the only journal for direct bank transfer"),
        ("cheque", "Check payments", 1, "it is the only journal for check payments"),
        ("mollie", "Mollie", None, "no bank or cash journal bears its name"),
        ("card", "Credit card", None, "no bank or cash journal bears its name"),
    ],
)
def test_journals_are_proposed_by_name_and_kind(key: str, name: str, odoo_id: int | None, reason: str) -> None:
    assert (journal(key, name).odoo_id, journal(key, name).reason) == (odoo_id, reason)


def test_of_two_journals_none_is_guessed() -> None:
    cash = [*JOURNALS, Named("5", "Cash desk 2", "cash")]
    assert journal("cod", "Cash on delivery", [*JOURNALS, Named("5", "Cash", "cash")]).odoo_id is None
    assert journal("cod", "Cash on delivery", cash).odoo_id == 4
    both = journal("wallet", "Stripe or PayPal")
    assert (both.odoo_id, both.reason) == (None, "several could be meant: Stripe, PayPal")


def test_transfers_do_not_go_to_the_journal_of_a_payment_provider() -> None:
    providers = [one for one in JOURNALS if one.name != "Bank"]
    assert journal("bacs", "Bank transfer", providers).reason == "no bank or cash journal bears its name"


def test_mapped_methods_are_left_alone() -> None:
    assert propose_journals([Named("stripe", "Stripe")], JOURNALS, {"stripe"}) == []


# Carriers


def test_carriers_are_proposed_by_the_same_name_only() -> None:
    methods = [
        Named("flat_rate:1", "Parcel  post (Spain)"),
        Named("flat_rate:2", "Express (Spain)"),
        Named("x", "Post"),
    ]
    found = propose_carriers(methods, [Named("5", "Parcel Post"), Named("6", "Post office")], ())
    assert [(one.key, one.odoo_id, one.setting) for one in found] == [("flat_rate:1", 5, "shipping_map")]


def test_two_carriers_of_one_name_are_not_told_apart() -> None:
    assert propose_carriers([Named("a", "Post")], [Named("5", "Post"), Named("6", "post")], ()) == []


@pytest.mark.parametrize("mapped", ["flat_rate", "flat_rate:1"])
def test_a_method_of_a_zone_is_mapped_where_its_kind_is(mapped: str) -> None:
    assert propose_carriers([Named("flat_rate:1", "Post (Spain)")], [Named("5", "Post")], {mapped}) == []


# Taken


def test_taking_adds_what_is_clear_and_overwrites_nothing() -> None:
    settings = {"tax_map": {"1": 99}, "timezone": "Europe/Madrid"}
    proposals = [
        Proposal("tax_map", "1", "", 5, "", ""),
        Proposal("tax_map", "2", "", 9, "", ""),
        Proposal("tax_map", "3", "", None, "", ""),
        Proposal("journal_map", "stripe", "", 2, "", ""),
    ]
    result, count = merged(settings, proposals)
    assert result == {"tax_map": {"1": 99, "2": 9}, "timezone": "Europe/Madrid", "journal_map": {"stripe": 2}}
    assert count == 2
    assert settings == {"tax_map": {"1": 99}, "timezone": "Europe/Madrid"}
