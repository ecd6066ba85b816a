"""Looks for what would hold up orders before they come: products and customers that both sides cannot be told apart by.

Decides that everything is read in pages, products of the store before its accounts, then both in Odoo, and that what
is found twice is told by SQL over all that was read (`engine/surveys.py`). E-mail addresses are not kept: those that
are the same have the same print.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from ..domain.history import OrderRange
from ..engine.registry import Found, Looked
from ..odoo.records import Records
from ..stores.base import Store
from ..stores.catalogue import Owned

#: Kinds of what is read: records by their SKU, by the print of their e-mail address; those without a SKU.
STORE_SKU, ODOO_SKU = "store_sku", "odoo_sku"
STORE_BARE, ODOO_BARE = "store_no_sku", "odoo_no_sku"
STORE_EMAIL, ODOO_EMAIL = "store_email", "odoo_email"
#: Records of Odoo to a page.
PAGE = 500
#: Fact of a product whose variations are sold, not itself: no order names its SKU.
HOLDS_VARIATIONS = "holds_variations"
#: Kinds of products that are no goods themselves.
_NOT_SOLD = frozenset({"variable", "grouped", "external"})


@dataclass(frozen=True)
class Hygiene:
    """Products and customers of both sides (`woodoo.engine.registry.Survey`)."""

    store: Store
    odoo: Callable[[], Records]
    sku_field: str
    #: Of this connection, so that prints of e-mail addresses mean nothing elsewhere.
    salt: str

    def look(self, wanted: OrderRange, cursor: str, figures: Mapping[str, Any]) -> Looked:
        """Read one page of what is next: the store's products, its accounts, Odoo's products, its contacts."""
        place = json.loads(cursor) if cursor else {"part": "products", "at": ""}
        parts = {
            "products": self._store_products,
            "accounts": self._store_accounts,
            "odoo_products": self._odoo_products,
            "odoo_contacts": self._odoo_contacts,
        }
        names = list(parts)
        part, at = str(place["part"]), str(place["at"])
        found, count, on = parts[part](at)
        if not on:
            after = names.index(part) + 1
            part = names[after] if after < len(names) else ""
        total = self._total() if not cursor else None
        read = {**figures, place["part"]: int(figures.get(place["part"], 0)) + count}
        return Looked(json.dumps({"part": part, "at": on}) if part else "", count, found, read, total)

    def _total(self) -> int:
        """Return about how many records will be read; accounts of the store are not counted before."""
        odoo = self.odoo()
        products = odoo.count("product.product", _of_company(odoo))
        contacts = odoo.count("res.partner", _contacts(odoo, 0))
        return self.store.catalogue.count_products() + products + contacts

    def _store_products(self, at: str) -> tuple[list[Found], int, str]:
        number = int(at or 1)
        rows, pages = self.store.catalogue.product_page(number)
        found: list[Found] = []
        for row in rows:
            goods = self.store.catalogue.variations_of(row) if row.kind == "variable" else ()
            found += [_owned(one) for one in ([row, *goods] if row.sku or row.kind not in _NOT_SOLD else goods)]
        return found, len(rows), str(number + 1) if number < pages else ""

    def _store_accounts(self, at: str) -> tuple[list[Found], int, str]:
        page = self.store.customers.every_account(at)
        found = []
        for account in page.accounts:
            for email in {text.strip().lower() for text in (account.email, account.billing.email)} - {""}:
                found.append(Found(STORE_EMAIL, self._print(email), account.label, facts={"id": account.external_id}))
        return found, len(page.accounts), page.cursor

    def _odoo_products(self, at: str) -> tuple[list[Found], int, str]:
        odoo = self.odoo()
        domain = [("id", ">", int(at or 0)), *_of_company(odoo)]
        fields = [self.sku_field, "display_name", "sale_ok"]
        rows = odoo.search_read("product.product", domain, fields, limit=PAGE, order="id")
        found = []
        for row in rows:
            sku, facts = str(row[self.sku_field] or "").strip(), {"id": row["id"]}
            if sku:
                found.append(Found(ODOO_SKU, sku, str(row["display_name"]), facts=facts))
            elif row["sale_ok"]:
                found.append(Found(ODOO_BARE, str(row["id"]), str(row["display_name"]), facts=facts))
        return found, len(rows), str(rows[-1]["id"]) if len(rows) == PAGE else ""

    def _odoo_contacts(self, at: str) -> tuple[list[Found], int, str]:
        odoo = self.odoo()
        rows = odoo.search_read(
            "res.partner", _contacts(odoo, int(at or 0)), ["email_normalized"], limit=PAGE, order="id"
        )
        found = [
            Found(ODOO_EMAIL, self._print(row["email_normalized"]), f"Contact {row['id']}", facts={"id": row["id"]})
            for row in rows
        ]
        return found, len(rows), str(rows[-1]["id"]) if len(rows) == PAGE else ""

    def _print(self, email: str) -> str:
        return sha256(f"{self.salt}:{email.lower()}".encode()).hexdigest()[:24]


def _owned(one: Owned) -> Found:
    facts: dict[str, object] = {"id": one.external_id, "status": one.status}
    if one.kind in _NOT_SOLD:
        facts[HOLDS_VARIATIONS] = True
    if one.sku:
        return Found(STORE_SKU, one.sku, one.name, facts=facts)
    return Found(STORE_BARE, one.external_id, one.name, facts=facts)


def _of_company(odoo: Records) -> list[Any]:
    return [("company_id", "in", [False, odoo.company_id])] if odoo.company_id else []


def _contacts(odoo: Records, after: int) -> list[Any]:
    """Return which contacts orders may belong to: those above the others, with an e-mail address."""
    return [("id", ">", after), ("email_normalized", "!=", False), ("parent_id", "=", False), *_of_company(odoo)]
