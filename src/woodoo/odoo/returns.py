"""Goods that come back from customers, and deliveries that shrink: what is written in Odoo (`stock.picking`).

Decides that a return is made as Odoo's own wizard makes it (addons/stock/wizard/stock_picking_return.py), but by its
external id, so that it is there once, whatever is cut off; and that a delivery is shrunk by what its moves are to hold,
which means the same however often it is written. Odoo itself shrinks deliveries with the quantity of the sales order's
line from 16 on, up to 15 it does not; and never where the order is locked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..domain.errors import WoodooError
from .deliveries import ENDED, validate
from .records import ActionResult, Ensured, Records, Row


@dataclass(frozen=True)
class GoodsBack:
    """A return to be made of goods of one delivery."""

    external_id: str
    picking_id: int
    #: Move of the delivery → so much of it, in its own unit.
    moves: Mapping[int, Decimal]
    #: Where the goods come to; None: the place Odoo proposes.
    location_id: int | None = None


def shrink_moves(records: Records, demands: Mapping[int, Decimal]) -> Mapping[int, WoodooError]:
    """Write what open moves are to hold. Returns errors by move."""
    rows = {move: {"product_uom_qty": quantity} for move, quantity in demands.items()}
    return records.update("stock.move", rows) if rows else {}


def cancel_emptied(records: Records, picking_ids: Iterable[int]) -> Mapping[int, WoodooError]:
    """Cancel those of the open deliveries that hold nothing any more. Returns errors by delivery.

    A move of none beside others stays: Odoo cancels it when the delivery is validated.
    """
    wanted = list(dict.fromkeys(picking_ids))
    if not wanted:
        return {}
    domain = [("picking_id", "in", wanted), ("state", "not in", ENDED), ("product_uom_qty", ">", 0)]
    holding = {row["picking_id"] for row in records.search_read("stock.move", domain, ["picking_id"])}
    return records.action("stock.picking", "action_cancel", [one for one in wanted if one not in holding]).errors


def ensure_returns(records: Records, wanted: Sequence[GoodsBack]) -> Ensured:
    """Create each return once, as a draft: a few calls for all of them."""
    if not wanted:
        return Ensured()
    origins = _origins(records, wanted)
    moves = _moves(records, [move for one in wanted for move in one.moves])
    return records.ensure("stock.picking", [_row(records, one, origins[one.picking_id], moves) for one in wanted])


def confirm_returns(records: Records, picking_ids: Iterable[int]) -> Mapping[int, WoodooError]:
    """Make drafts of returns ready to be received. Returns errors by return; the others are ready."""
    states = _states(records, picking_ids)
    result = records.action("stock.picking", "action_confirm", [one for one, at in states.items() if at == "draft"])
    states = _states(records, [one for one in states if one not in result.errors])
    waiting = [one for one, at in states.items() if at in ("confirmed", "waiting")]
    return result.joined(records.action("stock.picking", "action_assign", waiting)).errors


def receive_returns(records: Records, picking_ids: Iterable[int]) -> ActionResult:
    """Validate returns in full."""
    rows = records.read("stock.picking", picking_ids, ["name", "state", "sale_id"])
    open_ones = {row["id"]: row for row in rows if row["state"] not in ENDED}
    errors = validate(records, open_ones) if open_ones else {}
    return ActionResult(tuple(row["id"] for row in rows if row["id"] not in errors), errors)


def cancel_returns(records: Records, picking_ids: Iterable[int]) -> Mapping[int, WoodooError]:
    """Cancel open returns. Returns errors by return."""
    return records.action("stock.picking", "action_cancel", picking_ids).errors


def lower_lines(records: Records, quantities: Mapping[int, Decimal]) -> Mapping[int, WoodooError]:
    """Write what lines of sales orders still sell, at the prices they have. Returns errors by line."""
    if not quantities:
        return {}
    dialect = records.client.dialect
    if not dialect.line_quantity_reprices:
        return records.update("sale.order.line", {one: {"product_uom_qty": q} for one, q in quantities.items()})
    taxes = dialect.order_line_taxes
    vals = {
        row["id"]: {
            "product_uom_qty": quantities[row["id"]],
            "price_unit": row["price_unit"],
            "discount": row["discount"],
            f"{taxes}/.id": row[taxes],
        }
        for row in records.read("sale.order.line", quantities, ["price_unit", "discount", taxes])
    }
    return records.update("sale.order.line", vals)


def _states(records: Records, picking_ids: Iterable[int]) -> dict[int, str]:
    return {row["id"]: row["state"] for row in records.read("stock.picking", picking_ids, ["state"])}


# --- a return, as the wizard makes it ---------------------------------------------------------------------------------


def _origins(records: Records, wanted: Sequence[GoodsBack]) -> dict[int, dict[str, Any]]:
    """Read the deliveries, with the type of their returns and where Odoo proposes to put the goods."""
    fields = ["name", "partner_id", "picking_type_id", "location_id", "location_dest_id"]
    found = {row["id"]: row for row in records.read("stock.picking", [one.picking_id for one in wanted], fields)}
    types = {row["picking_type_id"] for row in found.values()}
    back = {
        row["id"]: row["return_picking_type_id"] or row["id"]
        for row in records.read("stock.picking.type", types, ["return_picking_type_id"])
    }
    places = _proposed(records, set(back.values()))
    for row in found.values():
        row["return_type_id"] = back[row["picking_type_id"]]
        row["place_id"] = places.get(row["return_type_id"]) or row["location_id"]
    return found


def _proposed(records: Records, type_ids: Iterable[int]) -> dict[int, int]:
    """Return where Odoo proposes to put goods that come back, by type of transfer; none: where they left from."""
    fields = ["code", "default_location_dest_id"]
    found = {
        row["id"]: row["default_location_dest_id"]
        for row in records.read("stock.picking.type", type_ids, fields)
        if row["default_location_dest_id"] and row["code"] == "incoming"
    }
    if not records.client.dialect.return_location_marked:
        return found
    domain = [("id", "in", list(found.values())), ("return_location", "=", True)]
    marked = set(records.search("stock.location", domain))
    return {one: place for one, place in found.items() if place in marked}


def _moves(records: Records, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    dialect = records.client.dialect
    fields = ["product_id", "product_uom", "sale_line_id", "warehouse_id", "location_dest_id", dialect.move_group]
    fields += ["name"] * dialect.move_text + ["bom_line_id"] * dialect.move_kit_part
    return {row["id"]: row for row in records.read("stock.move", ids, fields)}


def _row(records: Records, one: GoodsBack, origin: Mapping[str, Any], moves: Mapping[int, Mapping[str, Any]]) -> Row:
    dialect = records.client.dialect
    place = one.location_id or origin["place_id"]
    values: dict[str, Any] = {
        "picking_type_id/.id": origin["return_type_id"],
        "partner_id/.id": origin["partner_id"] or None,
        "location_id/.id": origin["location_dest_id"],
        "location_dest_id/.id": place,
        "origin": f"Return of {origin['name']}",
    }
    if dialect.picking_return_of:
        values["return_id/.id"] = one.picking_id
    lines = [_line(records, moves[move], quantity, origin, place) for move, quantity in one.moves.items()]
    return Row(one.external_id, values, {dialect.picking_moves: lines})


def _line(
    records: Records, move: Mapping[str, Any], quantity: Decimal, origin: Mapping[str, Any], place: int
) -> dict[str, Any]:
    dialect = records.client.dialect
    line: dict[str, Any] = {
        "product_id/.id": move["product_id"],
        "product_uom_qty": quantity,
        "product_uom/.id": move["product_uom"],
        "location_id/.id": move["location_dest_id"],
        "location_dest_id/.id": place,
        "picking_type_id/.id": origin["return_type_id"],
        "warehouse_id/.id": move["warehouse_id"] or None,
        "procure_method": "make_to_stock",
        "origin_returned_move_id/.id": move["id"],
        # What tells Odoo's wizard how much of the delivery is still to come back.
        "move_orig_ids/.id": [move["id"]],
        "to_refund": True,
        "sale_line_id/.id": move["sale_line_id"] or None,
        f"{dialect.move_group}/.id": move[dialect.move_group] or None,
    }
    if dialect.move_text:
        line["name"] = move["name"]
    if dialect.move_kit_part:
        line["bom_line_id/.id"] = move["bom_line_id"] or None
    return line
