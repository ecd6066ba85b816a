"""Partners as Odoo's reads give them, made from a few words."""

from __future__ import annotations

from typing import Any

from woodoo.mapping.customers.customers_seen import PARTNER_FIELDS, Customers


def make_partner(odoo_id: int, **values: Any) -> dict[str, Any]:
    """Return a partner in use, at Ana's address in Madrid, with nothing else but what is given."""
    partner: dict[str, Any] = dict.fromkeys(PARTNER_FIELDS, False) | {
        "id": odoo_id,
        "name": "Ana Prueba",
        "street": "Gran Vía 1",
        "zip": "28013",
        "city": "Madrid",
        "country_id": 68,
        "state_id": 416,
        "type": "contact",
        "active": True,
    }
    partner |= values
    partner["email_normalized"] = partner["email_normalized"] or str(partner["email"] or "").strip().lower() or False
    return partner


def seen_partners(*partners: dict[str, Any], **more: Any) -> Customers:
    """Return what was observed: these partners, and `linked`, `children`, `external_ids` as given."""
    return Customers(partners, **more)
