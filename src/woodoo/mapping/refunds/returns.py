"""What happens to the goods of an order after its refunds: deliveries shrink, goods come back, or nothing moves.

Decides for each line by quantity (`balance.py`); an amount without pieces touches no goods. What is done:

| in Odoo                               | then                                                                       |
|---------------------------------------|----------------------------------------------------------------------------|
| open deliveries hold refunded pieces  | they shrink, the newest first, with the steps before them                  |
| ... and somebody is packing them      | a person decides: nothing of the order's goods is touched                  |
| delivered, restocked in the store     | a return: validated, left to the warehouse, or none (`restock_as`)         |
| ... with lots or serial numbers       | a return, left to the warehouse                                            |
| ... and a return by hand is there     | it counts, whether done or open; no other one is made                      |
| ... and Woodoo's return was cancelled | it stays so                                                                |
| a refund was deleted in the store     | its open return is cancelled; a return that is done is told                |
| services, lines without moves         | nothing                                                                    |
| given back in full, without lines     | what has not left is not sent, or is, as set (`refunded_unsent`)           |
| a refund that needs a person          | nothing of it (`together.py`)                                              |
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ...domain.errors import DataError
from ...domain.money import ZERO
from ...domain.order import Order, OrderLine
from ...domain.refund import Refund
from ..fulfilment.shipments import plain
from ..rules import Rules
from .balance import Counted, balance
from .goods import RETURN_PREFIX, Goods, GoodsMove, Picking, Restock, SoldLine
from .goods_plan import GoodsPlan, Reduction, Return
from .lowering import DIGITS, pieces_given_back, refunded_pieces
from .refund_plan import RefundPlan


def plan_returns(plan: RefundPlan, rules: Rules) -> RefundPlan:
    """Add what happens to the goods of an order."""
    if not rules.refunds.take_refunds or plan.seen.document is None:
        return plan
    made = frozenset(refund.external_id for refund in plan.refunds if refund not in of_the_store(plan))
    wanted = Wanted(Restock(rules.refunds.restock_as), cancel_unsent=rules.refunds.refunded_unsent == "cancel")
    goods = plan_goods(plan.order, plan.refunds, plan.seen.goods, wanted, made, plan.parked)
    if goods is None:
        told = any(line.quantity for refund in plan.refunds for line in refund.lines)
        return plan.with_note(f"{_without_goods(plan)}: no goods move there.") if told else plan
    plan = replace(plan, goods=goods, notes=(*plan.notes, *goods.notes))
    return plan.with_failure(goods.error) if goods.error else plan


def of_the_store(plan: RefundPlan) -> tuple[Refund, ...]:
    """Return the refunds that began in the store; the goods of those made for Odoo were seen to there."""
    sent = set(plan.before.sent.values())
    return tuple(refund for refund in plan.refunds if not refund.mark and refund.external_id not in sent)


def _without_goods(plan: RefundPlan) -> str:
    document = plan.seen.document
    if document is not None and document.sale_order_id is None:
        return f"{plan.order.label} is an invoice without a sales order in Odoo"
    return "Odoo keeps no deliveries (the app Inventory is not installed)"


@dataclass(frozen=True)
class Wanted:
    """What the settings say about goods."""

    #: What becomes of restocked goods.
    restock: Restock = Restock.RECEIVE
    #: An order that was given back in full without saying for which goods is not sent any more.
    cancel_unsent: bool = True


def plan_goods(
    order: Order,
    refunds: Sequence[Refund],
    goods: Goods | None,
    wanted: Wanted,
    made: Collection[str] = (),
    parked: Collection[str] = (),
) -> GoodsPlan | None:
    """Decide about the goods of one order; None where there are none: no sales order.

    Args:
        order: the order, with what was restocked of each line.
        refunds: its refunds in the store, oldest first.
        goods: what Odoo has.
        wanted: what the settings say.
        made: the refunds Woodoo has made for Odoo.
        parked: refunds of which nothing is done.
    """
    if goods is None:
        return None
    try:
        return _Planner(order, refunds, goods, wanted, made, parked).plan()
    except DataError as error:
        return GoodsPlan(goods, error=error)


class _Planner:
    """One order."""

    def __init__(
        self,
        order: Order,
        refunds: Sequence[Refund],
        goods: Goods,
        wanted: Wanted,
        made: Collection[str],
        parked: Collection[str],
    ) -> None:
        self.order, self.goods, self.restock = order, goods, wanted.restock
        self.there = {refund.external_id for refund in refunds}
        self.refunds = [refund for refund in refunds if refund.external_id not in {*made, *parked}]
        self.lines = {line.external_id: line for line in order.lines}
        for_odoo = [refund for refund in refunds if refund.external_id in made]
        self.refunded = pieces_given_back(order, self.refunds, for_odoo, goods, unsent=wanted.cancel_unsent)
        #: Pieces of refunds nothing is done of.
        self.parked = refunded_pieces(refund for refund in refunds if refund.external_id in parked)
        #: Pieces Woodoo has refunded for Odoo, where they were seen to already.
        self.told = refunded_pieces(for_odoo)
        self.reductions: list[Reduction] = []
        #: (refund, delivery) → move → so much of it; and its words.
        self.back: dict[tuple[str, int], dict[int, Decimal]] = defaultdict(dict)
        self.words: dict[tuple[str, int], list[str]] = defaultdict(list)
        self.off_invoice: dict[str, Decimal] = {}
        self.notes: list[str] = []

    def plan(self) -> GoodsPlan:
        for line_id, pieces in self.refunded.items():
            self._line(line_id, pieces)
        ours = self.goods.returns
        orphans = [picking for picking in ours if picking.refund_id not in self.there]
        return GoodsPlan(
            self.goods,
            tuple(self.reductions),
            self._emptied(),
            self._returns(),
            tuple(p for p in ours if p.is_open and p.refund_id in self.there and self._may_receive(p.odoo_id)),
            tuple(p for p in orphans if p.is_open),
            self.off_invoice,
            (*self.notes, *(_done_for_nothing(p) for p in orphans if p.state == "done")),
        )

    # --- a line -------------------------------------------------------------------------------------------------

    def _line(self, line_id: str, pieces: Decimal) -> None:
        line = self._sold(line_id)
        total = pieces + self.told.get(line_id, ZERO)
        if total > line.quantity:
            raise self._refusal(
                f"{plain(total)} × {line.name} are refunded, but the order has only {plain(line.quantity)}.",
                "refunds -> line_items -> quantity",
                "Delete the refund that is too much in the store, or move the goods in Odoo by hand.",
            )
        sold = self.goods.lines_of(line_id)
        if not sold:
            self._missing(line)
            return
        ids = {one.odoo_id for one in sold}
        for odoo_id in ids & self.goods.unclear.keys():
            where = "sale.order.line -> move_ids"
            reason = f"the goods of {line.name} cannot be counted: {self.goods.unclear[odoo_id]}"
            raise self._refusal(reason, where, "Move the goods of this order in Odoo by hand.")
        moves = [move for move in self.goods.moves if move.line_id in ids]
        leaves = [self._product(line, pieces, part) for part in _by_product(moves)]
        # A line without moves, such as a service, is never taken back: what was given back of it stays invoiced.
        self._off_invoice(line, pieces, min(leaves, default=(ZERO, ZERO)), sold)

    def _off_invoice(
        self, line: OrderLine, pieces: Decimal, leaves: tuple[Decimal, Decimal], sold: Sequence[SoldLine]
    ) -> None:
        """Note how many refunded pieces are not to count as invoiced on the sales order's line.

        Those that leave the order. Of a line that is invoiced as ordered only once they have left it, and where its
        quantity can be lowered: Odoo would want to invoice them again until then.
        """
        by_delivery = all(one.by_delivery for one in sold)
        off = leaves[0] if by_delivery else ZERO if self.goods.locked else leaves[1]
        invoiced = sum((one.invoiced for one in sold), ZERO)
        sold_pieces = line.quantity - self.told.get(line.external_id, ZERO)
        self.off_invoice[line.external_id] = max(ZERO, invoiced - (sold_pieces - off))

    def _sold(self, line_id: str) -> OrderLine:
        if line_id in self.lines:
            return self.lines[line_id]
        raise self._refusal(
            f"a refund gives back pieces of the line {line_id or 'without an id'}, which the order does not have.",
            "refunds -> line_items -> _refunded_item_id",
            "Move the goods in Odoo by hand.",
        )

    def _missing(self, line: OrderLine) -> None:
        if line.is_bundle or line.part_of:
            return
        self.notes.append(
            f"{self.goods.sale_order} has no line for {line.name}: no goods of it are sent or taken back."
        )

    def _product(self, line: OrderLine, pieces: Decimal, moves: Sequence[GoodsMove]) -> tuple[Decimal, Decimal]:
        """Plan for one product of a line: the line's own, or a part of a kit.

        Returns the refunded pieces that leave the order, and how many of them have left it after this run.
        """
        per = moves[0].per
        counted = self._counted(line, pieces, moves)
        result = balance(counted)
        shrink = counted.to_send - result.send
        for move in sorted((m for m in moves if m.is_open and not m.back), key=_turn):
            less = round(min(move.quantity, shrink * per), DIGITS)
            if less > ZERO:
                self._reduce(line, move, move.quantity - less)
                shrink -= less / per
        if result.ask_back > ZERO and self.restock is Restock.NOTHING:
            what = f"{plain(result.ask_back)} × {line.name}"
            self.notes.append(f"{what} went back on the store's shelf; the settings leave Odoo's stock alone.")
            return result.leaves - result.ask_back, result.leaves - result.ask_back
        waiting = sum((m.quantity / per for m in moves if m.back and m.is_open and not self._received_now(m)), ZERO)
        if result.ask_back > ZERO:
            self._ask_back(line, result.ask_back, moves)
            waiting += result.ask_back if self._waits(tracked=any(move.tracked for move in moves)) else ZERO
        return result.leaves, max(ZERO, result.leaves - waiting)

    def _received_now(self, move: GoodsMove) -> bool:
        return bool(self.goods.pickings[move.picking_id].refund_id) and self._may_receive(move.picking_id)

    def _counted(self, line: OrderLine, pieces: Decimal, moves: Sequence[GoodsMove]) -> Counted:
        def total(chosen: Iterable[GoodsMove]) -> Decimal:
            return round(sum((move.quantity / move.per for move in chosen), ZERO), DIGITS)

        out, back = [m for m in moves if not m.back], [m for m in moves if m.back]
        waived = [m for m in back if m.state == "cancel" and self.goods.pickings[m.picking_id].refund_id]
        counted = Counted(
            line.quantity,
            pieces,
            self._restocked(line),
            sent=total(m for m in out if m.state == "done"),
            to_send=total(m for m in out if m.is_open),
            came_back=total(m for m in back if m.state == "done"),
            brought_back=total(m for m in back if m.state == "done" and self.goods.pickings[m.picking_id].refund_id),
            to_come_back=total(m for m in back if m.is_open),
            waived=total(waived),
        )
        return counted.without(self.told.get(line.external_id, ZERO))

    def _restocked(self, line: OrderLine) -> Decimal:
        """Return what went back on the shelf by these refunds, at the least.

        The store tells it of the line, not of each refund: as much as may be of those that are parked is theirs.
        """
        restocked = self.order.restocked.get(line.external_id, ZERO)
        theirs = min(restocked, self.parked.get(line.external_id, ZERO))
        if theirs:
            self.notes.append(f"{plain(theirs)} × {line.name} on the store's shelf may be of a refund that is parked.")
        return restocked - theirs

    def _reduce(self, line: OrderLine, move: GoodsMove, quantity: Decimal) -> None:
        delivery = self.goods.pickings[move.picking_id].name
        if move.entered > quantity:
            raise self._refusal(
                f"{delivery} is being packed with {plain(move.entered)} × {line.name}, of which only "
                f"{plain(quantity)} are still to be sent.",
                "stock.move -> product_uom_qty",
                "Take the refunded pieces out of the delivery in Odoo, or validate it, which makes a return of them.",
            )
        words = f"{plain(move.quantity - quantity)} × {line.name}"
        self.reductions.append(Reduction(move, quantity, words))

    # --- goods that come back -----------------------------------------------------------------------------------

    def _ask_back(self, line: OrderLine, pieces: Decimal, moves: Sequence[GoodsMove]) -> None:
        per = moves[0].per
        left = self._returnable(moves)
        for refund_id, share in self._shares(line.external_id, pieces):
            if refund_id in self.goods.deleted:
                self.notes.append(f"The return for refund {refund_id} was deleted in Odoo: none is made again.")
                continue
            wanted = round(share * per, DIGITS)
            for move in sorted(left, key=_turn):
                part = min(wanted, left[move])
                if part > ZERO:
                    self._take_back(line, refund_id, move, part)
                    left[move] -= part
                    wanted -= part

    def _returnable(self, moves: Sequence[GoodsMove]) -> dict[GoodsMove, Decimal]:
        """Return what of each delivered move nothing brings back yet."""
        left = {move: move.quantity for move in moves if move.state == "done" and not move.back}
        back: Counter[int] = Counter()
        for move in moves:
            if move.back and move.state != "cancel" and move.origin_id:
                back[move.origin_id] += move.quantity  # type: ignore[assignment]
        return {move: max(ZERO, quantity - back[move.odoo_id]) for move, quantity in left.items()}

    def _shares(self, line_id: str, pieces: Decimal) -> list[tuple[str, Decimal]]:
        """Return which refunds these pieces are of: the newest ones."""
        shares = []
        for refund in reversed(self.refunds):
            share = min(pieces, refunded_pieces([refund]).get(line_id, ZERO))
            if share > ZERO:
                shares.append((refund.external_id, share))
                pieces -= share
        return shares

    def _take_back(self, line: OrderLine, refund_id: str, move: GoodsMove, quantity: Decimal) -> None:
        key = refund_id, move.picking_id
        self.back[key][move.odoo_id] = quantity
        self.words[key].append(f"{plain(quantity)} × {line.name}")

    def _returns(self) -> tuple[Return, ...]:
        made = Counter(picking.refund_id for picking in self.goods.returns)
        found = []
        for (refund_id, picking_id), moves in self.back.items():
            made[refund_id] += 1
            number = f"_{made[refund_id]}" if made[refund_id] > 1 else ""
            tracked = any(move.tracked for move in self.goods.moves if move.odoo_id in moves)
            found.append(
                Return(
                    f"{RETURN_PREFIX}{refund_id}{number}",
                    refund_id,
                    self.goods.pickings[picking_id],
                    moves,
                    tuple(self.words[refund_id, picking_id]),
                    self._waits(tracked=tracked),
                )
            )
        return tuple(found)

    def _waits(self, *, tracked: bool) -> str:
        if self.restock is Restock.WAIT:
            return "it waits for the warehouse, as the settings say"
        if tracked:
            return "it has goods with lots or serial numbers, and only a person knows which ones came back"
        return ""

    def _may_receive(self, picking_id: int) -> bool:
        tracked = any(move.tracked for move in self.goods.moves if move.picking_id == picking_id)
        return not self._waits(tracked=tracked) and self.restock is Restock.RECEIVE

    # --- the rest -----------------------------------------------------------------------------------------------

    def _emptied(self) -> tuple[int, ...]:
        """Return the deliveries that may hold nothing any more, now or since a run that was cut off."""
        ids = {picking for reduction in self.reductions for picking in reduction.emptied}
        for move in self.goods.moves:
            if move.is_open and not move.back and not move.quantity and self._is_refunded(move):
                ids |= {move.picking_id, *(step.picking_id for step in move.before if not step.quantity)}
        return tuple(sorted(ids))

    def _is_refunded(self, move: GoodsMove) -> bool:
        return self.goods.matched.get(move.line_id, "") in self.refunded

    def _refusal(self, reason: str, where: str, fix: str) -> DataError:
        label = self.order.label
        return DataError(f"The goods of {label} were left alone: {reason}", record=label, where=where, fix=fix)


def _turn(move: GoodsMove) -> tuple[int, int]:
    """Return when its turn is: lines as credit notes take them, where several stand for one; the newest move first."""
    return move.line_id, -move.odoo_id


def _by_product(moves: Sequence[GoodsMove]) -> list[list[GoodsMove]]:
    found: dict[int, list[GoodsMove]] = defaultdict(list)
    for move in moves:
        found[move.product_id].append(move)
    return list(found.values())


def _done_for_nothing(picking: Picking) -> str:
    return (
        f"{picking.name} has brought goods back for refund {picking.refund_id}, which was deleted in the store: "
        "if they are with the customer all the same, return the return in Odoo."
    )
