"""Refunds as a real WooCommerce made and sent them are credited in a real Odoo: each to its amount and its taxes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from tests.odoo.refund_cases import RefundBench, recording
from tests.odoo.shop import cents
from tests.stores.samples import sample

from woodoo.engine.flow import OutcomeKind
from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.odoo.fixtures import Admin

#: By quantity, by amount, shipping, tax, without lines, several, by status; the last one with prices with tax.
NUMBERS = (117, 118, 119, 120, 121, 122, 135)


@pytest.fixture(scope="module")
def shop(odoo: Endpoint, admin: Admin) -> Iterator[RefundBench]:
    with RefundBench.open(odoo, admin, "recorded_refunds", NUMBERS) as bench:
        yield bench


def test_every_recorded_refund_is_credited_to_the_cent_and_once(shop: RefundBench) -> None:
    records = [str(number) for number in NUMBERS]
    shop.double.load_recorded_orders([recording(number) | {"status": "processing"} for number in NUMBERS])
    brought = shop.bring(*records)
    assert {one.message for one in brought.values() if one.kind is not OutcomeKind.DONE} == set()
    orders = [sample(f"refunded_order_{number}")["body"] | {"refunds": []} for number in NUMBERS]
    refunds = [{**row, "parent_id": n} for n in NUMBERS for row in sample(f"refunds_of_{n}")["body"]]
    shop.double.load_recorded_orders(orders, refunds)
    for _ in range(2):
        said = shop.sync(*records)
        assert {one.message for one in said.values() if one.kind is not OutcomeKind.DONE} == set()
        assert sum(_compare(shop, record) for record in records) == len(refunds)


def _compare(shop: RefundBench, record: str) -> int:
    """Compare the credit notes of an order with its refunds; return how many there are."""
    amounts = shop.amounts(record)
    notes = {row["id"]: row for row in shop.credit_notes(record, "amount_total")}
    assert [row["state"] for row in notes.values()] == ["posted"] * len(amounts), record
    for refund_id, amount in amounts.items():
        note = notes[shop.bench.links.known["credit_note", refund_id].odoo_id]
        assert cents(note["amount_total"]) == amount, (record, refund_id)
        if wanted := shop.wanted_taxes(refund_id):
            assert shop.taxes(note["id"]) == wanted, (record, refund_id)
    assert sum(amounts.values(), Decimal(0)) <= Decimal(shop.order(record)["total"])
    return len(notes)
