"""Turn a connection's settings into the rules plans are made by: look up in Odoo what each setting points at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

from ..connections.settings import ConnectionSettings
from ..domain.errors import ConfigError
from ..mapping.policy import Policy
from ..mapping.refunds.rules import RefundRules
from ..mapping.rules import Carrier, Currency, Journal, Lock, Precision, Rules
from ..odoo.company import read_company
from ..odoo.records import Records
from .customer_rules import load_countries, load_customer_rules
from .field_rules import load_analytic, load_document_fields, load_sku_field
from .pointed import read_pointed
from .tax_rules import load_tax_rules


def load_rules(odoo: Records, settings: ConnectionSettings, namespace: str) -> Rules:
    """Read from Odoo what the settings name: about ten light reads, to be kept for some minutes.

    Raises:
        ConfigError: where a setting points at something Odoo does not have, or the company does not use.
    """
    company = read_company(odoo)
    _single_records(odoo, settings)
    currencies = _currencies(odoo)
    countries, states = load_countries(odoo)
    taxes = load_tax_rules(odoo, settings, countries)
    policy = _policy(settings)
    analytic = load_analytic(odoo, settings)
    pricelists = dict(settings.pricelist_map)
    if settings.pricelist_id:
        pricelists[company.currency] = settings.pricelist_id
    return Rules(
        namespace=namespace,
        company_id=company.odoo_id,
        company_currency=company.currency,
        precision=Precision(
            price_digits=company.price_digits,
            round_globally=company.rounding_method == "round_globally",
            can_pin=odoo.client.dialect.can_pin_taxes,
            net_is_rest=odoo.client.dialect.net_is_rest,
        ),
        policy=policy,
        refunds=_refunds(settings),
        taxes=taxes.by_rate,
        tax_rules=taxes.by_rule,
        sale_taxes=taxes.sale_taxes,
        match_taxes=settings.tax_match == "percent",
        untaxed=taxes.untaxed,
        exact=settings.tax_computed_by == "store",
        allow_order_cent=settings.allow_order_cent,
        journals=_journals(odoo, settings.journal_map),
        currencies=currencies,
        pricelists=_pricelists(odoo, pricelists, currencies),
        carriers=_carriers(odoo, settings.shipping_map),
        default_carrier=_default_carrier(odoo, settings.default_carrier_id),
        shipping_product_id=settings.shipping_product_id,
        shipping_products=settings.shipping_product_map,
        fee_product_id=settings.fee_product_id,
        fee_products={name.strip().casefold(): product for name, product in settings.fee_product_map.items()},
        placeholder_product_id=settings.placeholder_product_id,
        discount_as=settings.discount_as,
        discount_product_id=settings.discount_product_id,
        warehouse_id=settings.warehouse_id,
        team_id=settings.team_id,
        payment_term_id=settings.payment_term_id,
        payment_terms=settings.payment_term_map,
        fiscal_position_id=settings.fiscal_position_id,
        fiscal_positions=settings.fiscal_position_map,
        tag_ids=settings.tag_ids,
        analytic=analytic.shares,
        analytic_distributed=analytic.distributed,
        refund_reconciles=odoo.client.dialect.refund_reconciles,
        customer_note_field=settings.customer_note_field,
        admin_notes_field=settings.admin_notes_field,
        meta_fields=settings.meta_fields,
        fields=load_document_fields(odoo, settings, "sale.order" if policy.with_sale_order else "account.move"),
        invoice_journal_id=_invoice_journal(odoo, settings.invoice_journal_id),
        sales_account_id=_sales_account(odoo, settings.sales_account_id),
        lock=_lock(company.locked_until, company.locked_by),
        payment_lock=_lock(company.payments_locked_until, company.payments_locked_by),
        customers=load_customer_rules(odoo, settings),
        sku_field=load_sku_field(odoo, settings.sku_field),
        quantity_digits=_quantity_digits(odoo),
        order_number_format=settings.order_number_format,
        use_order_number=settings.use_order_number,
        timezone=ZoneInfo(settings.timezone),
        countries=countries,
        states=states,
    )


def _lock(until: date | None, name: str) -> Lock | None:
    return Lock(until, name) if until else None


def _single_records(odoo: Records, settings: ConnectionSettings) -> None:
    """Make sure that Odoo has what the settings that name one record point at."""
    products = (
        settings.shipping_product_id,
        settings.fee_product_id,
        settings.placeholder_product_id,
        settings.discount_product_id,
        settings.refund_product_id,
        *settings.shipping_product_map.values(),
        *settings.fee_product_map.values(),
    )
    terms = (settings.payment_term_id, *settings.payment_term_map.values())
    positions = (settings.fiscal_position_id, *settings.fiscal_position_map.values())
    for model, setting, ids in (
        ("product.product", "products for shipping, fees, discounts, refunds and unknown SKUs", products),
        ("stock.warehouse", "warehouse", (settings.warehouse_id,)),
        ("crm.team", "sales team", (settings.team_id,)),
        ("account.payment.term", "payment terms", terms),
        ("account.fiscal.position", "fiscal position", positions),
        ("crm.tag", "tags", settings.tag_ids),
        ("res.partner", "customer of all orders", (settings.customer_partner_id,)),
    ):
        read_pointed(odoo, model, [odoo_id for odoo_id in ids if odoo_id], ["name"], setting)


def _policy(settings: ConnectionSettings) -> Policy:
    return Policy(
        order_becomes=settings.order_becomes,
        status_steps=settings.status_steps,
        confirm_orders=settings.confirm_orders,
        unpaid_methods=frozenset(settings.unpaid_methods),
        invoice_date=settings.invoice_date,
        orders_from=settings.orders_from,
        post_invoices_from=settings.post_invoices_from,
    )


def _refunds(settings: ConnectionSettings) -> RefundRules:
    return RefundRules(**{name: getattr(settings, name) for name in RefundRules.__dataclass_fields__})


def _quantity_digits(odoo: Records) -> int:
    """Return how many decimals of a quantity Odoo keeps ("Product Unit of Measure")."""
    answer = odoo.client.call("sale.order.line", "fields_get", allfields=["product_uom_qty"], attributes=["digits"])
    digits = answer.get("product_uom_qty", {}).get("digits")
    return int(digits[1]) if digits else 2


def _default_carrier(odoo: Records, odoo_id: int | None) -> Carrier | None:
    return _carriers(odoo, {"": odoo_id})[""] if odoo_id else None


def _currencies(odoo: Records) -> dict[str, Currency]:
    rows = odoo.search_read("res.currency", [], ["name", "decimal_places"])
    return {row["name"]: Currency(row["id"], row["name"], int(row["decimal_places"])) for row in rows}


def _journals(odoo: Records, journal_map: Mapping[str, int]) -> dict[str, Journal]:
    rows = read_pointed(odoo, "account.journal", journal_map.values(), ["name", "type"], "payment journals")
    for row in rows.values():
        if row["type"] not in {"bank", "cash", "credit"}:
            raise ConfigError(
                f"The journal '{row['name']}' of Odoo is no bank or cash journal, so no payment can go there.",
                where="settings -> payment journals",
                fix="Map the payment method to a bank or cash journal.",
            )
    return {method: Journal(odoo_id, rows[odoo_id]["name"]) for method, odoo_id in journal_map.items()}


def _invoice_journal(odoo: Records, odoo_id: int | None) -> int | None:
    rows = read_pointed(odoo, "account.journal", [odoo_id] if odoo_id else [], ["name", "type"], "invoice journal")
    for row in rows.values():
        if row["type"] != "sale":
            raise ConfigError(
                f"The journal '{row['name']}' of Odoo is no sales journal, so no invoice can go there.",
                where="settings -> invoice journal",
                fix="Choose a journal of type sales in the connection's settings.",
            )
    return odoo_id


def _sales_account(odoo: Records, odoo_id: int | None) -> int | None:
    rows = read_pointed(
        odoo, "account.account", [odoo_id] if odoo_id else [], ["name", "internal_group"], "sales account"
    )
    for row in rows.values():
        if row["internal_group"] != "income":
            raise ConfigError(
                f"The account '{row['name']}' of Odoo is no income account, so no sales can be booked on it.",
                where="settings -> sales account",
                fix="Choose an income account in the connection's settings.",
            )
    return odoo_id


def _carriers(odoo: Records, shipping_map: Mapping[str, int]) -> dict[str, Carrier]:
    rows = read_pointed(odoo, "delivery.carrier", shipping_map.values(), ["name", "product_id"], "shipping")
    return {
        method: Carrier(odoo_id, rows[odoo_id]["name"], int(rows[odoo_id]["product_id"]))
        for method, odoo_id in shipping_map.items()
    }


def _pricelists(odoo: Records, wanted: Mapping[str, int], currencies: Mapping[str, Currency]) -> dict[str, int]:
    rows = read_pointed(odoo, "product.pricelist", wanted.values(), ["name", "currency_id"], "pricelists")
    for code, odoo_id in wanted.items():
        if code not in currencies or rows[odoo_id]["currency_id"] != currencies[code].odoo_id:
            raise ConfigError(
                f"The pricelist '{rows[odoo_id]['name']}' of Odoo is not in {code}.",
                where="settings -> pricelists",
                fix=f"Choose a pricelist in {code}, or activate the currency in Odoo.",
            )
    return dict(wanted)
