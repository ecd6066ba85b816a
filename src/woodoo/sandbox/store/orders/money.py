"""What an order of the shop comes to: between the order as it is kept and the pure arithmetic of `engine`."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from .. import catalogue, metadata
from ..engine.discounts import CouponRule
from ..engine.numbers import ZERO, plain
from ..engine.order_totals import Basket, Charge, CouponGiven, Line, OrderTotals, RateTotal
from ..engine.rates import Place
from ..engine.taxes import Taxes
from ..state import Record, Shop

HEADS = ("discount_total", "discount_tax", "shipping_total", "shipping_tax", "cart_tax", "total_tax", "total")


def tax_place(shop: Shop, order: Record) -> Place:
    """Return where an order is taxed: by setting its shipping or billing address, the shop's own where none is."""
    if any(line["method_id"] == "local_pickup" for line in order["shipping_lines"]):
        return shop.base
    based_on = shop.option("woocommerce_tax_based_on")
    address = order["shipping"] if based_on == "shipping" and order["shipping"]["country"] else order["billing"]
    if based_on == "base" or not address["country"]:
        return shop.base
    return Place(address["country"], address["state"], address["postcode"], address["city"])


def coupon_rule(row: Record) -> CouponRule:
    """Return a coupon as the arithmetic wants it."""
    return CouponRule(
        code=row["code"],
        kind=row["discount_type"],
        amount=Decimal(row["amount"] or 0),
        product_ids=frozenset(row["product_ids"]),
        excluded_product_ids=frozenset(row["excluded_product_ids"]),
        category_ids=frozenset(row["product_categories"]),
        excluded_category_ids=frozenset(row["excluded_product_categories"]),
        exclude_sale_items=row["exclude_sale_items"],
        limit_to_items=row["limit_usage_to_x_items"] or 0,
    )


def recalculate(shop: Shop, order: Record) -> None:
    """Compute an order's taxes and totals anew from its lines, with today's settings."""
    basket = _basket(shop, order)
    totals = basket.calculate()
    _keep(shop, order, basket, totals)


def recalculate_coupons(shop: Shop, order: Record) -> None:
    """Let the order's coupons take their part anew, then compute everything."""
    rules = [coupon_rule(row) for row in (_coupon_row(shop, line["code"]) for line in order["coupon_lines"]) if row]
    sequential = shop.is_on("woocommerce_calc_discounts_sequentially")
    basket = _basket(shop, order)
    totals = basket.calculate()
    for number in range(1, len(rules) + 1):
        basket.saved_totals = [line.total for line in basket.lines]
        keep_coupons(order, basket.apply_coupons(rules[:number], sequential=sequential))
        totals = basket.calculate()
    _keep(shop, order, basket, totals)


def keep_coupons(order: Record, given: list[CouponGiven]) -> None:
    """Write on the coupon lines what each coupon gave."""
    by_code = {coupon.code: coupon for coupon in given}
    for line in order["coupon_lines"]:
        coupon = by_code.get(line["code"])
        if coupon is not None:
            line["discount"], line["discount_tax"] = plain(coupon.discount), plain(coupon.discount_tax)


def _coupon_row(shop: Shop, code: str) -> Record | None:
    return next((row for row in shop.tables["coupons"].values() if row["code"] == code), None)


def _basket(shop: Shop, order: Record) -> Basket:
    return Basket(
        lines=[_line(shop, item) for item in order["line_items"]],
        shipping=[
            Charge(Decimal(item["total"]), taxable=item["tax_status"] == "taxable") for item in order["shipping_lines"]
        ],
        fees=[
            Charge(Decimal(item["total"]), item["tax_class"], item["tax_status"] == "taxable")
            for item in order["fee_lines"]
        ],
        place=tax_place(shop, order),
        rules=shop.tax_rules(),
        vat_exempt=metadata.get(order["meta_data"], "is_vat_exempt") == "yes",
    )


def _line(shop: Shop, item: Record) -> Line:
    product = catalogue.find(shop, item["variation_id"] or item["product_id"])
    return Line(
        key=item["id"],
        quantity=item["quantity"],
        subtotal=Decimal(item["subtotal"]),
        total=Decimal(item["total"]),
        tax_class=item["tax_class"],
        taxable=product is None or catalogue.tax_status(shop, product) == "taxable",
        subtotal_tax=Decimal(item["subtotal_tax"]),
        product_ids=catalogue.ids(product) if product else frozenset(),
        category_ids=catalogue.category_ids(shop, product) if product else frozenset(),
        on_sale=bool(product and catalogue.on_sale(shop, product)),
    )


def _keep(shop: Shop, order: Record, basket: Basket, totals: OrderTotals) -> None:
    for item, line in zip(order["line_items"], basket.lines, strict=True):
        item.update(
            subtotal=plain(line.subtotal),
            total=plain(line.total),
            subtotal_tax=plain(line.subtotal_tax),
            total_tax=plain(line.total_tax),
            taxes=kept_taxes(line.taxes),
            subtotal_taxes=kept_taxes(line.subtotal_taxes),
        )
    for name, charges in (("shipping_lines", basket.shipping), ("fee_lines", basket.fees)):
        for item, charge in zip(order[name], charges, strict=True):
            item.update(total=plain(charge.total), taxes=kept_taxes(charge.taxes), total_tax=plain(charge.total_tax))
    keep_totals(shop, order, totals)


def kept_taxes(taxes: Taxes) -> dict[str, str]:
    """Return taxes by rate as they are kept."""
    return {str(rate_id): plain(tax) for rate_id, tax in taxes.items()}


def keep_totals(shop: Shop, order: Record, totals: OrderTotals) -> None:
    """Write totals and tax lines on the order."""
    for name in HEADS:
        order[name] = plain(getattr(totals, name))
    order["tax_lines"] = tax_lines(shop, order["tax_lines"], totals.by_rate)


def tax_lines(shop: Shop, existing: list[Record], by_rate: Mapping[int, RateTotal]) -> list[Record]:
    """Return the tax lines for these totals; lines of rates already there keep their number and place."""
    known = {line["rate_id"]: line for line in existing}
    lines = []
    for rate_id in [*(i for i in known if i in by_rate), *(i for i in by_rate if i not in known)]:
        line = known.get(rate_id) or {"id": shop.next_id("item"), "rate_id": rate_id}
        rate = next((rate for rate in shop.tax_rules().rates if rate.rate_id == rate_id), None)
        if rate is not None:
            line.update(rate_code=rate.code, label=rate.name, compound=rate.compound, rate_percent=float(rate.percent))
        line["tax_total"] = plain(by_rate[rate_id].tax_total)
        line["shipping_tax_total"] = plain(by_rate[rate_id].shipping_tax_total)
        lines.append(line)
    return lines


def refunded(shop: Shop, order: Record) -> Decimal:
    """Return what was given back so far, gross."""
    refunds = (shop.tables["refunds"].get(refund_id) for refund_id in order["refund_ids"])
    return sum((Decimal(refund["amount"]) for refund in refunds if refund), ZERO)
