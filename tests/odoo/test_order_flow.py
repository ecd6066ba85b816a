"""Recorded orders of a real shop in a real Odoo: exact, once, whatever is repeated."""

from __future__ import annotations

import random
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from tests.odoo.shop import Bench, cents, recorded_orders, renumbered

from woodoo.domain.errors import ConfigError, DataError
from woodoo.engine.flow import OutcomeKind
from woodoo.flows.batch import OrderBatch
from woodoo.flows.order import plan_orders, sync_orders
from woodoo.flows.steps.customers import ensure_addresses, ensure_customers
from woodoo.flows.steps.invoices import ensure_invoices
from woodoo.flows.steps.sale_orders import confirm_sale_orders, ensure_sale_orders
from woodoo.mapping.amounts.totals import order_targets
from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.odoo.fixtures import Admin

PAID = {
    record: order
    for record, order in recorded_orders().items()
    if order.status in {"processing", "completed"} and order.paid_at
}
#: Statuses that come over by default.
WANTED = {"on-hold", "processing", "completed"}


@pytest.fixture(scope="module")
def all_paid(odoo: Endpoint, admin: Admin) -> Bench:
    """All recorded orders, brought over once."""
    bench = Bench.set_up(odoo, admin, recorded_orders(), "woodoo_recorded")
    outcomes = bench.sync()
    wrong = {record: outcomes[record].message for record in PAID if outcomes[record].kind != OutcomeKind.DONE}
    assert not wrong
    return bench


@pytest.fixture
def bench(all_paid: Bench, request: pytest.FixtureRequest) -> Bench:
    """A few orders of its own for each test."""
    name = f"woodoo_{request.node.originalname[5:25].strip('_')}"
    few = {record: PAID[record] for record in ("76", "77", "97", "124")}
    return all_paid.beside(few, name)


def test_every_paid_order_is_invoiced_to_the_cent(all_paid: Bench) -> None:
    fields = ("amount_untaxed", "amount_tax", "amount_total", "amount_residual", "state", "payment_state")
    invoices = all_paid.invoices(*fields)
    assert invoices.keys() == PAID.keys()
    for record, order in PAID.items():
        invoice, targets = invoices[record], order_targets(order)
        assert cents(invoice["amount_untaxed"]) == targets.untaxed, order.label
        assert cents(invoice["amount_tax"]) == targets.tax, order.label
        assert cents(invoice["amount_total"]) == targets.total, order.label
        assert (invoice["state"], cents(invoice["amount_residual"])) == ("posted", 0), order.label
        assert invoice["payment_state"] == "paid", order.label


def test_each_tax_of_each_invoice_is_the_shop_s(all_paid: Bench) -> None:
    invoices = all_paid.invoices("name")
    numbers = {row["id"]: record for record, row in invoices.items()}
    domain = [("move_id", "in", list(numbers)), ("tax_line_id", "!=", False)]
    found: dict[str, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in all_paid.odoo.search_read("account.move.line", domain, ["move_id", "tax_line_id", "amount_currency"]):
        found[numbers[row["move_id"]]][row["tax_line_id"]] -= cents(row["amount_currency"])
    for record, order in PAID.items():
        wanted: dict[int, Decimal] = defaultdict(Decimal)
        for rate_id, amount in order_targets(order).taxes.items():
            if amount:
                wanted[all_paid.settings.tax_map[rate_id]] += amount
        assert found[record] == wanted, order.label


def test_the_sales_orders_come_to_the_same_total(all_paid: Bench) -> None:
    orders = all_paid.sale_orders("amount_total", "state", "date_order", "currency_id")
    off = {record for record, order in PAID.items() if cents(orders[record]["amount_total"]) != order.total}
    assert off == set()
    assert {orders[record]["state"] for record in PAID} <= set(all_paid.odoo.client.dialect.order_confirmed_states)


def test_orders_keep_the_date_and_the_currency_of_the_shop(all_paid: Bench) -> None:
    orders = all_paid.sale_orders("date_order", "currency_id")
    currencies = {row["id"]: row["name"] for row in all_paid.odoo.search_read("res.currency", [], ["name"])}
    for record, order in PAID.items():
        assert orders[record]["date_order"] == f"{order.created_at:%Y-%m-%d %H:%M:%S}"
        assert currencies[orders[record]["currency_id"]] == order.currency


def test_payments_are_in_the_mapped_journal_with_the_transaction_as_memo(all_paid: Bench) -> None:
    memo = all_paid.odoo.client.dialect.payment_memo
    prefix = all_paid.prefix
    rows = all_paid.odoo.search_read("account.payment", [(memo, "=like", f"{prefix}%")], [memo, "journal_id", "amount"])
    by_memo = {row[memo]: row for row in rows}
    assert len(by_memo) == len(rows)
    for record, order in PAID.items():
        if order.total:
            row = by_memo[" ".join(filter(None, [f"{prefix}{record}", order.transaction_id]))]
            assert row["journal_id"] == all_paid.settings.journal_map[order.payment_method]
            assert cents(row["amount"]) == order.total


def test_what_is_not_wanted_is_skipped_with_a_reason(all_paid: Bench) -> None:
    outcomes = all_paid.sync()
    others = {r: outcomes[r] for r, order in all_paid.store.orders.items() if order.status not in WANTED}
    assert len(others) > 5
    assert {outcome.kind for outcome in others.values()} == {OutcomeKind.SKIPPED}
    assert all("come over when they are" in outcome.message for outcome in others.values())
    assert not all_paid.sale_orders("name").keys() & others.keys()


def test_what_is_not_paid_yet_is_a_sales_order_or_a_quotation_without_an_invoice(all_paid: Bench) -> None:
    states = {record: row["state"] for record, row in all_paid.sale_orders("state").items()}
    orders = all_paid.store.orders
    unpaid = {r: order for r, order in orders.items() if order.status in WANTED and not order.paid_at}
    assert {order.status for order in unpaid.values()} == {"on-hold", "processing"}
    for record, order in unpaid.items():
        assert states[record] == ("draft" if order.status == "on-hold" else "sale"), order.label
    assert not all_paid.invoices("name").keys() & unpaid.keys()


def counts(bench: Bench) -> dict[str, int]:
    models: dict[str, list[Any]] = {
        "sale.order": [],
        "account.move": [("move_type", "=", "out_invoice")],
        "account.payment": [],
        "res.partner": [],
    }
    return {model: bench.odoo.count(model, domain) for model, domain in models.items()}


def test_repeating_everything_in_any_order_with_or_without_links_changes_nothing(all_paid: Bench) -> None:
    before, stamps = counts(all_paid), all_paid.invoices("write_date")
    records = list(all_paid.store.orders) * 2
    random.Random(7).shuffle(records)
    for start in range(0, len(records), 25):
        all_paid.sync(list(dict.fromkeys(records[start : start + 25])))
    all_paid.links.known.clear()
    outcomes = all_paid.sync()
    assert {outcomes[record].kind for record in PAID} == {OutcomeKind.DONE}
    assert all("in Odoo" in outcomes[record].message for record in PAID)
    assert counts(all_paid) == before
    assert all_paid.invoices("write_date") == stamps


def test_a_bad_order_does_not_hold_up_its_batch(bench: Bench) -> None:
    order = bench.store.orders["76"]
    unknown = replace(order, lines=(replace(order.lines[0], sku="NOBODY-HAS-THIS"), *order.lines[1:]))
    bench.store.orders["76"] = unknown
    outcomes = bench.sync()
    assert outcomes["76"].kind == OutcomeKind.PARKED
    assert "product SKU NOBODY-HAS-THIS was not found in Odoo product.product -> default_code" in outcomes["76"].message
    assert {outcomes[record].kind for record in ("77", "97", "124")} == {OutcomeKind.DONE}
    bench.store.orders["76"] = order
    assert bench.sync(["76"])["76"].kind == OutcomeKind.DONE


def test_what_odoo_itself_refuses_is_parked_alone_with_odoo_s_words(bench: Bench) -> None:
    closed = next(p for p in bench.shop.products if p == bench.store.orders["77"].lines[0].sku)
    product = bench.shop.products[closed]
    bench.odoo.client.call("product.product", "write", ids=[product], vals={"sale_ok": True, "active": False})
    try:
        outcomes = bench.sync(["77", "97"])
    finally:
        bench.odoo.client.call("product.product", "write", ids=[product], vals={"active": True})
    assert outcomes["77"].kind == OutcomeKind.PARKED
    assert "archived" in outcomes["77"].message
    assert outcomes["97"].kind == OutcomeKind.DONE


def test_parallel_first_orders_of_one_customer_make_one_partner(bench: Bench) -> None:
    one = bench.store.orders["77"]
    person = replace(one.billing, email="new.customer@example.net", first_name="New")
    twins = renumbered({str(i): replace(one, customer_id="", billing=person) for i in range(4)}, 9000)
    bench.store.orders.update(twins)
    context = bench.context()
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda record: sync_orders(context, [record]), twins))
    again = bench.sync(list(twins))
    assert {outcome.kind for outcome in again.values()} == {OutcomeKind.DONE}, results
    partners = bench.odoo.search("res.partner", [("email", "=", "new.customer@example.net")])
    assert len(partners) == 1
    assert len(bench.sale_orders("name").keys() & twins.keys()) == 4


def test_two_workers_on_the_same_orders_double_nothing(bench: Bench) -> None:
    twins = renumbered(bench.store.orders, 7000)
    bench.store.orders.update(twins)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: sync_orders(bench.context(), list(twins)), range(2)))
    outcomes = bench.sync(list(twins))
    assert {outcome.kind for outcome in outcomes.values()} == {OutcomeKind.DONE}
    assert bench.sale_orders("name").keys() == bench.invoices("name").keys() == twins.keys()
    memo = bench.odoo.client.dialect.payment_memo
    prefix = bench.prefix
    domain = [(memo, "=like", f"{prefix}7%"), ("state", "not in", ["cancel", "canceled"])]
    payments = bench.odoo.search_read("account.payment", domain, [memo, "is_reconciled"])
    assert sorted(row[memo] for row in payments) == sorted(f"{prefix}{record}" for record in twins)
    assert all(row["is_reconciled"] for row in payments)


@pytest.mark.parametrize(
    ("setting", "value", "kind", "words"),
    [
        ("tax_map", {}, ConfigError, "not mapped to a tax"),
        ("journal_map", {}, ConfigError, "not mapped to a journal"),
        ("shipping_map", {}, None, ""),
    ],
)
def test_a_missing_mapping_parks_before_anything_is_written(
    bench: Bench, setting: str, value: Any, kind: type[Exception] | None, words: str
) -> None:
    before = counts(bench)
    outcome = bench.sync(["76"], **{setting: value})["76"]
    if kind is None:  # shipping then goes on the shipping product
        assert outcome.kind == OutcomeKind.DONE
        return
    assert outcome.kind == OutcomeKind.PARKED
    assert isinstance(outcome.error, kind)
    assert words in outcome.message
    assert counts(bench) == before


@pytest.mark.parametrize("setting", ["shipping_product_id", "fee_product_id", "warehouse_id", "team_id"])
def test_a_setting_that_points_at_nothing_says_so_before_anything_is_written(bench: Bench, setting: str) -> None:
    with pytest.raises(ConfigError, match="99999, which Odoo does not have") as caught:
        bench.sync(["76"], **{setting: 99999})
    assert caught.value.fix


@pytest.mark.parametrize("cut_off_after", ["sale order", "invoice"])
def test_a_draft_that_is_not_right_any_more_is_written_anew(bench: Bench, cut_off_after: str) -> None:
    number = {"sale order": "6000", "invoice": "6001"}[cut_off_after]
    order = renumbered({"76": bench.store.orders["76"]}, int(number))[number]
    bench.store.orders[number] = order
    context = bench.context()
    batch = OrderBatch.of(plan_orders(context, [number]).plans)  # type: ignore[arg-type]
    steps = [ensure_customers, ensure_addresses, ensure_sale_orders]
    if cut_off_after == "invoice":
        steps += [confirm_sale_orders, ensure_invoices]
    for step in steps:
        step(context, batch)
    if cut_off_after == "invoice":
        draft = bench.invoices("invoice_line_ids")[number]
        line = {"invoice_line_ids": [(1, draft["invoice_line_ids"][0], {"quantity": 50})]}
        bench.odoo.write("account.move", [draft["id"]], line)
    else:
        draft = bench.sale_orders("order_line")[number]
        bench.odoo.write("sale.order.line", [draft["order_line"][0]], {"product_uom_qty": 50})
    outcome = bench.sync([number])[number]
    assert outcome.kind == OutcomeKind.DONE, outcome.message
    assert cents(bench.sale_orders("amount_total")[number]["amount_total"]) == order.total
    assert cents(bench.invoices("amount_total")[number]["amount_total"]) == order.total


def test_an_order_of_the_shop_that_somebody_typed_in_by_hand_is_not_doubled(bench: Bench) -> None:
    order = renumbered({"77": bench.store.orders["77"]}, 5000)["5000"]
    bench.store.orders["5000"] = order
    partner = bench.odoo.create("res.partner", [{"name": "By hand"}])[0]
    reference = f"{bench.prefix}5000"
    bench.odoo.create("sale.order", [{"partner_id": partner, "client_order_ref": reference}])
    outcome = bench.sync(["5000"])["5000"]
    assert outcome.kind == OutcomeKind.PARKED
    assert isinstance(outcome.error, DataError)
    assert "Woodoo did not make" in outcome.message
    assert list(bench.sale_orders("name")) == ["5000"]


def test_two_orders_of_one_number_are_two_orders(bench: Bench) -> None:
    one = replace(bench.store.orders["77"], number="4000", transaction_id="")
    bench.store.orders = {record: replace(one, external_id=record) for record in ("4001", "4002")}
    first = bench.sync()
    bench.links.known.clear()
    again = bench.sync(["4002"]) | bench.sync()
    assert {outcome.kind for outcome in (first | again).values()} == {OutcomeKind.DONE}
    assert all("is complete in Odoo" in outcome.message for outcome in again.values())
    domain = [("ref", "=", f"{bench.prefix}4000"), ("move_type", "=", "out_invoice")]
    invoices = bench.odoo.search_read("account.move", domain, ["amount_total", "payment_state"])
    assert [(cents(row["amount_total"]), row["payment_state"]) for row in invoices] == [(one.total, "paid")] * 2


def test_a_payment_somebody_else_entered_under_the_same_memo_is_left_alone(bench: Bench, admin: Admin) -> None:
    number = "4100"
    bench.store.orders = renumbered({"77": bench.store.orders["77"]}, int(number))
    memo = bench.odoo.client.dialect.payment_memo
    values = {
        "amount": 12.34,
        "payment_type": "inbound",
        "partner_type": "customer",
        "partner_id": bench.odoo.create("res.partner", [{"name": "On account"}])[0],
        "journal_id": bench.settings.journal_map[bench.store.orders[number].payment_method],
        memo: f"{bench.prefix}{number}",
    }
    by_hand = admin.create("account.payment", [values])
    admin.call("account.payment", "action_post", ids=by_hand)
    assert bench.sync()[number].kind == OutcomeKind.DONE
    (row,) = bench.odoo.read("account.payment", by_hand, ["state", "amount"])
    assert row["state"] not in {"draft", "cancel", "canceled"}
    assert cents(row["amount"]) == Decimal("12.34")


def test_a_text_odoo_s_index_cannot_hold_parks_its_order_only(bench: Bench) -> None:
    endless = "".join(random.Random(3).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=12_000))
    bench.store.orders["77"] = replace(bench.store.orders["77"], transaction_id=endless)
    outcomes = bench.sync(["77", "97"])
    assert outcomes["97"].kind == OutcomeKind.DONE
    assert outcomes["77"].kind == OutcomeKind.PARKED
    assert "too long" in outcomes["77"].message


def test_a_payment_undone_in_odoo_is_not_registered_again(bench: Bench) -> None:
    bench.sync(["76"])
    ids = bench.links.known["payment", "76"].odoo_id
    for method in bench.odoo.client.dialect.payment_cancel:
        assert not bench.odoo.action("account.payment", method, [ids]).errors
    before = bench.odoo.count("account.payment", [])
    outcome = bench.sync(["76"])["76"]
    assert outcome.kind == OutcomeKind.PARKED
    assert "was cancelled or taken off invoice" in outcome.message
    assert bench.odoo.count("account.payment", []) == before
    assert bench.invoices("payment_state")["76"]["payment_state"] == "not_paid"
