"""Whether the policies have the journals and products they need: a part of the connection test."""

from __future__ import annotations

from collections.abc import Sequence

from ..mapping.policy import BECOMES, Do
from ..mapping.rules import Rules
from ..stores.base import StoreChoice


def check_policies(methods: Sequence[StoreChoice], rules: Rules) -> tuple[bool | None, str, str]:
    """Return whether all is right (None: look at it), what was found, and what to do.

    `methods` are the payment methods of the store.
    """
    gaps = []
    missing = [method.title or method.key for method in methods if _lacks_journal(method.key, rules)]
    if missing:
        gaps.append(f"payment methods without a journal ({', '.join(missing)})")
    if rules.discount_as == "line" and rules.discount_product_id is None:
        gaps.append("discounts as lines without a product for them")
    if not rules.carriers and not rules.shipping_products and not _ships_anyhow(rules):
        gaps.append("shipping without a delivery method or a product")
    if not gaps:
        return True, "Payments, shipping and discounts have all they need.", ""
    message = f"Not set, so orders that need it would be parked: {'; '.join(gaps)}."
    return None, message, "Choose them on Configuration, or say there which payment methods are left open."


def _lacks_journal(method: str, rules: Rules) -> bool:
    paid = Do.PAYMENT in BECOMES[rules.policy.order_becomes]
    return paid and method not in rules.journals and method not in rules.policy.unpaid_methods


def _ships_anyhow(rules: Rules) -> bool:
    return rules.default_carrier is not None or rules.shipping_product_id is not None
