"""What a line of a shop order is booked on in Odoo, and what it says: products, shipping, fees, discounts.

| line     | is booked on, first match                                                                            |
|----------|------------------------------------------------------------------------------------------------------|
| product  | the product with its SKU (`product_product.py`)                                                      |
| shipping | carrier or product of this very method (`flat_rate:1`), of its kind (`flat_rate`), the default       |
|          | carrier, the product for shipping                                                                    |
| fee      | the product for fees of its name, the product for fees                                               |
| discount | the product for discounts                                                                            |
| refunded | the product for refunds: an amount that was refunded before the order was invoiced                   |
| bundle   | as a product; one that costs nothing and has no product in Odoo is left out, its parts say its name  |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ...domain.errors import ConfigError
from ...domain.order import FeeLine, Order, OrderLine, ShippingLine
from ...domain.text import shortened
from ..amounts.priced import PricedLine
from ..amounts.totals import DiscountLine, Source
from ..refunds.reducing import RefundedAmount
from ..rules import Carrier, Rules
from .product_product import Found, Matched, is_missing, match_products

#: Characters of what a buyer chose or wrote that a document shows; longer is data of a plugin.
LONGEST_OPTION = 1000


@dataclass(frozen=True)
class DocumentLine:
    """A priced line with the Odoo product it is booked on."""

    priced: PricedLine
    product_id: int
    name: str
    is_delivery: bool = False


def leave_out_bundles(order: Order, found: Found) -> tuple[Order, tuple[str, ...]]:
    """Return the order without bundles that cost nothing and are no product in Odoo, and a note about each.

    What the buyer pays and what leaves the warehouse are then the parts; their names begin with that of the bundle.
    """
    parts = {line.part_of for line in order.lines}
    left_out = {
        line.external_id: line
        for line in order.lines
        if line.is_bundle and line.external_id in parts and _costs_nothing(line) and is_missing(line, found)
    }
    if not left_out:
        return order, ()
    lines = tuple(_named_after(line, left_out) for line in order.lines if line.external_id not in left_out)
    notes = tuple(
        f"The bundle '{line.name}' costs nothing itself and is no product in Odoo: it has no line, and its name stands "
        "before those of its parts."
        for line in left_out.values()
    )
    return replace(order, lines=lines), notes


def document_lines(
    order: Order, lines: Iterable[PricedLine], found: Found, rules: Rules
) -> tuple[tuple[DocumentLine, ...], tuple[str, ...]]:
    """Return the lines with their products and texts, and what is to be noted about them.

    Raises:
        DataError: where a product cannot be told.
        ConfigError: where no product is set for shipping, fees or discounts.
    """
    matched = match_products(order, found, rules)
    made = tuple(
        DocumentLine(
            line,
            line_product(line.target.source, order, matched.ids, rules),
            line_text(line.target.source, order, matched),
            is_delivery=isinstance(line.target.source, ShippingLine)
            and carrier_of(line.target.source, rules) is not None,
        )
        for line in lines
    )
    return made, (*matched.notes, *_text_notes(order))


def line_product(source: Source, order: Order, products: Mapping[str, int], rules: Rules) -> int:
    """Return the Odoo product a line is booked on. `products` are those of the product lines, by line id.

    Raises:
        ConfigError: where no product is set for shipping, fees or discounts.
    """
    if isinstance(source, OrderLine):
        return products[source.external_id]
    if isinstance(source, ShippingLine):
        return _shipping_product(source, order, rules)
    if isinstance(source, RefundedAmount):
        return _refund_product(source, order, rules)
    return _discount_product(order, rules) if isinstance(source, DiscountLine) else _fee_product(source, order, rules)


def _fee_product(source: FeeLine, order: Order, rules: Rules) -> int:
    product_id = rules.fee_products.get(source.name.strip().casefold(), rules.fee_product_id)
    if product_id is None:
        raise ConfigError(
            f"{order.label} has the fee '{source.name}' over {source.total}, and no fee product is set.",
            record=order.label,
            where="settings -> fee product",
            fix="Choose a product for fees, or for fees of this name, in the connection's settings.",
        )
    return product_id


def _refund_product(source: RefundedAmount, order: Order, rules: Rules) -> int:
    if rules.refunds.refund_product_id is None:
        amount = -source.total - source.total_tax
        raise ConfigError(
            f"{order.label}: {amount} {order.currency} of it were refunded without lines, and no refund product is "
            "set.",
            record=order.label,
            where="settings -> refund product",
            fix="Choose a refund product in the connection's settings, or have such amounts spread over the lines.",
        )
    return rules.refunds.refund_product_id


def _discount_product(order: Order, rules: Rules) -> int:
    if rules.discount_product_id is None:
        codes = ", ".join(coupon.code for coupon in order.coupons) or "a discount without a coupon"
        raise ConfigError(
            f"{order.label} has the coupon {codes}, which is to be a line of its own, and no discount product is set.",
            record=order.label,
            where="settings -> discount product",
            fix="Choose a discount product in the connection's settings, or let discounts be in the price.",
        )
    return rules.discount_product_id


def carrier_of(source: ShippingLine, rules: Rules) -> Carrier | None:
    """Return the carrier of a shipping line; None where it is booked on a mere product."""
    for key in _shipping_keys(source):
        if key in rules.carriers:
            return rules.carriers[key]
        if key in rules.shipping_products:
            return None
    return rules.default_carrier


def line_text(source: Source, order: Order, matched: Matched) -> str:
    """Return the line's text: the shop's name of it, and what the buyer chose or wrote.

    A line on the placeholder product names its SKU; shipping that a coupon made free names the coupon.
    """
    if isinstance(source, ShippingLine):
        coupons = ", ".join(_free_shipping_coupons(source, order))
        return f"{source.title or 'Shipping'}{f' ({coupons})' if coupons else ''}"
    if not isinstance(source, OrderLine):
        return source.name or "Fee"
    sku = [f"SKU: {source.sku}"] if source.sku and source.external_id in matched.replaced else []
    options = (f"{label}: {shortened(value, LONGEST_OPTION)}" for label, value in source.options)
    return "\n".join([source.name or source.sku or "-", *sku, *options])


def _shipping_product(source: ShippingLine, order: Order, rules: Rules) -> int:
    carrier = carrier_of(source, rules)
    mapped = (rules.shipping_products[key] for key in _shipping_keys(source) if key in rules.shipping_products)
    product_id = carrier.product_id if carrier else next(mapped, rules.shipping_product_id)
    if product_id is None:
        raise ConfigError(
            f"{order.label}: the shipping method '{source.title}' ({source.method_id}) is not mapped to a delivery "
            "method, and no shipping product is set.",
            record=order.label,
            where="settings -> shipping",
            fix="Map the shipping method or choose a shipping product in the connection's settings.",
        )
    return product_id


def _shipping_keys(source: ShippingLine) -> tuple[str, str]:
    return f"{source.method_id}:{source.instance_id}", source.method_id


def _free_shipping_coupons(source: ShippingLine, order: Order) -> list[str]:
    return [] if source.total else [coupon.code for coupon in order.coupons if coupon.free_shipping]


def _text_notes(order: Order) -> list[str]:
    notes = [
        f"'{label}' of the line '{line.name}' has {len(value)} characters; the line shows the first {LONGEST_OPTION}."
        for line in order.lines
        for label, value in line.options
        if len(value) > LONGEST_OPTION
    ]
    free = dict.fromkeys(code for line in order.shipping_lines for code in _free_shipping_coupons(line, order))
    return [*notes, *(f"Shipping is free by the coupon {code}." for code in free)]


def _costs_nothing(line: OrderLine) -> bool:
    return not (line.total or line.total_tax or line.subtotal or any(tax.amount for tax in line.taxes))


def _named_after(line: OrderLine, left_out: Mapping[str, OrderLine]) -> OrderLine:
    """Return the part with the names of the bundles around it in front; a bundle may be part of another."""
    names, seen, above = [line.name], {line.external_id}, line.part_of
    while above in left_out and above not in seen:
        seen.add(above)
        names.insert(0, left_out[above].name)
        above = left_out[above].part_of
    return replace(line, name=" – ".join(names))
