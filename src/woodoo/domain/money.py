"""Money as `Decimal`, rounded the way both sides round it.

Amounts are in units of the document's currency (12.34 means 12.34 EUR); the number of decimals is the currency's.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

ZERO = Decimal(0)


def to_decimal(value: object) -> Decimal:
    """Read an amount as the wire gives it: a decimal string, an int, or a float of JSON-RPC.

    Raises:
        ValueError: for anything that is not one finite number, an empty string included.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise ValueError(f"{value!r} is not an amount")
    try:
        amount = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    except InvalidOperation:
        raise ValueError(f"{value!r} is not an amount") from None
    if not amount.is_finite():
        raise ValueError(f"{value!r} is not an amount")
    return amount


def quantum(digits: int) -> Decimal:
    """Return the smallest step at that many decimals: `quantum(2)` is 0.01."""
    return Decimal(1).scaleb(-digits)


def round_money(amount: Decimal, digits: int = 2) -> Decimal:
    """Round half away from zero, as Odoo and WooCommerce (exclusive prices) do."""
    return amount.quantize(quantum(digits), rounding=ROUND_HALF_UP)
