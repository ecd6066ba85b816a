"""What a plain connector does: one order after the other, a call for each step, through Woodoo's own client.

It looks nothing up, repeats nothing and is not safe against doubling, so it makes fewer calls than a plain connector in
use. It sends Woodoo's quiet context, which spares Odoo mails and logs.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from woodoo.domain.order import Order
from woodoo.odoo.records import Records

from .figures import CannotRun
from .shop import Shop


def bring_over(odoo: Records, shop: Shop, order: Order) -> None:
    """Create, confirm, invoice, post and pay one order, comparing totals on the way.

    Raises:
        CannotRun: it is not paid at the end, or its total is more than a few cents away.
    """
    partner = odoo.create("res.partner", [_partner(order)])[0]
    sale = odoo.create("sale.order", [_sale_order(shop, order, partner)])[0]
    odoo.read("sale.order", [sale], ["amount_untaxed", "amount_tax", "amount_total"])
    _call(odoo, "sale.order", "action_confirm", [sale])
    odoo.write("sale.order", [sale], {"date_order": f"{order.created_at:%Y-%m-%d %H:%M:%S}"})
    context = {"active_model": "sale.order", "active_ids": [sale], "active_id": sale}
    wizard = odoo.create("sale.advance.payment.inv", [{"advance_payment_method": "delivered"}], context)
    _call(odoo, "sale.advance.payment.inv", "create_invoices", wizard, context)
    invoice = odoo.read("sale.order", [sale], ["invoice_ids"])[0]["invoice_ids"][0]
    odoo.read("account.move", [invoice], ["amount_untaxed", "amount_tax", "amount_total"])
    _call(odoo, "account.move", "action_post", [invoice])
    context = {"active_model": "account.move", "active_ids": [invoice], "dont_redirect_to_payments": True}
    journal = shop.settings["journal_map"][order.payment_method]
    wizard = odoo.create("account.payment.register", [{"journal_id": journal}], context)
    _call(odoo, "account.payment.register", "action_create_payments", wizard, context)
    paid = odoo.read("account.move", [invoice], ["payment_state", "amount_total", "amount_residual"])[0]
    if paid["payment_state"] not in odoo.client.dialect.settled_payment_states:
        raise CannotRun(f"{order.label} is {paid['payment_state']} after the plain chain.")
    if abs(paid["amount_total"] - float(order.total)) > 0.05:
        raise CannotRun(f"{order.label} comes to {paid['amount_total']} instead of {order.total}.")


def _call(odoo: Records, model: str, method: str, ids: list[int], context: dict[str, Any] | None = None) -> None:
    odoo.client.call(model, method, ids=ids, context={**odoo.context, **(context or {})})


def _partner(order: Order) -> dict[str, Any]:
    who = order.billing
    return {
        "name": f"{who.first_name} {who.last_name}",
        "email": who.email,
        "phone": who.phone,
        "street": who.address_1,
        "city": who.city,
        "zip": who.postcode,
    }


def _sale_order(shop: Shop, order: Order, partner: int) -> dict[str, Any]:
    taxes = shop.settings["tax_map"]
    products = [
        (shop.furnished.products[line.sku], line.name, line.quantity, line.total, line.taxes) for line in order.lines
    ]
    products += [
        (shop.furnished.shipping_product_id, s.title, Decimal(1), s.total, s.taxes) for s in order.shipping_lines
    ]
    lines = [
        (
            0,
            0,
            {
                "product_id": product,
                "name": name,
                "product_uom_qty": float(quantity),
                "price_unit": float(total / quantity),
                "tax_ids": [(6, 0, [taxes[tax.rate_id] for tax in line_taxes])],
            },
        )
        for product, name, quantity, total, line_taxes in products
    ]
    return {"partner_id": partner, "client_order_ref": f"plain-{order.number}", "order_line": lines}
