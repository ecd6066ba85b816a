"""Which product of the store a product of Odoo is: by its link, else by its SKU.

Decides that a SKU several products share, on either side, is that of none: both are named, and a person mends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ...domain.errors import DataError, WoodooError
from ...domain.stock import StoreStock
from ...engine.flow import LinkVals
from ...mapping.stock.decision import only_one
from ...odoo.quantities import Goods, sharing_skus
from ..sides import Sides

KIND, MODEL = "variant", "product.product"
#: What is remembered: SKUs the store does not have.
ABSENT = "stock:absent"


@dataclass
class Found:
    """What was found of the store's products."""

    #: Odoo id → the store's id.
    external_ids: dict[int, str] = field(default_factory=dict)
    #: What the store has of those that were just found by SKU.
    stock: dict[int, StoreStock] = field(default_factory=dict)
    links: dict[int, LinkVals] = field(default_factory=dict)
    #: Why some are not sent.
    skipped: dict[int, str] = field(default_factory=dict)
    errors: dict[int, WoodooError] = field(default_factory=dict)


def find_products(sides: Sides, goods: Iterable[Goods]) -> Found:
    """Find the store's product of each; one request for a hundred SKUs that are not linked."""
    wanted = {one.odoo_id: one for one in goods}
    found = Found()
    for link in sides.links.leading_to(MODEL, wanted):
        if link.kind == KIND:
            found.external_ids[link.odoo_id] = link.external_id
    left = [one for one in wanted.values() if one.odoo_id not in found.external_ids]
    _by_sku(sides, left, found)
    return found


def find_again(sides: Sides, goods: Sequence[Goods]) -> Found:
    """Find products anew that the store does not have any more under the id they were linked with."""
    forget_absent(sides)
    sides.links.forget_odoo(MODEL, [one.odoo_id for one in goods])
    found = Found()
    _by_sku(sides, goods, found)
    # They are parked, and a person who has mended it does not want to wait.
    forget_absent(sides)
    return found


def forget_absent(sides: Sides) -> None:
    """Ask for all SKUs again, those the store did not have a while ago too."""
    sides.memory.forget(ABSENT)


def _by_sku(sides: Sides, goods: Sequence[Goods], found: Found) -> None:
    for one in goods:
        if not one.sku:
            found.skipped[one.odoo_id] = "It has no SKU and no link, so its product in the store cannot be found."
    # Products that are not sold there move all day long: their SKUs are asked for now and then only.
    absent: set[str] = sides.memory.get(ABSENT, set)
    for one in goods:
        if one.sku in absent:
            found.skipped[one.odoo_id] = _absent(one)
    asked = [one for one in goods if one.odoo_id not in found.skipped]
    if not asked:
        return
    skus = sorted({one.sku for one in asked})
    in_odoo = sharing_skus(sides.odoo, skus, sides.settings.sku_field)
    in_store = sides.stock.find_skus(skus)
    for one in asked:
        owners = in_odoo.get(one.sku, [])
        there = in_store.get(one.sku, ())
        if len(owners) > 1:
            found.errors[one.odoo_id] = _shared(one, [f"{name} (no. {number})" for number, name in owners], "Odoo")
        elif len(there) > 1:
            names = [f"{stock.name or 'product'} (no. {stock.external_id})" for stock in there]
            found.errors[one.odoo_id] = _shared(one, names, "the store")
        elif there:
            found.external_ids[one.odoo_id], found.stock[one.odoo_id] = there[0].external_id, there[0]
        else:
            found.skipped[one.odoo_id] = _absent(one)
            absent.add(one.sku)
    _link(sides, asked, found)


def _link(sides: Sides, goods: Sequence[Goods], found: Found) -> None:
    """Link what was found, where the store's product does not belong to another one already."""
    new = {one.odoo_id: one for one in goods if one.odoo_id in found.external_ids}
    taken: Mapping[str, LinkVals] = sides.links.find(KIND, [found.external_ids[one] for one in new])
    first: dict[str, Goods] = {}
    # A store knows no case: of AB-1 and ab-1 in Odoo its product is the one that is written alike.
    for odoo_id, one in sorted(new.items(), key=lambda pair: found.stock[pair[0]].sku != pair[1].sku):
        external_id = found.external_ids[odoo_id]
        other = first.setdefault(external_id, one)
        if other is not one:
            del found.external_ids[odoo_id]
            names = [f"{name.name} (no. {name.odoo_id})" for name in (one, other)]
            found.errors[odoo_id] = _shared(one, names, "Odoo")
            continue
        before = taken.get(external_id)
        if before is not None and before.odoo_id != odoo_id and before.odoo_model == MODEL:
            rows = sides.odoo.read(MODEL, [before.odoo_id], ["display_name", "active"])
            if rows and rows[0]["active"]:
                del found.external_ids[odoo_id]
                names = [f"{one.name} (no. {odoo_id})", f"{rows[0]['display_name']} (no. {before.odoo_id})"]
                found.errors[odoo_id] = _shared(one, names, "Odoo")
                continue
        found.links[odoo_id] = LinkVals(KIND, external_id, MODEL, odoo_id, one.name)


def _absent(one: Goods) -> str:
    return f"The store has no product or variation with the SKU {one.sku}."


def _shared(one: Goods, owners: Sequence[str], side: str) -> DataError:
    return DataError(
        f"{one.name}: {only_one(owners, one.sku, side)}",
        record=one.name,
        where="product.product -> default_code" if side == "Odoo" else "sku",
        fix="Give each product a SKU of its own.",
    )
