"""Sends the whole catalogue of Odoo to the store, or only tells what that would do.

Decides what has to be right before it begins: the connection and its products are switched on. It is an import that
goes the other way: pause, resume, stop and progress are those of `engine/imports.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from . import wiring
from .connections.models import Connection
from .domain.errors import WoodooError
from .domain.history import OrderRange
from .engine import imports
from .engine.links import Links
from .engine.models import Import
from .engine.work import enqueue
from .flows.steps.look_again import marked_to_look
from .flows.table import FLOWS

TITLE = "products of Odoo"
_FLOW = FLOWS["products"]


def expected(connection: Connection) -> int:
    """Return about how many products there are.

    Raises:
        WoodooError: where there are none, or the connection is switched off.
    """
    if not connection.enabled:
        raise WoodooError(
            f"Connection {connection.name} is switched off, so no products can be sent.",
            fix="Switch it on in the panel, under Connection; then start again.",
        )
    total = wiring.catalogue_of(connection.pk).count()
    if not total:
        raise WoodooError("Odoo has no products.", fix="Check the company of the connection.")
    return total


def send_catalogue(connection: Connection, *, started_by: str, dry_run: bool = False) -> Import:
    """Begin to send all products, or a dry run of it, which a worker carries out.

    Raises:
        WoodooError: where it cannot begin.
    """
    if not dry_run and not _FLOW.wanted(connection.rules):
        raise WoodooError(
            f"Products do not go to the store of {connection.name}: that is switched off.",
            fix="Switch on Products: Odoo → store under Configuration.",
        )
    return imports.start(
        connection.pk,
        _FLOW.lane,
        _FLOW.name,
        OrderRange(),
        title=TITLE,
        total=expected(connection),
        started_by=started_by,
        dry_run=dry_run,
    )


def try_catalogue(connection: Connection) -> Iterator[tuple[int, dict[str, Any]]]:
    """Plan everything at once, without a worker and writing nothing; yield how many products and what came of them.

    Raises:
        WoodooError: where a side does not answer, or the settings cannot be used.
    """
    walk = wiring.catalogue_of(connection.pk)
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


def send_products(connection: Connection, template_ids: Sequence[str], *, look: bool = False) -> int:
    """Put products on the to-do list and return how many that is; `look`: the store is read and compared."""
    if look:
        look_again(connection.pk, [int(one) for one in template_ids])
    return enqueue(connection.pk, _FLOW.lane, _FLOW.name, list(template_ids), source="manual")


def look_again(connection_id: int, template_ids: Sequence[int]) -> None:
    """Have these products read from the store the next time they are looked at."""
    links = Links(connection_id)
    links.upsert(marked_to_look(links, template_ids))
