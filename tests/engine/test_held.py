"""What waits for a person, by cause: counted together, brought back together, left out together."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from woodoo.domain.errors import ConfigError, DataError, RemoteError
from woodoo.engine import work as todo
from woodoo.engine.held import causes_named, held_up, is_key, with_cause
from woodoo.engine.models import HISTORY, Event, State, Work

from .helpers import DONE, OTHER_SHOP, SHOP, ScriptedFlow, drain_all, event, let_pass, use, work

pytestmark = pytest.mark.usefixtures("db_committed")


def no_journal(record: str, method: str) -> ConfigError:
    label = f"Order #{record}"
    message = f"{label} was paid with '{method}', which is not mapped to a journal."
    return ConfigError(message, record=label, where="settings -> payment journals", fix="Map it.")


def no_product(record: str) -> DataError:
    message = f"Order #{record} failed to sync because product SKU A-1 was not found in Odoo."
    return DataError(message, record=f"Order #{record}", where="product.product -> default_code")


def put(*records: str, state: str, priority: int = 0, kind: str = "DataError", cause: str = "It.") -> None:
    """Put records on the list that rest."""
    Work.objects.bulk_create(
        Work(
            connection_id=SHOP,
            lane="orders",
            flow="order",
            record=record,
            state=state,
            priority=priority,
            error_kind=kind,
            cause=cause,
            message=f"Order #{record}: it.",
        )
        for record in records
    )


def unread(*records: str) -> list[str]:
    """Return what orders are called that were never read."""
    return [f"Order #{record} (could not be read)" for record in records]


def test_records_are_counted_by_what_holds_them_up(flow: ScriptedFlow):
    flow.answers = {
        "1": no_journal("1", "klarna"),
        "2": no_product("2"),
        "3": no_journal("3", "klarna"),
        "4": no_journal("4", "ideal"),
    }
    for record in "12345":
        event(record)
    drain_all()
    found = {(held.cause, held.count, held.failed, held.place, held.fix) for held in held_up()}
    assert found == {
        ("Was paid with 'klarna', which is not mapped to a journal.", 2, 0, "settings -> payment journals", "Map it."),
        ("Product SKU A-1 was not found in Odoo.", 1, 0, "product.product -> default_code", ""),
        ("Was paid with 'ideal', which is not mapped to a journal.", 1, 0, "settings -> payment journals", "Map it."),
    }
    first = held_up()[0]
    assert (first.cause[:22], first.count) == ("Was paid with 'klarna'", 2)
    assert [record.name for record in first.records] == unread("1", "3")
    chosen = with_cause(Work.objects.all(), causes_named(first.key)).order_by("record")
    assert list(chosen.values_list("record", flat=True)) == ["1", "3"]
    assert is_key(first.key)


def test_each_connection_has_its_own_causes(flow: ScriptedFlow):
    flow.default = no_product("1")
    event("1")
    event("1", shop=OTHER_SHOP)
    drain_all()
    drain_all(OTHER_SHOP)
    assert [(held.connection_id, held.count) for held in held_up()] == [(SHOP, 1), (OTHER_SHOP, 1)]
    assert [held.connection_id for held in held_up(OTHER_SHOP)] == [OTHER_SHOP]


def test_what_failed_counts_with_what_is_parked(flow: ScriptedFlow):
    put("1", state=State.PARKED)
    put("2", "3", state=State.FAILED)
    put("4", state=State.DONE)
    put("5", state=State.SKIPPED)
    (held,) = held_up()
    assert (held.count, held.failed) == (3, 2)
    assert with_cause(Work.objects.all(), causes_named(held.key)).count() == 3


def test_a_record_of_before_there_were_causes_goes_by_its_message():
    put("1", "2", state=State.PARKED, cause="")
    assert [held.cause for held in held_up()] == ["Order #1: it.", "Order #2: it."]
    assert [with_cause(Work.objects.all(), causes_named(held.key)).get().record for held in held_up()] == ["1", "2"]


def test_a_record_goes_by_its_message_with_those_that_have_it_for_their_cause():
    put("1", state=State.PARKED, cause="")
    put("2", "3", state=State.FAILED, cause="Order #1: it.")
    (held,) = held_up()
    assert (held.count, held.failed) == (3, 2)
    assert [record.name for record in held.records] == unread("1", "2", "3")
    assert with_cause(Work.objects.all(), causes_named(held.key)).count() == 3


def test_the_remedy_is_that_of_the_last_and_those_named_wait_longest():
    put(*"1234", state=State.PARKED)
    for days, record in enumerate("3142"):
        Work.objects.filter(record=record).update(
            updated_at=timezone.now() - timedelta(days=days), fix=f"Mend {record}."
        )
    (held,) = held_up()
    assert held.fix == "Mend 3."
    assert [record.name for record in held.records] == unread("2", "4", "1")
    assert (held.since, held.until) == (work("2").updated_at, work("3").updated_at)


@pytest.mark.parametrize("text", ["", "abc", "ABCDEF012345", "0123456789abc", "0123456789a'"])
def test_other_texts_are_no_causes(text: str):
    assert not is_key(text)


def test_a_few_are_news_and_many_wait_behind_the_news(flow: ScriptedFlow):
    put(*(f"p{n:03}" for n in range(todo.FEW + 1)), state=State.PARKED)
    everything = list(Work.objects.values_list("pk", flat=True))
    assert todo.retry(everything[:2]) == 2
    assert set(Work.objects.filter(state=State.READY).values_list("priority", flat=True)) == {0}
    assert todo.retry(everything) == todo.FEW + 1
    assert set(Work.objects.values_list("priority", "state")) == {(HISTORY, State.READY)}
    event("new")
    use(flow, slots=1, batch_size=5)
    drain_all()
    assert flow.seen[0] == "new"
    assert set(Work.objects.values_list("state", flat=True)) == {State.DONE}


def test_what_a_setting_brings_back_waits_behind_the_news_where_it_is_many(flow: ScriptedFlow):
    put(*(f"p{n:03}" for n in range(todo.FEW + 1)), state=State.PARKED)
    assert todo.connection_changed(SHOP) == todo.FEW + 1
    assert set(Work.objects.values_list("priority", "state")) == {(HISTORY, State.READY)}


def test_many_go_in_several_transactions_and_none_is_left_out(flow: ScriptedFlow, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(todo, "_AT_ONCE", 4)
    put(*map(str, range(10)), state=State.FAILED)
    numbers = list(Work.objects.values_list("pk", flat=True))
    assert todo.retry(numbers) == 10
    assert Event.objects.filter(source="retry").count() == 10
    assert todo.skip(numbers, "Skipped by hand: no.") == 10
    assert set(Work.objects.values_list("state", flat=True)) == {State.SKIPPED}
    assert Event.objects.filter(source="skip").count() == 10


def test_a_change_of_the_connection_brings_back_what_failed(flow: ScriptedFlow):
    """But not what Woodoo itself fails on, which may end a worker each time."""
    flow.default = RemoteError("Odoo refuses it for now.")
    event("1")
    for _ in range(6):
        drain_all()
        let_pass(1000)
    assert work("1").state == State.FAILED
    put("2", state=State.FAILED, kind="InternalError")
    flow.default = DONE
    assert todo.connection_changed(SHOP) == 1
    drain_all()
    assert (work("1").state, work("2").state) == (State.DONE, State.FAILED)
