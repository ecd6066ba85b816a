"""Whether several taxes of a line stand on each other in Odoo as the store's rates do.

WooCommerce computes a compound rate on the net and all rates before it, every other rate on the net alone
(`includes/class-wc-tax.php`, `calc_exclusive_tax`). Odoo computes a tax on top of earlier ones that affect the base
of later taxes (`include_base_amount`), unless it leaves them out (`is_base_affected`, from 15 on).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from ...domain.errors import ConfigError
from ...domain.order import Order, TaxRate
from ..rules import Tax

_WHERE = "account.tax -> include_base_amount"


def refuse_other_bases(order: Order, rates: Sequence[TaxRate], taxes: Mapping[str, Tax]) -> None:
    """Refuse the rates of one line where Odoo would compute one of them on another base than the store did.

    Raises:
        ConfigError: naming both taxes, and what to set in Odoo.
    """
    for one, other in combinations([rate for rate in rates if rate.percent], 2):
        if taxes[one.rate_id].odoo_id == taxes[other.rate_id].odoo_id:
            raise _twice(order, one, other, taxes[one.rate_id])
        upper, lower = (one, other) if one.compound and not other.compound else (other, one)
        above, below = taxes[upper.rate_id], taxes[lower.rate_id]
        if upper.compound and lower.compound:
            if not (above.stands_on(below) or below.stands_on(above)):
                raise _not_stacked(order, upper, lower, above, below)
            continue
        if upper.compound and not above.stands_on(below):
            raise _not_stacked(order, upper, lower, above, below)
        if below.stands_on(above):
            raise _stacked(order, lower, below, above)
        if not upper.compound and above.stands_on(below):
            raise _stacked(order, upper, above, below)


def _not_stacked(order: Order, upper: TaxRate, lower: TaxRate, above: Tax, below: Tax) -> ConfigError:
    return ConfigError(
        f"{order.label}: the store's tax rate '{upper.label}' is compound, computed on top of '{lower.label}', but in "
        f"Odoo '{above.name}' does not stand on '{below.name}'.",
        record=order.label,
        where=_WHERE,
        fix=f"In Odoo let '{below.name}' affect the base of subsequent taxes and put it above '{above.name}' in the "
        "list of taxes, then retry.",
    )


def _stacked(order: Order, rate: TaxRate, above: Tax, below: Tax) -> ConfigError:
    return ConfigError(
        f"{order.label}: the store's tax rate '{rate.label}' is not compound, but in Odoo '{above.name}' is computed "
        f"on top of '{below.name}', which affects the base of subsequent taxes.",
        record=order.label,
        where=_WHERE,
        fix=f"Switch that off on '{below.name}' in Odoo, or map the rates to other taxes; then retry.",
    )


def _twice(order: Order, one: TaxRate, other: TaxRate, tax: Tax) -> ConfigError:
    return ConfigError(
        f"{order.label}: the tax rates '{one.label}' and '{other.label}' are on one line and both mapped to "
        f"'{tax.name}', which Odoo puts on a line only once.",
        record=order.label,
        where="settings -> taxes",
        fix="Map them to two taxes of their own.",
    )
