"""What is done in Odoo with orders and invoices that are changed later: cancel, reopen, write anew, readdress.

A whole batch at a time, as in `workflows`; each step says for each record how it went and may be repeated.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..domain.errors import DataError, WoodooError
from .load import Row
from .records import ActionResult, Records


@dataclass(frozen=True)
class Delivery:
    """A delivery (`stock.picking`) of a sales order."""

    odoo_id: int
    name: str
    state: str

    @property
    def is_open(self) -> bool:
        return self.state not in {"done", "cancel"}


def cancel_orders(records: Records, ids: Iterable[int]) -> ActionResult:
    """Cancel sales orders, with their open deliveries and draft invoices. Posted invoices and done deliveries stand.

    Up to 18 Odoo answers with a question in place of cancelling, unless the context says otherwise; so the states are
    read afterwards (addons/sale/models/sale_order.py `action_cancel`).
    """
    context = records.client.dialect.order_cancel_context
    result = records.action("sale.order", "action_cancel", ids, context=context)
    return _reached(records, result, "sale.order", "cancel")


def reset_orders(records: Records, ids: Iterable[int]) -> ActionResult:
    """Set cancelled sales orders back to quotation."""
    return _reached(records, records.action("sale.order", "action_draft", ids), "sale.order", "draft")


def cancel_invoices(records: Records, ids: Iterable[int]) -> ActionResult:
    """Cancel draft invoices. Never ask this of posted ones: Odoo would take them back."""
    return _reached(records, records.action("account.move", "button_cancel", ids), "account.move", "cancel")


def reset_invoices(records: Records, ids: Iterable[int]) -> ActionResult:
    """Set cancelled invoices back to draft."""
    return _reached(records, records.action("account.move", "button_draft", ids), "account.move", "draft")


def rewrite_orders(records: Records, rows: Mapping[int, Row]) -> Mapping[int, WoodooError]:
    """Give quotations the header of `rows` and exactly their lines: three calls for all. Returns errors by order id.

    The old lines go first, because a carrier goes with its delivery line (addons/delivery/models/sale_order_line.py
    `unlink`); the new ones come last, because a change of the partner makes Odoo compute taxes anew.
    """
    ids = list(rows)
    old = {row["id"]: row["order_id"] for row in _lines(records, ids)}
    failed = records.action("sale.order.line", "unlink", old).errors if old else {}
    errors: dict[int, WoodooError] = {old[line]: error for line, error in failed.items()}
    rest = {odoo_id: row.values for odoo_id, row in rows.items() if odoo_id not in errors}
    errors |= records.update("sale.order", rest) if rest else {}
    lines = {odoo_id: row.lines["order_line"] for odoo_id, row in rows.items() if odoo_id not in errors}
    return errors | dict(records.add_lines("sale.order.line", "order_id", lines))


def write_headers(records: Records, rows: Mapping[int, Mapping[str, Any]]) -> Mapping[int, WoodooError]:
    """Write columns on sales orders in whatever state. Returns errors by order id."""
    return records.update("sale.order", rows) if rows else {}


def readdress_deliveries(records: Records, partners: Mapping[int, int]) -> Mapping[int, WoodooError]:
    """Write where open deliveries (by id) go to: a contact. Odoo leaves them as they are when the order changes."""
    rows = {picking: {"partner_id/.id": partner} for picking, partner in partners.items()}
    return records.update("stock.picking", rows) if rows else {}


def read_locks(records: Records, ids: Iterable[int]) -> set[int]:
    """Return which of the sales orders are locked: up to 16 a state, from 17 on a field."""
    wanted = list(ids)
    if not wanted:
        return set()
    has_field = records.client.dialect.order_locked_field
    rows = records.read("sale.order", wanted, ["locked" if has_field else "state"])
    return {row["id"] for row in rows if (row["locked"] if has_field else row["state"] == "done")}


def read_deliveries(records: Records, ids: Iterable[int]) -> dict[int, list[Delivery]]:
    """Return the deliveries of sales orders, returns among them; nothing where the app Inventory is not installed."""
    wanted = list(ids)
    if not wanted or not records.client.dialect.order_deliveries:
        return {}
    found: dict[int, list[Delivery]] = defaultdict(list)
    for row in records.search_read("stock.picking", [("sale_id", "in", wanted)], ["name", "state", "sale_id"]):
        found[row["sale_id"]].append(Delivery(row["id"], row["name"] or str(row["id"]), row["state"]))
    return dict(found)


def read_away(records: Records, ids: Iterable[int]) -> set[int]:
    """Return those of the sales orders of which goods are with the customer: delivered, and not returned."""
    wanted = list(ids)
    if not wanted:
        return set()
    domain = [("order_id", "in", wanted), ("qty_delivered", ">", 0), ("move_ids", "!=", False)]
    return {row["order_id"] for row in records.search_read("sale.order.line", domain, ["order_id"])}


def read_credits(records: Records, invoice_ids: Iterable[int]) -> dict[int, float]:
    """Return what posted credit notes take back of each of the invoices, in the invoice's currency."""
    wanted = list(invoice_ids)
    if not wanted:
        return {}
    domain = [("reversed_entry_id", "in", wanted), ("state", "=", "posted"), ("move_type", "=", "out_refund")]
    found: dict[int, float] = defaultdict(float)
    for row in records.search_read("account.move", domain, ["reversed_entry_id", "amount_total"]):
        found[row["reversed_entry_id"]] += row["amount_total"]
    return dict(found)


def _lines(records: Records, order_ids: Iterable[int]) -> list[dict[str, Any]]:
    return records.search_read("sale.order.line", [("order_id", "in", list(order_ids))], ["order_id"])


def _reached(records: Records, result: ActionResult, model: str, state: str) -> ActionResult:
    """Count as done what is in the state now, and nothing else."""
    ids = [*result.done, *result.errors]
    if not ids:
        return result
    states = {row["id"]: row["state"] for row in records.read(model, ids, ["state"])}
    errors = {
        odoo_id: result.errors.get(odoo_id) or _stuck(model, states.get(odoo_id, "deleted"), state)
        for odoo_id in ids
        if states.get(odoo_id) != state
    }
    return replace(result, done=tuple(i for i in ids if i not in errors), errors=errors)


def _stuck(model: str, state: str, wanted: str) -> DataError:
    return DataError(
        f"Odoo left it in the state '{state}' in place of '{wanted}'.",
        where=f"{model} -> state",
        fix="Try the same by hand in Odoo, which shows the reason; then retry.",
    )
