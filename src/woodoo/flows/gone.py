"""What becomes of orders the store has no more: deleted for good, not just in its trash.

| Odoo has of it             | then                                                             |
|----------------------------|------------------------------------------------------------------|
| nothing                    | skipped: nothing is left to do                                   |
| only what is cancelled     | skipped: nothing is left to do                                   |
| a document that stands     | parked: a person decides, for nobody knows why it was deleted    |

Nothing is cancelled in Odoo for it: shops delete old orders to tidy up, and the books have to keep them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..domain.errors import DataError, SyncConflict, WoodooError
from ..engine.flow import LinkVals
from .context import Context

#: Kinds of links that lead to an order's documents.
_KINDS = ("order", "invoice")
_WORDS = {"sale.order": "sales order", "account.move": "invoice"}


class NothingLeft(DataError):
    """The store has no such order any more, and nothing in Odoo stands for it: it can rest."""


def what_of_gone(context: Context, records: Iterable[str]) -> dict[str, WoodooError]:
    """Say of each order that is gone from the store what that means."""
    gone = sorted(records)
    if not gone:
        return {}
    links = {record: [found[record] for found in _links(context, gone) if record in found] for record in gone}
    states = _states(context, [link for several in links.values() for link in several])
    return {record: _error(record, links[record], states) for record in gone}


def _links(context: Context, records: Sequence[str]) -> list[Mapping[str, LinkVals]]:
    return [context.links.find(kind, records) for kind in _KINDS]


def _states(context: Context, links: Sequence[LinkVals]) -> dict[tuple[str, int], dict[str, Any]]:
    """Return name and state of these documents, as far as Odoo has them."""
    ids: dict[str, set[int]] = defaultdict(set)
    for link in links:
        ids[link.odoo_model].add(link.odoo_id)
    return {
        (model, row["id"]): row
        for model, numbers in ids.items()
        for row in context.odoo.search_read(model, [("id", "in", sorted(numbers))], ["name", "state"])
    }


def _error(record: str, links: Sequence[LinkVals], states: Mapping[tuple[str, int], Mapping[str, Any]]) -> WoodooError:
    documents = [(link, states.get((link.odoo_model, link.odoo_id))) for link in links]
    standing = [_named(link, row) for link, row in documents if row and row["state"] != "cancel"]
    cancelled = [str(row["name"]) for _, row in documents if row and row["state"] == "cancel"]
    name = f"Order {record}"
    if not standing:
        there = f"Odoo has only {_and(cancelled)} of it, cancelled" if cancelled else "Odoo has nothing of it"
        return NothingLeft(
            f"{name} is not in the store any more; {there}.",
            record=name,
            where="store -> orders",
            fix="Nothing is left to do.",
        )
    return SyncConflict(
        f"{name} is not in the store any more, but in Odoo stands {_and(standing)}.",
        record=name,
        where="store -> orders",
        choices=(
            "It was deleted to tidy up: skip this record; Odoo keeps what it has.",
            "It shall not hold any more: cancel it in Odoo, or credit its invoice there; then skip this record.",
        ),
    )


def _and(words: Sequence[str]) -> str:
    return " and ".join(words)


def _named(link: LinkVals, row: Mapping[str, Any]) -> str:
    name = str(row["name"] or "")
    shown = name if name not in ("", "/") else "draft"
    return f"the {_WORDS.get(link.odoo_model, link.odoo_model)} {shown}"
