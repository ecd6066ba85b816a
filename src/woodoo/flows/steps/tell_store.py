"""Tell the store of a batch of orders: fulfilments one by one, status and meta data together, then notes.

Decides the order of these, which is what a run that is cut off is found again by.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...domain.errors import RemoteDown, WoodooError
from ...domain.order import Order
from ..sides import Sides
from .told import Progress, kept_link


def send_fulfilments(sides: Sides, batch: Sequence[Progress]) -> None:
    """Remove, correct and make fulfilments of the store; that a first one is about to be made is noted before."""
    store, mail = sides.store.fulfilments, sides.settings.fulfillment_mails
    begun = [p for p in batch if p.plan.create and not p.plan.known.begun]
    sides.links.upsert(kept_link(p, begun=True) for p in begun)
    for progress in batch:
        plan, record = progress.plan, progress.record
        if progress.error is not None:
            continue
        try:
            for gone in plan.remove:
                store.remove(record, gone.external_id, mail=mail)
            for present, shipment in plan.change:
                store.change(record, present, shipment, mail=mail)
                progress.words.append(f"{shipment.name} corrected")
            for shipment in plan.create:
                sides.still_ours()
                store.create(record, shipment, mail=mail)
                progress.words.append(f"{shipment.name} told")
            progress.sent = plan.sent
        except RemoteDown:
            raise
        except WoodooError as error:
            progress.fail(_named(plan.order, error, "a fulfillment could not be told to the store"))


def change_orders(sides: Sides, batch: Sequence[Progress]) -> None:
    """Write status and meta data of all orders that need it, many to a request."""
    changed = [progress for progress in batch if progress.plan.order_change]
    if not changed:
        return
    failed = sides.store.fulfilments.change_orders([progress.plan.order_change for progress in changed])
    for progress in changed:
        plan = progress.plan
        if progress.record in failed:
            progress.written = False
            progress.fail(_named(plan.order, failed[progress.record], "could not be changed in the store"))
        elif plan.moves:
            progress.words.append(f"{plan.order.status} → {plan.move.status}")
        elif not progress.words:
            progress.words.append("meta data written")


def tell_customers(sides: Sides, batch: Sequence[Progress]) -> None:
    """Write the notes that are not there yet, each noted at once."""
    store = sides.store.fulfilments
    for progress in batch:
        if not progress.plan.notes or not progress.written:
            continue
        try:
            known = store.customer_notes(progress.record) if any(n.doubtful for n in progress.plan.notes) else ()
            for note in progress.plan.notes:
                if not note.is_in(known):
                    sides.still_ours()
                    store.tell_customer(progress.record, note.text)
                    progress.words.append("customer told")
                progress.told[note.key] = note.mark
                # At once: what a run that is cut off leaves behind.
                sides.links.upsert([kept_link(progress)])
        except RemoteDown:
            raise
        except WoodooError as error:
            progress.fail(_named(progress.plan.order, error, "the customer could not be told"))


def _named(order: Order, error: WoodooError, what: str) -> WoodooError:
    """Give an error the name of its order; its class, which decides what happens next, stays."""
    error.message = f"{order.label}: {what}. {error.message}"
    error.record = order.label
    return error
