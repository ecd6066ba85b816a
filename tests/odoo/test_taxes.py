"""Which taxes orders carry in a real Odoo: by class and country, by percentage, stacked, and where there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from tests.odoo.shop import Bench, RecordedStore, cents, recorded_orders

from woodoo.domain.errors import ConfigError
from woodoo.domain.order import FeeLine, LineTax, Order, TaxRate
from woodoo.engine.flow import Outcome, OutcomeKind
from woodoo.flows.proposals import read_proposals
from woodoo.flows.tax_check import check_tax_rates
from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.odoo.fixtures import Admin
from woodoo.stores.base import StoreChoice, StoreIdentity, StoreTaxRate

OWN_DATABASE = True
ORDERS = recorded_orders()


@dataclass(frozen=True)
class Extra:
    """Taxes besides those every bench has."""

    export: int
    reverse_charge: int
    #: The second is computed on top of the first.
    lower: int
    upper: int
    group: int
    fixed: int
    purchase: int


@pytest.fixture(scope="module")
def extra(real_odoo: Any, admin: Admin) -> Extra:
    """Taxes of nothing, stacked ones, and some no rate can be mapped to."""
    group = admin.search_read("account.tax.group", [], ["name"])[0]["id"]
    override = (
        {"price_include_override": "tax_excluded"} if "price_include_override" in admin.fields("account.tax") else {}
    )

    def tax(name: str, amount: float, **vals: Any) -> int:
        usual = {"amount_type": "percent", "type_tax_use": "sale", "tax_group_id": group, **override}
        return admin.create("account.tax", [{"name": f"Woodoo {name}", "amount": amount, **usual, **vals}])[0]

    lower = tax("lower", 5.0, include_base_amount=True, sequence=1)
    upper = tax("upper", 9.975, sequence=2)
    return Extra(
        export=tax("export", 0.0),
        reverse_charge=tax("reverse charge", 0.0),
        lower=lower,
        upper=upper,
        group=tax("group", 0.0, amount_type="group", children_tax_ids=[(6, 0, [lower, upper])]),
        fixed=tax("fixed", 1.0, amount_type="fixed"),
        purchase=tax("purchase", 21.0, type_tax_use="purchase"),
    )


def bench_of(odoo: Endpoint, admin: Admin, name: str, orders: Mapping[str, Order]) -> Bench:
    return Bench.set_up(odoo, admin, orders, f"woodoo_taxes_{name}")


def line_taxes(bench: Bench, number: str) -> list[list[int]]:
    """Return the taxes of an invoice's lines, in the order of the lines."""
    invoice = bench.invoices("invoice_line_ids")[number]
    rows = bench.odoo.read("account.move.line", invoice["invoice_line_ids"], ["tax_ids"])
    return [row["tax_ids"] for row in sorted(rows, key=lambda row: row["id"])]


def assert_exact(bench: Bench, outcomes: Mapping[str, Outcome]) -> None:
    """Every order is invoiced, posted and paid, to the cent."""
    assert {record: outcome.message for record, outcome in outcomes.items() if outcome.kind != OutcomeKind.DONE} == {}
    invoices = bench.invoices("state", "amount_total", "amount_tax", "amount_residual")
    for record in outcomes:
        order, invoice = bench.store.orders[record], invoices[bench.store.orders[record].number]
        assert invoice["state"] == "posted"
        found = [cents(invoice[name]) for name in ("amount_total", "amount_tax", "amount_residual")]
        assert found == [order.total, order.total_tax, 0]


def test_lines_without_tax_carry_the_tax_their_case_is_mapped_to(odoo: Endpoint, admin: Admin, extra: Extra) -> None:
    bench = bench_of(odoo, admin, "untaxed", {record: ORDERS[record] for record in ("106", "96", "101")})
    none = bench.settings.tax_map["3"]
    standard = bench.settings.tax_map["1"]
    case = {"exempt": extra.reverse_charge, "US": extra.export}
    assert_exact(bench, bench.sync(untaxed_map=case))
    assert line_taxes(bench, "106") == [[extra.reverse_charge]] * 2
    assert line_taxes(bench, "96") == [[extra.export]] * 2
    # Not taxable, a rate of 0 %, 21 %, without a word in the settings for Spain.
    assert line_taxes(bench, "101")[:3] == [[], [none], [standard]]


def test_all_other_lines_without_tax_carry_the_tax_of_the_star(odoo: Endpoint, admin: Admin, extra: Extra) -> None:
    bench = bench_of(odoo, admin, "star", {record: ORDERS[record] for record in ("101", "90", "139")})
    assert_exact(bench, bench.sync(untaxed_map={"*": extra.export}))
    assert line_taxes(bench, "101")[0] == [extra.export]
    assert [extra.export] in line_taxes(bench, "90")
    assert {tuple(taxes) for taxes in line_taxes(bench, "139")} == {(extra.export,)}


def test_lines_without_tax_stay_exact_beside_lines_whose_tax_is_pinned(
    odoo: Endpoint, admin: Admin, extra: Extra
) -> None:
    order = ORDERS["84"]
    deposit = FeeLine("9001", "Deposit", Decimal("2.00"), Decimal(0))
    order = replace(order, fee_lines=(deposit,), total=order.total + deposit.total)
    bench = bench_of(odoo, admin, "pinned", {"84": order})
    assert_exact(bench, bench.sync(untaxed_map={"*": extra.export}))
    assert line_taxes(bench, "84")[-1] == [extra.export]


def test_rules_by_class_and_country_stand_in_for_rate_ids(odoo: Endpoint, admin: Admin, extra: Extra) -> None:
    bench = bench_of(odoo, admin, "rules", {record: ORDERS[record] for record in ("76", "86", "94", "95", "101")})
    shop = {(percent, included): tax for (percent, included), tax in bench.shop.taxes.items() if not included}

    def tax(percent: str) -> int:
        return next(found for (one, _), found in shop.items() if one == Decimal(percent))

    rules = {
        "standard:ES:21": tax("21"),
        "reduced-rate:*:10": tax("10"),
        "zero-rate:*:0": tax("0"),
        "*:FR:20": tax("20"),
        "*:*:5.5": tax("5.5"),
        "standard:CA:5": tax("5"),
        "standard:CA:9.975": tax("9.975"),
        "*:US:7.25": tax("7.25"),
    }
    assert_exact(bench, bench.sync(tax_map={}, tax_rule_map=rules))
    assert line_taxes(bench, "86") == [[tax("20")], [tax("5.5")], [tax("20")]]
    assert line_taxes(bench, "94")[0] == sorted([tax("5"), tax("9.975")])


def test_rates_are_matched_by_percentage_in_the_kind_that_fits(odoo: Endpoint, admin: Admin) -> None:
    bench = bench_of(odoo, admin, "percent", {record: ORDERS[record] for record in ("76", "124", "86", "134")})
    assert_exact(bench, bench.sync(tax_map={}, tax_match="percent"))
    kinds = {tax: included for (_, included), tax in bench.shop.taxes.items()}

    def included(number: str) -> set[bool]:
        return {kinds[tax] for taxes in line_taxes(bench, number) for tax in taxes}

    pins = bench.odoo.client.dialect.can_pin_taxes
    assert (included("76"), included("86")) == ({False}, {False})
    assert (included("124"), included("134")) == ({not pins}, {not pins})


def test_an_unmapped_rate_is_parked_with_the_tax_woodoo_would_take(odoo: Endpoint, admin: Admin) -> None:
    bench = bench_of(odoo, admin, "unmapped", {"77": ORDERS["77"]})
    outcome = bench.sync(tax_map={})["77"]
    assert isinstance(outcome.error, ConfigError)
    assert f"Odoo has 'Shop 21%' (id {bench.settings.tax_map['1']}) with the same percentage." in outcome.error.fix


def compound_order() -> Order:
    """The order of Quebec as it would be were QST compound: on the net and GST, as it was until 2012."""
    order = ORDERS["94"]

    def compound(taxes: tuple[LineTax, ...], net: Decimal) -> tuple[LineTax, ...]:
        gst = next(tax for tax in taxes if tax.rate_id == "6")
        qst = (net + gst.amount.quantize(Decimal("0.01"))) * Decimal("0.09975")
        return (gst, LineTax("7", qst))

    lines = tuple(replace(line, taxes=compound(line.taxes, line.total)) for line in order.lines)
    shipping = tuple(replace(line, taxes=compound(line.taxes, line.total)) for line in order.shipping_lines)
    rates = tuple(_with_totals(rate, lines, shipping) for rate in order.tax_rates)
    tax = sum((rate.tax_total + rate.shipping_tax_total for rate in rates), Decimal(0))
    return replace(
        order,
        lines=lines,
        shipping_lines=shipping,
        tax_rates=rates,
        total_tax=tax,
        total=order.total - order.total_tax + tax,
    )


def _with_totals(rate: TaxRate, lines: tuple[Any, ...], shipping: tuple[Any, ...]) -> TaxRate:
    def total(of: tuple[Any, ...]) -> Decimal:
        amounts = (tax.amount for line in of for tax in line.taxes if tax.rate_id == rate.rate_id)
        return sum((amount.quantize(Decimal("0.01")) for amount in amounts), Decimal(0))

    return replace(rate, compound=rate.rate_id == "7", tax_total=total(lines), shipping_tax_total=total(shipping))


def test_a_compound_rate_is_exact_on_taxes_that_stand_on_each_other(odoo: Endpoint, admin: Admin, extra: Extra) -> None:
    bench = bench_of(odoo, admin, "compound", {"94": compound_order()})
    assert bench.store.orders["94"].total > ORDERS["94"].total
    apart = bench.sync()["94"]
    assert isinstance(apart.error, ConfigError)
    assert "is compound, computed on top of 'GST', but in Odoo 'Shop 9.975%' does not stand on 'Shop 5%'" in (
        apart.error.message
    )
    assert_exact(bench, bench.sync(tax_map={"6": extra.lower, "7": extra.upper}))
    per_tax: dict[int, Decimal] = {}
    invoice = bench.invoices()["94"]["id"]
    for row in bench.odoo.search_read(
        "account.move.line", [("move_id", "=", invoice), ("tax_line_id", "!=", False)], ["tax_line_id", "balance"]
    ):
        per_tax[row["tax_line_id"]] = per_tax.get(row["tax_line_id"], Decimal(0)) - cents(row["balance"])
    rates = {rate.rate_id: rate for rate in bench.store.orders["94"].tax_rates}
    assert per_tax == {
        extra.lower: rates["6"].tax_total + rates["6"].shipping_tax_total,
        extra.upper: rates["7"].tax_total + rates["7"].shipping_tax_total,
    }


def test_rates_on_the_net_are_refused_on_taxes_that_stand_on_each_other(
    odoo: Endpoint, admin: Admin, extra: Extra
) -> None:
    bench = bench_of(odoo, admin, "stacked", {"94": ORDERS["94"]})
    outcome = bench.sync(tax_map={"6": extra.lower, "7": extra.upper})["94"]
    assert isinstance(outcome.error, ConfigError)
    assert "is not compound, but in Odoo 'Woodoo upper' is computed on top of 'Woodoo lower'" in outcome.error.message


@pytest.mark.parametrize(
    ("which", "told"),
    [("group", "is a group of taxes"), ("fixed", "is a fixed amount per piece"), ("purchase", "is no sales tax")],
)
def test_taxes_no_rate_can_be_mapped_to_are_refused(
    odoo: Endpoint, admin: Admin, extra: Extra, which: str, told: str
) -> None:
    bench = bench_of(odoo, admin, "refused", {"77": ORDERS["77"]})
    with pytest.raises(ConfigError, match=told):
        bench.context(tax_map={"1": getattr(extra, which)})


class SettledStore(RecordedStore):
    """A store with tax rates and methods as WooCommerce lists them."""

    def tax_rates(self) -> Sequence[StoreTaxRate]:
        rows = (("1", "21", "standard"), ("2", "5.5", "reduced-rate"), ("3", "17", "books"))
        return [StoreTaxRate(key, "VAT", Decimal(percent), "", "", kind, compound=False) for key, percent, kind in rows]

    def payment_methods(self) -> Sequence[StoreChoice]:
        return [StoreChoice("stripe", "Credit card"), StoreChoice("cod", "Cash on delivery")]

    def shipping_methods(self) -> Sequence[StoreChoice]:
        return [StoreChoice("flat_rate:1", "Shop delivery (Spain)")]

    def identify(self) -> StoreIdentity:
        return StoreIdentity("https://shop.example.com", "10", "EUR", 2, True, False)


def test_proposals_are_made_with_the_rights_of_a_plain_user(odoo: Endpoint, admin: Admin) -> None:
    bench = bench_of(odoo, admin, "proposals", {})
    store = SettledStore({})
    rules = bench.context(tax_map={}, journal_map={}, shipping_map={}).rules
    found = {one.key: one for one in read_proposals(store, bench.odoo, rules)}
    included = not bench.odoo.client.dialect.can_pin_taxes
    assert found["1"].odoo_id == bench.shop.taxes[Decimal("21"), included]
    assert found["2"].odoo_id == bench.shop.taxes[Decimal("5.5"), included]
    assert found["3"].reason == "Odoo has no sales tax of 17 %"
    assert (found["stripe"].odoo_id, found["cod"].name) == (bench.shop.journals["Stripe"], "Cash")
    assert found["flat_rate:1"].odoo_id == bench.shop.carrier_id
    right, message, _ = check_tax_rates(store, bench.odoo, rules, prices_include_tax=True)
    assert right is None
    assert f"proposed is '{found['1'].name}' (id {found['1'].odoo_id})" in message
    mapped = {key: int(found[key].odoo_id or 0) for key in ("1", "2")} | {"3": bench.shop.taxes[Decimal("4"), included]}
    _, message, _ = check_tax_rates(store, bench.odoo, bench.context(tax_map=mapped).rules, prices_include_tax=True)
    assert "VAT 17 % (every country, books, rate 3) is mapped to 'Shop 4%" in message
