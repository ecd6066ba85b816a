"""Look at the goods of orders with refunds: moves to the customer and back, and where a return was made for a refund.

Decides which moves count: those whose goods go to a customer or come from him, not the steps before and after; a step
before counts only where the one to the customer is not made yet (from 18 on). About eight reads, however many orders.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ....domain.order import Order
from ....mapping.fulfilment.lines import match_lines
from ....mapping.fulfilment.seen import OdooLine
from ....mapping.refunds.goods import ENDED, RETURN_PREFIX, EarlierStep, Goods, GoodsMove, Picking, SoldLine, refund_of
from ....odoo.records import Records
from ...context import Context
from ..order_lines import pieces, read_order_lines
from .parts import Parts

Row = Mapping[str, Any]
#: Kind of the link of a refund to the return of its goods.
RETURN_KIND = "return"
#: Steps of a delivery that are followed back: pack, pick, and one to spare.
STEPS_BEFORE = 3


def observe_goods(context: Context, orders: Mapping[int, Order]) -> dict[str, Goods]:
    """Return the goods of these orders, by order; nothing where Odoo keeps no deliveries.

    Args:
        context: the connection.
        orders: sales order → the store's order it stands for.
    """
    if not orders or not context.odoo.client.dialect.order_deliveries:
        return {}
    look = _Look(context.odoo, list(orders), context.rules.sku_field)
    found = {
        order.external_id: look.goods(odoo_id, order) for odoo_id, order in orders.items() if odoo_id in look.heads
    }
    return _without_deleted(context, found, orders.values())


def _without_deleted(context: Context, found: dict[str, Goods], orders: Iterable[Order]) -> dict[str, Goods]:
    """Note which refunds' returns were made by Woodoo and are gone from Odoo."""
    links = context.links.find(RETURN_KIND, [refund_id for order in orders for refund_id in order.refund_ids])
    there = {picking.odoo_id for goods in found.values() for picking in goods.returns}
    gone = frozenset(refund_id for refund_id, link in links.items() if link.odoo_id not in there)
    return {record: replace(goods, deleted=gone) for record, goods in found.items()} if gone else found


class _Look:
    """What was read of a batch of sales orders."""

    def __init__(self, odoo: Records, order_ids: Sequence[int], sku_field: str) -> None:
        dialect = odoo.client.dialect
        self.odoo = odoo
        lock = ["locked"] if dialect.order_locked_field else []
        self.heads = {row["id"]: row for row in odoo.read("sale.order", order_ids, ["name", "state", *lock])}
        more = ["qty_invoiced", dialect.order_line_uom]
        self.lines: defaultdict[int, list[tuple[dict[str, Any], OdooLine]]] = defaultdict(list)
        for row, line in read_order_lines(odoo, self.heads, sku_field, more):
            self.lines[row["order_id"]].append((row, line))
        self.order_of = {line.odoo_id: odoo_id for odoo_id, found in self.lines.items() for _, line in found}
        self.policies = self._policies()
        rows = self._read_moves()
        self.usage = self._usages(rows)
        self.rows = [row for row in rows if self._direction(row)]
        self.pickings = self._read_pickings()
        self.before = self._steps_before()
        self.parts = Parts(odoo, self.rows, {row["id"]: row for found in self.lines.values() for row, _ in found})

    def goods(self, odoo_id: int, order: Order) -> Goods:
        head, lines = self.heads[odoo_id], self.lines[odoo_id]
        rows = [row for row in self.rows if self.order_of[row["sale_line_id"]] == odoo_id]
        unclear = {row["sale_line_id"]: why for row in rows if (why := self._why_unclear(row))}
        return Goods(
            str(head["name"]),
            str(head["state"]),
            locked=bool(head.get("locked")) or head["state"] == "done",
            lines=tuple(self._sold(row, line) for row, line in lines),
            matched=match_lines(order.lines, [line for _, line in lines]),
            moves=tuple(self._move(row) for row in rows if row["sale_line_id"] not in unclear),
            pickings={row["picking_id"]: self.pickings[row["picking_id"]] for row in rows},
            unclear=unclear,
        )

    def _sold(self, row: Row, line: OdooLine) -> SoldLine:
        by_delivery = self.policies.get(line.product_id) == "delivery"
        return SoldLine(line.odoo_id, line.ordered, pieces(row["qty_invoiced"]), by_delivery)

    def _policies(self) -> dict[int, str]:
        ids = {line.product_id for found in self.lines.values() for _, line in found} - {0}
        return {row["id"]: row["invoice_policy"] for row in self.odoo.read("product.product", ids, ["invoice_policy"])}

    # --- moves --------------------------------------------------------------------------------------------------

    def _read_moves(self) -> list[dict[str, Any]]:
        dialect = self.odoo.client.dialect
        fields = [
            *("picking_id", "sale_line_id", "product_id", "product_uom", "state", "product_uom_qty", "has_tracking"),
            *("location_id", "location_dest_id", "origin_returned_move_id", "move_orig_ids", "move_dest_ids"),
            *("to_refund", dialect.move_done_quantity),
            *["picked"] * dialect.move_picked,
            *["bom_line_id"] * dialect.move_kit_part,
            *["location_final_id"] * dialect.move_final_location,
        ]
        domain = [("sale_line_id", "in", sorted(self.order_of)), ("picking_id", "!=", False)]
        return self.odoo.search_read("stock.move", domain, fields, order="id") if self.order_of else []

    def _usages(self, rows: Iterable[Row]) -> dict[int, str]:
        names = ("location_id", "location_dest_id", "location_final_id")
        ids = {row[name] for row in rows for name in names if row.get(name)}
        return {row["id"]: row["usage"] for row in self.odoo.read("stock.location", ids, ["usage"])}

    def _direction(self, row: Row) -> str:
        """Say whether the goods go "out" to a customer or come "back"; empty for all other moves."""
        source, dest = self.usage.get(row["location_id"]), self.usage.get(row["location_dest_id"])
        if source == "customer":
            return "back" if dest != "customer" else ""
        if dest == "customer":
            return "out"
        final = self.usage.get(row.get("location_final_id") or 0)
        first_step = final == "customer" and row["state"] not in ENDED and not row["move_dest_ids"]
        return "out" if first_step else ""

    def _move(self, row: Row) -> GoodsMove:
        dialect, back = self.odoo.client.dialect, self._direction(row) == "back"
        done = pieces(row[dialect.move_done_quantity])
        entered = done if row["state"] != "done" and row.get("picked", True) else Decimal(0)
        returned = row["origin_returned_move_id"] or None
        return GoodsMove(
            row["id"],
            row["sale_line_id"],
            row["product_id"],
            row["picking_id"],
            row["state"],
            done if row["state"] == "done" else pieces(row["product_uom_qty"]),
            back=back,
            counts=bool(row["to_refund"]) if back or returned else True,
            per=self.parts.per(row),
            entered=entered,
            origin_id=returned,
            tracked=row["has_tracking"] not in (False, "none"),
            before=self.before.get(row["id"], ()),
        )

    def _why_unclear(self, row: Row) -> str:
        places = self.usage.get(row["location_id"]), self.usage.get(row["location_dest_id"])
        if "supplier" in places and row["state"] != "cancel":
            return "they go from the supplier to the customer."
        return self.parts.why_unclear(row)

    # --- transfers ----------------------------------------------------------------------------------------------

    def _read_pickings(self) -> dict[int, Picking]:
        ids = {row["picking_id"] for row in self.rows}
        found = {
            row["id"]: Picking(row["id"], str(row["name"] or row["id"]), row["state"], done_on=_day(row["date_done"]))
            for row in self.odoo.read("stock.picking", ids, ["name", "state", "date_done"])
        }
        back = sorted({row["picking_id"] for row in self.rows if self._direction(row) == "back"})
        for odoo_id, name in self.odoo.external_ids("stock.picking", back).items():
            if name.startswith(RETURN_PREFIX):
                found[odoo_id] = replace(found[odoo_id], external_id=name, refund_id=refund_of(name))
        return found

    def _steps_before(self) -> dict[int, tuple[EarlierStep, ...]]:
        """Return the open moves before each open move to a customer, where they bring goods to no other one."""
        chains: dict[int, list[EarlierStep]] = defaultdict(list)
        level = {
            before: row["id"]
            for row in self.rows
            if row["state"] not in ENDED and self._direction(row) == "out"
            for before in row["move_orig_ids"]
        }
        for _ in range(STEPS_BEFORE):
            fields = ["state", "picking_id", "product_uom_qty", "move_orig_ids", "move_dest_ids"]
            rows = [row for row in self.odoo.read("stock.move", level, fields) if row["state"] not in ENDED]
            rows = [row for row in rows if len(row["move_dest_ids"]) == 1 and row["picking_id"]]
            for row in rows:
                step = EarlierStep(row["id"], row["picking_id"], pieces(row["product_uom_qty"]))
                chains[level[row["id"]]].append(step)
            level = {before: level[row["id"]] for row in rows for before in row["move_orig_ids"]}
        return {move: tuple(found) for move, found in chains.items()}


def _day(moment: Any) -> date | None:
    return datetime.fromisoformat(str(moment)).date() if moment else None
