"""Tries the parts of a connection that is being set up, each as soon as it was entered.

Decides that whatever goes wrong is an answer like any other: a sentence on what is wrong and one on how to mend it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from .connections.models import Connection
from .domain.errors import WoodooError
from .odoo import probe as odoo_probe
from .odoo.company import user_companies
from .odoo.probe import OdooFound
from .stores.woocommerce import probe as store_probe
from .stores.woocommerce.probe import ShopFound
from .wiring import Check, build_odoo, check_odoo, check_store

__all__ = ["Check", "try_odoo", "try_odoo_address", "try_store", "try_store_address"]

T = TypeVar("T")
_UNSAFE = "What is said with it can be read on the way: names, addresses, orders."


def try_store_address(url: str, ca_bundle: str = "") -> tuple[ShopFound | None, list[Check]]:
    """Look whether a shop answers there."""
    found, answer = _guarded("Store", lambda: store_probe.probe(url, ca_bundle=ca_bundle))
    if found is None:
        return None, answer
    where = f"{found.name or 'A shop'} is at {found.url}."
    moved = " The address that was entered leads there." if found.moved else ""
    checks = [Check("Store", True, where + moved)]
    if not found.is_secure:
        checks.append(Check("Encryption", None, f"The store is on http. {_UNSAFE}", "Give the store an https address."))
    return found, checks


def try_store(connection: Connection) -> list[Check]:
    """Look whether the store's key may do what Woodoo does."""
    return check_store(connection)[1]


def try_odoo_address(url: str, ca_bundle: str = "") -> tuple[OdooFound | None, list[Check]]:
    """Look whether an Odoo answers there."""
    found, answer = _guarded("Odoo", lambda: odoo_probe.probe(url, ca_bundle=ca_bundle))
    if found is None:
        return None, answer
    checks = [Check("Odoo", True, f"Odoo {found.version} ({found.edition.title()}) is at {found.url}.")]
    if not found.is_encrypted:
        checks.append(Check("Encryption", None, f"Odoo is on http. {_UNSAFE}", "Put Odoo behind https."))
    return found, checks


def try_odoo(connection: Connection, company_id: int | None) -> tuple[list[tuple[int, str]], list[Check]]:
    """Look whether login, apps and rights will do, in a company of the user: that one, else the user's own.

    Returns the companies the user may work in, its own one first; the connection has the one that was tried.
    """
    companies, trouble = _guarded("Odoo", lambda: list(user_companies(build_odoo(connection).client)))
    if not companies:
        return [], trouble
    known = [number for number, _ in companies]
    connection.odoo_company_id = company_id if company_id in known else known[0]
    return companies, check_odoo(connection)[1]


def _guarded(name: str, look: Callable[[], T]) -> tuple[T | None, list[Check]]:
    try:
        return look(), []
    except WoodooError as error:
        return None, [Check(name, False, error.message, error.fix)]
