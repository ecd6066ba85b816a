"""From what an order comes to, to what is sent: fees taken apart, discounts as set, taxes mapped, lines priced."""

from __future__ import annotations

from ...domain.errors import DataError
from ...domain.order import Order
from ..rules import Rules
from ..taxes.account_tax import map_taxes
from .discounts import with_discount_lines
from .mixed_taxes import apart_by_taxes
from .priced import Priced
from .pricing import Terms, price_lines
from .totals import Targets


def price_order(order: Order, targets: Targets, rules: Rules, digits: int) -> Priced:
    """Price an order so that Odoo comes to `targets`; `digits` are the decimals of its currency in Odoo.

    Raises:
        DataError: where that cannot be done; it names the order.
        ConfigError: where a tax is not mapped.
    """
    targets = apart_by_taxes(targets, order)
    if rules.discount_as == "line":
        targets = with_discount_lines(targets, order)
    targets, taxes = map_taxes(order, targets, rules)
    terms = Terms(
        taxes,
        rules.precision,
        digits,
        store_digits=order.currency_digits,
        exact=rules.exact,
        percent=rules.discount_as == "percent",
        quantity_digits=rules.quantity_digits,
    )
    try:
        return price_lines(targets, terms)
    except DataError as error:
        message = f"{order.label}: {error.message}"
        raise DataError(message, record=order.label, where=error.where, fix=error.fix) from None
