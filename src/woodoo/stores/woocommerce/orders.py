"""Turns an order of WooCommerce into an order of the domain.

Decides what of a payload the rest of Woodoo sees: product options without internal keys, plain text without HTML, a
variation's SKU only where it is the variation's own.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ...domain.customer import Address
from ...domain.money import ZERO, round_money, to_decimal
from ...domain.order import Coupon, FeeLine, LineTax, Order, OrderLine, ShippingLine, TaxRate
from ...domain.text import clean, shortened
from .bundles import Bundles, find_bundles
from .payloads import (
    AddressPayload,
    LineItemPayload,
    LineTaxPayload,
    MetaPayload,
    OrderPayload,
    PricedPayload,
    TaxLinePayload,
    parse,
)

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_BREAK = re.compile(r"<br\s*/?>|</p>|\r?\n", re.IGNORECASE)
#: Key of a line's meta data: how many pieces were put back on the shelf by refunds, all together
#: (`includes/wc-order-functions.php`, `wc_restock_refunded_items`).
RESTOCK_KEY = "_restock_refunded_items"
_SPACE = re.compile(r"\s+")


def to_domain(
    payload: Mapping[str, Any] | OrderPayload,
    currency_digits: int,
    *,
    parent_skus: Mapping[str, str] | None = None,
) -> Order:
    """Read an order as the store sent it.

    A variation without a SKU of its own shows its parent's (`WC_Product_Variation::get_sku`). SKUs are unique in a
    store, so a variation that shows the SKU of its parent has none: its line's `sku` becomes empty.

    Shops that round once per order (`woocommerce_tax_round_at_subtotal`) keep the totals of `tax_lines` unrounded;
    they come over as they are, and their sum rounds to `total_tax`.

    Args:
        payload: the JSON object, asked for with many decimals (`dp=8`); amounts net of tax, in the order's currency.
        currency_digits: decimals of the store's amounts.
        parent_skus: SKU by product id, of the products whose variations are in the order.

    Raises:
        DataError: naming the order, the field and what is in it.
    """
    order = payload if isinstance(payload, OrderPayload) else parse_order(payload)
    rates = tuple(_tax_rate(line, order) for line in order.tax_lines)
    meta = meta_by_key(order.meta_data)
    return Order(
        external_id=order.id,
        number=order.number or order.id,
        status=order.status,
        currency=order.currency.upper(),
        currency_digits=currency_digits,
        prices_include_tax=order.prices_include_tax,
        created_at=order.date_created_gmt,
        modified_at=order.date_modified_gmt or order.date_created_gmt,
        paid_at=order.date_paid_gmt,
        customer_id=order.customer_id,
        billing=address_of(order.billing),
        shipping=address_of(order.shipping),
        lines=_lines(order.line_items, parent_skus or {}),
        shipping_lines=tuple(
            ShippingLine(
                external_id=line.id,
                method_id=line.method_id,
                instance_id=line.instance_id,
                title=plain_text(line.method_title),
                total=line.total,
                total_tax=line.total_tax,
                taxes=_taxes(line.taxes),
            )
            for line in order.shipping_lines
        ),
        fee_lines=tuple(
            FeeLine(line.id, plain_text(line.name), line.total, line.total_tax, _taxes(line.taxes), line.tax_class)
            for line in order.fee_lines
        ),
        coupons=tuple(Coupon(line.code, line.discount or ZERO, line.free_shipping) for line in order.coupon_lines),
        tax_rates=rates,
        total=order.total,
        total_tax=order.total_tax,
        payment_method=order.payment_method,
        payment_method_title=plain_text(order.payment_method_title),
        transaction_id=order.transaction_id,
        customer_note=order.customer_note,
        refund_ids=tuple(refund.id for refund in order.refunds),
        completed_at=order.date_completed_gmt,
        is_vat_exempt=meta.get("is_vat_exempt") in ("yes", True),
        meta=meta,
        restocked={line.id: count for line in order.line_items if (count := _restocked(line))},
    )


def parse_order(payload: Mapping[str, Any]) -> OrderPayload:
    """Read the JSON object of an order.

    Raises:
        DataError: naming the order, the field and what is in it.
    """
    external_id = payload.get("id") or "?"
    label = f"Order #{shortened(clean(str(payload.get('number') or external_id)), 60)}"
    return parse(OrderPayload, payload, record=label, where=f"orders/{external_id}")


def variation_parents(orders: Iterable[OrderPayload]) -> set[str]:
    """Return the product ids whose own SKU is needed to tell whether a line shows the variation's SKU."""
    lines = (line for order in orders for line in order.line_items)
    return {line.product_id for line in lines if line.variation_id and line.sku and line.product_id}


def plain_text(value: object) -> str:
    """Return what a reader of the shop's page would read: no tags, no entities, single spaces."""
    text = html.unescape(_TAG.sub(" ", value if isinstance(value, str) else str(value)))
    return _SPACE.sub(" ", clean(text)).strip()


def plain_lines(value: object) -> str:
    """Return the same with the lines it has on the page, without empty ones: an engraving, a greeting, a note."""
    text = value if isinstance(value, str) else str(value)
    return "\n".join(filter(None, map(plain_text, _BREAK.split(text))))


def address_of(address: AddressPayload) -> Address:
    return Address(**{name: getattr(address, name).strip() for name in Address.__dataclass_fields__})


def _lines(lines: Sequence[LineItemPayload], parent_skus: Mapping[str, str]) -> tuple[OrderLine, ...]:
    bundles = find_bundles(lines)
    return tuple(_line(line, parent_skus, bundles) for line in lines)


def _line(line: LineItemPayload, parent_skus: Mapping[str, str], bundles: Bundles) -> OrderLine:
    inherited = bool(line.variation_id) and bool(line.sku) and parent_skus.get(line.product_id) == line.sku
    return OrderLine(
        external_id=line.id,
        name=plain_text(line.name),
        sku="" if inherited else line.sku,
        product_id=line.product_id,
        variation_id=line.variation_id,
        quantity=line.quantity,
        total=line.total,
        total_tax=line.total_tax,
        subtotal=line.subtotal,
        taxes=_taxes(line.taxes),
        options=_options(line.meta_data),
        tax_class=line.tax_class,
        is_bundle=line.id in bundles.bundles,
        part_of=bundles.part_of.get(line.id, ""),
        parent_sku=line.sku if inherited else "",
    )


def _restocked(line: LineItemPayload) -> Decimal:
    """Return how many pieces refunds put back on the shelf (`includes/wc-order-functions.php`)."""
    try:
        return to_decimal(meta_by_key(line.meta_data).get(RESTOCK_KEY, 0))
    except ValueError:
        return ZERO


def _taxes(taxes: Iterable[LineTaxPayload]) -> tuple[LineTax, ...]:
    return tuple(LineTax(tax.id, tax.total, tax.subtotal) for tax in taxes if tax.total is not None)


def _options(entries: Iterable[MetaPayload]) -> tuple[tuple[str, str], ...]:
    """Return what the buyer chose, as the shop's screens label it; keys starting with `_` are internal."""
    options = []
    for entry in entries:
        if not entry.key or entry.key.startswith("_"):
            continue
        shown = _shown(entry)
        if shown is None or isinstance(shown, dict | list):
            continue
        label = entry.display_key if isinstance(entry.display_key, str) and entry.display_key else entry.key
        options.append((plain_text(label), plain_lines(shown)))
    return tuple(options)


def _shown(entry: MetaPayload) -> Any:
    """Return what the shop shows of an entry, with the lines it was written in.

    `display_value` names what `value` has as a slug, but REST cuts it to one line (`wc_clean`); where both say the
    same, `value` says it with its lines.
    """
    written, shown = entry.value, entry.display_value
    if not isinstance(shown, str | int | float):
        return written
    same = isinstance(written, str) and isinstance(shown, str) and _letters(written) == _letters(shown)
    return written if same else shown


def _letters(text: str) -> str:
    return "".join(plain_text(text).split())


def meta_by_key(entries: Iterable[MetaPayload]) -> dict[str, Any]:
    """Return `meta_data` by key; of a key that is there twice the first counts, as in `WC_Data::get_meta`."""
    meta: dict[str, Any] = {}
    for entry in entries:
        if entry.key:
            meta.setdefault(entry.key, entry.value)
    return meta


def _tax_rate(line: TaxLinePayload, order: OrderPayload) -> TaxRate:
    shipping = line.shipping_tax_total or ZERO
    percent = line.rate_percent
    return TaxRate(
        rate_id=line.rate_id,
        label=plain_text(line.label),
        percent=_percent(line, order) if percent is None else percent,
        compound=line.compound,
        tax_total=line.tax_total,
        shipping_tax_total=shipping,
        country=country_of_rate(line.rate_code),
    )


def country_of_rate(rate_code: str) -> str:
    """Return the country of a code such as "ES-M-IVA-1"; rates for all countries begin with their name."""
    first, dash, _ = rate_code.partition("-")
    return first if dash and len(first) == 2 and first.isalpha() else ""


def _percent(line: TaxLinePayload, order: OrderPayload) -> Decimal:
    """Work the percentage out of the amounts, to two decimals, where an old order does not tell it."""
    lines: list[PricedPayload] = [*order.line_items, *order.shipping_lines, *order.fee_lines]
    taxed = [one for one in lines if any(tax.id == line.rate_id and tax.total for tax in one.taxes)]
    base = sum((one.total for one in taxed), ZERO)
    if not base:
        return ZERO
    return round_money((line.tax_total + (line.shipping_tax_total or ZERO)) * 100 / base)
