"""How WooCommerce keeps, rounds and writes amounts.

Amounts are kept with six decimals, written without trailing zeros, and rounded to the shop's decimals only where
they are summed (`wc_format_decimal`, `wc_get_rounding_precision`, `wc_round_tax_total` of WooCommerce).
"""

from __future__ import annotations

from decimal import ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation

ZERO = Decimal(0)
#: Decimals with which WooCommerce keeps an amount (`WC_ROUNDING_PRECISION`).
PRECISION = 6


def _step(digits: int) -> Decimal:
    return Decimal(1).scaleb(-digits)


def half_up(amount: Decimal, digits: int = 0) -> Decimal:
    """Round half away from zero, as PHP's `round` does."""
    return amount.quantize(_step(digits), rounding=ROUND_HALF_UP)


def half_down(amount: Decimal, digits: int = 0) -> Decimal:
    """Round half towards zero (`PHP_ROUND_HALF_DOWN`)."""
    return amount.quantize(_step(digits), rounding=ROUND_HALF_DOWN)


def floor(amount: Decimal) -> Decimal:
    """Cut down to a whole number, towards minus infinity."""
    return amount.quantize(Decimal(1), rounding=ROUND_FLOOR)


def stored(amount: Decimal) -> Decimal:
    """Cut an amount to the six decimals WooCommerce keeps."""
    return half_up(amount, PRECISION)


def stored_double(amount: Decimal) -> Decimal:
    """Cut an amount to six decimals as PHP prints a binary number: a half in the seventh goes by its binary value."""
    return Decimal(f"{float(amount):.{PRECISION}f}")


def plain(amount: Decimal) -> str:
    """Write an amount as WooCommerce keeps it in text: no trailing zeros, no exponent, "0" for nothing."""
    text = f"{stored(amount):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def shown(amount: Decimal, digits: int) -> str:
    """Write an amount with that many decimals, as REST answers do for their `dp` parameter."""
    text = f"{half_up(amount, digits):f}"
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text


def loose(value: object) -> Decimal:
    """Read an amount the forgiving way WooCommerce does: "1,50" is 150 (thousands), nonsense and nothing are 0."""
    if isinstance(value, bool) or value is None:
        return ZERO
    text = "".join(sign for sign in str(value).strip() if sign in "0123456789.-+eE")
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return ZERO
    return stored(amount) if amount.is_finite() else ZERO
