"""Writes what stands in each other's way: products, or variations of one, that exchange SKUs or barcodes in Odoo.

The store writes a batch one by one and refuses a code that another record still has. Decides that such records give up
their codes first where both are in the batch and are given other ones; whatever else has a code keeps it, and the
record that wants it is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ....domain.errors import WoodooError
from ....domain.ownership import Group
from ....domain.product import split_variant
from ....stores.catalogue import ProductWrite, Written

Write = Callable[[Sequence[ProductWrite]], Sequence[Written]]


def write_in_turn(write: Write, writes: Sequence[ProductWrite]) -> list[Written]:
    """Write, and once more what was refused for a code that another of these records gives up."""
    written = list(write(writes))
    again = _ready(writes, written)
    if not again:
        return written
    blocked = [place for place in sorted(set(again.values())) if written[place].error]
    if blocked:
        write([_without_codes(writes[place]) for place in blocked])
    for place, one in zip(again, write([writes[place] for place in again]), strict=True):
        written[place] = one
    return written


def _ready(writes: Sequence[ProductWrite], written: Sequence[Written]) -> dict[int, int]:
    """Return which are to be written again, with who has their code: one that has another by now, or gets one too."""
    places = {_number(one): place for place, one in enumerate(writes) if one.external_id and Group.NAMES in one.groups}
    found = {
        place: places[owner]
        for place, one in enumerate(written)
        if (owner := _owner(one.error)) in places and places[owner] != place
    }
    while lost := [place for place, owner in found.items() if written[owner].error and owner not in found]:
        for place in lost:
            del found[place]
    return found


def _owner(error: WoodooError | None) -> str:
    """Return who has the code a record was refused for; stores mark that with `taken_by`."""
    return str(getattr(error, "taken_by", ""))


def _number(write: ProductWrite) -> str:
    product, variation = split_variant(write.external_id)
    return variation or product


def _without_codes(write: ProductWrite) -> ProductWrite:
    empty = {"sku": "", "global_unique_id": ""}
    return ProductWrite(write.record, frozenset(), write.external_id, more=empty)
