"""The sales order a shop order becomes (`sale.order`): header and lines, ready for one create-once `load`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..domain.errors import ConfigError
from ..domain.order import FeeLine, Order, OrderLine, ShippingLine
from .pricing import PricedLine, pin
from .rules import Carrier, Rules

#: What the external ids of sales orders begin with; the order's id follows.
SALE_ORDER_PREFIX = "sale_order_"


@dataclass(frozen=True)
class DocumentLine:
    """A priced line with the Odoo product it is booked on."""

    priced: PricedLine
    product_id: int
    name: str
    is_delivery: bool = False


def sale_order_external_id(order: Order) -> str:
    """Return the external id (without namespace) of the order's `sale.order`."""
    return f"{SALE_ORDER_PREFIX}{order.external_id}"


def sale_order_vals(
    order: Order, rules: Rules, *, partner_id: int, invoice_id: int, shipping_id: int, carrier: Carrier | None
) -> dict[str, Any]:
    """Return the header's columns for `load`. Times are UTC; ids are database ids.

    `user_id` is sent empty, else the API user becomes the salesperson; so are payment and signature requests, else
    the customer's portal asks for what is already paid.
    """
    vals: dict[str, Any] = {
        "partner_id/.id": partner_id,
        "partner_invoice_id/.id": invoice_id,
        "partner_shipping_id/.id": shipping_id,
        "date_order": f"{order.created_at:%Y-%m-%d %H:%M:%S}",
        "client_order_ref": rules.reference(order),
        "origin": rules.reference(order),
        "company_id/.id": rules.company_id,
        "user_id/.id": "",
        "require_payment": False,
        "require_signature": False,
    }
    optional = {
        "pricelist_id/.id": rules.pricelists.get(order.currency),
        "warehouse_id/.id": rules.warehouse_id,
        "team_id/.id": rules.team_id,
        "carrier_id/.id": carrier.odoo_id if carrier else None,
    }
    return vals | {column: value for column, value in optional.items() if value}


def sale_order_line_vals(line: DocumentLine, rules: Rules, currency: str, *, taxes_field: str) -> dict[str, Any]:
    """Return one line's columns for `load`, without the `order_line/` prefix. Prices are in the order's currency."""
    vals: dict[str, Any] = {
        "product_id/.id": line.product_id,
        "name": line.name,
        "product_uom_qty": _plain(line.priced.quantity),
        "price_unit": _plain(line.priced.price_unit),
        f"{taxes_field}/.id": ",".join(str(tax.odoo_id) for tax in line.priced.taxes),
    }
    if line.is_delivery:
        vals["is_delivery"] = True
    return vals | pin_vals(line.priced, rules, currency)


def pin_vals(priced: PricedLine, rules: Rules, currency: str) -> dict[str, Any]:
    """Return the column that pins the line's taxes, where it is pinned."""
    data = pin(priced, rules.currencies[currency].odoo_id)
    return {} if data is None else {"extra_tax_data": json.dumps(data)}


def line_product(
    source: OrderLine | ShippingLine | FeeLine, order: Order, products: Mapping[str, int], rules: Rules
) -> int:
    """Return the Odoo product a line is booked on. `products` maps SKUs that were found.

    Raises:
        ConfigError: where no product is set for shipping or fees.
    """
    if isinstance(source, OrderLine):
        return products[source.sku]
    if isinstance(source, ShippingLine):
        carrier = carrier_of(source, rules)
        product_id = carrier.product_id if carrier else rules.shipping_product_id
        if product_id is None:
            raise ConfigError(
                f"{order.label}: the shipping method '{source.title}' ({source.method_id}) is not mapped to a delivery "
                "method, and no shipping product is set.",
                record=order.label,
                where="settings -> shipping",
                fix="Map the shipping method or choose a shipping product in the connection's settings.",
            )
        return product_id
    if rules.fee_product_id is None:
        raise ConfigError(
            f"{order.label} has the fee '{source.name}' over {source.total}, and no fee product is set.",
            record=order.label,
            where="settings -> fee product",
            fix="Choose a fee product in the connection's settings.",
        )
    return rules.fee_product_id


def carrier_of(source: ShippingLine, rules: Rules) -> Carrier | None:
    """Return the carrier mapped to this very method, else to its kind, else None."""
    return rules.carriers.get(f"{source.method_id}:{source.instance_id}") or rules.carriers.get(source.method_id)


def line_text(source: OrderLine | ShippingLine | FeeLine) -> str:
    """Return the line's text: the shop's name of it, and what the buyer chose or wrote."""
    if isinstance(source, OrderLine):
        return "\n".join([source.name, *(f"{label}: {value}" for label, value in source.options)])
    return source.title if isinstance(source, ShippingLine) else source.name


def _plain(value: Decimal) -> float:
    return float(value)
