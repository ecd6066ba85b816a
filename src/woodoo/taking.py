"""Takes the whole catalogue of the store over to Odoo, or only tells what that would do.

Decides what has to be right before it begins: the connection and its products from the store are switched on. It is an
import: pause, resume, stop and progress are those of `engine/imports.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from . import wiring
from .connections.models import Connection
from .domain.errors import WoodooError
from .domain.history import OrderRange
from .engine import imports
from .engine.models import Import
from .engine.work import enqueue
from .flows.table import FLOWS

TITLE = "products of the store"
_FLOW = FLOWS["product"]


def expected(connection: Connection) -> int:
    """Return how many products there are.

    Raises:
        WoodooError: where there are none, or the connection is switched off.
    """
    if not connection.enabled:
        raise WoodooError(
            f"Connection {connection.name} is switched off, so no products can be taken over.",
            fix="Switch it on in the panel, under Connection; then start again.",
        )
    total = wiring.shelf_of(connection.pk).count()
    if not total:
        raise WoodooError("The store has no products.", fix="Check the address of the connection's store.")
    return total


def take_catalogue(connection: Connection, *, started_by: str) -> Import:
    """Begin to take all products of the store over, which a worker carries out.

    Raises:
        WoodooError: where it cannot begin.
    """
    if not connection.rules.takes_products:
        raise WoodooError(
            f"Products of the store of {connection.name} are not taken over: that is switched off.",
            fix="Switch on Products: store → Odoo, or Create products in Odoo, under Configuration.",
        )
    total = expected(connection)
    return imports.start(
        connection.pk, _FLOW.lane, _FLOW.name, OrderRange(), title=TITLE, total=total, started_by=started_by
    )


def try_shelf(connection: Connection) -> Iterator[tuple[int, dict[str, Any]]]:
    """Plan everything at once, without a worker and writing nothing; yield how many products and what came of them.

    Raises:
        WoodooError: where a side does not answer, or the settings cannot be used.
    """
    walk = wiring.shelf_of(connection.pk)
    findings: dict[str, Any] = {}
    listed, cursor = 0, ""
    while True:
        listing = walk.list(OrderRange(), cursor)
        findings = walk.try_out(listing, findings)
        listed += len(listing.records)
        yield listed, findings
        cursor = listing.cursor
        if not cursor:
            return


def take_products(connection: Connection, product_ids: Sequence[str]) -> int:
    """Put products of the store on the to-do list and return how many that is."""
    return enqueue(connection.pk, _FLOW.lane, _FLOW.name, list(product_ids), source="manual")
