"""Read contacts of Odoo with the companies above them and the delivery addresses below."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from ...mapping.customers.contact import Contact
from ...mapping.customers.customers_seen import PARTNER_FIELDS
from ...odoo.records import Records

#: What is read of a contact; its tags say whether it is to get an account.
FIELDS = (*PARTNER_FIELDS, "category_id", "write_date")


def read_contacts(odoo: Records, ids: Iterable[int]) -> dict[int, Contact]:
    """Read contacts by id, archived ones too, in up to three reads. Those that are gone are left out."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    people = {row["id"]: row for row in _read(odoo, [("id", "in", wanted)])}
    parents = {row["parent_id"] for row in people.values() if row["parent_id"]}
    missing = sorted(parents - people.keys())
    above = {**people, **{row["id"]: row for row in (_read(odoo, [("id", "in", missing)]) if missing else ())}}
    tops = sorted({row["parent_id"] or row["id"] for row in people.values()})
    below: dict[int, list[dict[str, Any]]] = defaultdict(list)
    kinds = [("parent_id", "in", tops), ("type", "in", ["contact", "delivery"]), ("active", "=", True)]
    for row in _read(odoo, kinds) if tops else ():
        below[row["parent_id"]].append(row)
    return {odoo_id: _contact(row, above, below) for odoo_id, row in people.items()}


def _contact(row: dict[str, Any], above: dict[int, dict[str, Any]], below: dict[int, list[dict[str, Any]]]) -> Contact:
    children = below[row["parent_id"] or row["id"]]
    deliveries = [child for child in children if child["type"] == "delivery"]
    deliveries.sort(key=lambda child: (str(child["write_date"]), child["id"]), reverse=True)
    people = sum(child["type"] == "contact" for child in children)
    return Contact(row, above.get(row["parent_id"]), deliveries, people)


def _read(odoo: Records, domain: list[Any]) -> list[dict[str, Any]]:
    return odoo.search_read("res.partner", domain, list(FIELDS), context={"active_test": False})
