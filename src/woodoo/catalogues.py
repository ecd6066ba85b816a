"""Brings a whole catalogue over: Odoo's to the store, or the store's to Odoo. Or only tells what that would do.

| way    | whose products | flow       | begins where                                               |
|--------|----------------|------------|------------------------------------------------------------|
| `SEND` | Odoo's         | `products` | products go to the store (`send_products`)                 |
| `TAKE` | the store's    | `product`  | they are taken over, or made (`ConnectionSettings`)        |

A dry run begins anywhere: that is how one sees what switching on would do. Pause, resume, stop and progress are those
of any import (`engine/imports.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import wiring
from .connections.models import Connection
from .connections.settings import ConnectionSettings
from .domain.errors import WoodooError
from .domain.history import OrderRange
from .engine import imports
from .engine.links import Links
from .engine.models import Import
from .flows.catalogue_walk import CatalogueWalk
from .flows.preview import try_all
from .flows.shelf_walk import ShelfWalk
from .flows.steps.look_again import marked_to_look
from .flows.table import FLOWS, Flow


@dataclass(frozen=True)
class Way:
    """One direction in which a catalogue goes."""

    name: str
    flow: Flow
    #: Whose products, in words.
    title: str
    walk: Callable[[int], CatalogueWalk | ShelfWalk]
    wanted: Callable[[ConnectionSettings], bool]
    #: Why it cannot begin where it is switched off, and what to do; why where there is nothing, and what to look at.
    off: str
    switch: str
    none: str
    check: str


SEND = Way(
    "send",
    FLOWS["products"],
    "products of Odoo",
    lambda number: wiring.catalogue_of(number),
    FLOWS["products"].wanted,
    off="Products do not go to the store of {name}: that is switched off.",
    switch="Switch on Products: Odoo → store under Configuration.",
    none="Odoo has no products.",
    check="Check the company of the connection.",
)
TAKE = Way(
    "take",
    FLOWS["product"],
    "products of the store",
    lambda number: wiring.shelf_of(number),
    lambda settings: settings.takes_products,
    off="Products of the store of {name} are not taken over: that is switched off.",
    switch="Switch on Products: store → Odoo, or Create products in Odoo, under Configuration.",
    none="The store has no products.",
    check="Check the address of the connection's store.",
)
WAYS: Mapping[str, Way] = {way.name: way for way in (SEND, TAKE)}


def expected(connection: Connection, way: Way) -> int:
    """Return about how many products there are.

    Raises:
        WoodooError: where there are none, or the connection is switched off.
    """
    if not connection.enabled:
        raise WoodooError(
            f"Connection {connection.name} is switched off, so no products can be brought over.",
            fix="Switch it on in the panel, under Connection; then start again.",
        )
    total = way.walk(connection.pk).count()
    if not total:
        raise WoodooError(way.none, fix=way.check)
    return total


def begin(connection: Connection, way: Way, *, started_by: str, dry_run: bool = False) -> Import:
    """Begin to bring all products over, or a dry run of it, which a worker carries out.

    Raises:
        WoodooError: where it cannot begin.
    """
    if not dry_run and not way.wanted(connection.rules):
        raise WoodooError(way.off.format(name=connection.name), fix=way.switch)
    return imports.start(
        connection.pk,
        way.flow.lane,
        way.flow.name,
        OrderRange(),
        title=way.title,
        total=expected(connection, way),
        started_by=started_by,
        dry_run=dry_run,
    )


def try_out(connection: Connection, way: Way) -> Iterator[tuple[int, dict[str, Any]]]:
    """Plan everything at once, without a worker and writing nothing; yield how many products and what came of them.

    Raises:
        WoodooError: where a side does not answer, or the settings cannot be used.
    """
    yield from try_all(way.walk(connection.pk), OrderRange())


def bring(connection: Connection, way: Way, records: Sequence[str], *, look: bool = False) -> int:
    """Put products on the to-do list and return how many that is.

    `look`: those of Odoo are compared with the store, though nothing has changed in Odoo.
    """
    if look and way is SEND:
        links = Links(connection.pk)
        links.upsert(marked_to_look(links, [int(one) for one in records]))
    return wiring.sync_records(connection, way.flow, records)
