"""Why a document differs: the line that is not as it was sent, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.mapping.orders import OLD, make_line, make_order, make_rate, make_shipping
from woodoo.mapping.amounts.priced import PricedLine
from woodoo.mapping.amounts.pricing import Terms, price_lines
from woodoo.mapping.amounts.totals import order_targets
from woodoo.mapping.changes.why import OdooLine, why_different
from woodoo.mapping.rules import Tax


def sent() -> Sequence[PricedLine]:
    """A mug for 10.00 and shipping for 5.00, at 21 %."""
    order = make_order(
        make_line("10.00", tax="2.10"),
        total="18.15",
        shipping_lines=(make_shipping("5.00", tax="1.05"),),
        tax_rates=(make_rate("2.10", "1.05"),),
    )
    return price_lines(order_targets(order), Terms({"1": Tax(11, "VAT 21 %", Decimal(21))}, OLD, 2, 2)).lines


MUG = OdooLine(Decimal(1), Decimal("10.0"), Decimal("0.0"), frozenset({11}))
SHIPPING = OdooLine(Decimal(1), Decimal("5.0"), Decimal("0.0"), frozenset({11}))


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([MUG], "It has 1 line in Odoo, 2 were sent."),
        ([MUG, SHIPPING], "All its lines are as they were sent"),
        ([MUG, replace(SHIPPING, tax_ids=frozenset({12}))], "The shipping line 'Flat rate' has the taxes 12 in Odoo"),
        ([replace(MUG, tax_ids=frozenset()), SHIPPING], "The product line 'Thing MUG' has the taxes none in Odoo"),
        ([replace(MUG, discount=Decimal("5.0")), SHIPPING], "has a discount of 5 % in Odoo, not 0 % (a pricelist)"),
        ([replace(MUG, quantity=Decimal("2.0")), SHIPPING], "has the quantity 2 in Odoo, not 1"),
        ([MUG, replace(SHIPPING, price_unit=Decimal("4.99"))], "has the price 4.99 in Odoo, not 5 (the precision"),
    ],
)
def test_the_line_that_differs_is_named(found: Sequence[OdooLine], words: str) -> None:
    assert words in why_different(sent(), found)
