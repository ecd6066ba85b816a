"""The part of the rules that customers are made by: what the settings say of them, countries, states, languages."""

from __future__ import annotations

from ..connections.settings import ConnectionSettings
from ..domain.errors import ConfigError
from ..mapping.customers.states import states_by_code
from ..mapping.rules import CustomerRules
from ..odoo.records import Records


def load_customer_rules(odoo: Records, settings: ConnectionSettings) -> CustomerRules:
    """Return how customers are recognised, made and changed.

    Raises:
        ConfigError: where a language is not active in Odoo: 19 would take it unseen, the others refuse each customer.
    """
    _check_languages(odoo, settings)
    return CustomerRules(
        partner_id=settings.customer_partner_id,
        companies=settings.company_contacts,
        vat_meta_keys=settings.vat_meta_keys,
        update_fields=frozenset(settings.customer_update_fields),
        clean_names=settings.clean_names,
        language=settings.language,
        language_meta_key=settings.language_meta_key,
        languages=settings.language_map,
    )


def load_countries(odoo: Records) -> tuple[dict[str, int], dict[tuple[str, str], int]]:
    """Return the ids of countries by ISO code, and of states by (country code, code or name in a store)."""
    rows = odoo.search_read("res.country", [], ["code"])
    codes = {row["id"]: str(row["code"] or "").upper() for row in rows}
    states = odoo.search_read("res.country.state", [], ["code", "name", "country_id"])
    named = ((codes.get(row["country_id"], ""), str(row["code"]), str(row["name"]), int(row["id"])) for row in states)
    return {code: odoo_id for odoo_id, code in codes.items()}, states_by_code(named)


def _check_languages(odoo: Records, settings: ConnectionSettings) -> None:
    wanted = {settings.language, *settings.language_map.values()} - {""}
    if not wanted:
        return
    active = {str(row["code"]) for row in odoo.search_read("res.lang", [], ["code"])}
    if lost := sorted(wanted - active):
        raise ConfigError(
            f"The language {', '.join(lost)} is not active in Odoo; active are {', '.join(sorted(active))}.",
            where="settings -> language",
            fix="Activate it in Odoo (Settings → Languages), or choose an active one in the connection's settings.",
        )
