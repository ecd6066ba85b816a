"""Which refunds an order is written without, because they came before its invoice was posted.

| the order in Odoo                              | is written without                                              |
|------------------------------------------------|-----------------------------------------------------------------|
| nothing yet, quotation, confirmed, draft invoice | all refunds that can be taken out ("reduce"), none ("credit") |
| confirmed, and locked or partly delivered      | those it was written without; the rest is credited later        |
| invoice posted                                 | those it was written without; the rest is credited              |
| any, while refunds are not taken               | as the last two; none, where nothing is posted                  |

What it was written without stands on its link. Where that was lost, the document's total tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ...domain.order import Order
from ...domain.refund import Refund
from ..changes.fingerprint import Fingerprint
from ..documents.document import Document
from ..rules import Rules
from .reducing import Reduced, inside_by_amount, reduce_order


def is_invoiced(document: Document | None) -> bool:
    """Say whether the order's invoice is posted, so that what is refunded from now on is credited."""
    return document is not None and document.invoice is not None and document.invoice.state == "posted"


def plan_reduction(
    order: Order,
    refunds: Sequence[Refund],
    document: Document | None,
    written: Fingerprint | None,
    rules: Rules,
    *,
    stuck: str = "",
) -> Reduced:
    """Decide what an order is written as.

    `stuck` says why its lines can not be changed any more although nothing is invoiced; empty where they can.
    """
    of = rules.refunds
    inside = refunds_inside(order, refunds, document, written, rules)
    if is_invoiced(document) or stuck:
        amounts_as = written.amounts_as if written and written.refunds else of.amount_refund_as
        kept = reduce_order(order, refunds, amounts_as, only=inside)
        left = [refund for refund in refunds if refund.external_id not in inside and refund.amount > 0]
        told = {refund.external_id: stuck for refund in left} if stuck and of.take_refunds else {}
        return Reduced(kept.order, kept.inside, told)
    takes = of.take_refunds and of.refund_before_invoice == "reduce"
    wanted = reduce_order(order, refunds, of.amount_refund_as, only=None if takes else ())
    if document is None or written is not None or inside == wanted.ids:
        return wanted
    before = reduce_order(order, refunds, of.amount_refund_as, only=inside)
    return Reduced(wanted.order, wanted.inside, wanted.outside, wanted.everything, before)


def refunds_inside(
    order: Order, refunds: Sequence[Refund], document: Document | None, written: Fingerprint | None, rules: Rules
) -> frozenset[str]:
    """Return the ids of the refunds that the order's document was written without.

    A posted invoice is believed before the link, which a run that was cut off may have left behind.
    """
    if document is None:
        return frozenset()
    if document.state == "cancel" and not is_invoiced(document) and reduce_order(order, refunds, "spread").everything:
        return frozenset(refund.external_id for refund in refunds)
    if written is not None and not is_invoiced(document):
        return written.refunds
    total = document.invoice.total if is_invoiced(document) and document.invoice else document.total
    if written is not None and (not rules.exact or _fits(order, refunds, written.refunds, total)):
        return written.refunds
    told = inside_by_amount(order, refunds, total, exact=rules.exact)
    return told if told is not None else written.refunds if written else frozenset()


def _fits(order: Order, refunds: Sequence[Refund], inside: frozenset[str], total: Decimal) -> bool:
    some = [refund for refund in refunds if refund.external_id in inside]
    return inside_by_amount(order, some, total) == frozenset(r.external_id for r in some if r.amount)
