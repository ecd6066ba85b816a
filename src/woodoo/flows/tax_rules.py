"""The sales taxes of the company in Odoo, and what the settings make of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..connections.settings import ConnectionSettings
from ..domain.errors import ConfigError
from ..domain.money import to_decimal
from ..mapping.rules import Tax
from ..mapping.taxes.account_tax import rule_key
from ..mapping.taxes.tax_matching import shown_percent
from ..odoo.records import Records
from .pointed import refuse_lost

#: What `tax_of` needs of account.tax.
TAX_FIELDS = ("name", "amount", "amount_type", "type_tax_use", "price_include", "include_base_amount", "sequence")
_WHERE = "settings -> taxes"

#: `amount_type` of account.tax → what such a tax is, and what to map a rate to instead.
_NO_PERCENTAGE: Mapping[str, tuple[str, str]] = {
    "group": (
        "a group of taxes",
        "Map the rate to the tax of the group that has its percentage; each rate of the store has its own.",
    ),
    "fixed": ("a fixed amount per piece", ""),
    "division": ("a percentage of the price with tax", ""),
    "code": ("computed by a formula", ""),
}


@dataclass(frozen=True)
class TaxRules:
    """The tax part of `mapping.rules.Rules`."""

    by_rate: Mapping[str, Tax]
    #: "class:country:percent" → tax.
    by_rule: Mapping[str, Tax]
    #: All sales taxes in percent, by sequence.
    sale_taxes: tuple[Tax, ...]
    untaxed: Mapping[str, Tax]


def load_tax_rules(odoo: Records, settings: ConnectionSettings, countries: Mapping[str, int]) -> TaxRules:
    """Read the company's taxes, in one call, and look up in them what the settings point at.

    `countries` are ids by ISO code.

    Raises:
        ConfigError: where a setting points at a tax that is not there or cannot stand for a rate.
    """
    rows = _read(odoo)
    codes = {odoo_id: code for code, odoo_id in countries.items()}
    sale = {odoo_id: tax_of(row, codes) for odoo_id, row in rows.items() if _is_percentage(row)}

    def looked_up(setting: Mapping[str, int]) -> dict[str, Tax]:
        _refuse(rows, setting.values())
        return {key: sale[odoo_id] for key, odoo_id in setting.items()}

    return TaxRules(
        by_rate=looked_up(settings.tax_map),
        by_rule=_rules(looked_up(settings.tax_rule_map)),
        sale_taxes=tuple(sorted(sale.values(), key=lambda tax: (tax.sequence, tax.odoo_id))),
        untaxed=_of_nothing(looked_up(settings.untaxed_map)),
    )


def _read(odoo: Records) -> dict[int, Mapping[str, Any]]:
    """Read all active taxes the company may use: its own, and from 17 on those of the companies it is a branch of.

    (odoo/addons/account/security/account_security.xml, `tax_comp_rule`: "parent_of" from 17 on.)
    """
    dialect = odoo.client.dialect
    newer = {"is_base_affected": dialect.tax_base_affected, "country_id": dialect.tax_country}
    fields = [*TAX_FIELDS, *(name for name, is_there in newer.items() if is_there)]
    domain = [("company_id", "parent_of", [odoo.company_id])] if odoo.company_id else []
    return {row["id"]: row for row in odoo.search_read("account.tax", domain, fields)}


def _is_percentage(row: Mapping[str, Any]) -> bool:
    return row["amount_type"] == "percent" and row["type_tax_use"] == "sale"


def tax_of(row: Mapping[str, Any], countries: Mapping[int, str]) -> Tax:
    """Return a tax in percent; `countries` are codes by id."""
    return Tax(
        odoo_id=row["id"],
        name=row["name"],
        percent=_percent(row),
        included=bool(row["price_include"]),
        stacked=bool(row["include_base_amount"]),
        base_affected=bool(row.get("is_base_affected", True)),
        sequence=int(row["sequence"]),
        country=countries.get(row.get("country_id") or 0, ""),
    )


def _percent(row: Mapping[str, Any]) -> Decimal:
    return to_decimal(row["amount"]).quantize(Decimal("0.0001"))


def _refuse(rows: Mapping[int, Mapping[str, Any]], ids: Iterable[int]) -> None:
    """Refuse taxes that no rate can be mapped to."""
    wanted = sorted(set(ids))
    refuse_lost("account.tax", wanted, rows, "taxes")
    for row in (rows[odoo_id] for odoo_id in wanted):
        fix = "Map the rate to a sales tax computed as a percentage of the price."
        if row["type_tax_use"] != "sale":
            raise ConfigError(
                f"The tax '{row['name']}' of Odoo is no sales tax, so no tax rate can be mapped to it.",
                where=_WHERE,
                fix=fix,
            )
        if row["amount_type"] != "percent":
            what, instead = _NO_PERCENTAGE.get(row["amount_type"], (f"computed as '{row['amount_type']}'", ""))
            raise ConfigError(
                f"The tax '{row['name']}' of Odoo is {what}, not a percentage of the price, so no tax rate can be "
                "mapped to it.",
                where=_WHERE,
                fix=instead or fix,
            )


def _rules(found: Mapping[str, Tax]) -> dict[str, Tax]:
    """Return the rules by their key in one form: "standard:ES:21.0" is "standard:ES:21"."""
    rules: dict[str, Tax] = {}
    for key, tax in found.items():
        tax_class, country, percent = key.split(":")
        same = rule_key(tax_class, country, Decimal(percent))
        if rules.setdefault(same, tax) != tax:
            raise ConfigError(
                f"The tax rule {same} is there twice, for '{rules[same].name}' and for '{tax.name}'.",
                where="settings -> tax_rule_map",
                fix="Leave one of them in the connection's settings.",
            )
    return rules


def _of_nothing(found: Mapping[str, Tax]) -> Mapping[str, Tax]:
    for key, tax in found.items():
        if tax.percent:
            raise ConfigError(
                f"The tax '{tax.name}' of Odoo is {shown_percent(tax.percent)}, so lines the store did not tax "
                f"('{key}') cannot carry it.",
                where="settings -> untaxed_map",
                fix="Choose a sales tax of 0 % for them.",
            )
    return found
