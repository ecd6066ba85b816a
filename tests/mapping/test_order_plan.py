"""What is decided for one order, given what the store, Odoo and the rules say."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.mapping.orders import MADRID, make_line, make_order, make_rate, make_rules, make_shipping
from tests.mapping.partners import make_partner, seen_partners
from woodoo.domain.errors import ConfigError, DataError, WoodooError
from woodoo.domain.order import FeeLine, Order
from woodoo.mapping.documents.document import Document, Invoice, Seen
from woodoo.mapping.order_plan import NothingToDo, OrderPlan, plan_order
from woodoo.mapping.order_words import order_plan_shown
from woodoo.mapping.policy import Do
from woodoo.mapping.rules import Currency, Rules, Tax

MUG = {"id": 50, "display_name": "Mug", "active": True}
SEEN = Seen(products={"MUG": [MUG]})


def paid_order(**changes: object) -> Order:
    order = make_order(
        make_line("10.00", tax="2.10"),
        total="18.09",
        shipping_lines=(make_shipping("4.95", tax="1.04"),),
        tax_rates=(make_rate("2.10", "1.04"),),
    )
    return replace(order, **changes)  # type: ignore[arg-type]


def planned(order: Order, seen: Seen = SEEN, rules: Rules | None = None) -> OrderPlan:
    plan = plan_order(order, seen, rules or make_rules())
    assert isinstance(plan, OrderPlan)
    return plan


def nothing(order: Order, seen: Seen = SEEN) -> NothingToDo:
    plan = plan_order(order, seen, make_rules())
    assert isinstance(plan, NothingToDo)
    return plan


def document(state: str = "sale", invoice: Invoice | None = None, ours: bool = True) -> Document:
    return Document(18, "S00018", state, Decimal("18.09"), (invoice,) if invoice else (), ours)


def invoice(state: str = "posted", payment_state: str = "paid", total: str = "18.09") -> Invoice:
    return Invoice(70, "INV/1", "out_invoice", state, payment_state, Decimal(total))


def test_a_new_order_takes_every_step_and_says_why() -> None:
    shown = order_plan_shown(planned(paid_order()))
    assert [step.do for step in shown.steps] == [
        "Create the customer",
        "Create the sales order",
        "Confirm the sales order",
        "Create the invoice",
        "Post the invoice",
        "Register the payment in Stripe",
    ]
    assert all(step.why for step in shown.steps)
    assert shown.totals[-1].store == Decimal("18.09")


def test_invoice_and_payment_are_dated_in_the_shop_s_zone() -> None:
    from zoneinfo import ZoneInfo

    plan = planned(paid_order(), rules=make_rules(timezone=ZoneInfo("Europe/Madrid")))
    assert f"{plan.invoice_date} {plan.payment_date}" == "2026-11-21 2026-11-21"


@pytest.mark.parametrize("status", ["pending", "cancelled", "refunded", "failed", "checkout-draft"])
def test_a_status_that_does_not_come_over_is_skipped_with_the_reason(status: str) -> None:
    assert status in nothing(paid_order(status=status)).reason


def test_an_unpaid_order_is_confirmed_and_its_invoice_waits_for_the_payment() -> None:
    plan = planned(paid_order(paid_at=None))
    assert plan.steps == {Do.ORDER, Do.CONFIRM}
    assert plan.waits == ("The invoice waits for the payment (Card, no payment date in the store).",)


def test_a_complete_order_is_left_alone() -> None:
    seen = replace(SEEN, documents={"1054": [document(invoice=invoice())]})
    plan = nothing(paid_order(), seen)
    assert plan.complete
    assert "S00018, INV/1" in plan.reason


@pytest.mark.parametrize(
    ("found", "first"),
    [
        (document("draft"), "Confirm the sales order"),
        (document("sale"), "Create the invoice"),
        (document("sale", invoice("draft", "not_paid")), "Post the invoice"),
        (document("sale", invoice("posted", "not_paid")), "Register the payment in Stripe"),
    ],
)
def test_an_order_that_was_cut_off_is_taken_up_where_it_stopped(found: Document, first: str) -> None:
    shown = order_plan_shown(planned(paid_order(), replace(SEEN, documents={"1054": [found]})))
    assert shown.steps[0].do == first


def test_the_customer_is_found_by_e_mail_whatever_its_case() -> None:
    seen = replace(SEEN, customers=seen_partners(make_partner(33, email="ANA@example.net ")))
    plan = planned(paid_order(), seen)
    assert plan.partner.odoo_id == 33


def test_an_address_that_differs_from_the_customer_s_becomes_a_child_known_by_its_content() -> None:
    elsewhere = replace(MADRID, address_1="Calle Mayor 5")
    first, again = (planned(paid_order(shipping=elsewhere)) for _ in range(2))
    assert first.invoice_address.is_partner
    assert not first.delivery_address.is_partner
    assert first.delivery_address.external_id(5) == again.delivery_address.external_id(5)
    spelled = planned(paid_order(shipping=replace(elsewhere, address_1=" calle  MAYOR 5")))
    assert spelled.delivery_address.external_id(5) == first.delivery_address.external_id(5)


def test_an_order_without_total_needs_no_journal() -> None:
    order = make_order(make_line("0.00"), total="0.00", payment_method="", payment_method_title="")
    assert planned(order).journal is None


PARKED: list[tuple[str, Order, Seen, Rules, type[WoodooError], str]] = [
    (
        "unknown SKU",
        paid_order(),
        Seen(),
        make_rules(),
        DataError,
        "Order #1054 failed to sync because product SKU MUG was not found in Odoo product.product -> default_code",
    ),
    ("SKU on two products", paid_order(), Seen(products={"MUG": [MUG, {**MUG, "id": 51}]}), make_rules(), DataError,
     "2 products in Odoo have the SKU MUG"),
    ("archived product", paid_order(), Seen(products={"MUG": [{**MUG, "active": False}]}), make_rules(), DataError,
     "archived product Mug"),
    ("line without SKU", paid_order(lines=(make_line("10.00", tax="2.10", sku=""),)), SEEN, make_rules(), DataError,
     "has no SKU"),
    ("unmapped tax", paid_order(), SEEN, make_rules(taxes={}), ConfigError, "not mapped to a tax"),
    ("tax of another percentage", paid_order(), SEEN, make_rules(taxes={"1": Tax(9, "VAT 10 %", Decimal(10))}),
     ConfigError, "mapped to 'VAT 10 %'"),
    ("unmapped payment method", paid_order(), SEEN, make_rules(journals={}), ConfigError, "not mapped to a journal"),
    ("unmapped shipping", paid_order(), SEEN, make_rules(carriers={}), ConfigError, "no shipping product"),
    ("inactive currency", paid_order(currency="CHF"), SEEN, make_rules(), ConfigError, "not an active currency"),
    ("no pricelist for the currency", paid_order(currency="USD"), SEEN, make_rules(), ConfigError, "no pricelist"),
    ("cancelled in Odoo", paid_order(), replace(SEEN, documents={"1054": [document("cancel")]}), make_rules(),
     DataError, "cancelled in Odoo"),
    ("somebody else's order", paid_order(), replace(SEEN, documents={"1054": [document(ours=False)]}), make_rules(),
     DataError, "Woodoo did not make"),
    ("changed after posting", paid_order(), replace(SEEN, documents={"1054": [document(invoice=invoice(total="9"))]}),
     make_rules(), DataError, "INV/1 9.00 + 9.09 = 18.09 EUR"),
    ("deleted in Odoo", paid_order(), replace(SEEN, gone={"1054": "S00018"}), make_rules(), DataError,
     "S00018 was deleted in Odoo"),
    ("two customers with the e-mail", paid_order(),
     replace(SEEN, customers=seen_partners(make_partner(1, name="Ana 1", email="ana@example.net", vat="ES1"),
                                           make_partner(2, name="Ana 2", email="ana@example.net"))), make_rules(),
     DataError, "Ana 1 (id 1, Madrid, VAT ES1); Ana 2 (id 2, Madrid)"),
    ("below zero", make_order(total="-3.00", fee_lines=(FeeLine("9", "Card", Decimal(-3), Decimal(0)),)), SEEN,
     make_rules(fee_product_id=9), DataError, "comes to -3.00 EUR"),
    ("no lines", make_order(total="0.00"), SEEN, make_rules(), DataError, "has no lines"),
    ("finer than the currency", paid_order(currency="JPY"), SEEN,
     make_rules(currencies={"JPY": Currency(3, "JPY", 0)}, pricelists={"JPY": 4}), DataError, "JPY has 0 decimals"),
    ("nothing of something", paid_order(lines=(make_line("10.00", quantity=0, tax="2.10"),)), SEEN, make_rules(),
     DataError, "0 pieces"),
    ("fee without product", make_order(total="3.00", fee_lines=(FeeLine("9", "Wrap", Decimal(3), Decimal(0)),)), SEEN,
     make_rules(), ConfigError, "no fee product"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("order", "seen", "rules", "kind", "words"), [row[1:] for row in PARKED], ids=[row[0] for row in PARKED]
)
def test_what_needs_a_person_says_what_and_what_to_do(
    order: Order, seen: Seen, rules: Rules, kind: type[WoodooError], words: str
) -> None:
    with pytest.raises(kind) as caught:
        plan_order(order, seen, rules)
    assert words in str(caught.value)
    assert "Order #1054" in str(caught.value)
    assert caught.value.fix
    assert caught.value.where


def test_what_odoo_has_of_an_order_that_does_not_come_over_needs_nobody() -> None:
    theirs = replace(SEEN, documents={"1054": [document(ours=False), document("cancel")]}, gone={"1054": "S00018"})
    assert "is 'cancelled' in the store" in nothing(paid_order(status="cancelled"), theirs).reason


def test_a_cancelled_invoice_that_somebody_made_is_no_order_of_the_shop() -> None:
    alone = Document(None, "INV/3", "cancel", Decimal("18.09"), (invoice("cancel"),), ours=False)
    assert planned(paid_order(), replace(SEEN, documents={"1054": [alone]})).document is None
    posted = replace(alone, state="posted", invoices=(invoice(),))
    with pytest.raises(DataError, match="INV/3 with the same reference"):
        plan_order(paid_order(), replace(SEEN, documents={"1054": [posted]}), make_rules())


def test_an_order_woodoo_made_is_not_held_up_by_another_one_of_the_same_reference() -> None:
    seen = replace(SEEN, documents={"1054": [document(ours=False), document(invoice=invoice())]})
    assert nothing(paid_order(), seen).complete
