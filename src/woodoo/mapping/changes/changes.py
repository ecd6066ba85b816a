"""What the store has changed since an order was written to Odoo, and what can still be done about it there.

| changed in the store | quotation | confirmed | locked   | part delivered | delivered | invoice posted |
|----------------------|-----------|-----------|----------|----------------|-----------|----------------|
| lines                | rewrite   | reopen    | conflict | conflict       | conflict  | conflict       |
| customer             | rewrite   | reopen    | conflict | conflict       | conflict  | conflict       |
| billing address      | rewrite   | write     | write    | write          | write     | conflict       |
| delivery address     | rewrite   | write     | write    | write          | conflict  | write          |
| contact, header      | rewrite   | write     | write    | write          | write     | write          |

Several columns may hold at once, such as "locked" and "invoice posted"; then a conflict in one of them is a conflict.
Where only the SKU of a product is another, or the product was deleted in the store, that is no conflict: what cannot be
changed stays. An invoice without a sales order is a quotation as long as it is a draft; posted, its header stays as it
is. A posted invoice that was credited in full counts as none; the order then gets another one.

To reopen is to cancel, set back to quotation, write anew and confirm, so that deliveries are right on every version. An
order that Woodoo cancelled and the store wants again is reopened; one that a person cancelled is a conflict. Where its
invoice was credited meanwhile it gets another one; an invoice without a sales order, or an order that has left, is a
conflict then. Where the store has not changed anything, what people did in Odoo stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

from ...domain.errors import SyncConflict
from ...domain.money import round_money
from ...domain.order import Order
from ..documents.document import Document
from ..rules import Rules
from .fingerprint import Doing, Fingerprint, Part, fingerprint
from .standing import History, Obstacle, Standing


class Way(StrEnum):
    """How a change gets into Odoo."""

    NOTHING = "nothing"
    REWRITE = "rewrite"
    REOPEN = "reopen"
    WRITE = "write"
    CONFLICT = "conflict"


_EVERY = frozenset(Obstacle)
#: The table above: what makes a change of a part a conflict.
STOPS: Mapping[Part, frozenset[Obstacle]] = {
    Part.LINES: _EVERY,
    Part.CUSTOMER: _EVERY,
    Part.BILLING: frozenset({Obstacle.INVOICED}),
    Part.SHIPPING: frozenset({Obstacle.DELIVERED}),
    Part.CONTACT: frozenset(),
    Part.HEADER: frozenset(),
}
#: What a confirmed order is reopened for; the rest is written on it.
REOPENS = frozenset({Part.LINES, Part.CUSTOMER})
#: What Woodoo began with an order and has to undo or to end where the store wants the order.
UNFINISHED = frozenset({Doing.CANCELLING, Doing.CANCELLED, Doing.CREDITED, Doing.REOPENING, Doing.REISSUING})
#: Woodoo cancelled it or credited its invoice, because the store has cancelled it.
CANCELLED = frozenset({Doing.CANCELLING, Doing.CANCELLED, Doing.CREDITED})
#: What another invoice is needed for after the first one was credited.
INVOICED = frozenset({Part.LINES, Part.CUSTOMER, Part.BILLING})

_WORDS: Mapping[Part, str] = {
    Part.LINES: "its lines",
    Part.CUSTOMER: "its customer",
    Part.BILLING: "its billing address",
    Part.SHIPPING: "its delivery address",
}


@dataclass(frozen=True)
class Change:
    """What becomes of each part that the store has changed."""

    ways: Mapping[Part, Way] = field(default_factory=dict)
    #: Reopen although no part asks for it: Woodoo cancelled it, or was cut off while it reopened it.
    again: bool = False
    #: It was confirmed before, so it is confirmed again whatever its status asks for.
    confirm: bool = False
    #: Its invoice was credited, so it gets another one.
    reissue: bool = False
    #: What cannot be done; the rest is done first.
    conflict: SyncConflict | None = None
    #: The order as it is now, and as it was last written.
    wanted: Fingerprint = field(default_factory=Fingerprint)
    written: Fingerprint | None = None
    standing: Standing = field(default_factory=Standing)

    def __bool__(self) -> bool:
        return self.again or any(way is not Way.NOTHING for way in self.ways.values())

    @property
    def resumes(self) -> bool:
        """A run reopened and confirmed it and was cut off then: its draft invoice is still the old one."""
        return not self.reopens and self.written is not None and self.written.doing in UNFINISHED

    @property
    def reopens(self) -> bool:
        return self.again or Way.REOPEN in self.ways.values()

    @property
    def rewrites(self) -> bool:
        """The lines are written anew."""
        lines_stand = bool(self.standing.invoiced or self.standing.delivered)
        return Way.REWRITE in self.ways.values() or (self.reopens and not lines_stand)

    @property
    def parts(self) -> frozenset[Part]:
        """The parts that get into Odoo."""
        return frozenset(p for p, way in self.ways.items() if way not in {Way.CONFLICT, Way.NOTHING})

    @property
    def blocks(self) -> bool:
        """Odoo has other lines or another customer than the store, and nothing goes on until a person has decided."""
        return any(self.ways.get(part) is Way.CONFLICT for part in REOPENS)

    def done(self) -> Fingerprint | None:
        """Return the marks of what Odoo has once every part that can be written is."""
        if self.conflict is None:
            return self.wanted
        return self.written.taking(self.wanted, self.parts) if self.written and self.parts else None


def is_looked_at(order: Order, document: Document, written: Fingerprint | None, rules: Rules) -> bool:
    """Say whether how far the document has come matters: only where something changed, or it is to be cancelled."""
    if document.state == "cancel" or rules.policy.status_steps.get(order.status) == "cancel":
        return True
    if written is None:
        return _unmarked(order, document, rules)
    return written.doing in UNFINISHED or bool(fingerprint(order, rules).changed_since(written))


def plan_change(order: Order, document: Document, history: History, rules: Rules) -> Change:
    """Decide what becomes of everything the store has changed since the order was written.

    Raises:
        SyncConflict: where its lines or its customer cannot be changed and nothing else is to be written, or a person
            has cancelled the order in Odoo.
    """
    wanted, written = fingerprint(order, rules, history.without), history.written
    standing = history.standing or _standing_of(document)
    doing = written.doing if written else Doing.OPEN
    if document.state == "cancel" and doing not in UNFINISHED:
        raise _cancelled_by_a_person(order, document)
    reopens = document.state in {"cancel", "draft"}
    if doing in CANCELLED and (standing.credited_alone or (standing.credited and not reopens)):
        raise _credited(order, standing)
    unmarked = written is None and _unmarked(order, document, rules)
    changed = wanted.changed_since(written) if written else frozenset({Part.LINES} if unmarked else ())
    ways = {part: way_of(part, document, standing) for part in Part if part in changed}
    if written and ways.get(Part.LINES) is Way.CONFLICT and wanted.only_products_renamed(written):
        ways[Part.LINES] = Way.NOTHING
    stuck = [part for part, way in ways.items() if way is Way.CONFLICT]
    anew = doing in CANCELLED or bool(changed & INVOICED)
    reissue = doing is Doing.REISSUING or bool(standing.credited and not standing.invoiced and anew and not stuck)
    change = Change(
        ways,
        again=doing in UNFINISHED and reopens,
        confirm=doing in {Doing.REOPENING, Doing.REISSUING} or bool(standing.invoiced or standing.delivered),
        reissue=reissue,
        conflict=_conflict(order, document, standing, stuck, unmarked=unmarked) if stuck else None,
        wanted=_reissued(wanted, written, standing, reissue=reissue) if reissue or doing is Doing.REISSUED else wanted,
        written=written,
        standing=standing,
    )
    if change.conflict and (change.again or (change.blocks and not change.parts)):
        raise change.conflict
    return change


def _reissued(wanted: Fingerprint, written: Fingerprint | None, standing: Standing, *, reissue: bool) -> Fingerprint:
    """Return the marks of an order with another invoice: the number of those credited before tells it from them."""
    again = len(standing.credited) + standing.former if reissue else written.again if written else 0
    return replace(wanted.while_(Doing.REISSUED), again=again)


def way_of(part: Part, document: Document, standing: Standing) -> Way:
    """Return how a change of one part gets into Odoo: the table above."""
    if STOPS[part] & standing.obstacles:
        return Way.CONFLICT
    if document.sale_order_id is None:
        return Way.REWRITE if document.state == "draft" else Way.NOTHING
    if document.state == "cancel":
        return Way.REOPEN
    if document.is_quotation:
        return Way.REWRITE
    reopens = REOPENS | (INVOICED if standing.credited else frozenset())
    return Way.REOPEN if part in reopens else Way.WRITE


def _unmarked(order: Order, document: Document, rules: Rules) -> bool:
    """Say whether an order of which no marks are kept has been changed after it was invoiced: by its total alone."""
    invoice = document.invoice
    if invoice is None or invoice.state != "posted" or not rules.exact:
        return False
    return invoice.total != round_money(order.total, order.currency_digits)


def _standing_of(document: Document) -> Standing:
    """Return what the document alone tells: every posted invoice stands."""
    posted = [i for i in document.invoices if i.move_type == "out_invoice" and i.state == "posted"]
    total = sum((i.total for i in posted), Decimal(0))
    return Standing(invoiced=tuple(i.name for i in posted), invoiced_total=total)


def _conflict(
    order: Order, document: Document, standing: Standing, parts: list[Part], *, unmarked: bool
) -> SyncConflict:
    if unmarked and standing.invoiced:
        return _total_differs(order, document, standing)
    what = " and ".join(_WORDS[part] for part in parts)
    now = f" {_arithmetic(order, document, standing)}" if Part.LINES in parts else ""
    return SyncConflict(
        f"{order.label} was changed in the store ({what}), but in Odoo {_facts(document, standing)}.{now}",
        record=order.label,
        where="account.move" if standing.invoiced else document.model,
        choices=_choices(document, standing),
    )


def _total_differs(order: Order, document: Document, standing: Standing) -> SyncConflict:
    total, over = (round_money(m, order.currency_digits) for m in (order.total, standing.invoiced_total))
    return SyncConflict(
        f"{order.label} comes to {total} {order.currency} in the store, but its invoice {', '.join(standing.invoiced)} "
        f"is posted over {over} {order.currency}. {_arithmetic(order, document, standing)}",
        record=order.label,
        where="account.move -> amount_total",
        choices=_choices(document, standing),
    )


def _facts(document: Document, standing: Standing) -> str:
    facts = []
    if standing.locked:
        facts.append(f"{document.name} is locked")
    if standing.delivered:
        part = "a part of it was" if standing.to_deliver else "it was"
        facts.append(f"{part} delivered with {', '.join(standing.delivered)}")
    if standing.invoiced:
        facts.append(f"invoice {', '.join(standing.invoiced)} is posted")
    return " and ".join(facts) or f"{document.name} cannot be changed any more"


def _arithmetic(order: Order, document: Document, standing: Standing) -> str:
    digits = order.currency_digits
    before = round_money(standing.invoiced_total if standing.invoiced else document.total, digits)
    now = round_money(order.total, digits)
    name = ", ".join(standing.invoiced) or document.name
    pieces = ", ".join(f"{line.quantity.normalize():f} × {line.sku or line.name}" for line in order.lines)
    away = now - before
    sign = "+" if away > 0 else "-"
    sum_ = f"{name} {before} {sign} {abs(away)} = {now} {order.currency}" if away else f"still {now} {order.currency}"
    return f"In the store it is {pieces or 'without lines'} now: {sum_}."


def _choices(document: Document, standing: Standing) -> tuple[str, ...]:
    undo = "Undo the change in the store, then retry."
    keep = "Keep Odoo as it is: skip this record."
    invoice = ", ".join(standing.invoiced)
    if standing.delivered or document.sale_order_id is None:
        mend = "Make up for the difference in Odoo by hand (return, credit note, another order), then skip this record."
        return (mend, undo, keep)
    unlock = f"unlock {document.name}" if standing.locked else ""
    credit = f"credit invoice {invoice}" if invoice else ""
    first = " and ".join(part for part in (unlock, credit) if part)
    then = "Woodoo then writes the order anew" + (" and makes another invoice" if invoice else "")
    return (f"{first[:1].upper()}{first[1:]} in Odoo, then retry: {then}.", undo, keep)


def _credited(order: Order, standing: Standing) -> SyncConflict:
    invoice = ", ".join(standing.credited or standing.invoiced)
    return SyncConflict(
        f"{order.label} is '{order.status}' again in the store, but its invoice {invoice} was credited in Odoo when it "
        "was cancelled.",
        record=order.label,
        where="account.move",
        choices=(
            "Invoice it anew in Odoo, then skip this record.",
            "Cancel the order in the store, too.",
            "Keep Odoo as it is: skip this record.",
        ),
    )


def _cancelled_by_a_person(order: Order, document: Document) -> SyncConflict:
    return SyncConflict(
        f"{order.label} is '{order.status}' in the store, but {document.name} is cancelled in Odoo.",
        record=order.label,
        where=f"{document.model} -> state",
        choices=(
            f"Set {document.name} back to {'quotation' if document.sale_order_id else 'draft'} in Odoo, then retry.",
            "Cancel the order in the store, too.",
            "Keep Odoo as it is: skip this record.",
        ),
    )
