"""Orders for tests, made from a few words."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from woodoo.domain.customer import Address
from woodoo.domain.order import LineTax, Order, OrderLine, ShippingLine, TaxRate
from woodoo.mapping.rules import Carrier, Currency, Journal, Precision, Rules, Tax

MADRID = Address(
    first_name="Ana",
    last_name="Prueba",
    address_1="Gran Vía 1",
    city="Madrid",
    state="M",
    postcode="28013",
    country="ES",
    email="ana@example.net",
    phone="600000000",
)
OLD = Precision(price_digits=2, round_globally=False, can_pin=False)
NEW = Precision(price_digits=None, round_globally=True, can_pin=True)


def money(text: str) -> Decimal:
    return Decimal(text)


def make_line(total: str, quantity: int = 1, sku: str = "MUG", tax: str = "", rate_id: str = "1") -> OrderLine:
    taxes = (LineTax(rate_id, money(tax)),) if tax else ()
    return OrderLine(
        external_id="1",
        name=f"Thing {sku}",
        sku=sku,
        product_id="10",
        variation_id="",
        quantity=Decimal(quantity),
        total=money(total),
        total_tax=money(tax or "0"),
        subtotal=money(total),
        taxes=taxes,
    )


def make_shipping(total: str, tax: str = "", method: str = "flat_rate", rate_id: str = "1") -> ShippingLine:
    taxes = (LineTax(rate_id, money(tax)),) if tax else ()
    return ShippingLine("2", method, "1", "Flat rate", money(total), money(tax or "0"), taxes)


def make_rate(total: str, shipping: str = "0", percent: str = "21", rate_id: str = "1") -> TaxRate:
    return TaxRate(rate_id, f"VAT {percent}", money(percent), False, money(total), money(shipping))


def make_order(*lines: OrderLine, total: str, **changes: object) -> Order:
    rates = changes.pop("tax_rates", ())
    tax = sum((rate.tax_total + rate.shipping_tax_total for rate in rates), Decimal(0))  # type: ignore[attr-defined]
    values: dict[str, object] = {
        "external_id": "1054",
        "number": "1054",
        "status": "processing",
        "currency": "EUR",
        "currency_digits": 2,
        "prices_include_tax": False,
        "created_at": datetime(2026, 11, 20, 23, 30, tzinfo=UTC),
        "modified_at": datetime(2026, 11, 20, 23, 31, tzinfo=UTC),
        "paid_at": datetime(2026, 11, 20, 23, 31, tzinfo=UTC),
        "customer_id": "",
        "billing": MADRID,
        "shipping": MADRID,
        "lines": lines,
        "shipping_lines": (),
        "fee_lines": (),
        "coupons": (),
        "tax_rates": rates,
        "total": money(total),
        "total_tax": tax,
        "payment_method": "stripe",
        "payment_method_title": "Card",
        "transaction_id": "ch_1",
        "customer_note": "",
    }
    return Order(**(values | changes))  # type: ignore[arg-type]


def make_rules(**changes: object) -> Rules:
    values: dict[str, object] = {
        "namespace": "woodoo_test",
        "company_id": 1,
        "company_currency": "EUR",
        "precision": OLD,
        "taxes": {"1": Tax(11, "VAT 21 %", Decimal(21)), "2": Tax(12, "VAT 10 %", Decimal(10))},
        "journals": {"stripe": Journal(7, "Stripe")},
        "currencies": {"EUR": Currency(1, "EUR", 2), "USD": Currency(2, "USD", 2)},
        "carriers": {"flat_rate": Carrier(5, "Parcel", 50)},
        "countries": {"ES": 68, "FR": 75},
        "states": {("ES", "M"): 416},
    }
    return Rules(**(values | changes))  # type: ignore[arg-type]
