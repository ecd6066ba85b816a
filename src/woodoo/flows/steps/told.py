"""What came of telling the store of an order, and what is kept of it with the order's link.

Decides what is kept, so that a repeat writes nothing: marks of notes, the print of the shipments whose fulfilments are
as they should be, prints of the status Odoo wanted and the store then had.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from ...domain.errors import WoodooError
from ...domain.ownership import print_of
from ...domain.plan import join
from ...engine.flow import DriftVals, LinkVals, Outcome, OutcomeKind
from ...mapping.fulfilment.plan import FulfilPlan, Known, drift_detail, drift_group, plan_shown

#: Kind of the link that keeps what the store was told of an order, and of the one to its last invoice.
KIND, INVOICE_KIND = "fulfil", "fulfil_invoice"


@dataclass
class Progress:
    """One order on its way."""

    plan: FulfilPlan
    told: dict[str, str]
    error: WoodooError | None = None
    sent: str = ""
    #: What was done, in words.
    words: list[str] = field(default_factory=list)
    written: bool = True

    @property
    def record(self) -> str:
        return self.plan.order.external_id

    def fail(self, error: WoodooError) -> None:
        """Keep the first thing that went wrong; what else can be told is told all the same."""
        self.error = self.error or error


def read_known(link: LinkVals | None) -> Known:
    """Return what earlier runs have kept of an order."""
    if link is None:
        return Known()
    try:
        kept = json.loads(link.odoo_hash or "{}")
    except ValueError:
        kept = {}
    return Known(
        told=kept.get("told", {}),
        sent=kept.get("sent", ""),
        wanted=kept.get("wanted", ""),
        status=link.store_hash,
        begun=bool(kept.get("begun")),
    )


def kept_link(progress: Progress, *, begun: bool = False) -> LinkVals:
    """Return the link that keeps what the store was told of an order."""
    plan, known = progress.plan, progress.plan.known
    moved = plan.moves and progress.written and not begun
    kept = {
        "told": progress.told,
        "sent": progress.sent,
        "wanted": print_of(plan.move.status) if moved else known.wanted,
        "begun": begun or known.begun or bool(plan.create),
    }
    status = print_of(plan.move.status) if moved else known.status
    seen = plan.seen
    text = json.dumps({name: value for name, value in kept.items() if value}, separators=(",", ":"))
    return LinkVals(KIND, progress.record, seen.model, seen.odoo_id, seen.name, store_hash=status, odoo_hash=text)


def told_outcome(progress: Progress) -> Outcome:
    plan = progress.plan
    links = [kept_link(progress)]
    if plan.seen.invoices:
        invoice = plan.seen.invoices[-1]
        links.append(LinkVals(INVOICE_KIND, progress.record, "account.move", invoice.odoo_id, invoice.number))
    shown = plan_shown(plan)
    if progress.error is not None:
        return Outcome.from_error(progress.error, title=plan.order.label, plan=shown.to_json(), links=tuple(links))
    said = join(progress.words) or f"The store has all of {plan.seen.name}"
    message = " ".join([f"{said}.", *plan.remarks])
    return Outcome(
        OutcomeKind.DONE,
        message,
        title=plan.order.label,
        plan=shown.to_json(),
        links=tuple(links),
        drifts=_drifts(plan),
    )


def _drifts(plan: FulfilPlan) -> tuple[DriftVals, ...]:
    side = plan.decision.drift
    if side is None:
        return ()
    return (DriftVals(drift_group(), side.value, drift_detail(plan), repaired=plan.moves),)


def fulfilled_orders(links: Iterable[LinkVals]) -> dict[int, set[str]]:
    """Return the orders that links lead from, by the id of the Odoo record."""
    found: dict[int, set[str]] = {}
    for link in links:
        if link.kind in {"order", "invoice", KIND, INVOICE_KIND}:
            found.setdefault(link.odoo_id, set()).add(link.external_id)
    return found
