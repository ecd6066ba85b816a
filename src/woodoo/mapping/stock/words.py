"""A figure in words, for the list of records, the dry run and the report of drift."""

from __future__ import annotations

from collections.abc import Sequence

from ...domain.plan import Plan, Step
from ...domain.stock import StockChange, StoreStock
from .figure import Basis, Figure, plain

BASES: dict[Basis, str] = {"free": "free", "forecast": "forecast", "on_hand": "on hand"}
#: Orders that are named; of more, how many there are.
NAMED = 5


def arithmetic(figure: Figure, basis: Basis, orders: Sequence[str], share: float) -> str:
    """Return how a figure came about: "15 free in Odoo, 2 sold by order 1054 that Odoo does not know, 1 kept back"."""
    parts = [f"{plain(figure.available)} {BASES[basis]} in Odoo"]
    if figure.sold:
        named = ", ".join(orders[:NAMED]) + (f" and {len(orders) - NAMED} more" if len(orders) > NAMED else "")
        word = "order" if len(orders) == 1 else "orders"
        parts.append(f"{plain(figure.sold)} sold by {word} {named} not taken into account there yet")
    if figure.buffer:
        parts.append(f"{plain(figure.buffer)} kept back")
    if share != 100:
        parts.append(f"{share:g} % of it for this store")
    return ", ".join([*parts, *figure.notes])


def told(figure: Figure, basis: Basis, orders: Sequence[str], share: float, *, written: bool) -> str:
    """Return the line the list of records shows."""
    verb = "Set to" if written else "Stays"
    return f"{verb} {figure.quantity}: {arithmetic(figure, basis, orders, share)}."


def difference(figure: int, store: StoreStock) -> str:
    """Return what differs: "12 in Odoo, 9 in the store"."""
    has = store.status if store.quantity is None else plain(store.quantity)
    return f"stock: {figure} by Odoo, {has} in the store"


def plan_shown(title: str, said: str, change: StockChange | None) -> Plan:
    """Return the plan of one product in words."""
    if change is None:
        return Plan(title, said)
    wanted = {
        "stock_quantity": change.quantity,
        "inventory_delta": change.delta,
        "manage_stock": True if change.manage else None,
        "backorders": change.backorders or None,
        "low_stock_amount": change.low_amount,
        "stock_status": change.status or None,
    }
    detail = ", ".join(f"{name} {value}" for name, value in wanted.items() if value is not None)
    return Plan(title, said, (Step("Set the stock in the store", said, detail=detail),))
