"""The taxes of an invoice as prices are made with, and which of them a rate of the store is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...domain.errors import ConfigError
from ...domain.order import Order
from ..rules import Rules, Tax
from ..taxes.account_tax import mapped_taxes, rate_classes
from .seen import Move


def invoice_taxes(order: Order, invoice: Move, rules: Rules) -> dict[int, Tax]:
    """Return the taxes of the invoice's lines, by id: a credit note has no others.

    Raises:
        ConfigError: where one is no tax that Woodoo could compute with.
    """
    known = {tax.odoo_id: tax for tax in _known(rules)}
    wanted = {tax_id for line in invoice.lines for tax_id in line.tax_ids}
    lost = sorted(wanted - known.keys())
    if lost:
        raise ConfigError(
            f"{order.label}: {invoice.label} has the tax {', '.join(map(str, lost))}, which is no sales tax in percent "
            "of the company (any more).",
            record=order.label,
            where="account.tax",
            fix="Take the tax out of the archive in Odoo, or credit the refund by hand there and skip this record.",
        )
    return {tax_id: known[tax_id] for tax_id in wanted}


def _known(rules: Rules) -> Iterable[Tax]:
    yield from rules.sale_taxes
    yield from rules.taxes.values()
    yield from rules.tax_rules.values()
    yield from rules.untaxed.values()


def rate_taxes(order: Order, taxes: Mapping[int, Tax], rules: Rules) -> dict[str, Tax]:
    """Return which tax of the invoice each rate of the order is: the mapped one, else that of the same percentage.

    Raises:
        ConfigError: where the invoice has none.
    """
    classes = rate_classes(order)
    found: dict[str, Tax] = {}
    for rate in order.tax_rates:
        mapped = mapped_taxes(rate.rate_id, classes.get(rate.rate_id, ()), rate.country, rate.percent, rules)
        same = [tax for tax in taxes.values() if tax.percent == rate.percent]
        fitting = [*(tax for tax in mapped if tax.odoo_id in taxes), *sorted(same, key=lambda tax: tax.odoo_id)]
        if fitting:
            found[rate.rate_id] = fitting[0]
        elif rate.tax_total or rate.shipping_tax_total:
            raise ConfigError(
                f"{order.label} has the tax rate '{rate.label}' ({rate.percent.normalize():f} %), and its invoice in "
                "Odoo has no such tax.",
                record=order.label,
                where="account.tax",
                fix="Somebody has changed the invoice in Odoo: credit the refund by hand there and skip this record.",
            )
    return found
