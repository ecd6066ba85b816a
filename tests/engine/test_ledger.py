"""What is kept of remote calls, and what is not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from woodoo.engine import ledger, retention
from woodoo.engine.flow import Batch, Item, LinkVals, Outcome, OutcomeKind
from woodoo.engine.ledger import LedgerRecorder
from woodoo.engine.models import Call, Event, Import, Link, Run, Work
from woodoo.engine.redact import MASK

from .helpers import DONE, OTHER_SHOP, SHOP, ScriptedFlow, drain_all, event, let_pass, use, work

pytestmark = pytest.mark.usefixtures("db_committed")


def recorder(*secrets: str) -> LedgerRecorder:
    return LedgerRecorder(uuid4(), SHOP, secrets=secrets)


def test_a_request_is_written_down_before_its_answer_is_there():
    ledger_ = recorder()
    number = ledger_.begin(system="odoo", summary="sale.order create", request={"vals": [{"name": "S1"}]})
    call = Call.objects.get()
    assert (call.pk, call.request, call.response, call.status) == (number, {"vals": [{"name": "S1"}]}, None, "")
    ledger_.end(number, status="200", response=[7])
    call.refresh_from_db()
    assert (call.response, call.status) == ([7], "200")
    assert call.duration_ms is not None
    assert call.duration_ms >= 0


def test_a_call_says_which_records_it_was_about():
    ledger_ = recorder()
    with ledger_.about(["1", "2"]):
        with ledger_.about(["2"]):
            ledger_.begin(system="store", summary="inner", request=None)
        ledger_.begin(system="store", summary="outer", request=None)
    ledger_.begin(system="store", summary="all", request=None)
    assert dict(Call.objects.values_list("summary", "records")) == {"inner": ["2"], "outer": ["1", "2"], "all": []}


def test_no_secret_of_the_connection_is_written_down_anywhere(flow: ScriptedFlow):
    secret, short = "s3cr3t/with+signs", "admin"

    def talk(items: Sequence[Item], batch: Batch) -> None:
        number = batch.recorder.begin(
            system="odoo",
            summary=f"POST /jsonrpc?key={secret}",
            request={"args": ["db", 2, secret, "res.partner", short]},
        )
        batch.recorder.end(number, status="500", response={"trace": f"login failed for {secret}"}, error=f"{secret}!")

    use(flow, secrets=(secret, short))
    flow.during = talk
    event()
    drain_all()
    row = Call.objects.values().get()
    assert secret not in str(row)
    assert row["request"] == {"args": ["db", 2, MASK, "res.partner", MASK]}


def test_a_body_too_large_to_read_is_shortened():
    ledger_ = recorder()
    ledger_.begin(system="store", summary="", request={"lines": ["x" * 100] * 5000})
    kept = Call.objects.get().request
    assert kept["shortened"] is True
    assert kept["characters"] > 500_000
    assert len(str(kept)) < 10_000


def test_of_a_body_that_is_shortened_the_beginning_tells_no_secret_either():
    ledger_ = recorder("sesame-key")
    rows = [{"password": "visible", "note": "it is sesame-key"}, *({"text": "x" * 100} for _ in range(5000))]
    ledger_.begin(system="store", summary="", request={"lines": rows})
    beginning = Call.objects.get().request["beginning"]
    assert beginning.startswith('{"lines": [{"password": "•••", "note": "it is •••"}')
    assert 3_900 < len(beginning) <= 4_000


def test_anything_a_client_may_hold_can_be_written_down():
    recorder().begin(
        system="odoo", summary="\x00", request={"n": Decimal("1.10"), "raw": b"\x00\x01", 3: {"\x00": float("nan")}}
    )
    assert Call.objects.get().request == {"n": "1.10", "raw": "(2 bytes)", "3": {"": "nan"}}


def test_what_speaks_of_a_person_can_be_erased_for_one_record(flow: ScriptedFlow):
    def talk(items: Sequence[Item], batch: Batch) -> None:
        batch.recorder.begin(system="odoo", summary="whole batch, zoe", request={"email": "zoe@example.com"})
        with batch.recorder.about(["1", "2"]):
            batch.recorder.begin(system="odoo", summary="both, zoe", request={"email": "zoe@example.com"})
        with batch.recorder.about(["2"]):
            batch.recorder.begin(system="odoo", summary="the other", request={"email": "tom@example.com"})

    flow.during = talk
    flow.default = lambda item: Outcome(
        OutcomeKind.DONE,
        "Brought over for Zoe.",
        "Order of Zoe",
        plan={"email": "zoe@example.com"},
        links=(LinkVals("customer", item.record, "res.partner", 3, "Zoe"),),
    )
    event("1", raw=b'{"email": "zoe@example.com"}')
    event("2", raw=b'{"email": "tom@example.com"}')
    event("1", shop=OTHER_SHOP, raw=b'{"email": "ann@example.com"}')
    drain_all()
    assert ledger.erase(SHOP, "1") > 0

    first = [
        *Event.objects.filter(connection_id=SHOP, record="1").values(),
        *Run.objects.filter(work__record="1").values(),
        *Work.objects.filter(connection_id=SHOP, record="1").values(),
        *Link.objects.filter(external_id="1").values(),
        *Call.objects.exclude(records=["2"]).values(),
    ]
    assert len(first) == 6
    assert "zoe" not in str([{k: bytes(v) if k == "raw" else v for k, v in row.items()} for row in first]).lower()
    assert Call.objects.get(records=["2"]).request == {"email": "tom@example.com"}
    assert Event.objects.get(connection_id=SHOP, record="2").payload == {"email": "tom@example.com"}
    assert Event.objects.get(connection_id=OTHER_SHOP).payload == {"email": "ann@example.com"}
    assert Event.objects.get(connection_id=SHOP, record="1").erased_at is not None
    assert work("1").state == "done"


@pytest.mark.parametrize("kind", [OutcomeKind.PARKED, OutcomeKind.DONE])
def test_a_record_that_needs_a_person_says_so_after_it_was_erased(flow: ScriptedFlow, kind: OutcomeKind):
    flow.default = lambda item: Outcome(kind, "The e-mail address of Zoe is wrong.", "Order of Zoe")
    event("1")
    drain_all()
    ledger.erase(SHOP, "1")
    if kind is OutcomeKind.DONE:
        assert (work("1").message, work("1").fix) == ("", "")
    else:
        assert work("1").message == "Its details were erased on request."
        assert work("1").fix.startswith("Skip it, or retry it to see what is wrong")


def test_what_is_old_is_deleted_and_the_to_do_list_stays(flow: ScriptedFlow):
    flow.during = lambda items, batch: batch.recorder.begin(system="odoo", summary="", request=None)
    event("1")
    drain_all()
    let_pass(91 * 86400)
    event("2")
    drain_all()
    assert retention.expire(90) == 3
    assert [Event.objects.count(), Run.objects.count(), Call.objects.count(), Work.objects.count()] == [1, 1, 1, 2]


def test_imports_that_ended_long_ago_are_forgotten_and_others_not():
    for title, finished in (("long ago", 91), ("lately", 89), ("never", None)):
        made = Import.objects.create(connection_id=SHOP, lane="orders", flow="order", wanted={}, title=title)
        if finished:
            Import.objects.filter(pk=made.pk).update(finished_at=timezone.now() - timedelta(days=finished))
    assert retention.expire(90) == 1
    assert set(Import.objects.values_list("title", flat=True)) == {"lately", "never"}


def test_tidying_up_removes_jobs_of_workers_that_are_gone():
    from woodoo.engine import db
    from woodoo.engine.sweep import tidy

    db.change(
        """INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES
           ('woodoo', 'gone', 'doing'), ('woodoo', 'waits', 'todo'), ('woodoo', 'ended', 'failed')"""
    )
    db.change("INSERT INTO procrastinate_events (job_id, type) SELECT id, 'started' FROM procrastinate_jobs")
    db.change("UPDATE procrastinate_events SET at = now() - interval '2 hours'")
    tidy()
    assert db.rows("SELECT task_name FROM procrastinate_jobs") == [("waits",)]


def test_there_is_a_permission_for_those_who_may_see_personal_data():
    app, codename = ledger.PERSONAL_DATA.split(".")
    assert Permission.objects.filter(content_type__app_label=app, codename=codename).count() == 1


def test_an_event_keeps_no_credentials_of_its_sender():
    from woodoo.engine import inbox

    inbox.receive(
        SHOP,
        source="webhook",
        topic="",
        lane="orders",
        flow="order",
        record="1",
        raw=b"",
        headers={"Cookie": "session=1", "Authorization": "Basic abc", "X-WC-Webhook-Delivery-ID": "d1"},
    )
    assert Event.objects.get().headers == {"Cookie": MASK, "Authorization": MASK, "X-WC-Webhook-Delivery-ID": "d1"}


def test_a_link_that_says_less_keeps_what_was_known():
    from woodoo.engine.links import Links

    links = Links(SHOP)
    links.upsert([LinkVals("order", "1", "sale.order", 7, "S7", "woodoo.o1", "h1", "h2")])
    links.upsert([LinkVals("order", "1", "sale.order", 7, store_hash="h3")])
    assert links.of("order", "1") == [LinkVals("order", "1", "sale.order", 7, "S7", "woodoo.o1", "h3", "h2")]


def test_links_are_found_from_both_sides_and_forgotten():
    from woodoo.engine.links import Links

    links = Links(SHOP)
    order, move = LinkVals("order", "1", "sale.order", 7), LinkVals("order", "1", "account.move", 9)
    links.upsert([order, move, order])
    Links(OTHER_SHOP).upsert([LinkVals("order", "1", "sale.order", 70)])
    assert links.find_by_odoo("account.move", [9, 10]) == {9: move}
    assert links.find("order", ["1"], odoo_model="sale.order") == {"1": order}
    assert links.forget("order", ["1"]) == 2
    assert links.of("order", "1") == []
    assert Links(OTHER_SHOP).forget_all() == 1


def test_a_flow_that_says_nothing_of_links_loses_none(flow: ScriptedFlow):
    from woodoo.engine.links import Links

    Links(SHOP).upsert([LinkVals("order", "1054", "sale.order", 7)])
    flow.default = DONE
    event()
    drain_all()
    assert Link.objects.count() == 1
