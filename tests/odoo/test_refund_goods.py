"""Goods after refunds on a real Odoo: deliveries shrink, goods come back once, and nothing else moves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from tests.odoo.shop import Bench, RecordedStore, recorded_orders, renumbered

from woodoo.domain.errors import ConfigError
from woodoo.domain.order import Order
from woodoo.domain.refund import Refund, RefundLine
from woodoo.engine.flow import Outcome, OutcomeKind
from woodoo.flows.refund import plan_refunds, sync_refunds
from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.odoo.fixtures import Admin, set_stock
from woodoo.stores.base import Fetched

#: Two pieces and three.
FIRST, SECOND = "1", "2"


class Shelves(RecordedStore):
    """A store with refunds."""

    def __init__(self, orders: Mapping[str, Order]) -> None:
        super().__init__(orders)
        self.given_back: dict[str, tuple[Refund, ...]] = {}

    @property
    def refunds(self) -> Shelves:
        return self

    def read(self, orders: Sequence[Order]) -> Fetched[tuple[Refund, ...]]:
        return Fetched({order.external_id: self.given_back.get(order.external_id, ()) for order in orders})


@dataclass
class Case:
    """A store and a real Odoo, moved by hand."""

    bench: Bench
    admin: Admin
    store: Shelves
    names: list[str]
    refunds: int = 0
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    def take(self, count: int = 1, **changes: Any) -> list[str]:
        """Bring orders nobody has used yet to Odoo."""
        records = [self.names.pop() for _ in range(count)]
        outcomes = self.bench.sync(records, **changes)
        assert {one.kind for one in outcomes.values()} == {OutcomeKind.DONE}, outcomes
        return records

    def refund(self, record: str, pieces: Mapping[str, int], *, restock: bool = True) -> str:
        """Refund pieces of lines in the store; return the refund's id."""
        order = self.store.orders[record]
        self.refunds += 1
        number = f"{record}{self.refunds:03}"
        lines = []
        for line in order.lines:
            count = Decimal(pieces.get(line.external_id, 0))
            if count:
                net, tax = (amount * count / line.quantity for amount in (line.total, line.total_tax))
                taxes = tuple(replace(one, amount=one.amount * count / line.quantity) for one in line.taxes)
                made = RefundLine(
                    "product", number + line.external_id, line.external_id, line.name, count, net, tax, taxes
                )
                lines.append(made)
        amount = round(sum((one.gross for one in lines), Decimal(0)), 2)
        at = datetime(2026, 11, 22, self.refunds % 24, tzinfo=UTC)
        made_refund = Refund(number, record, amount, "", at, False, tuple(lines))
        self.store.given_back[record] = (*self.store.given_back.get(record, ()), made_refund)
        back = {line: Decimal(count) for line, count in pieces.items()} if restock else {}
        known = order.restocked
        total = {line: known.get(line, Decimal(0)) + back.get(line, Decimal(0)) for line in {*known, *back}}
        ids = (*order.refund_ids, number)
        self.store.orders[record] = replace(order, restocked=total, refund_ids=ids)
        return number

    def delete_refunds(self, record: str) -> None:
        self.store.given_back[record] = ()
        self.store.orders[record] = replace(self.store.orders[record], refund_ids=())

    def sync(self, *records: str, **changes: Any) -> dict[str, str]:
        """Bring the refunds of orders over; return what was said of each."""
        self.outcomes = sync_refunds(self.bench.context(**changes), list(records))
        self.bench.links.take(self.outcomes)
        return {record: outcome.message for record, outcome in self.outcomes.items()}

    # In Odoo

    def sale_order(self, record: str) -> int:
        return int(self.bench.links.find("order", [record])[record].odoo_id)

    def deliver(self, record: str, *pieces: int) -> None:
        """Validate the open delivery of an order as a person does, with so many of each line; without: all."""
        odoo, dialect = self.bench.odoo, self.bench.odoo.client.dialect
        domain = [("sale_id", "=", self.sale_order(record)), ("state", "not in", ["done", "cancel", "waiting"])]
        (picking,) = odoo.search("stock.picking", domain)
        moves = odoo.search_read("stock.move", [("picking_id", "=", picking)], ["product_uom_qty"], order="id")
        for move, count in zip(moves, pieces or [move["product_uom_qty"] for move in moves], strict=True):
            picked = {"picked": bool(count)} if dialect.move_picked else {}
            odoo.write("stock.move", [move["id"]], {dialect.move_done_quantity: count, **picked})
        done = odoo.action("stock.picking", "button_validate", [picking], context=dialect.validate_context)
        assert not done.errors, done.errors

    def pickings(self, record: str) -> list[tuple[str, str, list[float]]]:
        """Return the transfers of an order: "out" or "back", the state, what the moves hold."""
        odoo = self.bench.odoo
        domain = [("sale_id", "=", self.sale_order(record))]
        found = []
        for row in odoo.search_read("stock.picking", domain, ["state", "picking_type_code"], order="id"):
            moves = odoo.search_read("stock.move", [("picking_id", "=", row["id"])], ["product_uom_qty"], order="id")
            way = "back" if row["picking_type_code"] == "incoming" else "out"
            found.append((way, row["state"], [move["product_uom_qty"] for move in moves]))
        return found

    def lines(self, record: str, name: str = "qty_delivered") -> list[Any]:
        domain = [("order_id", "=", self.sale_order(record))]
        rows = self.bench.odoo.search_read("sale.order.line", domain, [name], order="id")
        return [row[name] for row in rows][:2]

    def invoiced(self, record: str) -> str:
        return str(
            self.bench.odoo.read("sale.order", [self.sale_order(record)], ["invoice_status"])[0]["invoice_status"]
        )

    def stock(self, sku: str) -> float:
        product = self.bench.shop.products[sku]
        domain = [("product_id", "=", product), ("location_id.usage", "=", "internal")]
        return float(sum(row["quantity"] for row in self.admin.search_read("stock.quant", domain, ["quantity"])))


@pytest.fixture(scope="module")
def case(odoo: Endpoint, admin: Admin) -> Iterator[Case]:
    recorded = recorded_orders()["76"]
    orders = renumbered({str(number): recorded for number in range(30)}, 76000)
    bench = Bench.set_up(odoo, admin, orders, "refund_goods")
    bench.rules = {}
    set_stock(admin, dict.fromkeys(bench.shop.products.values(), Decimal(1000)))
    store = Shelves(bench.store.orders)
    bench.store = store
    return Case(bench, admin, store, list(orders))


def test_deliveries_shrink_and_goods_come_back_once(case: Case) -> None:
    part, whole, back, kept, half, packed = records = case.take(6)
    for record in (back, kept):
        case.deliver(record)
    case.deliver(half, 1, 3)
    case.refund(part, {FIRST: 1}, restock=False)
    case.refund(whole, {FIRST: 2, SECOND: 3})
    case.refund(back, {FIRST: 1, SECOND: 3})
    case.refund(kept, {FIRST: 1}, restock=False)
    case.refund(half, {FIRST: 2})
    case.refund(packed, {FIRST: 1})
    _pack(case, packed)
    sku = case.store.orders[back].lines[0].sku
    before = case.stock(sku)
    shown = plan_refunds(case.bench.context(), records).shown()[half]
    assert [step.do for step in shown.steps if step.model.startswith("stock")] == [
        f"Take 1 × {case.store.orders[half].lines[0].name} off {_delivery(case, half)}",
        "Receive a return",
    ]
    said = case.sync(*records)

    assert case.pickings(part) == [("out", "assigned", [1, 3])]
    assert case.pickings(whole) == [("out", "cancel", [0, 0])]
    assert case.pickings(back) == [("out", "done", [2, 3]), ("back", "done", [1, 3])]
    assert case.lines(back) == [1, 0]
    assert case.pickings(kept) == [("out", "done", [2, 3])]
    assert case.lines(kept) == [2, 3]
    assert case.pickings(half) == [("out", "done", [1, 3]), ("out", "cancel", [0]), ("back", "done", [1])]
    assert case.lines(half) == [0, 3]
    assert case.stock(sku) == before + 2
    assert "is being packed" in said[packed]
    assert case.outcomes[packed].kind is OutcomeKind.PARKED
    assert case.pickings(packed) == [("out", "assigned", [2, 3])]
    # Nothing is to be invoiced again: what is credited is no longer sold, what is kept stays invoiced.
    assert {record: case.invoiced(record) for record in records} == dict.fromkeys(records, "invoiced")
    assert [case.lines(record, "product_uom_qty") for record in (part, whole, back, kept, half)] == [
        [1, 3],
        [0, 0],
        [1, 0],
        [2, 3],
        [0, 3],
    ]

    after = {record: case.pickings(record) for record in records}
    case.sync(*records)
    case.bench.links.known = {key: link for key, link in case.bench.links.known.items() if key[0] != "return"}
    case.sync(*records)
    assert {record: case.pickings(record) for record in records} == after
    assert case.stock(sku) == before + 2


def test_a_return_waits_where_the_settings_say_so_or_by_hand_and_a_deleted_refund_takes_it_back(case: Case) -> None:
    waits, by_hand, nothing = records = case.take(3)
    for record in records:
        case.deliver(record)
        case.refund(record, {FIRST: 1})
    _return_by_hand(case, by_hand)
    case.sync(nothing, restock_as="nothing")
    case.sync(waits, by_hand, restock_as="wait")
    assert case.pickings(nothing) == [("out", "done", [2, 3])]
    assert case.pickings(waits) == [("out", "done", [2, 3]), ("back", "assigned", [1])]
    assert case.pickings(by_hand) == case.pickings(waits)
    case.sync(by_hand)
    assert case.pickings(by_hand)[1][1] == "assigned", "a person's return is a person's"
    case.delete_refunds(waits)
    case.sync(waits)
    assert case.pickings(waits)[1][1] == "cancel"
    assert case.lines(waits) == [2, 3]


def test_a_run_that_was_cut_off_is_finished_by_the_next_one(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    (record,) = case.take()
    case.deliver(record)
    case.refund(record, {FIRST: 1})
    odoo = case.bench.odoo
    for method in ("action_confirm", "button_validate"):
        with monkeypatch.context() as cut:
            cut.setattr(odoo, "action", _cut_off(odoo.action, method))
            with pytest.raises(_CutOff):
                case.sync(record)
        assert len(case.pickings(record)) == 2
    case.sync(record)
    assert case.pickings(record) == [("out", "done", [2, 3]), ("back", "done", [1])]


def test_missing_rights_and_places_are_told_and_hold_up_nothing_else(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed, other, elsewhere = case.take(3)
    for record in (closed, elsewhere):
        case.deliver(record)
    for record in (closed, other, elsewhere):
        case.refund(record, {FIRST: 1})
    (stock,) = {row["lot_stock_id"][0] for row in case.admin.search_read("stock.warehouse", [], ["lot_stock_id"])[:1]}
    places = [{"name": name, "usage": "internal", "location_id": stock} for name in ("Returns", "Old")]
    place, gone = case.admin.create("stock.location", [places[0], {**places[1], "active": False}])
    said = case.sync(closed, other, return_location_id=gone)
    assert "Old, where returns are to go, is archived" in said[closed]
    assert case.outcomes[closed].kind is OutcomeKind.PARKED
    assert case.pickings(other) == [("out", "assigned", [1, 3])]
    odoo = case.bench.odoo
    with monkeypatch.context() as refused:
        error = ConfigError("You may not.", where="stock.valuation.layer", fix="Give the user the role.")
        refused.setattr(odoo, "action", _cut_off(odoo.action, "button_validate", error))
        said = case.sync(closed)
    assert "the return is made, but could not be received: You may not." in said[closed]
    assert case.pickings(closed)[1][:2] == ("back", "assigned")
    case.sync(closed)
    assert case.pickings(closed)[1][:2] == ("back", "done")
    case.sync(elsewhere, return_location_id=place)
    domain = [("origin_returned_move_id", "!=", False), ("location_dest_id", "=", place)]
    assert [row["state"] for row in odoo.search_read("stock.move", domain, ["state"])] == ["done"]


def test_the_steps_before_a_delivery_shrink_with_it(case: Case) -> None:
    where = case.admin.search_read("stock.warehouse", [], ["delivery_steps"])[0]
    case.admin.write("stock.warehouse", [where["id"]], {"delivery_steps": "pick_ship"})
    try:
        (record,) = case.take()
        case.refund(record, {FIRST: 1, SECOND: 3})
        case.sync(record)
        assert {tuple(held) for _, _, held in case.pickings(record)} == {(1, 0)}
        case.refund(record, {FIRST: 1})
        case.sync(record)
        assert {state for _, state, _ in case.pickings(record)} == {"cancel"}
    finally:
        case.admin.write("stock.warehouse", [where["id"]], {"delivery_steps": where["delivery_steps"]})


def test_goods_with_lots_come_back_by_a_person(case: Case) -> None:
    (record,) = case.take()
    case.deliver(record)
    case.refund(record, {SECOND: 1})
    product = case.bench.shop.products[case.store.orders[record].lines[1].sku]
    case.admin.write("product.product", [product], {"tracking": "lot"})
    try:
        said = case.sync(record)
        assert "only a person knows which ones came back" in said[record]
        assert case.pickings(record) == [("out", "done", [2, 3]), ("back", "assigned", [1])]
        case.sync(record)
        assert len(case.pickings(record)) == 2
    finally:
        case.admin.write("product.product", [product], {"tracking": "none"})


class _CutOff(BaseException):
    """The machine goes dark."""


def _cut_off(action: Any, method: str, error: BaseException | None = None) -> Any:
    """Return the action of `Records`, which ends where `method` is about to be called."""

    def act(model: str, name: str, ids: Any, **how: Any) -> Any:
        ids = list(ids)
        if name == method and ids:
            raise error or _CutOff
        return action(model, name, ids, **how)

    return act


def _delivery(case: Case, record: str) -> str:
    domain = [("sale_id", "=", case.sale_order(record)), ("state", "not in", ["done", "cancel"])]
    return str(case.bench.odoo.search_read("stock.picking", domain, ["name"])[0]["name"])


def _pack(case: Case, record: str) -> None:
    """Enter on the open delivery that everything is packed."""
    odoo, dialect = case.bench.odoo, case.bench.odoo.client.dialect
    domain = [("picking_id.sale_id", "=", case.sale_order(record)), ("state", "not in", ["done", "cancel"])]
    for move in odoo.search_read("stock.move", domain, ["product_uom_qty"]):
        picked = {"picked": True} if dialect.move_picked else {}
        odoo.write("stock.move", [move["id"]], {dialect.move_done_quantity: move["product_uom_qty"], **picked})


def _return_by_hand(case: Case, record: str) -> None:
    """Make a return of one piece of the first line with Odoo's wizard, and leave it open."""
    odoo, dialect = case.bench.odoo, case.bench.odoo.client.dialect
    (picking,) = odoo.search("stock.picking", [("sale_id", "=", case.sale_order(record))])
    move = odoo.search_read("stock.move", [("picking_id", "=", picking)], ["product_id", "product_uom"], order="id")[0]
    context = {"active_model": "stock.picking", "active_id": picking, "active_ids": [picking]}
    source = odoo.read("stock.picking", [picking], ["location_id"])[0]["location_id"]
    line = {"product_id": move["product_id"], "move_id": move["id"], "quantity": 1, "to_refund": True}
    vals = {"picking_id": picking, "product_return_moves": [(0, 0, line)]}
    if "location_id" in odoo.fields("stock.return.picking"):
        vals["location_id"] = source
    (wizard,) = odoo.create("stock.return.picking", [vals], context)
    assert not odoo.action("stock.return.picking", dialect.return_method, [wizard], context=context).errors
