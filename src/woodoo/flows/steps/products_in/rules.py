"""What plans of products from the store depend on: settings, taxes by class, units, and how Odoo wants them written.

Decides that the tax of a class is taken where all its rates for the company's own country mean one tax of Odoo; a shop
that sells to many countries has many rates in a class, and a product in Odoo has the tax of its home.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from ....connections.settings import ConnectionSettings
from ....mapping.catalogue.rules import WEIGHTS
from ....mapping.products_in.product_rules import ProductRules
from ....mapping.products_in.product_template import Form
from ....mapping.rules import Precision, Rules, Tax
from ....mapping.taxes.account_tax import STANDARD, mapped_taxes
from ....odoo.company import read_price_digits
from ....odoo.records import Records
from ....stores.base import StoreTaxRate
from ...sides import Sides
from ...tax_rules import load_tax_rules
from ..products_out.rules import load_catalogue_rules

_LIFE = 300.0


def load_product_rules(sides: Sides) -> ProductRules:
    """Return the rules of the connection, read now where they are older than some minutes."""
    return sides.memory.get("product_rules", lambda: _read(sides), life=_LIFE)


def load_form(sides: Sides) -> Form:
    """Return how this Odoo wants products written."""
    return sides.memory.get("product_form", lambda: _form(sides.odoo, sides.settings), life=_LIFE)


def _read(sides: Sides) -> ProductRules:
    settings = sides.settings
    # Descriptions come back through the fields they go out by.
    out = load_catalogue_rules(sides)
    included = sides.store.identify().prices_include_tax
    rates = sides.store.tax_rates()
    taxes = _taxes_by_class(sides, rates)
    return ProductRules(
        owners=settings.ownership,
        take=settings.take_products,
        create=settings.create_odoo_products,
        send=settings.send_products,
        repair=settings.repair_drift,
        archive=settings.archive_deleted_products,
        sku_field=settings.sku_field,
        product_type=settings.new_product_type,
        price_digits=read_price_digits(sides.odoo),
        prices_include_tax=included,
        taxes={name: found[0] for name, found in taxes.items() if len(found) == 1},
        untold_taxes={name: tuple(one.name for one in found) for name, found in taxes.items() if len(found) > 1},
        has_rates=bool(rates),
        weight_factor=_weight_factor(sides),
        description_field=out.description_field,
        short_description_field=out.short_description_field,
        html_fields=out.html_fields,
    )


def _form(odoo: Records, settings: ConnectionSettings) -> Form:
    dialect, fields = odoo.client.dialect, odoo.fields("product.template")
    consumable = dict.fromkeys(dialect.product_service, "consu")
    storable = dialect.product_storable
    for name, value in storable.items():
        info = fields.get(name)
        if info is None or (info.selection and value not in info.selection):
            storable = consumable  # without the app Inventory there is nothing storable
            break
    on_template = settings.sku_field in fields
    return Form(storable, consumable, dialect.product_service, on_template)


def _taxes_by_class(sides: Sides, rates: Sequence[StoreTaxRate]) -> dict[str, list[Tax]]:
    """Return the taxes that each class of the store ("" is the standard one) means in the company's own country."""
    odoo, settings = sides.odoo, sides.settings
    rows = odoo.search_read("res.country", [], ["code"])
    countries = {str(row["code"] or "").upper(): int(row["id"]) for row in rows}
    home = odoo.read("res.company", [odoo.company_id or 0], ["country_id"])
    codes = {odoo_id: code for code, odoo_id in countries.items()}
    at_home = codes.get(home[0]["country_id"] if home else 0, "")
    known = load_tax_rules(odoo, settings, countries)
    rules = Rules(
        namespace=odoo.namespace,
        company_id=odoo.company_id or 0,
        company_currency="",
        precision=Precision(None, round_globally=False, can_pin=False),
        taxes=known.by_rate,
        tax_rules=known.by_rule,
    )
    found: dict[str, dict[int, Tax]] = defaultdict(dict)
    for rate in rates:
        if rate.country not in ("", at_home):
            continue
        tax_class = rate.tax_class or STANDARD
        for tax in mapped_taxes(rate.rate_id, (tax_class,), rate.country, rate.percent, rules):
            found["" if tax_class == STANDARD else tax_class][tax.odoo_id] = tax
    return {name: list(taxes.values()) for name, taxes in found.items()}


def _weight_factor(sides: Sides) -> Decimal:
    unit = sides.memory.get("store units", sides.store.catalogue.units).weight
    rows = sides.odoo.search_read("product.template", [], ["weight_uom_name"], limit=1)
    own = str(rows[0]["weight_uom_name"] or "kg").lower() if rows else "kg"
    return WEIGHTS.get(unit, Decimal(1)) / WEIGHTS.get(own, Decimal(1))
