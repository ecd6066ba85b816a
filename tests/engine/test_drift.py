"""Changes on the wrong side are remembered until both sides say the same again."""

from __future__ import annotations

import pytest

from woodoo.engine import retention
from woodoo.engine.drift import count_open, find_drifts
from woodoo.engine.flow import DriftVals, Outcome, OutcomeKind
from woodoo.engine.models import Drift

from .helpers import SHOP, ScriptedFlow, drain_all, event, let_pass

pytestmark = pytest.mark.usefixtures("db_committed")

PRICE = DriftVals("prices", "store", "regular price: 12.50 in Odoo, 11.00 in the store")


def look(flow: ScriptedFlow, *drifts: DriftVals) -> None:
    flow.default = Outcome(OutcomeKind.DONE, "As it should be.", "Product MUG", drifts=drifts)
    event("7")
    drain_all()


def test_drift_is_open_until_a_later_look_finds_none(flow: ScriptedFlow):
    look(flow, PRICE)
    (one,) = find_drifts(SHOP)
    assert (one.record, one.title, one.group, one.side, one.detail, one.times) == (
        "7", "Product MUG", "prices", "store", PRICE.detail, 1
    )  # fmt: skip
    look(flow, PRICE)
    assert [one.times for one in find_drifts(SHOP)] == [1], "it is still the same change"
    look(flow)
    assert find_drifts(SHOP) == []
    assert [one.ended_at is not None for one in find_drifts(SHOP, ended=True)] == [True]
    look(flow, PRICE)
    assert [one.times for one in find_drifts(SHOP)] == [2], "it was changed again"


def test_what_was_written_over_is_told_and_ended(flow: ScriptedFlow):
    look(flow, DriftVals("names", "store", "name", repaired=True), PRICE)
    assert [one.group for one in find_drifts(SHOP)] == ["prices"]
    assert count_open([SHOP, SHOP + 1]) == {SHOP: 1}
    assert {one.group: one.repaired for one in find_drifts(SHOP, ended=True)} == {"names": True, "prices": False}


def test_a_run_that_did_not_compare_ends_nothing(flow: ScriptedFlow):
    look(flow, PRICE)
    flow.default = Outcome(OutcomeKind.PARKED, "The SKU is there twice.")
    event("7")
    drain_all()
    assert len(find_drifts(SHOP)) == 1


def test_ended_drift_is_forgotten_after_its_time(flow: ScriptedFlow):
    look(flow, DriftVals("names", "store", "name", repaired=True), PRICE)
    let_pass(100 * 86_400)
    retention.expire(90)
    assert [one.group for one in Drift.objects.all()] == ["prices"]
