"""What the policies make of orders in a real Odoo: each form, each status, and the way from one to the next."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.odoo.shop import Bench, cents, recorded_orders, renumbered

from woodoo.domain.errors import ConfigError, DataError
from woodoo.domain.order import Order
from woodoo.engine.flow import OutcomeKind
from woodoo.flows.order import plan_orders, sync_orders
from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.odoo.fixtures import Admin

#: Recorded orders: a coupon, a fee, prices with tax and without, one in US dollars, one for nothing.
PAID = ("76", "78", "90", "95", "100", "124")
UNPAID = "116"
DONE = OutcomeKind.DONE


@pytest.fixture(scope="module")
def prepared(odoo: Endpoint, admin: Admin) -> Bench:
    """A few orders and an Odoo for them."""
    recorded = recorded_orders()
    orders = {record: recorded[record] for record in (*PAID, UNPAID, "110", "87", "111", "117")}
    return Bench.set_up(odoo, admin, orders, "woodoo_policies")


@pytest.fixture
def bench(prepared: Bench, request: pytest.FixtureRequest) -> Bench:
    """The orders for each test, under a namespace of their own."""
    name = f"woodoo_{request.node.originalname[5:33].strip('_')}_{len(request.node.name)}"
    return prepared.beside(prepared.store.orders, name)


def done(bench: Bench, records: tuple[str, ...] = PAID, **changes: Any) -> dict[str, str]:
    """Bring orders over, see that all are done, and return what is said of each."""
    outcomes = bench.sync(records, **changes)
    assert {outcome.kind for outcome in outcomes.values()} == {DONE}, outcomes
    return {record: outcome.message for record, outcome in outcomes.items()}


def confirmed(bench: Bench) -> dict[str, bool]:
    states = bench.odoo.client.dialect.order_confirmed_states
    return {record: row["state"] in states for record, row in bench.sale_orders("state").items()}


def invoiced(bench: Bench) -> dict[str, tuple[str, str, Decimal]]:
    """Return state, payment state and total of each invoice."""
    rows = bench.invoices("state", "payment_state", "amount_total")
    return {record: (row["state"], row["payment_state"], cents(row["amount_total"])) for record, row in rows.items()}


def totals(bench: Bench, state: str, payment: str, records: tuple[str, ...] = PAID) -> dict[str, tuple[str, str, Any]]:
    """Return what the invoices should be: equal to the store. Nothing is open where there is nothing to pay."""
    orders = bench.store.orders
    return {r: (state, payment if orders[r].total else "paid", cents(orders[r].total)) for r in records}


def test_an_order_becomes_a_sales_order_only(bench: Bench) -> None:
    said = done(bench, order_becomes="order")
    assert confirmed(bench) == dict.fromkeys(PAID, True)
    assert invoiced(bench) == {}
    assert all(message.endswith(" confirmed") for message in said.values()), said
    assert all("is complete in Odoo" in message for message in done(bench, order_becomes="order").values())


def test_an_order_becomes_a_sales_order_with_an_open_invoice(bench: Bench) -> None:
    said = done(bench, order_becomes="order_invoice", journal_map={})
    assert confirmed(bench) == dict.fromkeys(PAID, True)
    assert invoiced(bench) == totals(bench, "posted", "not_paid")
    assert said["76"].endswith("over 122.04 EUR, left open")


def test_an_open_invoice_is_paid_once_the_policy_asks_for_it(bench: Bench) -> None:
    done(bench, order_becomes="order_invoice")
    said = done(bench)
    assert invoiced(bench) == totals(bench, "posted", "paid")
    assert said["76"].endswith("over 122.04 EUR, paid in Stripe")


def test_a_completed_order_is_delivered_and_one_in_the_making_is_not(bench: Bench) -> None:
    changes = {"order_becomes": "order_invoice_payment_delivery"}
    said = done(bench, ("76", "111", "117"), **changes)
    assert {record for record, message in said.items() if ", delivered" in message} == {"111", "117"}
    pickings = delivery_states(bench)
    assert set(pickings.values()) == {"done", "assigned"} or set(pickings.values()) == {"done", "confirmed"}, pickings
    assert {record for record, state in pickings.items() if state == "done"} == {"111", "117"}
    assert said["76"].endswith("It is not delivered while the order is 'processing' in the store.")
    again = done(bench, ("76", "111"), **changes)
    assert "as far as it goes now" in again["76"]
    assert "is complete in Odoo" in again["111"]

    bench.store.orders["76"] = replace(bench.store.orders["76"], status="completed")
    done(bench, ("76",), **changes)
    assert delivery_states(bench)["76"] == "done"
    assert invoiced(bench) == totals(bench, "posted", "paid", ("76", "111", "117"))


def test_goods_go_out_whether_or_not_they_are_paid(bench: Bench) -> None:
    bench.store.orders[UNPAID] = replace(bench.store.orders[UNPAID], status="completed")
    said = done(bench, (UNPAID,), order_becomes="order_invoice_payment_delivery")[UNPAID]
    assert " confirmed, delivered. The invoice waits for the payment" in said
    assert delivery_states(bench) == {UNPAID: "done"}


def delivery_states(bench: Bench) -> dict[str, str]:
    """Return the state of each order's delivery."""
    orders = {row["id"]: record for record, row in bench.sale_orders("name").items()}
    rows = bench.odoo.search_read("stock.picking", [("sale_id", "in", list(orders))], ["sale_id", "state"])
    assert len(rows) == len(orders)
    return {orders[row["sale_id"]]: row["state"] for row in rows}


@pytest.mark.parametrize("becomes", ["invoice", "invoice_payment"])
def test_an_order_becomes_an_invoice_without_a_sales_order(bench: Bench, admin: Admin, becomes: str) -> None:
    journal, account = own_journal_and_account(admin)
    done(bench, order_becomes=becomes, sales_account_id=account, invoice_journal_id=journal)
    assert bench.sale_orders("name") == {}
    assert invoiced(bench) == totals(bench, "posted", "paid" if becomes == "invoice_payment" else "not_paid")
    rows = bench.invoices("journal_id", "invoice_line_ids")
    assert {row["journal_id"] for row in rows.values()} == {journal}
    ids = [line for row in rows.values() for line in row["invoice_line_ids"]]
    lines = bench.odoo.read("account.move.line", ids, ["account_id", "product_id"])
    assert {line["account_id"] for line in lines} == {account}
    assert all(line["product_id"] for line in lines)


def own_journal_and_account(admin: Admin) -> tuple[int, int]:
    """Return a sales journal and an income account that nothing uses by itself."""
    (journal,) = [
        *admin.search_read("account.journal", [("code", "=", "WSHOP")], ["default_account_id"]),
        *admin.search_read("account.journal", [("type", "=", "sale")], ["default_account_id"]),
    ][:1]
    default = journal["default_account_id"][0]
    own = admin.search_read("account.account", [("name", "=", "Web shop")], ["code"])
    if own:
        return int(journal["id"]), int(own[0]["id"])
    copied = admin.call("account.account", "copy", ids=[default], default={"code": "799999", "name": "Web shop"})
    account = copied[0] if isinstance(copied, list) else copied
    vals = {"name": "Web shop", "code": "WSHOP", "type": "sale", "default_account_id": default}
    return admin.create("account.journal", [vals])[0], int(account)


def test_an_invoice_alone_is_found_again_by_link_and_without_and_never_doubled(bench: Bench) -> None:
    changes = {"order_becomes": "invoice_payment"}
    done(bench, **changes)
    before = bench.invoices("write_date")
    again = done(bench, **changes)
    bench.links.known.clear()
    anew = done(bench, **changes)
    assert all("is complete in Odoo: " in message for message in (*again.values(), *anew.values()))
    assert bench.invoices("write_date") == before
    bench.links.known.clear()
    done(bench)  # another policy meanwhile: what an order has become it stays
    assert bench.invoices("write_date") == before
    assert bench.sale_orders("name") == {}


def test_an_invoice_somebody_entered_by_hand_is_not_doubled(bench: Bench, admin: Admin) -> None:
    partner = bench.odoo.create("res.partner", [{"name": "By hand"}])[0]
    vals = {"move_type": "out_invoice", "partner_id": partner, "ref": f"{bench.prefix}76"}
    bench.odoo.create("account.move", [vals], {"default_move_type": "out_invoice"})
    outcome = bench.sync(["76"], order_becomes="invoice")["76"]
    assert outcome.kind == OutcomeKind.PARKED
    assert "which Woodoo did not make" in outcome.message
    assert list(bench.invoices("name")) == ["76"]


def test_an_invoice_that_was_cancelled_or_deleted_in_odoo_waits_for_a_person(bench: Bench, admin: Admin) -> None:
    changes = {"order_becomes": "invoice", "post_invoices_from": date(2099, 1, 1)}
    done(bench, ("76", "78"), **changes)
    drafts = {record: row["id"] for record, row in bench.invoices("name").items()}
    admin.call("account.move", "button_cancel", ids=[drafts["76"]])
    admin.call("account.move", "unlink", ids=[drafts["78"]])
    outcomes = bench.sync(["76", "78"], **changes)
    assert {outcome.kind for outcome in outcomes.values()} == {OutcomeKind.PARKED}
    assert "is cancelled in Odoo" in outcomes["76"].message
    assert "was deleted in Odoo after Woodoo made it" in outcomes["78"].message


def paid(order: Order, status: str = "processing") -> Order:
    later = order.created_at + timedelta(days=2)
    return replace(order, status=status, paid_at=later, modified_at=later)


def test_an_order_on_hold_is_a_quotation_and_goes_on_once_it_is_paid(bench: Bench) -> None:
    bench.store.orders["110"] = replace(bench.store.orders["110"], payment_method="stripe")
    said = done(bench, ("110",))["110"]
    held = "It stays a quotation while the order is 'on-hold' in the store."
    assert said.endswith(f", quotation. {held}")
    assert confirmed(bench) == {"110": False}
    again = done(bench, ("110",))["110"]
    assert "as far as it goes now" in again
    assert again.endswith(held)

    bench.store.orders["110"] = paid(bench.store.orders["110"])
    done(bench, ("110",))
    assert confirmed(bench) == {"110": True}
    assert invoiced(bench) == totals(bench, "posted", "paid", ("110",))


def test_an_order_to_be_paid_later_is_confirmed_and_its_invoice_waits(bench: Bench) -> None:
    said = done(bench, (UNPAID,))[UNPAID]
    assert " confirmed. The invoice waits for the payment (" in said
    assert "as far as it goes now" in done(bench, (UNPAID,))[UNPAID]
    assert invoiced(bench) == {}

    bench.store.orders[UNPAID] = replace(paid(bench.store.orders[UNPAID]), payment_method="stripe")
    done(bench, (UNPAID,))
    assert invoiced(bench) == totals(bench, "posted", "paid", (UNPAID,))


def test_a_method_that_is_left_unpaid_is_invoiced_at_once_and_stays_open(bench: Bench) -> None:
    said = done(bench, (UNPAID,), unpaid_methods=("cod",))[UNPAID]
    assert said.endswith("over 126.39 EUR, left open")
    bench.store.orders[UNPAID] = paid(bench.store.orders[UNPAID], "completed")
    done(bench, (UNPAID,), unpaid_methods=("cod",))
    assert invoiced(bench) == totals(bench, "posted", "not_paid", (UNPAID,))


def test_without_automatic_confirmation_a_person_confirms_and_the_order_goes_on(bench: Bench, admin: Admin) -> None:
    said = done(bench, ("76",), confirm_orders=False)["76"]
    assert "quotation" in said
    assert said.endswith("It stays a quotation until somebody confirms it in Odoo.")
    quotation = bench.sale_orders("state")["76"]
    assert quotation["state"] == "draft"
    done(bench, ("76",), confirm_orders=False)
    assert invoiced(bench) == {}

    admin.call("sale.order", "action_confirm", ids=[quotation["id"]])
    done(bench, ("76",), confirm_orders=False)
    assert invoiced(bench) == totals(bench, "posted", "paid", ("76",))


def test_a_status_of_a_plugin_comes_over_where_the_table_names_it(bench: Bench) -> None:
    for record in ("76", "78"):
        bench.store.orders[record] = replace(bench.store.orders[record], status=f"packed-{record}")
    table = {**bench.settings.status_steps, "packed-78": "confirm"}
    outcomes = bench.sync(["76", "78"], status_steps=table)
    assert outcomes["76"].kind == OutcomeKind.SKIPPED
    assert "'packed-76' in the store, which the status table does not name" in outcomes["76"].message
    assert outcomes["78"].kind == DONE
    assert confirmed(bench) == {"78": True}


@pytest.mark.parametrize("status", ["failed", "cancelled", "checkout-draft", "trash", "refunded"])
def test_what_was_never_an_order_makes_nothing_whatever_the_table_says(bench: Bench, status: str) -> None:
    bench.store.orders["76"] = replace(bench.store.orders["76"], status=status)
    table = {**bench.settings.status_steps, "failed": "invoice", "cancelled": "quotation", "trash": "deliver"}
    assert bench.sync(["76"], status_steps=table)["76"].kind == OutcomeKind.SKIPPED
    assert bench.sale_orders("name") == {}


def test_a_journal_is_asked_for_only_where_a_payment_is_made(bench: Bench) -> None:
    outcome = bench.sync(["76"], journal_map={})["76"]
    assert isinstance(outcome.error, ConfigError)
    assert "not mapped to a journal" in outcome.message
    done(bench, ("76",), journal_map={}, unpaid_methods=("stripe",))


@pytest.mark.parametrize(("rule", "day"), [("order", 0), ("paid", 2), ("completed", 5)])
def test_the_invoice_is_dated_by_the_rule(bench: Bench, rule: str, day: int) -> None:
    order = paid(bench.store.orders["76"])
    bench.store.orders["76"] = replace(order, completed_at=order.created_at + timedelta(days=5))
    done(bench, ("76",), invoice_date=rule)
    wanted = (order.created_at + timedelta(days=day)).astimezone(bench.context().rules.timezone).date()
    assert bench.invoices("invoice_date")["76"]["invoice_date"] == f"{wanted}"


def test_invoices_of_a_closed_time_stay_drafts_and_become_posted_when_the_day_is_moved(bench: Bench) -> None:
    later = datetime.now(UTC).date() + timedelta(days=1)
    said = done(bench, ("76", "78"), post_invoices_from=later)
    assert invoiced(bench) == totals(bench, "draft", "not_paid", ("76", "78"))
    assert f"before {later}: it stays a draft, neither posted nor paid." in said["76"]
    assert "draft invoice over 122.04 EUR" in said["76"]
    assert "as far as it goes now" in done(bench, ("76",), post_invoices_from=later)["76"]
    done(bench, ("76", "78"))
    assert invoiced(bench) == totals(bench, "posted", "paid", ("76", "78"))


def dearer(order: Order, by: str) -> Order:
    """Return the order with a tax that is a cent or two off what its rate gives."""
    rate = order.tax_rates[0]
    line = order.lines[0]
    first = replace(line.taxes[0], amount=line.taxes[0].amount + Decimal(by))
    return replace(
        order,
        lines=(replace(line, taxes=(first, *line.taxes[1:])), *order.lines[1:]),
        tax_rates=(replace(rate, tax_total=rate.tax_total + Decimal(by)), *order.tax_rates[1:]),
        total=order.total + Decimal(by),
        total_tax=order.total_tax + Decimal(by),
    )


@pytest.mark.parametrize(("by", "state", "words"), [
    ("0.01", "paid", "The payment is 0.01 EUR more than"),
    ("-0.01", "partial", "0.01 EUR stay open on"),
])  # fmt: skip
def test_where_odoo_s_tax_counts_the_difference_is_shown_and_what_was_paid_is_paid(
    bench: Bench, by: str, state: str, words: str
) -> None:
    order = bench.store.orders["76"] = dearer(bench.store.orders["76"], by)
    outcome = bench.sync(["76"], tax_computed_by="odoo")["76"]
    assert outcome.kind == DONE, outcome.message
    assert outcome.plan is not None
    assert words in " ".join(outcome.plan["notes"])
    (invoice,) = bench.invoices("amount_total", "payment_state", "state").values()
    assert cents(invoice["amount_total"]) == order.total - Decimal(by)
    assert (invoice["state"], invoice["payment_state"]) == ("posted", state)
    memo = bench.odoo.client.dialect.payment_memo
    payments = bench.odoo.search_read("account.payment", [(memo, "=like", f"{bench.prefix}76%")], ["amount"])
    assert [cents(row["amount"]) for row in payments] == [order.total]
    assert "is complete" in bench.sync(["76"], tax_computed_by="odoo")["76"].message
    assert len(bench.odoo.search("account.payment", [(memo, "=like", f"{bench.prefix}76%")])) == 1


def test_a_sales_order_that_cannot_be_exact_is_parked_where_the_settings_ask_for_that(bench: Bench) -> None:
    order = dearer(recorded_orders()["87"], "0.01")
    record = order.external_id
    bench.store.orders = {record: order}
    outcome = bench.sync([record], allow_order_cent=False)[record]
    if bench.odoo.client.dialect.can_pin_taxes:
        assert outcome.kind == DONE
        return
    assert outcome.kind == OutcomeKind.PARKED
    assert isinstance(outcome.error, DataError)
    assert f"{order.total} in the store" in outcome.message
    assert bench.sale_orders("name") == {}
    done(bench, (record,))
    assert invoiced(bench)[record] == ("posted", "paid", order.total)


def test_two_batches_of_one_new_customer_as_guest_and_with_an_account_make_one_partner(bench: Bench) -> None:
    one = bench.store.orders["76"]
    person = replace(one.billing, email=f"twice.{bench.odoo.namespace}@example.net", first_name="Twice")
    accounts = {str(i): replace(one, customer_id="801" if i % 2 else "", billing=person) for i in range(6)}
    twins = renumbered(accounts, 8000)
    bench.store.orders.update(twins)
    context = bench.context(order_becomes="order")
    records = list(twins)
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda half: sync_orders(context, half), (records[:3], records[3:])))
    again = bench.sync(records, order_becomes="order")
    assert {outcome.kind for outcome in again.values()} == {DONE}, results
    assert len(bench.odoo.search("res.partner", [("email", "=", person.email)])) == 1
    assert bench.sale_orders("name").keys() >= twins.keys()


def test_the_dry_run_tells_of_each_policy_what_would_be_done(bench: Bench) -> None:
    shown = plan_orders(bench.context(order_becomes="invoice"), ["76"]).shown()["76"]
    assert [step.do for step in shown.steps][-2:] == ["Create the invoice", "Post the invoice"]
    assert "lines, reference" in shown.steps[-2].detail
    shown = plan_orders(bench.context(), [UNPAID]).shown()[UNPAID]
    assert [step.do for step in shown.steps][-1] == "Confirm the sales order"
    assert any(note.startswith("The invoice waits for the payment") for note in shown.notes)
    assert bench.sale_orders("name") == bench.invoices("name") == {}


@pytest.mark.parametrize("becomes", ["order_invoice_payment", "invoice_payment"])
def test_without_link_and_reference_the_external_id_still_keeps_an_order_from_being_doubled(
    bench: Bench, becomes: str
) -> None:
    done(bench, ("76", "78"), order_becomes=becomes)
    models = ("sale.order", "account.move", "account.payment")
    before = {model: bench.odoo.count(model, []) for model in models}
    bench.odoo.write("account.move", [bench.invoices("name")["76"]["id"]], {"ref": "changed by hand"})
    if becomes == "order_invoice_payment":
        bench.odoo.write("sale.order", [bench.sale_orders("name")["76"]["id"]], {"client_order_ref": "changed by hand"})
    bench.links.known.clear()
    done(bench, ("76", "78"), order_becomes=becomes)
    assert {model: bench.odoo.count(model, []) for model in models} == before


def test_sales_are_booked_on_income_accounts_only(bench: Bench, admin: Admin) -> None:
    assets = [("internal_group", "=", "asset")]
    account = admin.call("account.account", "search_read", domain=assets, fields=["name"], limit=1)[0]["id"]
    with pytest.raises(ConfigError, match="is no income account"):
        bench.context(order_becomes="invoice", sales_account_id=account)


def test_a_note_that_people_add_to_an_order_does_not_hold_it_up(bench: Bench) -> None:
    order = bench.store.orders["76"]
    bench.store.orders["76"] = replace(order, paid_at=None)
    done(bench, ("76",))
    sale = bench.sale_orders("order_line")["76"]
    bench.odoo.create("sale.order.line", [{"order_id": sale["id"], "display_type": "line_note", "name": "Gift wrap"}])
    bench.store.orders["76"] = order
    done(bench, ("76",))
    assert invoiced(bench)["76"] == ("posted", "paid", cents(order.total))
    assert len(bench.sale_orders("order_line")["76"]["order_line"]) == len(sale["order_line"]) + 1
