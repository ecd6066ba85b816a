"""What the store is to be told of one order: pure, from what Odoo and the store have of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from ...domain.errors import DataError
from ...domain.fulfilment import Fulfilment, OrderChange, Shipment, ShippedItem
from ...domain.order import Order
from ...domain.ownership import Decision, Group, Look, Owner, decide, print_of
from ...domain.plan import Plan, Step
from .rules import FulfilRules
from .seen import OdooOrder
from .shipments import plain, shipments_of
from .statuses import StatusMove, plan_status
from .telling import Note, differing, order_meta, plan_notes


@dataclass(frozen=True)
class Known:
    """What earlier runs have kept of an order."""

    #: Shipment → mark of its note to the customer.
    told: Mapping[str, str] = field(default_factory=dict)
    #: Print of the shipments whose fulfilments are as they should be.
    sent: str = ""
    #: Prints of the status Odoo wanted, and of the one the store had then.
    wanted: str = ""
    status: str = ""
    #: A run has begun to make fulfilments.
    begun: bool = False


@dataclass(frozen=True)
class FulfilPlan:
    """What is done for one order."""

    order: Order
    seen: OdooOrder
    known: Known
    #: What keys of shipments of this connection begin with.
    namespace: str = ""
    shipments: tuple[Shipment, ...] = ()
    create: tuple[Shipment, ...] = ()
    change: tuple[tuple[Fulfilment, Shipment], ...] = ()
    remove: tuple[Fulfilment, ...] = ()
    move: StatusMove = field(default_factory=StatusMove)
    decision: Decision = field(default_factory=Decision)
    meta: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def moves(self) -> bool:
        """The status is to be written."""
        return bool(self.move) and self.decision.write is Owner.STORE

    @property
    def order_change(self) -> OrderChange:
        """What is written on the order, in one request."""
        status = self.move.status if self.moves and not self.move.paid else ""
        return OrderChange(self.order.external_id, status, self.moves and self.move.paid, self.meta)

    @property
    def sent(self) -> str:
        """What is kept once the fulfilments of these shipments are as they should be."""
        return shipments_print(self.shipments)

    def with_fulfilments(self, there: Sequence[Fulfilment]) -> FulfilPlan:
        """Add what becomes of the store's fulfilments."""
        return _with_fulfilments(self, there)


def shipments_print(shipments: Sequence[Shipment]) -> str:
    """Return what tells whether shipments are as they were."""
    return print_of([[one.key, one.content, one.returned] for one in shipments])


def plan_fulfil(order: Order, seen: OdooOrder, known: Known, rules: FulfilRules, now: datetime) -> FulfilPlan:
    """Plan everything but fulfilments of the store, which are read only where they matter.

    Raises:
        DataError: the order is in the trash of the store.
    """
    if order.status == "trash":
        raise DataError(
            f"{order.label} is in the trash of the store: nothing is told there.",
            record=order.label,
            where=f"orders/{order.external_id}",
            fix="Put it back in the store if its customer is to hear of it, then retry.",
        )
    found = shipments_of(order, seen, rules)
    shipments = tuple(found.shipments) if rules.shipments else ()
    move = plan_status(order, seen, rules) if rules.statuses else StatusMove()
    meta = differing(order_meta(order, seen, shipments, rules), order.meta)
    remarks = [*(found.remarks if rules.shipments else ()), move.waits]
    decision = _decide(order, move, known, rules)
    if move and rules.store_owns_status:
        remarks.append(f"The store owns the status of its orders: it stays '{order.status}'.")
    return FulfilPlan(
        order,
        seen,
        known,
        rules.namespace,
        shipments,
        move=move,
        decision=decision,
        meta=meta,
        notes=plan_notes(order, shipments, known.told, rules, now),
        remarks=tuple(filter(None, remarks)),
    )


def _decide(order: Order, move: StatusMove, known: Known, rules: FulfilRules) -> Decision:
    if not move or rules.store_owns_status:
        return Decision()
    look = Look(print_of(move.status), print_of(order.status), known.wanted, known.status, move.status == order.status)
    return decide(Owner.ODOO, look, repair=rules.repair_drift)


def _with_fulfilments(plan: FulfilPlan, there: Sequence[Fulfilment]) -> FulfilPlan:
    ours: dict[str, list[Fulfilment]] = defaultdict(list)
    taken: defaultdict[str, Decimal] = defaultdict(Decimal)
    for one in there:
        if one.key.startswith(f"{plan.namespace}."):
            ours[one.key].append(one)
        else:
            for line_id, quantity in one.content.items:
                taken[line_id] += quantity
    create: list[Shipment] = []
    change: list[tuple[Fulfilment, Shipment]] = []
    remove = [one for key, many in ours.items() if key not in {s.key for s in plan.shipments} for one in many]
    remarks: list[str] = []
    for shipment in plan.shipments:
        present = ours.get(shipment.key, [])
        wanted, said = _beside_others(plan.order, shipment, taken)
        remarks += said
        if shipment.returned or not wanted.items:
            remove += present
            if not wanted.items and not shipment.returned and not said:
                remarks.append(f"{shipment.name} holds no whole line of the order: it is no fulfillment of the store.")
            continue
        remove += present[1:]
        if not present:
            create.append(wanted)
        elif present[0].content != wanted.content:
            change.append((present[0], wanted))
    return replace(
        plan, create=tuple(create), change=tuple(change), remove=tuple(remove), remarks=(*plan.remarks, *remarks)
    )


def _beside_others(order: Order, shipment: Shipment, taken: dict[str, Decimal]) -> tuple[Shipment, list[str]]:
    """Return a shipment without what fulfilments that others made hold already, counted down from `taken`."""
    ordered = {line.external_id: line.quantity for line in order.lines}
    items, said = [], []
    for item in shipment.items:
        others = taken.get(item.line_id, Decimal(0))
        room = max(Decimal(0), min(item.quantity, ordered.get(item.line_id, item.quantity) - others))
        if room < item.quantity:
            said.append(
                f"The store has a fulfillment of its own over {plain(others)} of '{item.name}': {plain(room)} of "
                f"{shipment.name} are told."
            )
            taken[item.line_id] = others - (item.quantity - room)
        if room:
            items.append(ShippedItem(item.line_id, room, item.name))
    return replace(shipment, items=tuple(items)), said


# In words


def plan_shown(plan: FulfilPlan) -> Plan:
    """Return the plan in words: the dry run, the screen, the ledger."""
    steps = [
        *(Step("Create fulfillment", f"{s.name} is done in Odoo", "stock.picking", _shown(s)) for s in plan.create),
        *(Step("Change fulfillment", f"{s.name} is not as it was", "stock.picking", _shown(s)) for _, s in plan.change),
        *(Step("Remove fulfillment", "It has come back, or is gone from Odoo", "stock.picking") for _ in plan.remove),
    ]
    if plan.moves:
        title = f"{plan.order.status} → {plan.move.status}"
        steps.append(Step("Change status in the store", plan.move.why, plan.seen.model, title))
    if plan.meta:
        steps.append(Step("Write meta data", "They are not as Odoo has it", plan.seen.model, ", ".join(plan.meta)))
    steps += [
        Step("Tell the customer", "The shipment is new to them", "stock.picking", note.words[0]) for note in plan.notes
    ]
    summary = "" if steps else f"The store has all of {plan.seen.name}."
    return Plan(plan.order.label, summary, tuple(steps), notes=plan.remarks)


def _shown(shipment: Shipment) -> str:
    items = ", ".join(f"{plain(item.quantity)} × {item.name}" for item in shipment.items)
    return ", ".join(filter(None, [items, shipment.carrier, shipment.numbers]))


def drift_detail(plan: FulfilPlan) -> str:
    """Say what the store's status is, and what Odoo wants."""
    return f"status: '{plan.order.status}' in the store, '{plan.move.status}' by Odoo ({plan.move.why})"


def drift_group() -> str:
    """Return the group of fields whose drift is looked for."""
    return Group.STATUSES.value
