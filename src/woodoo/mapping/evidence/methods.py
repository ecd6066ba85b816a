"""The payment and shipping methods of the store, and those past orders used: journal, delivery method or product.

Decides that a method nobody uses any more is shown where orders used it, and that a method counts as mapped where
orders with it come over, by whatever setting.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from ..policy import BECOMES, Do
from ..proposals import Named, propose_carriers, propose_journals
from ..rules import Rules
from .row import Row, Stand, of_proposal
from .usage import Usage


def payment_rows(methods: Iterable[Named], journals: Sequence[Named], rules: Rules, usage: Usage) -> Iterator[Row]:
    """Yield a line for each payment method."""
    every = _with_used(methods, usage, "payments")
    proposals = {one.key: one for one in propose_journals(every, journals, ())}
    needed = Do.PAYMENT in BECOMES[rules.policy.order_becomes]
    for method in every:
        journal = rules.journals.get(method.key)
        row = Row("payments", method.key, method.name, Stand.MAPPED, setting="journal_map")
        if journal:
            row = _as(row, journal.name, "its payments are registered there")
        elif not needed:
            row = _as(row, "No journal needed", "orders come over without their payment")
        elif method.key in rules.policy.unpaid_methods:
            row = _as(row, "Left open", "its invoices wait for the bank statement or the cash desk")
        else:
            fix = "Choose a bank or cash journal, or name it among those invoiced without waiting for the payment."
            row = of_proposal("payments", proposals[method.key], fix)
        yield row.used(usage.of("payments", method.key), counted=bool(usage.orders))


def shipping_rows(
    methods: Iterable[Named],
    carriers: Sequence[Named],
    rules: Rules,
    usage: Usage,
    products: Mapping[int, str],
) -> Iterator[Row]:
    """Yield a line for each use of a shipping method in a zone, and each that orders name; `products` are names."""
    listed = [one for one in methods if ":" in one.key]
    every = _with_used(listed, usage, "shipping")
    same = {one.key: one for one in propose_carriers(every, carriers, {*rules.carriers})}
    for method in every:
        row = Row("shipping", method.key, method.name, Stand.MAPPED, setting="shipping_map")
        own, kind = method.key, method.key.split(":")[0]
        carrier = rules.carriers.get(own) or rules.carriers.get(kind)
        product = rules.shipping_products.get(own) or rules.shipping_products.get(kind)
        if carrier:
            row = _as(row, carrier.name, "delivery method of Odoo")
        elif product:
            row = _as(row, products.get(product, f"product {product}"), "on this product")
        elif own in same:
            row = of_proposal("shipping", same[own], "")
        elif rules.default_carrier:
            row = _as(row, rules.default_carrier.name, "by the delivery method for all that is not mapped")
        elif rules.shipping_product_id:
            name = products.get(rules.shipping_product_id, f"product {rules.shipping_product_id}")
            row = _as(row, name, "by the product for shipping")
        else:
            why = "no delivery method of Odoo has its name, and no product is set for shipping"
            fix = "Choose a delivery method or a product for it, or one for all."
            row = Row("shipping", own, method.name, Stand.OPEN, "", why, fix, "shipping_map")
        yield row.used(usage.of("shipping", method.key), counted=bool(usage.orders))


def fee_rows(rules: Rules, usage: Usage, products: Mapping[int, str]) -> Iterator[Row]:
    """Yield a line for each fee past orders had."""
    for key, use in usage.groups["fees"].items():
        product = rules.fee_products.get(key) or rules.fee_product_id
        row = Row("fees", key, use.title or "A fee without a name", Stand.MAPPED, setting="fee_product_id")
        if product:
            row = _as(row, products.get(product, f"product {product}"), "on this product")
        else:
            fix = "Choose the product for fees."
            row = Row("fees", key, row.title, Stand.OPEN, "", "no product is set for fees", fix, "fee_product_id")
        yield row.used(use, counted=True)


def _with_used(methods: Iterable[Named], usage: Usage, group: str) -> list[Named]:
    every = {method.key: method for method in methods}
    for key, use in usage.groups[group].items():
        every.setdefault(key, Named(key, use.title))
    return list(every.values())


def _as(row: Row, name: str, reason: str) -> Row:
    return Row(row.section, row.key, row.title, Stand.MAPPED, name, reason, "", row.setting)


def unused(rows: Iterable[Row]) -> Collection[Row]:
    """Return the lines no order that was looked at has used."""
    return [row for row in rows if row.orders == 0]
