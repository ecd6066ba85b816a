"""Move the goods of refunds: deliveries shrink, returns are made and received, those of deleted refunds cancelled.

Each order is carried on until something of it fails, which holds up neither the others nor its credit notes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ....domain.errors import ConfigError, DataError, WoodooError
from ....engine.flow import LinkVals
from ....mapping.refunds.goods import RETURN_PREFIX, Goods
from ....mapping.refunds.goods_plan import GoodsPlan, Return
from ....mapping.refunds.goods_words import name_of, return_said
from ....mapping.refunds.lowering import lines_to_lower, pieces_given_back
from ....mapping.refunds.refund_plan import RefundPlan
from ....mapping.refunds.returns import of_the_store, plan_returns
from ....odoo import returns
from ....odoo.returns import GoodsBack
from ...context import Context
from ...refund_batch import RefundBatch, RefundProgress
from .observe_goods import RETURN_KIND, observe_goods


@dataclass(eq=False)
class _Going:
    """The goods of one order on their way."""

    progress: RefundProgress
    plan: GoodsPlan
    failed: bool = False

    def fail(self, error: WoodooError, doing: str) -> None:
        """Note why the goods of this order go no further."""
        if not self.failed:
            label = self.progress.label
            fate = type(error) if isinstance(error, ConfigError) else DataError
            message = f"{label}: {doing}: {error.message}"
            self.progress.fail(fate(message, record=label, where=error.where, fix=error.fix))
        self.failed = True


def move_goods(context: Context, batch: RefundBatch) -> None:
    """Carry out what was planned for the goods, then lower the lines of the sales orders to what they still sell."""
    plans = [(progress, _goods(context, progress)) for progress in batch]
    going = [_Going(progress, goods) for progress, goods in plans if goods is not None and not goods.error]
    for step in (_shrink, _cancel_emptied, _cancel_orphans, _make_returns, _receive):
        wanted = [one for one in going if one.plan and not one.failed]
        if wanted:
            context.still_ours()
            step(context, wanted)
    _lower_lines(context, [one for one in going if not one.failed])


def _goods(context: Context, progress: RefundProgress) -> GoodsPlan | None:
    """Return what is done about the goods: nothing for a refund whose credit note could not be made."""
    plan = progress.plan
    failed = {note.plan.refund.external_id for note in progress.credit_notes if note.failed}
    parked = plan.parked | {one for one in failed if not plan.has_begun(one)}
    if parked == plan.parked:
        return plan.goods
    progress.plan = replace(plan, parked=parked)
    return plan_returns(replace(progress.plan, goods=None), context.rules).goods


def _given_back(context: Context, plan: RefundPlan, goods: Goods) -> Mapping[str, Decimal]:
    """Return the pieces the store has refunded, by line of the order."""
    own = of_the_store(plan)
    refunded = [refund for refund in own if refund.external_id not in plan.parked]
    made = [refund for refund in plan.refunds if refund not in own]
    unsent = context.rules.refunds.refunded_unsent == "cancel"
    return pieces_given_back(plan.order, refunded, made, goods, unsent=unsent)


def _shrink(context: Context, going: Sequence[_Going]) -> None:
    by_move = {move: one for one in going for cut in one.plan.reductions for move in cut.demands}
    demands = {m: held for one in going for cut in one.plan.reductions for m, held in cut.demands.items()}
    _try(going, "a delivery could not be changed", by_move, lambda: returns.shrink_moves(context.odoo, demands))
    for one in going:
        if not one.failed:
            one.progress.words += [f"{cut.words} taken off {name_of(one.plan, cut)}" for cut in one.plan.reductions]


def _cancel_emptied(context: Context, going: Sequence[_Going]) -> None:
    by_picking = {picking: one for one in going for picking in one.plan.emptied}
    _try(
        going,
        "a delivery that holds nothing any more could not be cancelled",
        by_picking,
        lambda: returns.cancel_emptied(context.odoo, by_picking),
    )


def _cancel_orphans(context: Context, going: Sequence[_Going]) -> None:
    by_picking = {picking.odoo_id: one for one in going for picking in one.plan.cancel}
    _try(
        going,
        "a return of a deleted refund could not be cancelled",
        by_picking,
        lambda: returns.cancel_returns(context.odoo, by_picking),
    )
    for one in going:
        if not one.failed:
            one.progress.words += [
                f"{picking.name} is cancelled: refund {picking.refund_id} was deleted" for picking in one.plan.cancel
            ]


def _make_returns(context: Context, going: Sequence[_Going]) -> None:
    """Create the returns and make them ready; note their links at once."""
    wanted = {back.external_id: (one, back) for one in going for back in one.plan.returns}
    if not wanted:
        return
    place = context.rules.refunds.return_location_id
    rows = [GoodsBack(name, back.picking.odoo_id, back.moves, place) for name, (_, back) in wanted.items()]
    try:
        _check_place(context, place)
        made = returns.ensure_returns(context.odoo, rows)
    except ConfigError as refusal:
        for one, _ in wanted.values():
            one.fail(refusal, "a return could not be made")
        return
    for name, error in made.errors.items():
        wanted[name][0].fail(error, "a return could not be made")
    ready = {odoo_id: wanted[name][0] for name, odoo_id in made.ids.items()}
    _try(going, "a return could not be made ready", ready, lambda: returns.confirm_returns(context.odoo, ready))
    names = {row["id"]: str(row["name"]) for row in context.odoo.read("stock.picking", ready, ["name"])}
    found = [(*wanted[name], odoo_id) for name, odoo_id in made.ids.items()]
    context.links.upsert(_link(context, back, odoo_id, names.get(odoo_id, "")) for _, back, odoo_id in found)
    now = {odoo_id: one for one, back, odoo_id in found if not back.waits and not one.failed}
    _receive_these(context, going, now)
    for one, back, odoo_id in found:
        if not one.failed:
            one.progress.words.append(return_said(back, names[odoo_id]))


def _receive(context: Context, going: Sequence[_Going]) -> None:
    """Receive the returns of runs that were cut off, or whose rights were missing."""
    by_picking = {picking.odoo_id: one for one in going for picking in one.plan.receive}
    _try(
        going, "a return could not be made ready", by_picking, lambda: returns.confirm_returns(context.odoo, by_picking)
    )
    _receive_these(context, going, {odoo_id: one for odoo_id, one in by_picking.items() if not one.failed})
    for one in going:
        if not one.failed:
            one.progress.words += [f"{picking.name} is received" for picking in one.plan.receive]


def _receive_these(context: Context, going: Sequence[_Going], by_picking: Mapping[int, _Going]) -> None:
    doing = "the return is made, but could not be received"
    _try(going, doing, by_picking, lambda: returns.receive_returns(context.odoo, by_picking).errors)


def _lower_lines(context: Context, going: Sequence[_Going]) -> None:
    """Lower lines whose refunded pieces are credited and gone, looking again at what Odoo has by now."""
    orders = {
        document.sale_order_id: one.progress.plan.order
        for one in going
        if (document := one.progress.plan.seen.document) and document.sale_order_id and one.progress.plan.seen.posted
    }
    goods = observe_goods(context, orders) if orders else {}
    lines: dict[int, _Going] = {}
    wanted = {}
    for one in going:
        if one.progress.record in goods:
            plan, seen = one.progress.plan, goods[one.progress.record]
            for line, quantity in lines_to_lower(_given_back(context, plan, seen), seen).items():
                lines[line], wanted[line] = one, quantity
    doing = "the sales order could not be lowered to what it still sells"
    _try(going, doing, lines, lambda: returns.lower_lines(context.odoo, wanted))
    for one in {id(one): one for one in lines.values() if not one.failed}.values():
        name = goods[one.progress.record].sale_order
        one.progress.notes.append(f"{name} sells fewer pieces now: what was refunded is not invoiced again.")


def _try(
    going: Iterable[_Going],
    doing: str,
    by_record: Mapping[int, _Going],
    attempt: Callable[[], Mapping[int, WoodooError]],
) -> None:
    """Do something for many orders; what concerns a record fails its order, what concerns all fails all of them."""
    if not by_record:
        return
    try:
        for record, error in attempt().items():
            by_record[record].fail(error, doing)
    except ConfigError as error:
        for one in going:
            if one in by_record.values():
                one.fail(error, doing)


def _check_place(context: Context, place: int | None) -> None:
    """Refuse a place for returns that is archived, gone, or no place for goods."""
    if place is None:
        return
    found = context.odoo.read("stock.location", [place], ["active", "usage", "display_name"])
    if not found or not found[0]["active"] or found[0]["usage"] != "internal":
        name = found[0]["display_name"] if found else f"with the id {place}"
        why = "holds no goods" if found and found[0]["active"] else "is archived" if found else "is gone"
        raise ConfigError(
            f"The location {name}, where returns are to go, {why}.",
            where="settings -> return_location_id",
            fix="Choose another location in the connection's settings, or leave it empty.",
        )


def _link(context: Context, back: Return, odoo_id: int, name: str) -> LinkVals:
    xmlid = f"{context.odoo.namespace}.{back.external_id}"
    return LinkVals(
        RETURN_KIND, back.external_id.removeprefix(RETURN_PREFIX), "stock.picking", odoo_id, name, odoo_xmlid=xmlid
    )
