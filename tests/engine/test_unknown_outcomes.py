"""Nobody looks at a record as long as the other side may still be at work for it."""

from __future__ import annotations

import pytest
from django.conf import settings

from woodoo.domain.errors import OutcomeUnknown
from woodoo.engine import lease, pump
from woodoo.engine.ledger import LedgerRecorder
from woodoo.engine.models import State
from woodoo.engine.sweep import sweep
from woodoo.engine.work import retry

from .helpers import DONE, SHOP, ScriptedFlow, event, let_pass, work

pytestmark = pytest.mark.usefixtures("db_committed")


def vanish_within_a_call(system: str = "odoo", *, answered: bool = False) -> None:
    """Let a worker take a record, send a request, and be gone."""
    event()
    held = lease.claim(SHOP, "orders", slots=1, batch_size=50)
    assert held is not None
    recorder = LedgerRecorder(held.batch_id, SHOP)
    token = recorder.begin(system=system, summary="account.payment.register.action_create_payments", request={})
    if answered:
        recorder.end(token, status="ok")


def test_a_record_whose_worker_vanished_within_a_call_waits_until_that_call_must_be_over():
    vanish_within_a_call()
    let_pass(settings.WOODOO_LEASE_SECONDS + 1)
    sweep()
    assert work().state == State.RUNNING
    let_pass(settings.WOODOO_CALL_SECONDS)
    sweep()
    assert work().state == State.READY


@pytest.mark.parametrize(("system", "answered"), [("odoo", True), ("store", False)])
def test_a_record_whose_worker_vanished_between_calls_is_taken_over_at_once(system: str, answered: bool):
    vanish_within_a_call(system, answered=answered)
    let_pass(settings.WOODOO_LEASE_SECONDS + 1)
    sweep()
    assert work().state == State.READY


def test_after_an_unknown_outcome_neither_an_event_nor_a_person_begins_before_it_is_known(flow: ScriptedFlow):
    event()
    flow.answers["1054"] = OutcomeUnknown("No answer.", retry_after=130)
    pump.drain(SHOP, "orders")
    event()
    retry([work().pk])
    assert work().state == State.WAITING
    assert pump.drain(SHOP, "orders") == 0
    flow.answers["1054"] = DONE
    let_pass(131)
    assert pump.drain(SHOP, "orders") == 1
    assert work().state == State.DONE


def test_an_event_during_the_attempt_does_not_shorten_the_wait(flow: ScriptedFlow):
    event()
    flow.answers["1054"] = OutcomeUnknown("No answer.", retry_after=130)
    flow.during = lambda items, batch: event()
    pump.drain(SHOP, "orders")
    assert work().state == State.WAITING
    flow.during = lambda items, batch: None
    assert pump.drain(SHOP, "orders") == 0
