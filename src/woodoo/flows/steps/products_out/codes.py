"""Writes what stands in each other's way: products and variations that exchange SKUs or barcodes in Odoo.

The store writes a batch one by one and refuses a code that another record still has. Decides that such records give up
their codes first where both are in the batch and are given other ones; whatever else has a code keeps it, and the
record that wants it is refused. Products are written together, and the variations of each; what is in the way across
these is written at the end (`exchange.py`).
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
    again = ready_again(writes, [one.error for one in written])
    if not again:
        return written
    blocked = [place for place in sorted(set(again.values())) if written[place].error]
    if blocked:
        write([without_codes(writes[place]) for place in blocked])
    for place, one in zip(again, write([writes[place] for place in again]), strict=True):
        written[place] = one
    return written


def ready_again(writes: Sequence[ProductWrite], errors: Sequence[WoodooError | None]) -> dict[int, int]:
    """Return which are to be written again, with who has their code: one that has another by now, or gets one too."""
    places = {number_of(one): place for place, one in enumerate(writes) if gives_code(one)}
    found = {
        place: places[owner]
        for place, error in enumerate(errors)
        if (owner := owner_of(error)) in places and places[owner] != place
    }
    while lost := [place for place, owner in found.items() if errors[owner] and owner not in found]:
        for place in lost:
            del found[place]
    return found


def gives_code(write: ProductWrite) -> bool:
    """Say whether a record of the store may have another code after this."""
    return bool(write.external_id) and Group.NAMES in write.groups


def owner_of(error: WoodooError | None) -> str:
    """Return who has the code a record was refused for; stores mark that with `taken_by`."""
    return str(getattr(error, "taken_by", ""))


def number_of(write: ProductWrite) -> str:
    """Return the number by which the store names the owner of a code: that of a variation without its product."""
    product, variation = split_variant(write.external_id)
    return variation or product


def without_codes(write: ProductWrite) -> ProductWrite:
    """Return the write that takes the codes off a record and leaves everything else."""
    empty = {"sku": "", "global_unique_id": ""}
    return ProductWrite(write.record, frozenset(), write.external_id, more=empty)
