"""Whether what settings name is there on both sides: records in Odoo, statuses and payment methods in the store.

Decides that only what is new is judged: what was set before stays until somebody changes it, though a side does not
list it any more. Where a side cannot be asked, that is said, and a person may save without.

| what is not there                                        | what happens                                             |
|----------------------------------------------------------|----------------------------------------------------------|
| a record of Odoo, or one of another kind or company      | not saved                                                |
| a pricelist in another currency than it is used for      | not saved                                                |
| a status that orders are to be set to in the store       | not saved                                                |
| a status, method or rate of the store in a table         | saved and told: old orders may have it, a plugin know it |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from woodoo.connections.models import Connection
from woodoo.connections.settings import DEFAULT_STATUS_STEPS
from woodoo.domain.errors import RemoteDown, WoodooError

from .portable.references import WORDS, Names, Reference, listed, references
from .pricelist_check import in_other_currency

#: Setting → what of the store its keys, entries or value are.
OF_STORE: Mapping[str, str] = {
    "status_steps": "order_statuses",
    "delivered_status": "order_statuses",
    "partial_status": "order_statuses",
    "paid_status": "order_statuses",
    "journal_map": "payment_methods",
    "payment_term_map": "payment_methods",
    "unpaid_methods": "payment_methods",
    "shipping_map": "shipping_methods",
    "shipping_product_map": "shipping_methods",
    "tax_map": "tax_rates",
}
#: Statuses that Woodoo itself sets there.
_SET_IN_STORE = frozenset({"delivered_status", "partial_status", "paid_status"})
_STORE_WORDS = {
    "order_statuses": "status of orders",
    "payment_methods": "payment method",
    "shipping_methods": "shipping method",
    "tax_rates": "tax rate",
}


@dataclass(frozen=True)
class Problem:
    """Something that is not there."""

    setting: str
    #: Key of its map; empty where it is the setting itself.
    key: str
    message: str


@dataclass
class Found:
    """What both sides said."""

    problems: list[Problem] = field(default_factory=list)
    #: What a side does not list, and is kept all the same: sentences.
    notes: list[str] = field(default_factory=list)
    #: Sides that could not be asked, each a sentence.
    unasked: list[str] = field(default_factory=list)


def check_new(on: Connection, before: Mapping[str, Any], after: Mapping[str, Any]) -> Found:
    """Judge what is new in `after`, both as settings are stored. Never raises for what a side answers."""
    found = Found()
    new = _new_references(before, after)
    _odoo_side(on, new, found)
    _store_side(on, before, after, found)
    _pricelists(on, [one for one in new if one.source == "pricelists"], found)
    return found


def _new_references(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Reference]:
    old = {(one.setting, one.odoo_id) for one in references(before)}
    return [one for one in references(after) if (one.setting, one.odoo_id) not in old]


def _odoo_side(on: Connection, new: list[Reference], found: Found) -> None:
    from woodoo.wiring import build_odoo

    if not new:
        return
    try:
        names = Names(build_odoo(on), on.odoo_company_id)
        for source in dict.fromkeys(one.source for one in new):
            wanted = [one for one in new if one.source == source]
            offered = names.offered(source, {one.odoo_id for one in wanted})
            missing = [one for one in wanted if one.odoo_id not in offered]
            there = names.of(missing) if missing else {}
            found.problems += [
                Problem(one.setting, one.key, _not_offered(one, there.get((source, one.odoo_id), "")))
                for one in missing
            ]
    except WoodooError as error:
        found.unasked.append(f"Odoo could not be asked: {error.message}")


def _not_offered(one: Reference, name: str) -> str:
    wanted = WORDS[one.source]
    if name:
        return f"'{name}' (no. {one.odoo_id}) is no {wanted}, or is archived."
    return f"Odoo has no {wanted} with the number {one.odoo_id} ({listed(one.source).model})."


def _pricelists(on: Connection, new: list[Reference], found: Found) -> None:
    """Refuse pricelists in another currency than they are used for; that a side was not asked is told already."""
    wrong = {(one.setting, one.key) for one in found.problems}
    wanted = [one for one in new if (one.setting, one.key) not in wrong]
    if not wanted or found.unasked:
        return
    try:
        found.problems += [Problem(one.setting, one.key, said) for one, said in in_other_currency(on, wanted)]
    except WoodooError as error:
        found.unasked.append(f"It could not be asked which currency a pricelist is in: {error.message}")


def _store_side(on: Connection, before: Mapping[str, Any], after: Mapping[str, Any], found: Found) -> None:
    from woodoo.wiring import build_store

    new = [(name, key) for name in OF_STORE for key in _keys(after, name) if key not in set(_keys(before, name))]
    new = [(name, key) for name, key in new if not (name == "status_steps" and key in DEFAULT_STATUS_STEPS)]
    if not new:
        return
    known: dict[str, set[str]] = {}
    try:
        store = build_store(on)
        for source in dict.fromkeys(OF_STORE[name] for name, _ in new):
            if source == "tax_rates":
                known[source] = {one.rate_id for one in store.tax_rates()}
            else:
                known[source] = {one.key for one in getattr(store, source)()}
    except WoodooError as error:
        found.unasked.append(f"The store could not be asked: {error.message}")
        if isinstance(error, RemoteDown) or not known:
            return
    for name, key in new:
        of = known.get(OF_STORE[name])
        if of is not None and key not in of and key.partition(":")[0] not in {one.partition(":")[0] for one in of}:
            message = f"The store has no {_STORE_WORDS[OF_STORE[name]]} '{key}'."
            if name in _SET_IN_STORE:
                found.problems.append(Problem(name, "", message))
            else:
                found.notes.append(f"{message} It is kept, for orders that have it.")


def _keys(settings: Mapping[str, Any], name: str) -> Iterator[str]:
    value = settings.get(name)
    if isinstance(value, str):
        yield from [value] if value else []
    elif isinstance(value, dict | list | tuple):
        yield from (str(one) for one in value)
