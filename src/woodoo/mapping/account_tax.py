"""Which Odoo tax a tax rate of the store means: the mapped one, if it is the same percentage."""

from __future__ import annotations

from collections.abc import Iterable

from ..domain.errors import ConfigError
from ..domain.order import Order
from .rules import Rules, Tax


def order_taxes(order: Order, rules: Rules) -> dict[str, Tax]:
    """Return the Odoo tax of each rate the order uses, by rate id.

    Raises:
        ConfigError: where a rate is not mapped, or is mapped to a tax of another percentage, or included and excluded
            taxes would meet on one line.
    """
    taxes = {}
    for rate in order.tax_rates:
        tax = rules.taxes.get(rate.rate_id)
        if tax is None:
            raise ConfigError(
                f"{order.label} uses the tax rate '{rate.label}' ({rate.percent.normalize():f} %, rate "
                f"{rate.rate_id}), which is not mapped to a tax in Odoo.",
                record=order.label,
                where="settings -> taxes",
                fix="Map the tax rate in the connection's settings.",
            )
        if tax.percent != rate.percent:
            raise ConfigError(
                f"{order.label} uses the tax rate '{rate.label}' ({rate.percent.normalize():f} %), which is mapped to "
                f"'{tax.name}' ({tax.percent.normalize():f} %) in Odoo.",
                record=order.label,
                where="settings -> taxes",
                fix="Map the rate to a tax of the same percentage in the connection's settings.",
            )
        taxes[rate.rate_id] = tax
    _refuse_mixed_prices(order, taxes.values())
    return taxes


def _refuse_mixed_prices(order: Order, taxes: Iterable[Tax]) -> None:
    by_kind: dict[bool, str] = {tax.included: tax.name for tax in taxes}
    if len(by_kind) == 2:
        raise ConfigError(
            f"{order.label} would carry '{by_kind[True]}', which is included in prices, beside '{by_kind[False]}', "
            "which is not.",
            record=order.label,
            where="settings -> taxes",
            fix="Map all rates of the store to taxes of one kind.",
        )
