"""What a support desk is asked most: each has its message, which names record, matter, place and way out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest

from tests.mapping.orders import make_line, make_order, make_rate, make_rules, make_shipping
from tests.mapping.partners import make_partner, seen_partners
from woodoo.domain.errors import ConfigError, DataError, WoodooError
from woodoo.domain.order import Coupon, FeeLine, LineTax, Order
from woodoo.flows.pointed import refuse_lost
from woodoo.mapping.documents.document import Document, Invoice, Seen
from woodoo.mapping.order_plan import NothingToDo, OrderPlan, plan_order
from woodoo.mapping.rules import Rules

MUG = {"id": 50, "display_name": "Mug", "active": True}
SEEN = Seen(products={"MUG": [MUG]})
ORDER = make_order(
    make_line("10.00", tax="2.10"),
    total="18.09",
    shipping_lines=(make_shipping("4.95", tax="1.04"),),
    tax_rates=(make_rate("2.10", "1.04"),),
)


def with_line(**changes: object) -> Order:
    return replace(ORDER, lines=(replace(ORDER.lines[0], **changes),))  # type: ignore[arg-type]


def discounted() -> Order:
    line = replace(
        ORDER.lines[0],
        subtotal=Decimal(12),
        taxes=(LineTax("1", Decimal("2.10"), before_discount=Decimal("2.52")),),
    )
    return replace(ORDER, lines=(line,), coupons=(Coupon("autumn", Decimal(2)),))


def with_fee() -> Order:
    return replace(ORDER, fee_lines=(FeeLine("9", "Gift wrap", Decimal(3), Decimal(0)),), total=Decimal("21.09"))


def posted(total: str) -> Document:
    invoice = Invoice(70, "INV/1", "out_invoice", "posted", "paid", Decimal(total))
    return Document(18, "S00018", "sale", Decimal(total), (invoice,))


@dataclass(frozen=True)
class Case:
    """One row of the list: what is wrong, and what the message must say."""

    order: Order
    kind: type[WoodooError]
    #: What the message names besides the order, in its order of appearance.
    says: tuple[str, ...]
    where: str
    fix: str
    seen: Seen = SEEN
    rules: Callable[[], Rules] = make_rules


TWO = seen_partners(
    make_partner(33, name="Ana", email="ana@example.net"), make_partner(34, name="Ana P.", email="ana@example.net")
)
CASES = {
    "product cannot be matched": Case(
        with_line(sku="TSHIRT-M-BLK"),
        DataError,
        ("failed to sync because product SKU TSHIRT-M-BLK was not found in Odoo product.product -> default_code",),
        "product.product -> default_code",
        "Create the product in Odoo or correct the SKU",
    ),
    "product twice in Odoo": Case(
        ORDER,
        DataError,
        ("2 products in Odoo have the SKU MUG", "Mug (id 50)", "Cup (id 51)"),
        "product.product -> default_code",
        "Leave the SKU on one of them",
        Seen(products={"MUG": [MUG, {"id": 51, "display_name": "Cup", "active": True}]}),
    ),
    "product archived": Case(
        ORDER,
        DataError,
        ("product SKU MUG was not found", "archived product Mug"),
        "product.product -> default_code",
        "Restore that product",
        Seen(products={"MUG": [{**MUG, "active": False}]}),
    ),
    "wrong variant": Case(
        with_line(sku="", variation_id="12"),
        DataError,
        ("Thing MUG", "no SKU"),
        "product.product -> default_code",
        "variation itself",
    ),
    "customer cannot be matched": Case(
        ORDER,
        DataError,
        ("2 customers in Odoo have the e-mail address of this order", "Ana", "id 33", "Ana P.", "id 34"),
        "res.partner -> email",
        "Merge them in Odoo",
        replace(SEEN, customers=TWO),
    ),
    "total differs in the store": Case(
        replace(ORDER, total=Decimal("18.59")),
        DataError,
        ("does not add up in the store", "10.00 + 4.95 = 14.95 net", "18.59"),
        "total",
        "Look for a plugin that changes totals",
    ),
    "total differs from the posted invoice": Case(
        ORDER,
        DataError,
        ("comes to 18.09 EUR in the store", "INV/1", "posted over 17.09 EUR"),
        "account.move -> amount_total",
        "Credit invoice INV/1 in Odoo, then retry",
        replace(SEEN, documents={"1054": [posted("17.09")]}),
    ),
    "duplicate": Case(
        ORDER,
        DataError,
        ("Odoo has S00018 with the same reference '1054', which Woodoo did not make",),
        "sale.order -> client_order_ref",
        "If it is this order, skip this record",
        replace(SEEN, documents={"1054": [replace(posted("18.09"), ours=False)]}),
    ),
    "journal missing": Case(
        replace(ORDER, payment_method="klarna", payment_method_title="Klarna"),
        ConfigError,
        ("'Klarna' (klarna)", "not mapped to a journal"),
        "settings -> payment journals",
        "Map the payment method",
    ),
    "shipping not mapped": Case(
        replace(ORDER, shipping_lines=(make_shipping("4.95", tax="1.04", method="drone"),)),
        ConfigError,
        ("the shipping method 'Flat rate' (drone)", "no shipping product is set"),
        "settings -> shipping",
        "Map the shipping method",
    ),
    "coupon not configured": Case(
        discounted(),
        ConfigError,
        ("the coupon autumn", "no discount product is set"),
        "settings -> discount",
        "Choose a discount product",
        rules=lambda: make_rules(discount_as="line"),
    ),
    "fee not configured": Case(
        with_fee(),
        ConfigError,
        ("the fee 'Gift wrap' over 3", "no fee product is set"),
        "settings -> fee product",
        "Choose a product for fees",
    ),
    "tax not mapped": Case(
        ORDER,
        ConfigError,
        ("the tax rate 'VAT 21' (21 %, rate 1)", "not mapped to a tax in Odoo"),
        "settings -> taxes",
        "Map the tax rate",
        rules=lambda: make_rules(taxes={}),
    ),
    "currency without a pricelist": Case(
        replace(ORDER, currency="USD"),
        ConfigError,
        ("is in USD", "no pricelist is set"),
        "settings -> pricelists",
        "Choose a pricelist in USD",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_message_names_record_matter_place_and_way_out(name: str) -> None:
    case = CASES[name]
    with pytest.raises(WoodooError) as raised:
        plan_order(case.order, case.seen, case.rules())
    error = raised.value
    assert type(error) is case.kind or issubclass(type(error), case.kind)
    assert "Order #1054" in error.message
    assert error.record == "Order #1054"
    place = 0
    for words in case.says:
        found = error.message.find(words, place)
        assert found >= 0, f"{words!r} is not in {error.message!r}"
        place = found
    assert case.where in error.where
    assert case.fix in error.fix
    assert error.message.endswith("."), error.message


def test_unpaid_the_order_waits_and_says_for_what() -> None:
    plan = plan_order(replace(ORDER, paid_at=None), SEEN, make_rules())
    assert isinstance(plan, OrderPlan)
    assert plan.waits == ("The invoice waits for the payment (Card, no payment date in the store).",)
    pending = plan_order(replace(ORDER, paid_at=None, status="pending"), SEEN, make_rules())
    assert isinstance(pending, NothingToDo)
    assert "Order #1054 is 'pending' in the store" in pending.reason


def test_a_warehouse_odoo_does_not_have_is_named_with_the_setting() -> None:
    with pytest.raises(ConfigError) as raised:
        refuse_lost("stock.warehouse", [9], {}, "warehouse")
    assert "stock.warehouse 9, which Odoo does not have" in raised.value.message
    assert raised.value.where == "settings -> warehouse"
    assert "Choose another one" in raised.value.fix
