"""The credit note of one refund: its lines, what they come to, its day, and where the money goes back.

| the refund                 | its lines                                                     | its pieces             |
|----------------------------|---------------------------------------------------------------|------------------------|
| pieces of a line           | as many pieces of that line of the invoice, at what was given | stay, or leave (below) |
| an amount of a line        | one piece of it at that amount                                | stay invoiced          |
| an amount alone, "spread"  | every line of the invoice with its share                      | stay invoiced          |
| an amount alone, "product" | the product for refunds, a line for each set of taxes         | stay invoiced          |
| all that is left, "spread" | every line of the invoice with what is left of it             | stay, or leave (below) |

A line of the credit note that names a line of the sales order makes its pieces count as not invoiced. Odoo would ask
for them to be invoiced again, unless they have left the order (`RefundPlan.off_invoice`): so only those name it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ...domain.errors import ConfigError, DataError
from ...domain.money import ZERO, round_money
from ...domain.order import Order, OrderLine
from ...domain.refund import Refund, RefundLine
from ..amounts.computing import in_order
from ..amounts.priced import Priced
from ..amounts.pricing import Terms, price_lines
from ..amounts.totals import LineKind, LineTarget, Targets
from ..rules import Journal, Rules, Tax
from .lines import invoice_lines_of, pieces_left
from .parts import Part, Sums, parts_of
from .refund_amounts import exact_lines
from .seen import Move, MoveLine, SeenOrder, credit_note_external_id
from .shares import left_by_taxes, over_lines, spread
from .taxes import invoice_taxes, rate_taxes


@dataclass(frozen=True)
class Entry:
    """An amount of a credit note, before it is priced."""

    name: str
    product_id: int
    #: 0: that of the product.
    account_id: int
    pieces: Decimal
    part: Part
    #: The lines of the sales order whose pieces are not invoiced any more.
    order_line_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class CreditPlan:
    """Everything needed to credit one refund."""

    order: Order
    refund: Refund
    invoice: Move
    targets: Targets
    priced: Priced
    #: What each priced line is booked on, in their order.
    entries: tuple[Entry, ...]
    day: date
    reference: str
    #: Where the money goes back; None where it does not.
    journal: Journal | None
    notes: tuple[str, ...] = ()

    @property
    def external_id(self) -> str:
        """The external id (without namespace) of the credit note."""
        return credit_note_external_id(self.refund.external_id)

    @property
    def memo(self) -> str:
        """What identifies the payment back, and stands on the credit note."""
        return refund_memo(self.reference, self.refund)

    @property
    def names_accounts(self) -> bool:
        """Whether its lines go to the accounts of the invoice; else each to that of its product."""
        return all(entry.account_id for entry in self.entries)

    @property
    def text(self) -> str:
        """What the credit note says of its reason."""
        reason = self.refund.reason
        return f"{self.refund.label} of {self.order.label}{f': {reason}' if reason else ''}"


def refund_memo(reference: str, refund: Refund) -> str:
    """Return what identifies the payment of a refund: the order's reference and the refund."""
    return f"{reference} {'cancelled' if refund.is_cancellation else f'refund {refund.external_id}'}"


def credit_day(refund: Refund, rules: Rules) -> date:
    """Return the day of the refund in the shop's time zone."""
    return refund.created_at.astimezone(rules.timezone).date()


def build_credit(
    order: Order,
    refund: Refund,
    invoice: Move,
    seen: SeenOrder,
    rules: Rules,
    journal: Journal | None,
    off: dict[str, Decimal],
) -> CreditPlan:
    """Work out the credit note of a refund.

    `off` are the pieces of each line of the order that are not to count as invoiced; those it takes are taken out.

    Raises:
        DataError: where the refund cannot be credited as it is; it names the order.
        ConfigError: where a tax or a product is missing.
    """
    digits = rules.currencies[order.currency].digits
    taxes = invoice_taxes(order, invoice, rules)
    sums = Sums(digits, rules.precision)
    if refund.has_amounts:
        entries, notes = _by_lines(order, refund, invoice, seen, rules, taxes, sums, off)
    else:
        entries, notes = _by_amount(order, refund, invoice, seen, rules, taxes, sums, off), []
    targets = _targets(entries, round_money(refund.amount, order.currency_digits))
    terms = Terms(
        {str(tax_id): tax for tax_id, tax in taxes.items()},
        rules.precision,
        digits,
        store_digits=order.currency_digits,
        quantity_digits=rules.quantity_digits,
    )
    priced = price_lines(targets, terms)
    ordered = tuple(entries[_place(line.target)] for line in priced.lines)
    return CreditPlan(
        order,
        refund,
        invoice,
        targets,
        priced,
        ordered,
        credit_day(refund, rules),
        rules.reference(order),
        journal,
        (*notes, *priced.notes),
    )


def as_move(plan: CreditPlan) -> Move:
    """Return the credit note as Odoo will have it, for the refunds that come after."""
    lines = tuple(
        MoveLine(
            0,
            entry.product_id,
            "",
            entry.name,
            line.quantity,
            line.net,
            line.net + sum(line.tax_amounts.values(), ZERO),
            tuple(tax.odoo_id for tax in line.taxes),
            entry.account_id,
            entry.order_line_ids,
        )
        for line, entry in zip(plan.priced.lines, plan.entries, strict=True)
    )
    return replace(
        plan.invoice,
        odoo_id=0,
        name="",
        move_type="out_refund",
        state="draft",
        total=plan.targets.total,
        residual=plan.targets.total,
        lines=lines,
        taxes=plan.priced.taxes,
        reverses=plan.invoice.odoo_id,
        refund_id=plan.refund.external_id,
    )


# By lines


def _by_lines(
    order: Order,
    refund: Refund,
    invoice: Move,
    seen: SeenOrder,
    rules: Rules,
    taxes: Mapping[int, Tax],
    sums: Sums,
    off: dict[str, Decimal],
) -> tuple[list[Entry], list[str]]:
    rates = rate_taxes(order, taxes, rules)
    matched = invoice_lines_of(order, invoice)
    left = dict(pieces_left(invoice, seen.credits_of(invoice, but=refund.external_id)))
    entries: list[Entry] = []
    notes: list[str] = []
    for line, net, amounts in exact_lines(order, refund):
        theirs = matched.get(line.of)
        if not theirs:
            raise _not_on_invoice(order, refund, line, invoice)
        wanted = _by_tax(order, refund, line, amounts, rates)
        sets = [tuple(taxes[tax_id] for tax_id in one.tax_ids) for one in theirs]
        parts = parts_of(net, wanted, sets, sums, [one.net for one in theirs])
        if len(parts) > 1:
            notes.append(_apart_note(line, parts))
        for part in parts:
            pieces = _pieces(line, part, theirs, left) if len(parts) == 1 else ()
            entries += _entries(refund, line, part, theirs, pieces, off, sums.digits)
    return entries, notes


def _pieces(
    line: RefundLine, part: Part, theirs: Sequence[MoveLine], left: dict[int, Decimal]
) -> list[tuple[MoveLine, Decimal]]:
    """Take as many pieces from the lines of the invoice as are given back; none where they have not so many left."""
    wanted = line.quantity if line.kind == "product" else _whole_of(part, theirs, left)
    if wanted <= 0 or wanted > sum((max(left[one.odoo_id], ZERO) for one in theirs), ZERO):
        return []
    taken: list[tuple[MoveLine, Decimal]] = []
    for one in theirs:
        pieces = min(max(left[one.odoo_id], ZERO), wanted - sum((count for _, count in taken), ZERO))
        if pieces:
            left[one.odoo_id] -= pieces
            taken.append((one, pieces))
    return taken


def _entries(
    refund: Refund,
    line: RefundLine,
    part: Part,
    theirs: Sequence[MoveLine],
    pieces: Sequence[tuple[MoveLine, Decimal]],
    off: dict[str, Decimal],
    digits: int,
) -> list[Entry]:
    """Return an amount as pieces of lines of the invoice, where there are any, else as one piece of one of them."""
    own = _line_with(theirs, part)
    if not pieces:
        return [Entry(_amount_text(own.text or line.name, refund), own.product_id, own.account_id, Decimal(1), part)]
    apart: list[tuple[MoveLine, Decimal, bool]] = []
    for one, count in pieces:
        leaving = min(count, off.get(line.of, ZERO)) if one.order_line_ids else ZERO
        if leaving:
            off[line.of] -= leaving
            apart.append((one, leaving, True))
        if count - leaving:
            apart.append((one, count - leaving, False))
    whole = sum((count for _, count, _ in apart), ZERO)
    shares = _shared(part, [count / whole for _, count, _ in apart], digits)
    return [
        Entry(one.text, one.product_id, one.account_id, count, share, one.order_line_ids if leaves else ())
        for (one, count, leaves), share in zip(apart, shares, strict=True)
    ]


def _amount_text(text: str, refund: Refund) -> str:
    """Return the text of an amount without pieces, which is not that of the invoice's line."""
    return f"{text}\n{refund.label}"


def _whole_of(part: Part, theirs: Sequence[MoveLine], left: Mapping[int, Decimal]) -> Decimal:
    """Return the one piece of shipping or of a fee where all of it is given back, else nothing."""
    untouched = all(left[one.odoo_id] == one.quantity for one in theirs)
    net = sum((one.net for one in theirs), ZERO)
    return sum((one.quantity for one in theirs), ZERO) if untouched and part.net == net else ZERO


def _shared(part: Part, weights: Sequence[Decimal], digits: int) -> list[Part]:
    """Share an amount out; the last one takes the rest."""
    shares: list[Part] = []
    for place, weight in enumerate(weights, 1):
        last = place == len(weights)
        net = part.net - sum((s.net for s in shares), ZERO) if last else round_money(part.net * weight, digits)
        amounts = {
            tax_id: amount - sum((s.amounts[tax_id] for s in shares), ZERO)
            if last
            else round_money(amount * weight, digits)
            for tax_id, amount in part.amounts.items()
        }
        shares.append(Part(net, part.taxes, amounts))
    return shares


def _line_with(theirs: Sequence[MoveLine], part: Part) -> MoveLine:
    """Return the line of the invoice that has the taxes of a part, else the first."""
    wanted = {tax.odoo_id for tax in part.taxes}
    return next((one for one in theirs if set(one.tax_ids) == wanted), theirs[0])


def _by_tax(
    order: Order, refund: Refund, line: RefundLine, amounts: Mapping[str, Decimal], rates: Mapping[str, Tax]
) -> dict[int, Decimal]:
    found: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for rate_id, amount in amounts.items():
        if rate_id not in rates:
            raise DataError(
                f"{refund.label} of {order.label} gives back {amount} of tax rate {rate_id} on '{line.name}', which "
                "the order does not have.",
                record=order.label,
                where=f"orders/{order.external_id}/refunds/{refund.external_id}",
                fix="Credit it by hand in Odoo and skip this record, or refund it anew in the store; then retry.",
            )
        found[rates[rate_id].odoo_id] += amount
    return dict(found)


# By amount


def _by_amount(
    order: Order,
    refund: Refund,
    invoice: Move,
    seen: SeenOrder,
    rules: Rules,
    taxes: Mapping[int, Tax],
    sums: Sums,
    off: dict[str, Decimal],
) -> list[Entry]:
    taken = seen.credits_of(invoice, but=refund.external_id)
    left = left_by_taxes(invoice, taken, sums.digits)
    shares = spread(round_money(refund.amount, sums.digits), left, sums.digits)
    # What is given back as a whole shows the pieces it was invoiced with.
    as_invoiced = not taken and shares == left
    leaving = _leaving(order, invoice, taken, off) if shares == left else {}
    entries: list[Entry] = []
    for share in shares:
        own = tuple(taxes[tax_id] for tax_id in share.tax_ids)
        if rules.refunds.amount_refund_as == "product" and not refund.is_cancellation:
            found = [(_REFUND_LINE, share.net, share.taxes)]
        else:
            found = over_lines(share, sums.digits) or [(invoice.lines[0], share.net, share.taxes)]
        for line, net, amounts in found:
            parts = parts_of(net, amounts, [own], sums, [net])
            if line.odoo_id in leaving and len(parts) == 1:
                entries += _split(line, leaving.pop(line.odoo_id), parts[0], sums.digits)
                continue
            for part in parts:
                entries.append(_amount_entry(refund, line, part, rules, as_invoiced=as_invoiced and bool(line.odoo_id)))
    return entries


def _leaving(
    order: Order, invoice: Move, taken: Sequence[Move], off: Mapping[str, Decimal]
) -> dict[int, tuple[Decimal, Decimal]]:
    """Return by line of the invoice how many of its pieces that are left leave the order, and how many do not."""
    left, wanted = pieces_left(invoice, taken), dict(off)
    found: dict[int, tuple[Decimal, Decimal]] = {}
    for of, lines in invoice_lines_of(order, invoice).items():
        for line in lines:
            leaves = min(max(left[line.odoo_id], ZERO), wanted.get(of, ZERO)) if line.order_line_ids else ZERO
            if leaves:
                wanted[of] -= leaves
                found[line.odoo_id] = leaves, left[line.odoo_id] - leaves
    return found


def _split(line: MoveLine, pieces: tuple[Decimal, Decimal], part: Part, digits: int) -> list[Entry]:
    """Return an amount as pieces of a line of the invoice: those that leave the order, and those that do not."""
    whole = sum(pieces, ZERO)
    shares = _shared(part, [count / whole for count in pieces if count], digits)
    named = [(count, ids) for count, ids in zip(pieces, (line.order_line_ids, ()), strict=True) if count]
    return [
        Entry(line.text, line.product_id, line.account_id, count, share, ids)
        for (count, ids), share in zip(named, shares, strict=True)
    ]


_REFUND_LINE = MoveLine(0, 0, "", "", Decimal(1), ZERO, ZERO, (), 0)


def _amount_entry(refund: Refund, line: MoveLine, part: Part, rules: Rules, *, as_invoiced: bool) -> Entry:
    if as_invoiced and part.net == line.net:
        return Entry(line.text, line.product_id, line.account_id, line.quantity, part)
    if line.odoo_id:
        return Entry(_amount_text(line.text, refund), line.product_id, line.account_id, Decimal(1), part)
    if rules.refunds.refund_product_id is None:
        raise ConfigError(
            f"{refund.label} gives back an amount without lines, which is to be a line of its own, and no refund "
            "product is set.",
            where="settings -> refund product",
            fix="Choose a refund product in the connection's settings, or let such amounts be spread over the lines.",
        )
    return Entry(refund.reason or refund.label, rules.refunds.refund_product_id, 0, Decimal(1), part)


# Both


def _targets(entries: Sequence[Entry], total: Decimal) -> Targets:
    """Return what the credit note must come to; a line's source tells by its id which entry it is."""
    taxes: dict[str, Decimal] = defaultdict(lambda: ZERO)
    lines = []
    for place, entry in enumerate(entries):
        amounts = {str(tax.odoo_id): entry.part.amounts.get(tax.odoo_id, ZERO) for tax in in_order(entry.part.taxes)}
        for tax_id, amount in amounts.items():
            taxes[tax_id] += amount
        name = entry.name.split("\n", 1)[0]
        source = OrderLine(str(place), name, "", "", "", entry.pieces, entry.part.net, ZERO, entry.part.net)
        lines.append(LineTarget(LineKind.PRODUCT, source, entry.part.net, amounts))
    tax = sum(taxes.values(), ZERO)
    return Targets(tuple(lines), dict(taxes), total - tax, tax, total)


def _place(target: LineTarget) -> int:
    """Return which entry a line comes from."""
    assert isinstance(target.source, OrderLine)
    return int(target.source.external_id)


def _apart_note(line: RefundLine, parts: Sequence[Part]) -> str:
    shown = " + ".join(f"{part.net} {_tax_names(part)}" for part in parts)
    given = f"'{line.name}' gives back {line.total} with {line.total_tax} tax"
    return f"{given}, which is not what its rates come to: {shown}."


def _tax_names(part: Part) -> str:
    names = ", ".join(tax.name for tax in part.taxes if tax.percent)
    return f"with {names}" if names else "untaxed"


def _not_on_invoice(order: Order, refund: Refund, line: RefundLine, invoice: Move) -> DataError:
    return DataError(
        f"{refund.label} of {order.label} gives back '{line.name}', which {invoice.label} has no line for.",
        record=order.label,
        where="account.move.line",
        fix="Somebody has changed the invoice in Odoo: credit it there by hand and skip this record.",
    )
