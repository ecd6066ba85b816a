"""Which refund becomes which credit note: what waits, what is refused, where the money goes, what stays invoiced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from tests.mapping.orders import make_line, make_order, make_rate, make_rules, make_shipping
from tests.mapping.refunds.books import credited, invoiced, planned, with_rules
from woodoo.domain.errors import ConfigError, DataError, SyncConflict, WoodooError
from woodoo.domain.order import FeeLine, LineTax, Order
from woodoo.domain.refund import Refund, RefundLine
from woodoo.mapping.documents.document import Document
from woodoo.mapping.refunds.credit_notes import plan_credit_notes
from woodoo.mapping.refunds.credit_plan import as_move
from woodoo.mapping.refunds.refund_plan import RefundPlan
from woodoo.mapping.refunds.refund_words import refund_plan_shown
from woodoo.mapping.refunds.seen import SeenOrder
from woodoo.mapping.rules import Lock, Rules, Tax

D = Decimal
AT = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)


def sold(**changes: object) -> Order:
    """Four mugs for 40.00, shipping 4.95, a wrapping for 2.00, all at 21 %: 56.81."""
    order = make_order(
        make_line("40.00", 4, tax="8.40"),
        total="56.81",
        shipping_lines=(make_shipping("4.95", tax="1.04"),),
        fee_lines=(FeeLine("3", "Wrapping", D("2.00"), D("0.42"), (LineTax("1", D("0.42")),)),),
        tax_rates=(make_rate("8.82", "1.04"),),
        status="completed",
    )
    return replace(order, **changes)  # type: ignore[arg-type]


def line(
    total: str, tax: str = "", *, of: str = "1", pieces: int = 0, kind: str = "product", rate_id: str = "1"
) -> RefundLine:
    taxes = (LineTax(rate_id, D(tax)),) if tax else ()
    return RefundLine(kind, f"9{of}", of, "Thing", D(pieces), D(total), D(tax or "0"), taxes)  # type: ignore[arg-type]


def refund(amount: str, *lines: RefundLine, number: str = "140", **changes: object) -> Refund:
    made = Refund(number, "1054", D(amount), "", AT, False, lines)
    return replace(made, **changes)  # type: ignore[arg-type]


def rules_with(**changes: object) -> Rules:
    rules = make_rules(fee_product_id=60)
    return replace(rules, sale_taxes=tuple(rules.taxes.values()), **changes)  # type: ignore[arg-type]


RULES = rules_with()


def failure(
    *refunds: Refund, order: Order | None = None, seen: SeenOrder | None = None, rules: Rules = RULES
) -> WoodooError:
    """Return why a refund is left to a person; nothing is made of it."""
    order = order or sold()
    plan = planned(order, refunds, seen or invoiced(order, rules), rules)
    assert plan.credits == ()
    (error,) = plan.failures
    assert error.record == "Order #1054"
    assert error.where
    assert error.fix
    return error


def waits(order: Order, seen: SeenOrder, rules: Rules = RULES) -> str:
    plan = planned(order, (refund("5.00"),), seen, rules)
    assert not plan.credits
    assert not plan.failures
    return " ".join(plan.waits)


# What becomes of it


def test_pieces_are_credited_as_pieces_on_the_line_s_product_and_account() -> None:
    order = sold()
    (credit,) = credited(order, (refund("24.20", line("20.00", "4.20", pieces=2)),), invoiced(order, RULES), RULES)
    (priced,), (entry,) = credit.priced.lines, credit.entries
    assert (priced.quantity, priced.price_unit, [tax.name for tax in priced.taxes]) == (2, 10, ["VAT 21 %"])
    assert (entry.product_id, entry.account_id, entry.name) == (201, 70, "Thing MUG")


def test_pieces_that_left_the_order_are_not_invoiced_any_more_and_the_rest_stays() -> None:
    order = sold()
    seen = invoiced(order, RULES)

    class Gone(RefundPlan):
        @property
        def off_invoice(self) -> Mapping[str, Decimal]:
            return {"1": D(1)}

    refunds = (refund("24.20", line("20.00", "4.20", pieces=2)), refund("12.10", line("10.00", "2.10", pieces=1)))
    plan = plan_credit_notes(Gone(order, refunds, seen), RULES)
    shown = [[(entry.pieces, entry.order_line_ids) for entry in credit.entries] for credit in plan.credits]
    assert shown == [[(1, (301,)), (1, ())], [(1, ())]]


def test_an_amount_of_a_line_is_one_piece_that_stays_invoiced() -> None:
    order = sold()
    (credit,) = credited(order, (refund("3.63", line("3.00", "0.63")),), invoiced(order, RULES), RULES)
    (entry,) = credit.entries
    assert (entry.pieces, entry.order_line_ids, entry.name) == (1, (), "Thing MUG\nRefund 140")


def test_more_pieces_than_are_left_are_an_amount() -> None:
    order = sold()
    (credit,) = credited(order, (refund("12.10", line("10.00", "2.10", pieces=5)),), invoiced(order, RULES), RULES)
    assert [entry.pieces for entry in credit.entries] == [1]


def test_a_tax_alone_is_the_amount_it_was_the_tax_of_with_it_and_less_it_without() -> None:
    order = sold()
    (credit,) = credited(order, (refund("8.40", line("0.00", "8.40")),), invoiced(order, RULES), RULES)
    assert [(one.net, len(one.taxes)) for one in credit.priced.lines] == [(40, 1), (-40, 0)]
    assert (credit.targets.untaxed, credit.targets.tax) == (0, D("8.40"))
    assert "which is not what its rates come to: 40.00 with VAT 21 % + -40.00 untaxed" in credit.notes[0]


def test_an_amount_without_its_tax_is_credited_without_tax() -> None:
    order = sold()
    (credit,) = credited(order, (refund("3.00", line("3.00")),), invoiced(order, RULES), RULES)
    assert [(one.net, one.taxes) for one in credit.priced.lines] == [(3, ())]


def test_an_amount_alone_is_spread_over_the_lines_with_their_tax() -> None:
    order = sold()
    (credit,) = credited(order, (refund("12.10"),), invoiced(order, RULES), RULES)
    assert [entry.product_id for entry in credit.entries] == [201, 202, 203]
    assert (credit.targets.untaxed, credit.targets.tax) == (10, D("2.10"))
    assert {entry.order_line_ids for entry in credit.entries} == {()}


def test_an_amount_alone_can_be_one_line_of_the_refund_product() -> None:
    order, rules = sold(), with_rules(RULES, amount_refund_as="product", refund_product_id=900)
    (credit,) = credited(order, (refund("12.10", reason="goodwill"),), invoiced(order, rules), rules)
    assert [(entry.product_id, entry.account_id, entry.name) for entry in credit.entries] == [(900, 0, "goodwill")]
    assert not credit.names_accounts


def test_all_of_it_by_an_amount_alone_shows_the_pieces_and_they_stay_invoiced() -> None:
    order = sold()
    (credit,) = credited(order, (refund("56.81"),), invoiced(order, RULES), RULES)
    assert [(entry.pieces, entry.order_line_ids) for entry in credit.entries] == [(4, ()), (1, ()), (1, ())]
    assert credit.priced.taxes == {11: D("9.86")}


def test_goods_back_with_an_amount_are_an_amount_alone() -> None:
    order = sold()
    back = replace(line("0.00"), quantity=D(1))
    (credit,) = credited(order, (refund("12.10", back),), invoiced(order, RULES), RULES)
    assert (credit.targets.untaxed, len(credit.entries)) == (10, 3)


def test_the_day_is_that_of_the_refund_in_the_shop_s_zone() -> None:
    order, rules = sold(), rules_with(timezone=ZoneInfo("Europe/Madrid"))
    (credit,) = credited(order, (refund("12.10"),), invoiced(order, rules), rules)
    assert credit.day == date(2026, 11, 26)


def test_the_taxes_are_those_of_the_invoice_whatever_is_mapped_by_now() -> None:
    order = sold()
    seen = invoiced(order, RULES)
    later = rules_with(taxes={"1": Tax(77, "New 21 %", D(21))})
    later = replace(later, sale_taxes=(*RULES.sale_taxes, Tax(77, "New 21 %", D(21))))
    (credit,) = credited(order, (refund("12.10", line("10.00", "2.10", pieces=1)),), seen, later)
    assert [tax.odoo_id for one in credit.priced.lines for tax in one.taxes] == [11]


# What is there already


def test_a_refund_with_its_credit_note_is_left_alone_and_counts_for_the_next() -> None:
    order = sold()
    seen = invoiced(order, RULES)
    (first,) = credited(order, (refund("50.00"),), seen, RULES)
    there = replace(as_move(first), odoo_id=8, name="RINV/8", state="posted", residual=D(0))
    seen = replace(seen, credit_notes=(there,))
    plan = planned(order, (refund("50.00"), refund("6.81", number="141")), seen, RULES)
    assert [one.move.name for one in plan.there] == ["RINV/8"]
    assert [credit.targets.total for credit in plan.credits] == [D("6.81")]
    assert "only 6.81 are left: 50.00 are credited already" in failure_of(plan, order, seen)


def failure_of(plan: RefundPlan, order: Order, seen: SeenOrder) -> str:
    more = planned(order, (refund("50.00"), refund("6.82", number="141")), seen, RULES)
    return more.failures[0].message


def test_a_refund_inside_the_invoice_is_not_credited() -> None:
    order = sold()
    seen = replace(invoiced(order, RULES), inside=frozenset({"140"}))
    plan = planned(order, (refund("12.10"),), seen, RULES)
    assert not plan.credits
    assert plan.notes == ("Refund 140 over 12.10 EUR came before the invoice, which is written without it.",)


def test_nothing_is_credited_where_refunds_are_not_taken() -> None:
    order, rules = sold(), with_rules(RULES, take_refunds=False)
    plan = planned(order, (refund("12.10"),), invoiced(order, rules), rules)
    assert (plan.credits, plan.waits, plan.failures) == ((), (), ())


# What waits


def test_a_refund_waits_for_order_and_invoice() -> None:
    order = sold()
    assert waits(order, SeenOrder()) == "Refund 140 over 5.00 EUR waits: Odoo has nothing of the order."
    only = SeenOrder(Document(18, "S00018", "sale", D("56.81")))
    assert waits(order, only) == "Refund 140 over 5.00 EUR waits: S00018 is not invoiced in Odoo."
    draft = invoiced(order, RULES, state="draft", paid=False)
    assert "waits until the invoice is posted" in waits(order, draft)


def test_a_refund_waits_while_the_payment_of_the_invoice_is_on_its_way() -> None:
    order = sold()
    assert "waits until invoice INV/7 is paid in Odoo" in waits(order, invoiced(order, RULES, paid=False))


def test_a_refund_of_an_invoice_left_open_on_purpose_does_not_wait() -> None:
    order = sold(payment_method="bacs", paid_at=None)
    policy = replace(RULES.policy, unpaid_methods=frozenset({"bacs"}))
    rules = replace(RULES, policy=policy)
    assert credited(order, (refund("12.10"),), invoiced(order, rules, paid=False), rules)


# Where the money goes


@pytest.mark.parametrize(
    ("wish", "by_gateway", "paid", "journal"),
    [
        ("as_store", True, True, "Stripe"),
        ("as_store", False, True, None),
        ("always", False, True, "Stripe"),
        ("never", True, True, None),
        # What the invoice still owes takes the credit note up.
        ("always", True, False, None),
    ],
)
def test_money_goes_back_as_is_set(wish: str, by_gateway: bool, paid: bool, journal: str | None) -> None:
    order = sold(status="refunded")
    rules = with_rules(RULES, refund_payment=wish)
    seen = invoiced(order, rules, paid=paid)
    (credit,) = credited(order, (refund("12.10", by_gateway=by_gateway),), seen, rules)
    assert (credit.journal.name if credit.journal else None) == journal
    assert credit.memo == "1054 refund 140"
    steps = [step.do for step in refund_plan_shown(planned(order, (credit.refund,), seen, rules)).steps]
    money = (
        "Pay back in Stripe" if journal else "Leave the credit note open" if paid else "Reconcile it with the invoice"
    )
    assert steps == ["Create the credit note", money]


# What needs a person


def test_lines_that_do_not_come_to_the_amount_show_the_arithmetic() -> None:
    given = (line("10.00", "2.10", pieces=1), line("4.95", "1.04", of="2", kind="shipping"))
    error = failure(refund("20.00", *given))
    assert error.message == "Refund 140 of Order #1054 is over 20.00 EUR, but its lines come to 12.10 + 5.99 = 18.09."


def test_half_a_cent_of_rounding_is_no_disagreement() -> None:
    order = sold()
    given = refund("18.09", line("10.004", "2.10084", pieces=1), line("4.95", "1.0395", of="2", kind="shipping"))
    (credit,) = credited(order, (given,), invoiced(order, RULES), RULES)
    assert credit.targets.total == D("18.09")


def test_a_refund_of_nothing_is_a_mistake_unless_goods_came_back() -> None:
    assert "is over 0.00 EUR and has no lines" in failure(refund("0.00")).message
    order = sold()
    plan = planned(order, (refund("0.00", line("0.00", pieces=1)),), invoiced(order, RULES), RULES)
    assert plan.notes == ("Refund 140 gives no money back: there is nothing to credit.",)


def test_a_line_the_order_does_not_have_is_named() -> None:
    error = failure(refund("12.10", line("10.00", "2.10", of="777")))
    assert "gives back 'Thing' of line 777, which the order does not have" in error.message


def test_a_line_the_invoice_does_not_have_is_named() -> None:
    order = sold()
    seen = invoiced(order, RULES)
    invoice = replace(seen.invoices[0], lines=seen.invoices[0].lines[:1])
    error = failure(
        refund("5.99", line("4.95", "1.04", of="2", kind="shipping")), seen=replace(seen, invoices=(invoice,))
    )
    assert "which invoice INV/7 has no line for" in error.message


def test_a_rate_the_order_does_not_have_is_named() -> None:
    error = failure(refund("11.00", line("10.00", "1.00", rate_id="9")))
    assert "gives back 1.00 of tax rate 9 on 'Thing', which the order does not have" in error.message


def test_more_than_the_invoice_has_shows_the_arithmetic() -> None:
    message = failure(refund("56.82")).message
    assert "is over 56.82 EUR, but of invoice INV/7 over 56.81 only 56.81 are left: 0.00 are credited" in message


def test_another_currency_than_the_invoice_s_is_refused() -> None:
    order = sold()
    seen = invoiced(order, RULES)
    other = replace(seen, invoices=(replace(seen.invoices[0], currency_id=2),))
    assert "is in another currency" in failure(refund("5.00"), seen=other).message


def test_closed_books_are_told_with_the_day() -> None:
    rules = replace(RULES, lock=Lock(date(2026, 11, 30), "Tax Lock Date"))
    message = failure(refund("5.00"), rules=rules).message
    assert "would be dated 2026-11-25, but in Odoo the books are closed up to 2026-11-30 (Tax Lock Date)" in message


def test_books_closed_to_payments_are_told_with_the_day() -> None:
    rules = replace(RULES, payment_lock=Lock(date(2026, 11, 30), "Lock Date"))
    assert "its payment back would be dated" in failure(refund("5.00", by_gateway=True), rules=rules).message


def test_a_missing_refund_product_and_a_missing_journal_are_settings() -> None:
    rules = with_rules(RULES, amount_refund_as="product")
    error = failure(refund("5.00"), rules=rules)
    assert (type(error), error.where) == (ConfigError, "settings -> refund product")
    rules = replace(RULES, journals={})
    order = sold()
    error = failure(refund("5.00", by_gateway=True), order=order, seen=invoiced(order, RULES), rules=rules)
    assert (type(error), error.where) == (ConfigError, "settings -> payment journals")


def test_a_cancelled_credit_note_is_left_to_a_person() -> None:
    order = sold()
    seen = invoiced(order, RULES)
    (first,) = credited(order, (refund("5.00"),), seen, RULES)
    seen = replace(seen, credit_notes=(replace(as_move(first), odoo_id=8, state="cancel"),))
    assert "its credit note is cancelled in Odoo" in failure(refund("5.00"), seen=seen).message


def test_a_refund_that_was_deleted_is_told_or_undone_as_set() -> None:
    order = sold()
    seen = invoiced(order, RULES)
    (first,) = credited(order, (refund("5.00"),), seen, RULES)
    standing = replace(as_move(first), odoo_id=8, name="RINV/8", state="posted")
    seen = replace(seen, credit_notes=(standing,))
    error = failure(order=order, seen=seen)
    assert isinstance(error, SyncConflict)
    assert "was deleted in the store, but in Odoo stands credit note RINV/8 over 5.00 EUR" in error.message
    plan = planned(order, (), seen, with_rules(RULES, deleted_refunds="undo"))
    assert ([move.odoo_id for move in plan.undo], plan.failures) == ([8], ())


def test_one_bad_refund_holds_back_no_other() -> None:
    order = sold()
    plan = planned(order, (refund("0.00"), refund("5.00", number="141")), invoiced(order, RULES), RULES)
    assert [credit.refund.external_id for credit in plan.credits] == ["141"]
    assert [type(error) for error in plan.failures] == [DataError]


def test_the_plan_says_what_it_does_to_the_money() -> None:
    order = sold()
    given = refund("24.20", line("20.00", "4.20", pieces=2), reason="damaged", by_gateway=True)
    shown = refund_plan_shown(planned(order, (given,), invoiced(order, RULES), RULES))
    assert (shown.title, shown.summary) == ("Refunds of order #1054", "The store has given back 24.20 EUR in 1 refund.")
    assert [(step.do, step.why, step.detail) for step in shown.steps] == [
        (
            "Create the credit note",
            "Refund 140, 'damaged'",
            "24.20 EUR of invoice INV/7, 1 line, dated 2026-11-25",
        ),
        (
            "Pay back in Stripe",
            "the payment provider has paid it back",
            "24.20 EUR on 2026-11-25, '1054 refund 140'",
        ),
    ]
    assert [(total.name, total.store) for total in shown.totals] == [
        ("Untaxed", 20),
        ("VAT 21 %", D("4.20")),
        ("Total", D("24.20")),
    ]
