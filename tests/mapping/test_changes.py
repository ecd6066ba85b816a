"""Later changes of an order: the marks that tell them, the table of what can be done about them, cancellations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.mapping.orders import MADRID, make_line, make_order, make_rate, make_rules, make_shipping
from woodoo.domain.errors import SyncConflict
from woodoo.domain.order import Order
from woodoo.mapping.changes.cancelling import plan_cancel
from woodoo.mapping.changes.change_columns import columns_of
from woodoo.mapping.changes.changes import Change, Way, is_looked_at, plan_change, way_of
from woodoo.mapping.changes.fingerprint import Doing, Fingerprint, Part, fingerprint
from woodoo.mapping.changes.standing import History, Standing
from woodoo.mapping.documents.document import Document, Invoice, Seen
from woodoo.mapping.order_plan import NothingToDo, OrderPlan, plan_order
from woodoo.mapping.order_words import order_plan_shown
from woodoo.mapping.policy import Do, Policy
from woodoo.mapping.refunds.rules import RefundRules

RULES = make_rules(meta_fields={"_delivery_day": "note"})
ORDER = make_order(
    make_line("10.00", 2, tax="2.10"),
    make_line("5.00", 1, sku="CUP", tax="1.05"),
    shipping_lines=(make_shipping("4.00", "0.84"),),
    tax_rates=(make_rate("3.15", "0.84"),),
    total="22.99",
)
SALE = Document(7, "S00007", "sale", Decimal("22.99"))
QUOTATION, CANCELLED = replace(SALE, state="draft"), replace(SALE, state="cancel")
POSTED = Invoice(9, "INV/9", "out_invoice", "posted", "paid", Decimal("22.99"))
ALONE = Document(None, "INV/9", "posted", Decimal("22.99"), (POSTED,))
DRAFT_ALONE = replace(ALONE, name="a draft invoice", state="draft", invoices=(replace(POSTED, state="draft"),))

LOCKED = Standing(locked=True)
INVOICED = Standing(invoiced=("INV/9",), invoiced_total=Decimal("22.99"))
CREDITED = Standing(credited=("INV/9",))
DELIVERED = Standing(delivered=("OUT/1",))
PARTLY = Standing(delivered=("OUT/1",), to_deliver=("OUT/2",), open_pickings=(2,))
NOTHING = Standing()

WRITTEN = fingerprint(ORDER, RULES)


# Marks

#: What the store changes → the parts that are then another.
CHANGES: Mapping[str, tuple[dict[str, Any], set[Part]]] = {
    "quantity": ({"lines": (replace(ORDER.lines[0], quantity=Decimal(3)), ORDER.lines[1])}, {Part.LINES}),
    "price": ({"lines": (replace(ORDER.lines[0], total=Decimal("9.99")), ORDER.lines[1])}, {Part.LINES}),
    "line removed": ({"lines": ORDER.lines[:1]}, {Part.LINES}),
    "text of the buyer": (
        {"lines": (replace(ORDER.lines[0], options=(("Name", "Ana"),)), ORDER.lines[1])},
        {Part.LINES},
    ),
    "shipping": ({"shipping_lines": ()}, {Part.LINES}),
    "currency": ({"currency": "USD"}, {Part.LINES}),
    "another customer": ({"customer_id": "5", "billing": replace(MADRID, email="b@example.net")},
                         {Part.CUSTOMER, Part.CONTACT}),
    "billing street": ({"billing": replace(MADRID, address_1="Calle Nueva 5")}, {Part.BILLING}),
    "delivery city": ({"shipping": replace(MADRID, city="Sevilla")}, {Part.SHIPPING}),
    "telephone": ({"billing": replace(MADRID, phone="611111111")}, {Part.CONTACT}),
    "note": ({"customer_note": "Ring twice"}, {Part.HEADER}),
    "payment method": ({"payment_method": "paypal"}, {Part.HEADER}),
    "meta data that is carried over": ({"meta": {"_delivery_day": "Monday"}}, {Part.HEADER}),
    "date": ({"created_at": datetime(2026, 11, 19, tzinfo=UTC)}, {Part.HEADER}),
    "status and payment": (
        {"status": "completed", "paid_at": None, "modified_at": datetime(2026, 11, 22, tzinfo=UTC)},
        set(),
    ),
    "a refund": ({"refund_ids": ("77",)}, set()),
    "notes of the staff": ({"admin_notes": ("Called",)}, set()),
    "other meta data": ({"meta": {"_views": "8"}}, set()),
    "lines in another sequence": ({"lines": ORDER.lines[::-1]}, set()),
    "cases and blanks": ({"billing": replace(MADRID, city=" MADRID ")}, set()),
    "an account opened later": ({"customer_id": "5"}, set()),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_marks_tell_which_parts_the_store_has_changed(what: str) -> None:
    changes, parts = CHANGES[what]
    assert fingerprint(replace(ORDER, **changes), RULES).changed_since(WRITTEN) == parts


def test_marks_are_read_back_as_they_were_kept() -> None:
    kept = WRITTEN.while_(Doing.REOPENING)
    assert Fingerprint.read(kept.text()) == kept
    assert len(kept.text()) < 210


#: What becomes of a line → whether only its product is called otherwise.
PRODUCTS: Mapping[str, tuple[dict[str, Any], bool]] = {
    "SKU renamed": ({"sku": "MUG-2026"}, True),
    "product deleted": ({"sku": "", "product_id": "", "variation_id": ""}, True),
    "another product": ({"sku": "BOWL", "product_id": "77", "external_id": "99"}, False),
    "another product on the same line": ({"sku": "BOWL", "product_id": "77"}, False),
    "renamed and more of it": ({"sku": "MUG-2026", "quantity": Decimal(3)}, False),
    "another line of a deleted product": ({"sku": "", "product_id": "", "external_id": "99"}, False),
}


@pytest.mark.parametrize("what", PRODUCTS)
def test_a_sku_renamed_in_the_store_is_no_conflict(what: str) -> None:
    values, renamed = PRODUCTS[what]
    order = replace(ORDER, lines=(replace(ORDER.lines[0], **values), ORDER.lines[1]))
    assert fingerprint(order, RULES).only_products_renamed(WRITTEN) == renamed
    assert fingerprint(order, RULES).changed_since(WRITTEN) == {Part.LINES}
    document = replace(SALE, invoices=(POSTED,))
    history = History(WRITTEN, INVOICED)
    if renamed:
        change = plan_change(order, document, history, RULES)
        assert (bool(change), change.parts, change.conflict) == (False, set(), None)
    else:
        with pytest.raises(SyncConflict, match="its lines"):
            plan_change(order, document, history, RULES)
    assert plan_change(order, SALE, History(WRITTEN, NOTHING), RULES).ways == {Part.LINES: Way.REOPEN}


@pytest.mark.parametrize("text", ["", "0 lines:abc state:open", "abcdef"])
def test_marks_of_another_kind_say_nothing(text: str) -> None:
    assert Fingerprint.read(text) is None


def test_a_part_that_was_not_marked_then_has_not_changed() -> None:
    old = Fingerprint({Part.LINES: WRITTEN.marks[Part.LINES]})
    assert WRITTEN.changed_since(old) == set()


# The table

R, U, W, C, N = Way.REWRITE, Way.REOPEN, Way.WRITE, Way.CONFLICT, Way.NOTHING
#: (document, standing) → what becomes of a change of lines, customer, billing, delivery, contact, header.
TABLE: Mapping[str, tuple[Document, Standing, tuple[Way, ...]]] = {
    "quotation":              (QUOTATION, NOTHING, (R, R, R, R, R, R)),
    "confirmed":              (SALE, NOTHING, (U, U, W, W, W, W)),
    "locked":                 (SALE, LOCKED, (C, C, W, W, W, W)),
    "partly delivered":       (SALE, PARTLY, (C, C, W, W, W, W)),
    "delivered":              (SALE, DELIVERED, (C, C, W, C, W, W)),
    "invoice posted":         (SALE, INVOICED, (C, C, C, W, W, W)),
    "invoice credited":       (SALE, CREDITED, (U, U, U, W, W, W)),
    "posted and delivered":   (SALE, replace(INVOICED, delivered=("OUT/1",)), (C, C, C, C, W, W)),
    "cancelled by Woodoo":    (CANCELLED, NOTHING, (U, U, U, U, U, U)),
    "draft invoice alone":    (DRAFT_ALONE, NOTHING, (R, R, R, R, R, R)),
    "posted invoice alone":   (ALONE, INVOICED, (C, C, C, N, N, N)),
}  # fmt: skip


@pytest.mark.parametrize("state", TABLE)
def test_the_table_of_what_can_be_changed(state: str) -> None:
    document, standing, ways = TABLE[state]
    assert tuple(way_of(part, document, standing) for part in Part) == ways


def test_a_total_that_people_changed_in_odoo_is_told() -> None:
    rules = replace(RULES, policy=Policy(order_becomes="order", status_steps={"processing": "confirm"}))
    document = replace(SALE, total=Decimal("20.00"))
    seen = Seen(documents={ORDER.external_id: [document]}, histories={ORDER.external_id: History(WRITTEN)})
    plan = plan_order(ORDER, seen, rules)
    assert isinstance(plan, NothingToDo)
    assert plan.reason == "Order #1054 is complete in Odoo: S00007, over 20.00 there and 22.99 EUR in the store."
    assert plan.written == WRITTEN


# Columns

WHOLE = {
    "partner_id/.id": 1, "partner_invoice_id/.id": 2, "partner_shipping_id/.id": 3, "carrier_id/.id": 4,
    "client_order_ref": "1054", "user_id/.id": "", "team_id/.id": 6, "note": "Ring",
}  # fmt: skip
ADDRESSES = {"partner_invoice_id/.id", "partner_shipping_id/.id"}
#: Parts that were changed, and whether all is written anew → the columns that are written.
TOUCHED: Mapping[str, tuple[set[Part], bool, set[str]]] = {
    "delivery address": ({Part.SHIPPING}, False, {"partner_shipping_id/.id"}),
    "billing address": ({Part.BILLING}, False, {"partner_invoice_id/.id"}),
    "telephone": ({Part.CONTACT}, False, ADDRESSES),
    "header": ({Part.HEADER}, False, {"client_order_ref", "note", "x_day"}),
    "lines": ({Part.LINES}, True, {"carrier_id/.id"}),
    "customer": ({Part.CUSTOMER}, True, {"carrier_id/.id", "partner_id/.id", *ADDRESSES}),
    "billing address of a quotation": ({Part.BILLING}, True, {"carrier_id/.id", "partner_id/.id", *ADDRESSES}),
}


@pytest.mark.parametrize("what", TOUCHED)
def test_only_what_was_changed_is_written(what: str) -> None:
    parts, rewrites, names = TOUCHED[what]
    columns = columns_of(parts, WHOLE, {"note": "", "x_day": "Monday"}, rewrites=rewrites)
    assert columns.keys() == names
    assert columns.get("note", "") == ""


# Plans


def planned(document: Document, standing: Standing = NOTHING, doing: Doing = Doing.OPEN, **changes: Any) -> Change:
    history = History(WRITTEN.while_(doing), standing)
    return plan_change(replace(ORDER, **changes), document, history, RULES)


def test_nothing_changed_is_nothing_to_do_whatever_people_did_in_odoo() -> None:
    assert not planned(replace(SALE, total=Decimal(99)), INVOICED)
    assert not plan_change(ORDER, SALE, History(None, None), RULES)


def test_without_marks_only_the_total_tells_that_something_changed() -> None:
    document = replace(SALE, invoices=(replace(POSTED, total=Decimal("20.00")),))
    with pytest.raises(SyncConflict, match=r"posted over 20\.00 EUR") as caught:
        plan_change(ORDER, document, History(None, None), RULES)
    assert "INV/9 20.00 + 2.99 = 22.99 EUR" in caught.value.message
    assert is_looked_at(ORDER, document, None, RULES)
    assert plan_change(ORDER, document, History(None, CREDITED), RULES).reissue
    assert not plan_change(ORDER, document, History(None, None), replace(RULES, exact=False))


def test_lines_before_the_invoice_reopen_the_order_and_write_it_anew() -> None:
    change = planned(SALE, lines=ORDER.lines[:1])
    assert (change.reopens, change.rewrites, change.conflict) == (True, True, None)
    assert change.done() == change.wanted


def test_lines_after_the_invoice_are_a_conflict_that_shows_the_arithmetic() -> None:
    with pytest.raises(SyncConflict) as caught:
        planned(SALE, INVOICED, lines=(replace(ORDER.lines[0], quantity=Decimal(4)),), total=Decimal("30.00"))
    assert caught.value.message == (
        "Order #1054 was changed in the store (its lines), but in Odoo invoice INV/9 is posted. In the store it is "
        "4 × MUG now: INV/9 22.99 + 7.01 = 30.00 EUR."
    )
    assert caught.value.choices == (
        "Credit invoice INV/9 in Odoo, then retry: Woodoo then writes the order anew and makes another invoice.",
        "Undo the change in the store, then retry.",
        "Keep Odoo as it is: skip this record.",
    )


ANEW = "Woodoo then writes the order anew"
#: How far Odoo has come → the first of the choices.
FIRST_CHOICES = {
    "locked": (LOCKED, f"Unlock S00007 in Odoo, then retry: {ANEW}."),
    "locked and posted": (
        replace(INVOICED, locked=True),
        f"Unlock S00007 and credit invoice INV/9 in Odoo, then retry: {ANEW} and makes another invoice.",
    ),
    "delivered": (
        DELIVERED,
        "Make up for the difference in Odoo by hand (return, credit note, another order), then skip this record.",
    ),
}


@pytest.mark.parametrize("state", FIRST_CHOICES)
def test_each_conflict_names_what_a_person_can_do(state: str) -> None:
    standing, first = FIRST_CHOICES[state]
    with pytest.raises(SyncConflict) as caught:
        planned(SALE, standing, lines=ORDER.lines[:1])
    assert caught.value.choices[0] == first


def test_what_can_be_written_beside_a_conflict_is_remembered_as_written() -> None:
    change = planned(SALE, INVOICED, billing=replace(MADRID, city="Toledo"), shipping=replace(MADRID, city="Sevilla"))
    done = change.done()
    assert change.conflict
    assert done
    assert change.parts == {Part.SHIPPING}
    assert change.wanted.changed_since(done) == {Part.BILLING}


def test_an_address_in_conflict_does_not_hold_up_what_is_left_to_do() -> None:
    rules = replace(RULES, policy=Policy(status_steps={"processing": "invoice"}))
    document = replace(SALE, invoices=(replace(POSTED, payment_state="not_paid", residual=Decimal("22.99")),))
    order = replace(ORDER, billing=replace(MADRID, city="Toledo"))
    seen = Seen(
        documents={order.external_id: [document]},
        histories={order.external_id: History(WRITTEN, INVOICED)},
        products={sku: [{"id": 50, "display_name": sku, "active": True}] for sku in ("MUG", "CUP")},
    )
    plan = plan_order(order, seen, rules)
    assert isinstance(plan, OrderPlan)
    assert Do.PAYMENT in plan.steps
    assert plan.change.conflict
    paid = replace(document, invoices=(replace(POSTED, payment_state="paid", residual=Decimal(0)),))
    with pytest.raises(SyncConflict, match="its billing address"):
        plan_order(order, replace(seen, documents={order.external_id: [paid]}), rules)


def test_lines_in_conflict_hold_up_everything_but_what_can_be_written() -> None:
    rules = replace(RULES, policy=Policy(status_steps={"processing": "invoice"}))
    document = replace(SALE, invoices=(replace(POSTED, payment_state="not_paid", residual=Decimal("22.99")),))
    order = replace(ORDER, lines=ORDER.lines[::-1][:1], shipping_lines=(), tax_rates=(make_rate("1.05"),),
                    total=Decimal("6.05"), total_tax=Decimal("1.05"), customer_note="Ring")  # fmt: skip
    seen = Seen(
        documents={order.external_id: [document]},
        histories={order.external_id: History(WRITTEN, INVOICED)},
        products={"CUP": [{"id": 51, "display_name": "Cup", "active": True}]},
    )
    plan = plan_order(order, seen, rules)
    assert isinstance(plan, OrderPlan)
    assert (plan.steps, plan.change.parts) == (frozenset(), {Part.HEADER})


def test_a_credited_invoice_gives_way_to_another_one() -> None:
    change = planned(SALE, CREDITED, lines=ORDER.lines[:1])
    assert (change.reopens, change.reissue, change.wanted.doing) == (True, True, Doing.REISSUED)


def test_a_full_credit_without_a_change_in_the_store_makes_no_other_invoice() -> None:
    assert not planned(SALE, CREDITED)


@pytest.mark.parametrize("doing", [Doing.CANCELLED, Doing.CANCELLING, Doing.REOPENING])
def test_what_woodoo_cancelled_is_reopened(doing: Doing) -> None:
    change = planned(CANCELLED, doing=doing)
    assert (change.reopens, change.rewrites) == (True, True)
    assert change.confirm == (doing is Doing.REOPENING)
    assert change.wanted.doing is Doing.OPEN


def test_the_lines_of_a_reopened_order_stay_where_they_are_invoiced() -> None:
    change = planned(CANCELLED, INVOICED, doing=Doing.CANCELLED)
    assert (change.reopens, change.rewrites, change.confirm) == (True, False, True)


@pytest.mark.parametrize("history", [History(WRITTEN, NOTHING), History(None, NOTHING)])
def test_what_a_person_cancelled_is_left_to_a_person(history: History) -> None:
    with pytest.raises(SyncConflict, match="S00007 is cancelled in Odoo") as caught:
        plan_change(ORDER, CANCELLED, history, RULES)
    assert len(caught.value.choices) == 3


def test_only_what_changed_or_is_cancelled_is_looked_at() -> None:
    rules = replace(RULES, policy=Policy(status_steps={"processing": "invoice", "cancelled": "cancel"}))
    assert not is_looked_at(ORDER, SALE, WRITTEN, rules)
    assert not is_looked_at(ORDER, SALE, None, rules)
    assert is_looked_at(replace(ORDER, customer_note="x"), SALE, WRITTEN, rules)
    assert is_looked_at(ORDER, SALE, WRITTEN.while_(Doing.REOPENING), rules)
    assert is_looked_at(ORDER, CANCELLED, WRITTEN, rules)
    assert is_looked_at(replace(ORDER, status="cancelled"), SALE, WRITTEN, rules)


# Cancelled in the store

#: State → is it cancelled, and what is reported.
CANCELS: Mapping[str, tuple[Document, Standing, bool, str]] = {
    "quotation": (QUOTATION, NOTHING, True, ""),
    "confirmed": (SALE, NOTHING, True, ""),
    "posted": (SALE, INVOICED, True, "invoice INV/9 is posted over 22.99 EUR"),
    "credited": (SALE, CREDITED, True, ""),
    "partly delivered": (SALE, PARTLY, True, "OUT/1 is delivered"),
    "delivered": (SALE, DELIVERED, False, "OUT/1 is delivered"),
    "delivered, and all of it back": (SALE, replace(DELIVERED, came_back=True), True, ""),
    "locked": (SALE, LOCKED, False, "S00007 is locked"),
    "cancelled": (CANCELLED, NOTHING, False, ""),
    "cancelled, still posted": (CANCELLED, INVOICED, False, "INV/9 is posted"),
    "draft invoice alone": (DRAFT_ALONE, NOTHING, True, ""),
    "posted invoice alone": (ALONE, INVOICED, False, "INV/9 is posted"),
}


@pytest.mark.parametrize("state", CANCELS)
def test_the_table_of_what_can_be_cancelled(state: str) -> None:
    document, standing, cancels, reported = CANCELS[state]
    order: Order = replace(ORDER, status="cancelled")
    plan = plan_cancel(order, document, History(WRITTEN, standing), make_rules())
    assert plan.cancel is cancels
    assert bool(plan.conflict) is bool(reported)
    if plan.conflict:
        assert reported in plan.conflict.message
        assert len(plan.conflict.choices) == 3


@pytest.mark.parametrize("state", CANCELS)
def test_with_credit_no_posted_invoice_is_reported(state: str) -> None:
    document, standing, cancels, reported = CANCELS[state]
    rules = make_rules(refunds=RefundRules(cancel_invoiced="credit", cancel_delivered="credit"))
    plan = plan_cancel(replace(ORDER, status="cancelled"), document, History(WRITTEN, standing), rules)
    assert (plan.cancel, plan.credits) == (cancels, bool(standing.invoiced))
    assert "is posted" not in (plan.conflict.message if plan.conflict else "")
    assert bool(plan.conflict) is (bool(reported) and "INV/9 is posted" not in reported)
    credited = [step.do for step in order_plan_shown(plan).steps if step.do.startswith("Credit")]
    assert credited == (["Credit invoice INV/9 in full"] if plan.credits else [])


def test_the_invoice_of_goods_that_are_with_the_customer_stands_until_they_are_back() -> None:
    rules = make_rules(refunds=RefundRules(cancel_invoiced="credit"))
    away = replace(INVOICED, delivered=("OUT/1",))
    plan = plan_cancel(replace(ORDER, status="cancelled"), SALE, History(WRITTEN, away), rules)
    assert plan.conflict
    assert "OUT/1 is delivered and invoice INV/9 over 22.99 EUR stands until they are back" in plan.conflict.message
    assert "then retry: the invoice is then credited" in plan.conflict.choices[0]
    back = plan_cancel(replace(ORDER, status="cancelled"), SALE, History(WRITTEN, replace(away, came_back=True)), rules)
    assert (plan.credits, back.credits, back.conflict) == (False, True, None)


def test_what_was_refunded_in_full_before_the_invoice_is_cancelled_in_its_own_words() -> None:
    plan = plan_cancel(ORDER, SALE, History(WRITTEN, NOTHING), make_rules(), refunded=True)
    assert [step.why for step in order_plan_shown(plan).steps] == ["all of it was refunded before it was invoiced"]
    away = plan_cancel(ORDER, SALE, History(WRITTEN, DELIVERED), make_rules(), refunded=True)
    assert away.conflict
    assert "was refunded in full before it was invoiced" in away.conflict.message
    assert away.conflict.choices[1].startswith("Delete a refund")


def test_a_cancelled_order_wanted_again_after_its_invoice_was_credited_gets_another_one() -> None:
    assert planned(CANCELLED, CREDITED, doing=Doing.CANCELLED).reissue
    assert not planned(CANCELLED, INVOICED, doing=Doing.CANCELLED).reissue
    twice = planned(CANCELLED, replace(CREDITED, credited=("INV/9", "INV/10")), doing=Doing.CANCELLED).wanted
    assert (twice.again, Fingerprint.read(twice.text())) == (2, twice), "it is another one than that of the first time"
    gone_out = replace(CREDITED, delivered=("OUT/1",))
    for document, standing in ((ALONE, Standing(invoiced=("INV/9",))), (SALE, gone_out)):
        with pytest.raises(SyncConflict, match="was credited in Odoo when it was cancelled"):
            planned(document, standing, doing=Doing.CREDITED)


@pytest.mark.parametrize(("doing", "cancels"), [(Doing.OPEN, True), (Doing.CREDITED, True), (Doing.CANCELLED, False)])
def test_what_a_person_has_set_back_is_not_cancelled_a_second_time(doing: Doing, cancels: bool) -> None:
    order = replace(ORDER, status="cancelled")
    plan = plan_cancel(order, SALE, History(WRITTEN.while_(doing), NOTHING), make_rules())
    assert plan.cancel is cancels
    assert ("set it back" in plan.conflict.message if plan.conflict else "") == ("" if cancels else True)
