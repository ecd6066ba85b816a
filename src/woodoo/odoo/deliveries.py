"""Deliveries of sales orders (`stock.picking`): everything that was ordered is marked as gone out.

Decides that what was ordered counts, not what is reserved: the shop says that the goods have left, so stock may go
below zero until somebody counts it. Steps of a delivery (pick, pack, ship) are validated one after the other. Goods
with lots or serial numbers are left to a person, who alone knows which ones went out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..domain.errors import DataError, WoodooError
from .records import ActionResult, Records

#: Transfers a delivery may have one behind the other: pick, pack, ship, and one to spare.
MOST_STEPS = 4
#: Transfers that are done with, one way or the other.
ENDED = ("done", "cancel")


def deliver_orders(records: Records, order_ids: Iterable[int]) -> ActionResult:
    """Validate the open deliveries of confirmed sales orders in full. Each order is in `done` or in `errors`.

    About five calls a step for all of them. An order without open deliveries is done: it has none, or somebody was
    faster.
    """
    wanted = list(dict.fromkeys(order_ids))
    errors: dict[int, WoodooError] = {}
    for _ in range(MOST_STEPS):
        pickings = _open_pickings(records, [odoo_id for odoo_id in wanted if odoo_id not in errors])
        ready = {picking["id"]: picking for picking in pickings if picking["state"] != "waiting"}
        if not ready:
            break
        errors |= {ready[odoo_id]["sale_id"]: error for odoo_id, error in validate(records, ready).items()}
    for picking in _open_pickings(records, [odoo_id for odoo_id in wanted if odoo_id not in errors]):
        errors.setdefault(picking["sale_id"], _still_waiting(picking))
    return ActionResult(tuple(odoo_id for odoo_id in wanted if odoo_id not in errors), errors)


def undelivered(records: Records, order_ids: Iterable[int]) -> frozenset[int]:
    """Return those of the orders that have open deliveries."""
    return frozenset(picking["sale_id"] for picking in _open_pickings(records, list(order_ids)))


def _open_pickings(records: Records, order_ids: Sequence[int]) -> list[dict[str, Any]]:
    if not order_ids or not records.client.dialect.order_deliveries:
        return []
    domain = [("sale_id", "in", list(order_ids)), ("state", "not in", ENDED)]
    return records.search_read("stock.picking", domain, ["name", "state", "sale_id"], order="id")


def validate(records: Records, pickings: Mapping[int, Mapping[str, Any]]) -> dict[int, WoodooError]:
    """Validate these transfers (with their names), as they are ready. Returns errors by transfer."""
    errors = _set_done(records, pickings)
    going = [odoo_id for odoo_id in pickings if odoo_id not in errors]
    context = records.client.dialect.validate_context
    result = records.action("stock.picking", "button_validate", going, context=context)
    errors |= result.errors
    states = {row["id"]: row["state"] for row in records.read("stock.picking", going, ["state"])}
    for odoo_id in going:
        if states.get(odoo_id) in ENDED:
            errors.pop(odoo_id, None)  # another one was faster
        elif odoo_id not in errors:
            errors[odoo_id] = _asks(pickings[odoo_id])
    return errors


def _set_done(records: Records, pickings: Mapping[int, Mapping[str, Any]]) -> dict[int, WoodooError]:
    """Enter what goes out: on each move, or on its parts where goods come from several places."""
    dialect = records.client.dialect
    moves = records.search_read(
        "stock.move",
        [("picking_id", "in", list(pickings)), ("state", "not in", ENDED)],
        ["picking_id", "product_uom_qty", "has_tracking", "move_line_ids", dialect.move_done_quantity],
    )
    errors: dict[int, WoodooError] = {}
    whole: dict[int, dict[str, Any]] = {}
    in_parts: dict[int, Mapping[str, Any]] = {}
    for move in moves:
        if move["has_tracking"] not in (False, "none"):
            errors[move["picking_id"]] = _tracked(pickings[move["picking_id"]])
        elif len(move["move_line_ids"]) > 1:
            in_parts[move["id"]] = move
        else:
            whole[move["id"]] = _done_vals(records, dialect.move_done_quantity, move["product_uom_qty"])
    by_move = {move["id"]: move["picking_id"] for move in moves}
    wanted = {odoo_id: vals for odoo_id, vals in whole.items() if by_move[odoo_id] not in errors}
    failed = dict(records.update("stock.move", wanted)) if wanted else {}
    failed |= _set_parts_done(records, in_parts) if in_parts else {}
    return errors | {by_move[odoo_id]: error for odoo_id, error in failed.items()}


def _set_parts_done(records: Records, moves: Mapping[int, Mapping[str, Any]]) -> dict[int, WoodooError]:
    """Enter what is reserved of each part; what is missing to the whole goes to the first one."""
    dialect = records.client.dialect
    done = dialect.move_line_done_quantity
    fields = list(dict.fromkeys(["move_id", dialect.move_line_reserved_quantity, done]))
    parts = records.search_read("stock.move.line", [("move_id", "in", list(moves))], fields, order="id")
    by_move: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for part in parts:
        by_move[part["move_id"]].append(part)
    vals: dict[int, dict[str, Any]] = {}
    for move_id, members in by_move.items():
        shares = [float(part[dialect.move_line_reserved_quantity]) for part in members]
        shares[0] += float(moves[move_id]["product_uom_qty"]) - sum(shares)
        for part, share in zip(members, shares, strict=True):
            vals[part["id"]] = _done_vals(records, done, share)
    move_of = {part["id"]: part["move_id"] for part in parts}
    return {move_of[part]: error for part, error in records.update("stock.move.line", vals).items()}


def _done_vals(records: Records, field: str, quantity: float) -> dict[str, Any]:
    picked = {"picked": "1"} if records.client.dialect.move_picked else {}
    return {field: quantity, **picked}


def _tracked(picking: Mapping[str, Any]) -> DataError:
    return DataError(
        f"delivery {picking['name']} holds goods with lots or serial numbers, and only a person knows which ones went "
        "out.",
        where="stock.move.line -> lot_id",
        fix="Validate the delivery in Odoo, then retry.",
    )


def _asks(picking: Mapping[str, Any]) -> DataError:
    return DataError(
        f"delivery {picking['name']} could not be validated, because Odoo asks a question first.",
        where="stock.picking -> button_validate",
        fix="Validate the delivery in Odoo, then retry.",
    )


def _still_waiting(picking: Mapping[str, Any]) -> DataError:
    return DataError(
        f"delivery {picking['name']} waits for another transfer in Odoo.",
        where="stock.picking -> state",
        fix="Look at the transfers of the sales order in Odoo, then retry.",
    )
