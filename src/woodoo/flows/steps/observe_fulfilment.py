"""Look at what Odoo has of a batch of orders that are there: deliveries, lines, invoices. Seven reads at most.

Decides which transfers count: those that are done and whose goods went to a customer, from wherever (a warehouse, or a
supplier who ships himself); not the steps before (pick, pack), and not what came back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from ...engine.flow import LinkVals
from ...mapping.fulfilment.seen import Delivery, Moved, OdooInvoice, OdooLine, OdooOrder
from ..sides import Sides
from .order_lines import pieces, read_order_lines

Row = Mapping[str, Any]
_CARRIER = ("carrier_id", "carrier_tracking_ref", "carrier_tracking_url")
_INVOICE = ("name", "state", "payment_state", "move_type")
_ENDED = ("done", "cancel")


def observe_fulfilment(sides: Sides, links: Mapping[str, LinkVals]) -> dict[str, OdooOrder]:
    """Return what Odoo has of these orders, by order; what is gone from Odoo is left out.

    Args:
        sides: the connection.
        links: order → its document.
    """
    ids = {link.odoo_id for link in links.values() if link.odoo_model == "sale.order"}
    orders = {row["id"]: row for row in sides.odoo.read("sale.order", ids, ["name", "state", "invoice_ids"])}
    alone = {link.odoo_id for link in links.values() if link.odoo_model == "account.move"}
    wanted = alone | {one for row in orders.values() for one in row["invoice_ids"]}
    invoices = {row["id"]: row for row in sides.odoo.read("account.move", wanted, _INVOICE)}
    goods = _Goods(sides, list(orders)) if orders and sides.odoo.client.dialect.order_deliveries else None
    found: dict[str, OdooOrder] = {}
    for record, link in links.items():
        if link.odoo_id in orders and link.odoo_model == "sale.order":
            found[record] = _sale_order(orders[link.odoo_id], invoices, goods)
        elif link.odoo_id in invoices and link.odoo_model == "account.move":
            row = invoices[link.odoo_id]
            name = str(row["name"] or "") if row["state"] == "posted" else "the draft invoice"
            found[record] = OdooOrder("account.move", row["id"], name, row["state"], invoices=(_invoice(row),))
    return found


def _sale_order(row: Row, invoices: Mapping[int, Row], goods: _Goods | None) -> OdooOrder:
    billed = [invoices[one] for one in sorted(row["invoice_ids"]) if one in invoices]
    odoo_id = row["id"]
    return OdooOrder(
        "sale.order",
        odoo_id,
        str(row["name"]),
        str(row["state"]),
        lines=tuple(goods.lines[odoo_id]) if goods else (),
        deliveries=tuple(goods.deliveries[odoo_id]) if goods else (),
        open=bool(goods and odoo_id in goods.open),
        unplanned=tuple(goods.unplanned[odoo_id]) if goods else (),
        demand=goods.demand[odoo_id] if goods else {},
        invoices=tuple(_invoice(one) for one in billed if one["move_type"] == "out_invoice"),
    )


def _invoice(row: Row) -> OdooInvoice:
    return OdooInvoice(row["id"], str(row["name"] or ""), str(row["state"]), str(row["payment_state"] or ""))


class _Goods:
    """What moved for a batch of sales orders."""

    def __init__(self, sides: Sides, order_ids: Sequence[int]) -> None:
        self.sides = sides
        #: By sales order.
        self.lines: defaultdict[int, list[OdooLine]] = defaultdict(list)
        self.deliveries: defaultdict[int, list[Delivery]] = defaultdict(list)
        self.demand: defaultdict[int, dict[tuple[int, int], Decimal]] = defaultdict(dict)
        self.open: set[int] = set()
        #: By sales order: goods no transfer was ever made for, as they were not bought or made yet.
        self.unplanned: defaultdict[int, list[str]] = defaultdict(list)
        self.customers = frozenset(sides.memory.get("customer_locations", self._customer_locations))
        done = self._pickings(order_ids)
        if done:
            lines = self._read_lines({picking["sale_id"] for picking in done})
            self._read_moves(done, lines)

    def _customer_locations(self) -> list[int]:
        domain = [("usage", "=", "customer")]
        return self.sides.odoo.search("stock.location", domain, context={"active_test": False})

    def _pickings(self, order_ids: Sequence[int]) -> list[dict[str, Any]]:
        """Read the transfers that go out, note which orders have open ones, return those that reached the customer."""
        odoo = self.sides.odoo
        carrier = _CARRIER if odoo.client.dialect.picking_carrier else ()
        fields = ["name", "sale_id", "state", "date_done", "location_id", "location_dest_id", *carrier]
        domain = [("sale_id", "in", list(order_ids)), ("state", "!=", "cancel")]
        rows = [row for row in odoo.search_read("stock.picking", domain, fields) if not self._comes_back(row)]
        self.open = {row["sale_id"] for row in rows if row["state"] not in _ENDED}
        return [row for row in rows if row["state"] == "done" and row["location_dest_id"] in self.customers]

    def _comes_back(self, row: Row) -> bool:
        return row["location_id"] in self.customers

    def _read_lines(self, order_ids: Iterable[int]) -> dict[int, int]:
        """Read the lines of the sales orders; return the order of each."""
        found = read_order_lines(self.sides.odoo, order_ids, self.sides.settings.sku_field, ["qty_delivered_method"])
        for row, line in found:
            self.lines[row["order_id"]].append(line)
        self.goods = {
            row["id"]: str(row["name"] or "").split("\n", 1)[0]
            for row, line in found
            if row["qty_delivered_method"] == "stock_move" and line.ordered > line.delivered
        }
        return {row["id"]: row["order_id"] for row, _ in found}

    def _read_moves(self, done: Sequence[Row], lines: Mapping[int, int]) -> None:
        odoo = self.sides.odoo
        quantity = odoo.client.dialect.move_done_quantity
        fields = [
            "picking_id",
            "sale_line_id",
            "product_id",
            "state",
            "product_uom_qty",
            "location_id",
            "location_dest_id",
        ]
        # Of all places: where goods are picked first, the move to the customer may not be there yet.
        domain = [("sale_line_id", "in", sorted(lines))]
        rows = odoo.search_read("stock.move", domain, [*fields, "origin_returned_move_id", quantity], order="id")
        back: defaultdict[int, Decimal] = defaultdict(Decimal)
        moved: defaultdict[int, list[Row]] = defaultdict(list)
        for line_id in self.goods.keys() - {row["sale_line_id"] for row in rows}:
            self.unplanned[lines[line_id]].append(self.goods[line_id])
        for row in rows:
            if row["state"] == "cancel":
                continue
            if row["location_dest_id"] not in self.customers:
                back_from = row["location_id"] in self.customers and row["origin_returned_move_id"]
                if row["state"] == "done" and back_from:
                    back[row["origin_returned_move_id"]] += pieces(row[quantity])
                continue
            if not row["origin_returned_move_id"]:
                demand = self.demand[lines[row["sale_line_id"]]]
                key = row["sale_line_id"], row["product_id"]
                demand[key] = demand.get(key, Decimal(0)) + pieces(row["product_uom_qty"])
            if row["state"] == "done":
                moved[row["picking_id"]].append(row)
        for picking in done:
            parts = tuple(
                Moved(row["sale_line_id"], row["product_id"], pieces(row[quantity]), back[row["id"]])
                for row in moved[picking["id"]]
            )
            self.deliveries[picking["sale_id"]].append(self._delivery(picking, parts))

    def _delivery(self, row: Row, moved: tuple[Moved, ...]) -> Delivery:
        carrier = row.get("carrier_id") or None
        return Delivery(
            row["id"],
            str(row["name"]),
            datetime.fromisoformat(str(row["date_done"])).replace(tzinfo=UTC),
            moved,
            carrier,
            self._carriers().get(carrier, "") if carrier else "",
            str(row.get("carrier_tracking_ref") or ""),
            str(row.get("carrier_tracking_url") or ""),
        )

    def _carriers(self) -> Mapping[int, str]:
        return self.sides.memory.get("carriers", self._read_carriers)

    def _read_carriers(self) -> dict[int, str]:
        rows = self.sides.odoo.search_read("delivery.carrier", [], ["name"], context={"active_test": False})
        return {row["id"]: str(row["name"]) for row in rows}
