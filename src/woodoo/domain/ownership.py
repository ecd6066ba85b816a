"""Who has the say about which part of a record, and what follows where both sides differ.

Decides, for one group of fields of one record:

| the owner's side            | the other side | values | what follows                                               |
|-----------------------------|----------------|--------|------------------------------------------------------------|
|                             |                | equal  | nothing                                                    |
| never looked at, or changed | as it was      | differ | the owner's values are written to the other side           |
| changed                     | changed        | differ | the same, and the change over there is told as drift       |
| as it was                   | changed        | differ | drift: told, and written over where that is wanted         |
| as it was                   | as it was      | differ | nothing: each side keeps what it was given in its own form |

"As it was" means since Woodoo last wrote or compared, by prints (short hashes) kept with the link, so that Woodoo's
own writing is known again after a restart, too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any


class Owner(StrEnum):
    """A side."""

    ODOO = "odoo"
    STORE = "store"

    @property
    def other(self) -> Owner:
        return Owner.STORE if self is Owner.ODOO else Owner.ODOO


class Group(StrEnum):
    """A group of fields that belongs to one side as a whole."""

    NAMES = "names"
    PRICES = "prices"
    IMAGES = "images"
    CATEGORIES = "categories"
    STOCK = "stock"
    CUSTOMERS = "customers"
    STATUSES = "statuses"


#: Group → its owner where nothing is set: Odoo owns what is sold, and the store what its buyers type in.
DEFAULT_OWNERS: Mapping[Group, Owner] = {
    **dict.fromkeys(Group, Owner.ODOO),
    Group.CUSTOMERS: Owner.STORE,
}


@dataclass(frozen=True)
class Owners:
    """The owner of each group, for one connection."""

    given: Mapping[Group, Owner] = field(default_factory=dict)

    def of(self, group: Group) -> Owner:
        """Return the side that has the say."""
        return self.given.get(group, DEFAULT_OWNERS[group])

    def may_write(self, group: Group, side: Owner) -> bool:
        """Say whether Woodoo may write this group on a side: never on its owner's."""
        return self.of(group) is not side


@dataclass(frozen=True)
class Look:
    """One group of fields on both sides, now and when it was looked at last, as prints; "": never."""

    odoo: str
    store: str
    known_odoo: str = ""
    known_store: str = ""
    #: Both sides say the same, compared in one form.
    equal: bool = False


@dataclass(frozen=True)
class Decision:
    """What follows from a look."""

    #: The side to write on; None: none.
    write: Owner | None = None
    #: The side on which somebody changed what belongs to the other; None: none.
    drift: Owner | None = None


def decide(owner: Owner, look: Look, *, repair: bool = True) -> Decision:
    """Return what follows for one group. `repair`: changes on the wrong side are written over."""
    if look.equal:
        return Decision()
    other = owner.other
    odoo = look.odoo != look.known_odoo
    store = look.store != look.known_store
    mine, theirs = (odoo, store) if owner is Owner.ODOO else (store, odoo)
    known = look.known_store if other is Owner.STORE else look.known_odoo
    if mine:
        return Decision(write=other, drift=other if theirs and known else None)
    if theirs:
        return Decision(write=other if repair else None, drift=other)
    return Decision()


def print_of(value: Any) -> str:
    """Return the print of what a side holds: equal values, equal prints, whatever the order of keys."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return sha256(text.encode()).hexdigest()[:16]


def write_prints(prints: Mapping[Group, str]) -> str:
    """Return prints as a link keeps them."""
    return json.dumps({group.value: prints[group] for group in sorted(prints)}, separators=(",", ":"))


def read_prints(text: str) -> dict[Group, str]:
    """Read what `write_prints` wrote; what is not known any more is left out."""
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    known = {group.value: group for group in Group}
    return (
        {known[name]: str(value) for name, value in found.items() if name in known} if isinstance(found, dict) else {}
    )
