"""Refund in the store what Odoo has taken back: each credit note and each return once, whatever is cut off.

Making a refund cannot be repeated, and WooCommerce lets two through that come at once. So, right before each one, the
order and its refunds are read again and decided on anew; that it is about to be made is noted; and afterwards they are
read once more. After a run of which nobody knows how it ended, the next one reads first, and makes none for as long as
the store may still be at it. What was refunded is also noted on the credit note or return in Odoo: where the refund is
deleted in the store and Woodoo's own database is lost, nothing else tells that money went back already.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ....domain.errors import DataError, OutcomeUnknown, RemoteDown, RemoteError, WoodooError
from ....domain.money import ZERO, round_money
from ....domain.order import Order
from ....domain.refund import Refund
from ....engine.flow import LinkVals
from ....mapping.refunds import sending_refusals as refuse
from ....mapping.refunds.odoo_credits import PICKING, CreditNote, Return
from ....mapping.refunds.refund_plan import RefundPlan, SentBefore
from ....mapping.refunds.seen import SeenOrder
from ....mapping.refunds.send_plan import Sending
from ....mapping.refunds.to_store import send_plan
from ....odoo.notes import find_marks, post_note
from ....stores.refunds import RefundRefused
from ...context import Context
from ...refund_batch import CREDIT_NOTE_KIND, RefundBatch, RefundProgress

#: Kind of the link of what was sent: the order and the key of the credit note or return → its refund (`store_hash`),
#: and when a run set out to send it (`odoo_hash`).
KIND = "sent_refund"
#: How long a store may still be at work for a request that nobody waits for any more.
AT_WORK = timedelta(minutes=5)
#: Seconds after which an order is looked at again of which it is not known whether a refund was made.
LOOK_AGAIN = 60.0
_NOT_SENT = "-"


# Observe


def observe_before(context: Context, seen: Mapping[str, SeenOrder]) -> dict[str, SentBefore]:
    """Return what is known of what was sent, by order; one request to the store where money may move."""
    rules = context.rules.refunds
    paying_back = context.store.refunds.paying_back() if rules.refund_money and seen else frozenset()
    keys = {_name(record, key): (record, key) for record, one in seen.items() for key in _keys(one)}
    noted = _noted(context, [key for _, key in keys.values()]) if rules.sends else {}
    sent = {record: {key: noted[key] for key in _keys(one) if key in noted} for record, one in seen.items()}
    begun: dict[str, dict[str, datetime]] = {record: {} for record in seen}
    for name, link in context.links.find(KIND, list(keys)).items():
        record, key = keys[name]
        if link.store_hash:
            sent[record][key] = link.store_hash
        elif link.odoo_hash not in ("", _NOT_SENT):
            begun[record][key] = datetime.fromisoformat(link.odoo_hash)
    return {record: SentBefore(sent[record], begun[record], paying_back, frozenset(noted)) for record in seen}


def _noted(context: Context, keys: Iterable[str]) -> dict[str, str]:
    """Return by key which refund a note on the credit note or return says it was sent as."""
    ids: dict[str, list[int]] = {"account.move": [], "stock.picking": []}
    for key in keys:
        model, odoo_id = _record_of(key)
        ids[model].append(odoo_id)
    moves, pickings = (find_marks(context.odoo, model, wanted, _mark(context)) for model, wanted in ids.items())
    return {str(one): refund for one, refund in moves.items()} | {
        f"{PICKING}{one}": refund for one, refund in pickings.items()
    }


def observe_others(context: Context, seen: Mapping[str, SeenOrder]) -> dict[str, SeenOrder]:
    """Add which credit notes are of other sales orders, too; two reads at most."""
    notes = [note for one in seen.values() for note in one.credit_notes if not note.ours]
    ids = {line_id for note in notes for line in note.lines for line_id in line.order_line_ids}
    owners = {row["id"]: row["order_id"] for row in context.odoo.read("sale.order.line", ids, ["order_id"])}
    names: dict[int, str] = {}

    def of(record: SeenOrder) -> dict[int, tuple[str, ...]]:
        own = record.document.sale_order_id if record.document else None
        found = {
            note.odoo_id: {owners[one] for line in note.lines for one in line.order_line_ids if one in owners} - {own}
            for note in record.credit_notes
        }
        missing = {one for others in found.values() for one in others if one is not None} - names.keys()
        names.update({row["id"]: str(row["name"]) for row in context.odoo.read("sale.order", missing, ["name"])})
        return {odoo_id: tuple(names[one] for one in sorted(others)) for odoo_id, others in found.items() if others}

    return {record: replace(one, others=of(one)) if one.credit_notes else one for record, one in seen.items()}


def _keys(seen: SeenOrder) -> Iterable[str]:
    returns = (one for one in seen.goods.pickings.values() if one.done_on and not one.refund_id) if seen.goods else ()
    return [
        *(str(note.odoo_id) for note in seen.credit_notes if not note.ours),
        *(f"{PICKING}{one.odoo_id}" for one in returns),
    ]


# Apply


def send_refunds(context: Context, batch: RefundBatch) -> None:
    """Make the refunds that are planned, one after the other, and remember what stands for what."""
    for progress in batch:
        plan = progress.plan
        stand = [*plan.standing.items(), *((refund, key) for key, refund in plan.sending.covered.items())]
        _remember(context, progress, [(refund, key) for refund, key in stand if plan.before.sent.get(key) != refund])
        _say_in_odoo(context, progress, stand)
        for one in plan.sending.send:
            context.still_ours()
            try:
                _send(context, progress, one.source)
            except RemoteDown:
                raise
            except DataError as error:
                progress.fail(error)
            except WoodooError as error:
                error.record = error.record or progress.label
                # It decides that the order is looked at again.
                progress.errors.insert(0, error)


def _send(context: Context, progress: RefundProgress, source: CreditNote | Return) -> None:
    """Make one refund, from what both sides have now.

    Raises:
        DataError: it is not to be made any more, or the store refuses it.
        RemoteError: it is not known whether it was made; OutcomeUnknown at first.
    """
    one = _look_again(context, progress, source)
    if one is None:
        return
    _wait_for(progress.plan, source, context)
    label = progress.label
    _note(context, progress, source, begun=datetime.now(UTC).isoformat())
    try:
        made = context.store.refunds.create(progress.plan.order, one.refund)
    except OutcomeUnknown as error:
        error.retry_after = max(error.retry_after or 0.0, LOOK_AGAIN)
        error.message = (
            f"{label}: whether the store has made the refund for {source.label} is not known. {error.message}"
        )
        raise
    except RemoteDown:
        _note(context, progress, source, begun=_NOT_SENT)
        raise
    except RefundRefused:
        _note(context, progress, source, begun=_NOT_SENT)
        if _look_again(context, progress, source) is None:
            return
        raise
    _remember(context, progress, [(made.external_id, source.key)])
    _say_in_odoo(context, progress, [(made.external_id, source.key)])
    order = progress.plan.order
    progress.words.append(f"{made.label} over {made.amount:f} {order.currency} for {source.name}: {one.money}")
    _verify(context, progress, one, made)


def _look_again(context: Context, progress: RefundProgress, source: CreditNote | Return) -> Sending | None:
    """Read the order and its refunds, and return what is to be made now; None where a refund stands for it by now.

    Raises:
        DataError: it cannot be made any more.
    """
    order, refunds = _read(context, progress.plan.order)
    progress.plan = plan = replace(progress.plan, order=order)
    found = send_plan(plan, refunds, context.rules)
    if refund := found.refund_of(source.key):
        _remember(context, progress, [(refund, source.key)])
        _say_in_odoo(context, progress, [(refund, source.key)])
        progress.words.append(f"refund {refund} stands for {source.name}")
        return None
    if error := found.refusal(source):
        raise error
    return found.get(source.key)


def _read(context: Context, order: Order) -> tuple[Order, tuple[Refund, ...]]:
    record = order.external_id
    fetched = context.store.fetch_orders([record])
    now = fetched.found.get(record)
    given_back = context.store.refunds.read([now]) if now else None
    if now is None or given_back is None or record not in given_back.found:
        broken = fetched.broken.get(record) or (given_back.broken.get(record) if given_back else None)
        raise broken or DataError(
            f"{order.label} is gone from the store: nothing is refunded there.",
            record=order.label,
            where=f"orders/{record}",
            fix="Skip this record.",
        )
    return now, given_back.found[record]


def _wait_for(plan: RefundPlan, source: CreditNote | Return, context: Context) -> None:
    """Make nothing while the store may still be at the refund an earlier run has asked for.

    Raises:
        RemoteError: look again later.
    """
    begun = plan.before.begun.get(source.key)
    left = (begun + AT_WORK - datetime.now(UTC)).total_seconds() if begun else 0.0
    if left > 0:
        raise RemoteError(
            f"{plan.order.label}: the store may still be at the refund for {source.label}, which it was asked for at "
            f"{begun:%H:%M} UTC and does not show.",
            record=plan.order.label,
            where=f"orders/{plan.order.external_id}/refunds",
            fix="It is looked at again by itself, and made if it is not there then.",
            retry_after=left,
        )


def _verify(context: Context, progress: RefundProgress, one: Sending, made: Refund) -> None:
    """Compare what was made with what was asked for, and the order's refunds with its total."""
    digits, label = progress.plan.order.currency_digits, progress.plan.order.label
    if round_money(made.amount, digits) != round_money(one.refund.amount, digits):
        progress.fail(_other(label, one, made, f"over {made.amount} in place of {one.refund.amount}"))
    if made.by_gateway != one.refund.by_gateway:
        said = "with money paid back" if made.by_gateway else "without paying the money back"
        progress.fail(_other(label, one, made, f"{said}, against what was asked for"))
    order, refunds = _read(context, progress.plan.order)
    refunded = sum((refund.amount for refund in refunds), ZERO)
    if refunded > order.total:
        progress.fail(refuse.over_refunded(order, refunded))


def _other(label: str, one: Sending, made: Refund, said: str) -> DataError:
    return DataError(
        f"{label}: the store made {made.label[0].lower()}{made.label[1:]} for {one.source.label} {said}.",
        record=label,
        where=f"refund {made.external_id}",
        fix="Look for a plugin of the store that changes refunds, and at the money itself.",
    )


# Remember


def _remember(context: Context, progress: RefundProgress, pairs: Sequence[tuple[str, str]]) -> None:
    """Remember at once which refund stands for which credit note or return."""
    for refund, key in pairs:
        links = [_link(progress, key, refund=refund)]
        if not key.startswith(PICKING):
            note = next((n for n in progress.plan.seen.credit_notes if str(n.odoo_id) == key), None)
            links += [LinkVals(CREDIT_NOTE_KIND, refund, "account.move", note.odoo_id, note.name)] if note else []
        context.links.upsert(links)


def _say_in_odoo(context: Context, progress: RefundProgress, pairs: Iterable[tuple[str, str]]) -> None:
    """Note on credit notes and returns which refund of the store stands for them, once."""
    plan = progress.plan
    wanted = [(refund, key) for refund, key in pairs if key in set(_keys(plan.seen)) - plan.before.noted]
    if not context.rules.refunds.sends:
        return
    for refund, key in wanted:
        model, odoo_id = _record_of(key)
        text = f"Refunded in the store as refund {refund}; not to be refunded again ({_mark(context)}{refund})."
        if error := post_note(context.odoo, model, odoo_id, text):
            message = f"That refund {refund} of the store stands for it could not be noted in Odoo: {error.message}"
            progress.fail(DataError(message, where=f"{model} {odoo_id} -> message_post", fix=error.fix))
    progress.plan = replace(plan, before=replace(plan.before, noted=plan.before.noted | {key for _, key in wanted}))


def _mark(context: Context) -> str:
    return f"{context.rules.namespace}/refund/"


def _note(context: Context, progress: RefundProgress, source: CreditNote | Return, *, begun: str) -> None:
    context.links.upsert([_link(progress, source.key, begun=begun)])


def _link(progress: RefundProgress, key: str, *, refund: str = "", begun: str = "") -> LinkVals:
    model, odoo_id = _record_of(key)
    return LinkVals(KIND, _name(progress.record, key), model, odoo_id, store_hash=refund, odoo_hash=begun)


def _record_of(key: str) -> tuple[str, int]:
    """Return model and id of what a key stands for."""
    return "stock.picking" if key.startswith(PICKING) else "account.move", int(key.removeprefix(PICKING))


def _name(record: str, key: str) -> str:
    return f"{record}:{key}"
