"""Which attributes and options of the store get another name, because Odoo has renamed those they stand for.

| the linked one of the store        | the new name is that of             | what follows                             |
|------------------------------------|-------------------------------------|------------------------------------------|
| is called as when it was looked at | none, or itself in another spelling | renamed, with its address                |
| is called as when it was looked at | one that gets another name, too     | both are renamed: names may be exchanged |
| is called as when it was looked at | one that keeps its name             | told; products go to that one            |
| was renamed in the store           | any                                 | told; products go to the one of Odoo's   |
|                                    |                                     | name, found or made                      |
| is called so already               | itself                              | nothing                                  |
| is gone                            | any                                 | found or made                            |

So nothing of the store is made twice where it can be helped, and what somebody renamed there is not written over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...domain.ownership import print_of
from ...domain.text import same_name


@dataclass(frozen=True)
class Linked:
    """The attribute or option of the store one of Odoo is linked with."""

    external_id: str
    #: Prints of both names when they were looked at last.
    odoo: str
    store: str


@dataclass(frozen=True)
class Renames:
    """What is renamed, and what of Odoo leads elsewhere from now on."""

    #: Id of the store → its new name.
    names: Mapping[str, str] = field(default_factory=dict)
    #: Id of Odoo → why the one it was linked with is not renamed; "" where it is gone.
    left: Mapping[int, str] = field(default_factory=dict)


def plan_renames(
    word: str, wanted: Mapping[int, str], linked: Mapping[int, Linked], there: Mapping[str, str]
) -> Renames:
    """Return what is renamed of one list of the store.

    Args:
        word: what it is a list of: "attribute", or "option of Colour".
        wanted: id of Odoo → its name now.
        linked: id of Odoo → the one of the store it was linked with.
        there: id of the store → its name now, of all in the list.
    """
    names: dict[str, str] = {}
    left: dict[int, str] = {}
    sources: dict[str, int] = {}
    for odoo_id, link in linked.items():
        name, now = wanted[odoo_id], there.get(link.external_id)
        if print_of(name) == link.odoo or now == name:
            continue
        if now is None:
            left[odoo_id] = ""
        elif print_of(now) != link.store:
            left[odoo_id] = _renamed_there(word, name, now)
        else:
            names[link.external_id], sources[link.external_id] = name, odoo_id
    while clash := _clash(names, there):
        left[sources[clash]] = _taken(word, names.pop(clash), there[clash])
    return Renames(names, left)


def _clash(names: Mapping[str, str], there: Mapping[str, str]) -> str:
    """Return one that cannot be renamed, because another one is called so and stays, or comes first; "": none."""
    taken = {same_name(name) for external_id, name in there.items() if external_id not in names}
    for external_id, name in names.items():
        if same_name(name) in taken:
            return external_id
        taken.add(same_name(name))
    return ""


def _renamed_there(word: str, name: str, now: str) -> str:
    return f"Somebody renamed the {word} to {now!r} in the store: it stays so, and {name!r} is found or made beside it."


def _taken(word: str, name: str, now: str) -> str:
    return f"The store has the {word} {name!r} beside {now!r}: products go to that one, and {now!r} stays as it is."
