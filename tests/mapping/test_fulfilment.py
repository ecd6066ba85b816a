"""What the store is told of deliveries, numbers and states: which lines, which status, which notes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.mapping.orders import make_line, make_order
from woodoo.domain.errors import DataError
from woodoo.domain.fulfilment import Content, Fulfilment, Shipment
from woodoo.domain.order import Order, OrderLine
from woodoo.domain.ownership import Owner, print_of
from woodoo.mapping.fulfilment.lines import match_lines
from woodoo.mapping.fulfilment.plan import FulfilPlan, Known, drift_detail, plan_fulfil, plan_shown
from woodoo.mapping.fulfilment.rules import FulfilRules
from woodoo.mapping.fulfilment.seen import Delivery, Moved, OdooInvoice, OdooLine, OdooOrder
from woodoo.mapping.fulfilment.shipments import shipments_of, tracking_numbers
from woodoo.mapping.fulfilment.statuses import plan_status
from woodoo.mapping.fulfilment.telling import differing, note_text

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOTE = "On its way ({delivery}).\nCarrier: {carrier}\nTracking: {tracking}\nContents: {items}"
RULES = FulfilRules(
    namespace="shop", note=NOTE, status_steps={"on-hold": "quotation", "processing": "invoice", "completed": "deliver"}
)


def line(external_id: str, *, sku: str, quantity: int = 1, name: str) -> OrderLine:
    return replace(make_line("10.00", quantity, sku), external_id=external_id, name=name)


def shop_order(**changes: Any) -> Order:
    """An order of two mugs and three bags."""
    lines = (line("1", sku="MUG", quantity=2, name="Mug"), line("2", sku="BAG", quantity=3, name="Bag"))
    return replace(make_order(*lines, total="20.00"), **{"status": "processing", "meta": {}, **changes})


def sold(odoo_id: int, product: int, sku: str, text: str, ordered: int) -> OdooLine:
    return OdooLine(odoo_id, product, sku, text, Decimal(ordered), Decimal(0))


LINES = (sold(11, 101, "MUG", "Mug", 2), sold(12, 102, "BAG", "Bag", 3))


def delivery(odoo_id: int, *moved: tuple[int, int, int], **changes: Any) -> Delivery:
    """A delivery of (line, product, pieces)."""
    parts = tuple(Moved(line_id, product, Decimal(pieces)) for line_id, product, pieces in moved)
    made = Delivery(odoo_id, f"WH/OUT/{odoo_id}", NOW - timedelta(hours=5 - odoo_id), parts)
    return replace(made, **changes)


def seen(*deliveries: Delivery, **changes: Any) -> OdooOrder:
    return replace(OdooOrder("sale.order", 7, "S00007", "sale", LINES, deliveries), **changes)


def plan(order: Order, seen: OdooOrder, known: Known | None = None, **rules: Any) -> FulfilPlan:
    return plan_fulfil(order, seen, known or Known(), replace(RULES, **rules), NOW)


WHOLE = delivery(1, (11, 101, 2), (12, 102, 3), tracking="123", carrier="DHL", carrier_id=5)


# Lines


def told(found: list[Shipment]) -> list[dict[str, int]]:
    return [{item.line_id: int(item.quantity) for item in shipment.items} for shipment in found]


def test_a_delivery_is_told_with_the_lines_of_the_stores_order():
    assert told(shipments_of(shop_order(), seen(WHOLE), RULES).shipments) == [{"1": 2, "2": 3}]


def test_two_partial_deliveries_are_two_shipments_in_the_order_in_which_they_left():
    first, rest = delivery(1, (11, 101, 1)), delivery(2, (11, 101, 1), (12, 102, 3))
    found = shipments_of(shop_order(), seen(rest, first), RULES)
    assert [one.name for one in found.shipments] == ["WH/OUT/1", "WH/OUT/2"]
    assert told(found.shipments) == [{"1": 1}, {"1": 1, "2": 3}]


def test_lines_are_known_by_sku_and_text_whatever_their_order():
    lines = (line("1", sku="MUG", name="Mug red"), line("2", sku="MUG", name="Mug blue"), line("3", sku="", name="Art"))
    odoo = (sold(5, 9, "", "Art", 1), sold(6, 8, "MUG", "Mug blue\nSize: M", 1), sold(7, 8, "MUG", "Mug red", 1))
    assert match_lines(lines, odoo) == {7: "1", 6: "2", 5: "3"}


def test_two_lines_that_cents_made_of_one_are_that_one():
    lines = (line("1", sku="MUG", quantity=3, name="Mug"),)
    odoo = (sold(5, 8, "MUG", "Mug", 2), sold(6, 8, "MUG", "Mug", 1))
    assert match_lines(lines, odoo) == {5: "1", 6: "1"}


def test_a_kit_counts_once_all_of_its_parts_have_left():
    lines = (replace(LINES[0], ordered=Decimal(2)),)
    demand = {(11, 201): Decimal(2), (11, 202): Decimal(8)}
    first = delivery(1, (11, 201, 2), (11, 202, 4))
    rest = delivery(2, (11, 202, 4))
    found = shipments_of(shop_order(), seen(first, rest, lines=lines, demand=demand), RULES)
    assert told(found.shipments) == [{"1": 1}, {"1": 1}]


def test_a_bundle_that_has_no_line_in_odoo_goes_with_its_parts():
    lines = (
        replace(line("1", sku="", quantity=1, name="Set"), is_bundle=True),
        replace(line("2", sku="MUG", quantity=2, name="Mug"), part_of="1"),
        replace(line("3", sku="BAG", quantity=1, name="Bag"), part_of="1"),
    )
    odoo = (sold(11, 101, "MUG", "Set: Mug", 2), sold(12, 102, "BAG", "Set: Bag", 1))
    first, rest = delivery(1, (11, 101, 2)), delivery(2, (12, 102, 1))
    found = shipments_of(shop_order(lines=lines), seen(first, rest, lines=odoo), RULES)
    assert told(found.shipments) == [{"2": 2}, {"1": 1, "3": 1}]


def test_more_than_was_ordered_is_told_as_what_was_ordered_and_remarked():
    found = shipments_of(shop_order(), seen(delivery(1, (11, 101, 5))), RULES)
    assert told(found.shipments) == [{"1": 2}]
    assert found.remarks == ["WH/OUT/1 holds 5 of 'Mug', and 2 were still to be sent: 2 are told."]


def test_a_line_that_is_gone_from_the_store_is_left_out_and_remarked():
    short = shop_order(lines=(line("1", sku="MUG", quantity=2, name="Mug"),))
    found = shipments_of(short, seen(WHOLE), RULES)
    assert told(found.shipments) == [{"1": 2}]
    assert "holds 'Bag', which is no line of the order in the store (any more)" in found.remarks[0]


# Tracking


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", ()),
        ("123", ("123",)),
        ("123,456", ("123", "456")),
        ("123; 456\n789", ("123", "456", "789")),
        ("1Z 999 AA1", ("1Z 999 AA1",)),
        ("123+ 123", ("123+ 123",)),
        ("123 + 456", ("123", "456")),
        ("123, 123", ("123",)),
    ],
)
def test_several_numbers_of_one_field_are_told_apart(text: str, numbers: tuple[str, ...]):
    assert tracking_numbers(text) == numbers


def test_each_number_has_its_link():
    two = '[["Package 1", "https://dhl.example/a"], ["Package 2", "https://dhl.example/b"]]'
    one = shipments_of(shop_order(), seen(replace(WHOLE, tracking="a,b", tracking_url=two)), RULES).shipments[0]
    assert [t.url for t in one.trackings] == ["https://dhl.example/a", "https://dhl.example/b"]
    rules = replace(RULES, links={"5": "https://track.example/{number}"}, providers={"5": "dhl"})
    one = shipments_of(shop_order(), seen(replace(WHOLE, tracking="a,b")), rules).shipments[0]
    assert [t.url for t in one.trackings] == ["https://track.example/a", "https://track.example/b"]
    assert one.content.provider == "dhl"
    assert one.content.carrier == ""


def test_tracking_without_carrier_and_a_carrier_that_is_not_mapped_are_remarked():
    bare = replace(WHOLE, carrier="", carrier_id=None)
    assert shipments_of(shop_order(), seen(bare), RULES).remarks == [
        "WH/OUT/1 has the tracking number 123 and no carrier in Odoo."
    ]
    assert "The carrier DHL of WH/OUT/1 is not mapped" in shipments_of(shop_order(), seen(WHOLE), RULES).remarks[0]


# Status

STATES = {
    "nothing": seen(),
    "cancelled": seen(state="cancel"),
    "paid": seen(invoices=(OdooInvoice(1, "INV/1", "posted", "paid"),)),
    "part": seen(delivery(1, (11, 101, 1)), open=True),
    "all": seen(WHOLE),
    "all, paid": seen(WHOLE, invoices=(OdooInvoice(1, "INV/1", "posted", "in_payment"),)),
}


@pytest.mark.parametrize(
    ("status", "moves"),
    [
        ("pending", {"cancelled": "cancelled", "paid": "processing", "all, paid": "completed"}),
        ("on-hold", {"cancelled": "cancelled", "paid": "processing", "all, paid": "completed"}),
        ("processing", {"cancelled": "cancelled", "part": "half", "all": "completed", "all, paid": "completed"}),
        ("half", {"cancelled": "cancelled", "all": "completed", "all, paid": "completed"}),
        ("completed", {}),
        ("cancelled", {}),
        ("refunded", {}),
        ("failed", {}),
        ("of-a-plugin", {}),
    ],
)
def test_a_status_only_ever_moves_forwards(status: str, moves: dict[str, str]):
    rules = replace(RULES, cancel=True, partial_status="half")
    found = {name: plan_status(shop_order(status=status), state, rules).status for name, state in STATES.items()}
    assert {name: where for name, where in found.items() if where} == moves


def test_a_pending_order_that_is_paid_is_told_so_and_the_store_finds_the_status():
    assert plan_status(shop_order(status="pending"), STATES["paid"], RULES).paid
    assert not plan_status(shop_order(status="on-hold"), STATES["paid"], RULES).paid


def test_an_order_waits_for_its_money_where_that_is_set():
    unpaid = shop_order(paid_at=None)
    assert plan_status(unpaid, STATES["all"], RULES).status == "completed"
    waits = plan_status(unpaid, STATES["all"], replace(RULES, paid_first=True))
    assert (waits.status, waits.waits) == ("", "S00007 is delivered and not paid yet: its status stays.")
    assert plan_status(unpaid, STATES["all, paid"], replace(RULES, paid_first=True)).status == "completed"


def test_nothing_is_cancelled_of_which_something_has_left_and_only_where_it_is_set():
    gone = replace(STATES["all"], state="cancel")
    assert "some of it has left" in plan_status(shop_order(), gone, replace(RULES, cancel=True)).waits
    assert not plan_status(shop_order(), STATES["cancelled"], RULES)


def test_an_order_is_completed_where_nothing_more_comes_and_not_while_a_supplier_has_yet_to_send():
    rest_cancelled = seen(delivery(1, (11, 101, 2), (12, 102, 1)))
    assert plan_status(shop_order(), rest_cancelled, RULES).status == "completed"
    waits = replace(rest_cancelled, unplanned=("Sofa",))
    told = "S00007: Odoo has no transfer for 'Sofa' (yet): its status stays until that has left, or is taken off."
    assert (plan_status(shop_order(), waits, RULES).status, plan_status(shop_order(), waits, RULES).waits) == ("", told)
    partial = replace(RULES, partial_status="partial")
    assert plan_status(shop_order(), waits, partial).status == "partial"
    assert (
        plan_status(shop_order(status="partial"), waits, replace(partial, status_steps={"partial": "invoice"})).waits
        == told
    )


def test_an_order_of_which_everything_has_come_back_is_not_completed():
    back = replace(WHOLE, moved=tuple(replace(one, returned=one.quantity) for one in WHOLE.moved))
    assert not plan(shop_order(), seen(back)).moves
    again = delivery(2, (11, 101, 2), (12, 102, 3))
    assert plan(shop_order(), seen(back, again)).move.status == "completed"


def test_a_reversed_invoice_is_not_paid():
    assert not seen(invoices=(OdooInvoice(1, "INV/1", "posted", "reversed"),)).paid


# The whole plan


def test_what_the_store_has_already_is_not_written_again():
    first = plan(shop_order(), STATES["all, paid"])
    assert first.moves
    assert first.meta["_woodoo_order"] == "S00007"
    assert first.meta["_woodoo_invoice"] == "INV/1"
    assert first.meta["_woodoo_tracking"] == "WH/OUT/1: DHL 123"
    after = shop_order(status="completed", meta=dict(first.meta))
    known = Known(told={note.key: note.mark for note in first.notes}, sent=first.sent)
    again = plan(after, STATES["all, paid"], known)
    assert (again.meta, again.notes, again.moves, again.sent) == ({}, (), False, known.sent)
    assert plan_shown(again).summary == "The store has all of S00007."


def test_the_line_for_people_names_each_number_with_its_link():
    two = replace(WHOLE, tracking="a, b")
    rules = {"links": {"5": "https://t.example/{number}"}}
    line = plan(shop_order(), seen(two), **rules).meta["_woodoo_tracking"]
    assert line == "WH/OUT/1: DHL a https://t.example/a, b https://t.example/b"


def test_meta_data_are_compared_as_php_keeps_them():
    assert differing({"a": [{"q": 1, "none": {}}]}, {"a": [{"q": "1", "none": []}]}) == {}
    assert differing({"a": ""}, {}) == {}
    assert differing({"a": "2"}, {"a": "1"}) == {"a": "2"}


def test_numbers_of_an_order_that_came_over_as_invoice_only():
    alone = OdooOrder("account.move", 3, "INV/3", "posted", invoices=(OdooInvoice(3, "INV/3", "posted", "paid"),))
    found = plan(shop_order(status="on-hold"), alone)
    assert found.meta == {"_woodoo_invoice": "INV/3"}
    assert found.move.status == "processing"


def test_only_what_is_switched_on_is_told():
    assert set(plan(shop_order(), STATES["all"], statuses=False).meta) == {"_woodoo_shipments", "_woodoo_tracking"}
    numbers = plan(shop_order(), STATES["all"], shipments=False)
    assert set(numbers.meta) == {"_woodoo_order"}
    assert numbers.notes == ()


def test_a_store_that_owns_its_statuses_keeps_them():
    found = plan(shop_order(), STATES["all"], store_owns_status=True)
    assert not found.moves
    assert found.order_change.status == ""
    assert "The store owns the status of its orders: it stays 'processing'." in found.remarks


def test_a_status_that_somebody_moved_back_is_told_as_drift_and_moved_on_where_that_is_wanted():
    known = Known(wanted=print_of("completed"), status=print_of("completed"))
    back = plan(shop_order(), STATES["all"], known)
    assert (back.decision.drift, back.moves) == (Owner.STORE, True)
    assert drift_detail(back).startswith("status: 'processing' in the store, 'completed' by Odoo")
    only_told = plan(shop_order(), STATES["all"], known, repair_drift=False)
    assert (only_told.decision.drift, only_told.moves) == (Owner.STORE, False)


def test_an_order_in_the_trash_is_told_nothing():
    with pytest.raises(DataError, match="in the trash of the store"):
        plan(shop_order(status="trash"), STATES["all"])


# Fulfilments of the store

KEY = "shop.stock_picking_1"


def there(*items: tuple[str, int], key: str = KEY, number: str = "123", external_id: str = "9") -> Fulfilment:
    content = Content(tuple((line_id, Decimal(pieces)) for line_id, pieces in items), number, "", "", "DHL")
    return Fulfilment(external_id, key, content)


def test_a_fulfilment_is_made_once_and_corrected_where_it_differs():
    new = plan(shop_order(), seen(WHOLE))
    assert [s.name for s in new.with_fulfilments(()).create] == ["WH/OUT/1"]
    same = new.with_fulfilments([there(("1", 2), ("2", 3))])
    assert (same.create, same.change, same.remove) == ((), (), ())
    other = new.with_fulfilments([there(("1", 2), ("2", 3), number="122")])
    assert [(f.external_id, s.numbers) for f, s in other.change] == [("9", "123")]


def test_a_double_and_one_whose_delivery_is_gone_or_came_back_are_removed():
    twice = [there(("1", 2), ("2", 3)), there(("1", 2), ("2", 3), external_id="10")]
    assert [f.external_id for f in plan(shop_order(), seen(WHOLE)).with_fulfilments(twice).remove] == ["10"]
    assert len(plan(shop_order(), seen()).with_fulfilments(twice).remove) == 2
    back = replace(WHOLE, moved=tuple(replace(moved, returned=moved.quantity) for moved in WHOLE.moved))
    returned = plan(shop_order(), seen(back)).with_fulfilments(twice[:1])
    assert len(returned.remove) == 1
    assert returned.create == ()
    assert "All of WH/OUT/1 has come back." in returned.remarks
    assert returned.notes == ()


def test_what_another_connection_has_told_is_left_alone():
    theirs = there(("1", 2), key="other.stock_picking_1")
    found = plan(shop_order(), seen(WHOLE)).with_fulfilments([theirs])
    assert found.remove == ()
    assert found.create[0].content.items == (("2", Decimal(3)),)


def test_what_the_shop_has_fulfilled_itself_is_not_told_twice():
    theirs = there(("1", 2), key="")
    found = plan(shop_order(), seen(WHOLE)).with_fulfilments([theirs])
    assert found.create[0].content.items == (("2", Decimal(3)),)
    assert any("fulfillment of its own over 2 of 'Mug'" in remark for remark in found.remarks)
    assert found.remove == ()


# Notes


def test_a_note_leaves_out_what_it_has_nothing_to_say_about():
    shipment = shipments_of(shop_order(), seen(replace(WHOLE, tracking="", carrier="")), RULES).shipments[0]
    assert note_text(shipment, NOTE) == "On its way (WH/OUT/1).\nContents: 2 × Mug, 3 × Bag"


def test_a_shipment_is_told_once_and_a_correction_only_where_that_is_set():
    first = plan(shop_order(), seen(WHOLE))
    assert len(first.notes) == 1
    assert not first.notes[0].doubtful
    known = Known(told={note.key: note.mark for note in first.notes})
    corrected = seen(replace(WHOLE, tracking="124"))
    assert plan(shop_order(), corrected, known).notes == ()
    (again,) = plan(shop_order(), corrected, known, notes="corrections").notes
    assert again.doubtful
    assert "124" in again.text
    assert plan(shop_order(), seen(WHOLE), known, notes="corrections").notes == ()


def test_a_note_is_looked_for_once_the_order_names_its_shipment():
    first = plan(shop_order(), seen(WHOLE))
    (note,) = plan(shop_order(meta=dict(first.meta)), seen(WHOLE)).notes
    assert note.doubtful
    assert note.is_in(["Hello", first.notes[0].text])
    assert not note.is_in(["On its way (WH/OUT/12).", "On its way"])


def test_a_number_that_is_right_again_is_told_again() -> None:
    key = plan(shop_order(), seen(WHOLE)).notes[0].key
    (note,) = plan(shop_order(), seen(WHOLE), Known(told={key: "other"}), notes="corrections").notes
    first, second = f"{WHOLE.name}: {WHOLE.tracking}", f"{WHOLE.name}: 999"
    assert note.is_in([second, first])
    assert not note.is_in([first, second])


def test_no_note_about_what_left_long_ago_or_what_the_store_has_told_itself():
    old = replace(WHOLE, done_at=NOW - timedelta(days=8))
    assert plan(shop_order(), seen(old)).notes == ()
    bare = replace(WHOLE, tracking="")
    assert plan(shop_order(status="completed"), seen(bare)).notes == ()
    assert len(plan(shop_order(status="completed"), seen(WHOLE)).notes) == 1
    assert len(plan(shop_order(), seen(bare)).notes) == 1
    assert plan(shop_order(), seen(WHOLE), notes="never").notes == ()
