"""Which refunds an order is written without, by what Odoo has of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.mapping.orders import make_rules, money
from tests.mapping.test_reducing import MUG_BACK, ORDER, refund
from woodoo.mapping.changes.fingerprint import Doing, Fingerprint, fingerprint
from woodoo.mapping.documents.document import Document, Invoice
from woodoo.mapping.refunds.before_invoice import plan_reduction, refunds_inside
from woodoo.mapping.refunds.rules import RefundRules

RULES = make_rules()
CREDIT = make_rules(refunds=RefundRules(refund_before_invoice="credit"))
OFF = make_rules(refunds=RefundRules(take_refunds=False))
LATER = refund("6.05", number=2)
BOTH = [MUG_BACK, LATER]


def sale(state: str = "sale", total: str = "63.25") -> Document:
    return Document(18, "S00018", state, money(total))


def posted(total: str = "63.25") -> Document:
    invoice = Invoice(7, "INV/7", "out_invoice", "posted", "paid", money(total))
    return Document(18, "S00018", "sale", money(total), (invoice,))


def written(*refunds: str) -> Fingerprint:
    return fingerprint(ORDER, RULES, refunds)


CASES: dict[str, tuple[Any, ...]] = {
    "nothing yet": (None, None, RULES, {"1", "2"}),
    "a quotation": (sale("draft"), written(), RULES, {"1", "2"}),
    "confirmed, one inside": (sale(total="51.15"), written("1"), RULES, {"1", "2"}),
    "posted in full": (posted(), written(), RULES, set()),
    "posted without the first": (posted("51.15"), written("1"), RULES, {"1"}),
    "posted without the first, links lost": (posted("51.15"), None, RULES, {"1"}),
    "posted, a run cut off before it was noted": (posted("51.15"), written(), RULES, {"1"}),
    "credit": (None, None, CREDIT, set()),
    "credit, confirmed": (sale(total="51.15"), written("1"), CREDIT, set()),
    "not taken": (None, None, OFF, set()),
    "not taken any more, posted": (posted("51.15"), written("1"), OFF, {"1"}),
}


@pytest.mark.parametrize("case", CASES)
def test_the_table_of_what_is_taken_out(case: str) -> None:
    document, mark, rules, inside = CASES[case]
    assert plan_reduction(ORDER, BOTH, document, mark, rules).ids == inside


def test_what_has_left_waits_for_the_invoice_and_says_so() -> None:
    reduced = plan_reduction(ORDER, BOTH, sale(total="51.15"), written("1"), RULES, stuck="OUT/1 has left")
    assert (reduced.ids, reduced.outside) == ({"1"}, {"2": "OUT/1 has left"})
    assert "Refund 2 is credited once the invoice is posted, because OUT/1 has left." in reduced.notes


def test_lost_links_are_made_up_for_by_the_total() -> None:
    reduced = plan_reduction(ORDER, BOTH, sale(total="51.15"), None, RULES)
    assert reduced.before is not None
    assert (reduced.ids, reduced.before.ids) == ({"1", "2"}, {"1"})


def test_all_of_it_refunded_leaves_nothing_unless_something_is_invoiced_or_has_left() -> None:
    whole = [refund("63.25")]
    assert plan_reduction(ORDER, whole, sale(), written(), RULES).everything
    assert not plan_reduction(ORDER, whole, posted(), written(), RULES).everything
    assert not plan_reduction(ORDER, whole, sale(), written(), RULES, stuck="OUT/1 has left").everything
    assert refunds_inside(ORDER, whole, sale("cancel"), written(), RULES) == {"1"}


def test_an_amount_stays_as_it_was_taken_out_though_the_setting_is_another_now() -> None:
    amount = [refund("6.33")]
    mark = replace(written("1"), amounts_as="product")
    spread = plan_reduction(ORDER, amount, posted("56.92"), mark, RULES)
    assert [line.external_id for line in spread.order.fee_lines] == ["refund 1"]


def test_the_marks_keep_what_is_inside() -> None:
    mark = replace(written("12", "9"), amounts_as="product", doing=Doing.REISSUED)
    assert Fingerprint.read(mark.text()) == mark
    assert Fingerprint.read(written().text()) == written()
