"""From something that goes wrong to a message somebody reads, and on until it is well again."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from woodoo.alerts import channels, outbox, post, rounds
from woodoo.alerts.kinds import EVERYWHERE
from woodoo.alerts.models import Alert, Delivery, Message
from woodoo.alerts.rounds import go_round
from woodoo.alerts.standing import failing_channels, standings, try_again
from woodoo.connections.models import Connection
from woodoo.engine import breaker, db
from woodoo.engine.cursors import set_cursor
from woodoo.engine.models import Chore, Completeness, Work

from ..web import scene
from .conftest import Post, let_pass, order, with_channels

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("_a_worker_lives")]

Door = tuple[str, Post]


@pytest.fixture
def _a_worker_lives(transactional_db: None) -> None:
    db.change("DELETE FROM procrastinate_workers")
    db.change("INSERT INTO procrastinate_workers DEFAULT VALUES")


def mended(*orders: Work) -> None:
    for one in orders:
        Work.objects.filter(pk=one.pk).update(state="done", cause="", place="")


def test_a_payment_that_fails_is_told_at_once_and_names_no_person(shop: Connection, web_post: Door):
    address, inbox = web_post
    with_channels(shop, address)
    order(shop, "1057")
    order(shop, "1058")
    assert go_round()
    (letter,) = inbox.got
    assert letter["title"] == (
        "Woodoo · Shop NL: 2 orders are not paid in Odoo, because of a payment method that is not mapped"
    )
    assert "Order #1058, Order #1057 (settings -> payment journals)" in letter["message"]
    assert f"/work/?state=attention&connection={shop.pk}" in letter["message"]
    assert "Ana" not in str(letter)
    assert "klarna" not in str(letter)


def test_what_the_error_says_is_told_where_the_settings_allow_it(shop: Connection, web_post: Door):
    with_channels(shop, web_post[0], alert_messages=True)
    order(shop)
    go_round()
    assert "Was paid with 'klarna'" in web_post[1].got[0]["message"]


def test_it_arrives_by_mail(shop: Connection, mail_post: Door):
    with_channels(shop, mail_post[0])
    order(shop)
    go_round()
    (letter,) = mail_post[1].got
    assert letter["title"].startswith("Woodoo · Shop NL: 1 order is not paid in Odoo")
    assert "owner@example.com" in letter["to"]
    assert "Order #1057" in letter["message"]


def test_the_same_is_told_once_however_often_it_is_seen(shop: Connection, web_post: Door):
    with_channels(shop, web_post[0])
    order(shop)
    for _ in range(3):
        go_round()
        let_pass(minutes=2)
    assert len(web_post[1].got) == 1
    assert Alert.objects.get().count == 1


def test_more_of_it_is_told_with_the_digest(shop: Connection, web_post: Door):
    with_channels(shop, web_post[0], alert_digest_minutes=30)
    order(shop, "1")
    go_round()
    order(shop, "2")
    go_round()
    let_pass(minutes=29)
    go_round()
    assert len(web_post[1].got) == 1
    let_pass(minutes=1)
    go_round()
    assert "▲ 2 orders" in web_post[1].got[1]["message"]
    let_pass(minutes=60)
    go_round()
    assert len(web_post[1].got) == 2


def test_that_it_is_well_again_is_told_once_it_has_stayed_so(shop: Connection, web_post: Door):
    with_channels(shop, web_post[0])
    one = order(shop)
    go_round()
    let_pass(minutes=10)
    mended(one)
    go_round()
    assert Alert.objects.get().resolved_at is None
    let_pass(minutes=2)
    go_round()
    assert Alert.objects.get().resolved_at is not None
    assert web_post[1].titles()[1].startswith("Woodoo · Shop NL: Well again: 1 order is not paid")
    let_pass(minutes=60)
    go_round()
    assert len(web_post[1].got) == 2


def test_what_is_tried_again_is_not_taken_to_be_over(shop: Connection, web_post: Door):
    with_channels(shop, web_post[0])
    one = order(shop)
    go_round()
    Work.objects.filter(pk=one.pk).update(state="waiting")
    for _ in range(3):
        let_pass(minutes=5)
        go_round()
    Work.objects.filter(pk=one.pk).update(state="parked")
    go_round()
    assert len(web_post[1].got) == 1


def test_during_an_outage_nothing_is_taken_to_be_over(shop: Connection, web_post: Door):
    with_channels(shop, web_post[0])
    one = order(shop)
    go_round()
    Work.objects.filter(pk=one.pk).update(state="waiting", cause="Odoo does not answer.")
    breaker.trip(shop.pk, side="odoo", reason="It refused.")
    for _ in range(3):
        let_pass(minutes=5)
        go_round()
    assert len(web_post[1].got) == 1


def test_other_orders_wait_for_the_digest_and_go_together(shop: Connection, web_post: Door):
    with_channels(shop, web_post[0])
    order(shop, "1", place="product.product -> default_code", cause="SKU A is missing")
    go_round()
    let_pass(minutes=59)
    order(shop, "2", place="product.product -> default_code", cause="SKU B is missing")
    go_round()
    assert web_post[1].got == []
    let_pass(minutes=1)
    go_round()
    (letter,) = web_post[1].got
    assert "Order #1 " in letter["message"]
    assert "Order #2 " in letter["message"]
    assert not Message.objects.get().urgent


def test_quiet_hours_hold_everything_until_they_end(shop: Connection, web_post: Door):
    ((local,),) = db.rows("SELECT now() AT TIME ZONE 'Europe/Madrid'")
    begin, end = (local.hour - 1) % 24, (local.hour + 2) % 24
    with_channels(shop, web_post[0], alert_quiet_hours=f"{begin:02}:00-{end:02}:00")
    order(shop)
    go_round()
    assert web_post[1].got == []
    with_channels(shop, alert_quiet_hours=f"{end:02}:00-{begin:02}:00")
    go_round()
    assert len(web_post[1].got) == 1


def test_an_outage_is_told_when_it_has_lasted_and_when_it_ends(shop: Connection, web_post: Door):
    with_channels(shop, web_post[0])
    scene.work(shop, "1", "waiting")
    breaker.trip(shop.pk, side="odoo", reason="https://odoo.example.com refused the connection.")
    go_round()
    assert web_post[1].got == []
    db.change("UPDATE engine_breaker SET since = since - interval '15 minutes'")
    go_round()
    assert web_post[1].titles() == ["Woodoo · Shop NL: Odoo does not answer"]
    assert "1 record waits; nothing is lost." in web_post[1].got[0]["message"]
    ((since,),) = db.rows("SELECT since FROM engine_breaker")
    assert Alert.objects.get(kind="outage").first_at == since
    breaker.reset(shop.pk)
    go_round()
    let_pass(minutes=3)
    go_round()
    assert web_post[1].titles()[1:] == ["Woodoo · Shop NL: Well again: Odoo does not answer"]


def test_a_gap_is_told_at_once(shop: Connection, web_post: Door):
    with_channels(shop, web_post[0])
    Completeness.objects.create(connection_id=shop.pk, lane="orders", gap=["31"], gap_count=1)
    go_round()
    assert "1 of the store's orders had come with no webhook and no poll" in web_post[1].titles()[0]


def test_webhooks_that_are_off_and_a_poll_that_fails(shop: Connection, web_post: Door):
    with_channels(shop, web_post[0], alert_when={"chore": "now"})
    off = {"topic": "order.updated", "status": "disabled", "do": "wait", "problem": ""}
    Chore.objects.create(connection_id=shop.pk, name="webhooks", found={"webhooks": [off], "carried_out": True})
    ago = timezone.now() - timedelta(hours=1)
    Chore.objects.create(
        connection_id=shop.pk, name="poll", failures=3, failing_since=ago, message="No.", error_kind="ConfigError"
    )
    go_round()
    (letter,) = web_post[1].got
    assert "● The store has switched webhooks off\n  order.updated." in letter["message"]
    assert "● Upkeep fails again and again: poll" in letter["message"]
    Chore.objects.filter(name="webhooks").update(found={"webhooks": [{**off, "status": "active", "do": "keep"}]})
    Chore.objects.filter(name="poll").update(failures=0, failing_since=None)
    go_round()
    let_pass(minutes=2)
    go_round()
    assert web_post[1].got[1]["message"].count("✓ Well again") == 2


def test_imports_that_stopped_and_keys_that_cannot_be_opened(shop: Connection, web_post: Door):
    other = with_channels(scene.connection("Shop ES"), web_post[0], alert_when={"import": "now"})
    scene.history(other, "failed")
    db.change("UPDATE connections_connection SET odoo_key = 'no-token' WHERE id = %s", [other.pk])
    go_round()
    message = web_post[1].got[0]["message"]
    assert "stopped: the store's list could not be read" in message
    assert "The stored keys cannot be opened" in message


def test_what_concerns_everybody_goes_to_every_channel_once(shop: Connection, web_post: Door, mail_post: Door):
    with_channels(shop, web_post[0])
    with_channels(scene.connection("Shop ES"), mail_post[0])
    db.change("DELETE FROM procrastinate_workers")
    go_round()
    let_pass(minutes=2)
    go_round()
    assert web_post[1].titles() == mail_post[1].titles() == ["Woodoo · all connections: No worker is running"]


def test_a_worker_that_starts_again_is_no_news(shop: Connection, web_post: Door):
    with_channels(shop, web_post[0])
    db.change("DELETE FROM procrastinate_workers")
    go_round()
    db.change("INSERT INTO procrastinate_workers DEFAULT VALUES")
    go_round()
    let_pass(minutes=3)
    go_round()
    let_pass(hours=5)
    go_round()
    assert web_post[1].got == []


def test_without_a_channel_alerts_are_kept_and_told_to_the_first_one(shop: Connection, web_post: Door):
    order(shop)
    go_round()
    assert Alert.objects.get().told_at is None
    with_channels(shop, web_post[0])
    go_round()
    assert len(web_post[1].got) == 1


def test_a_connection_that_is_switched_off_alerts_nobody(shop: Connection, web_post: Door):
    with_channels(shop, web_post[0])
    order(shop)
    Connection.objects.update(enabled=False)
    go_round()
    assert web_post[1].got == []


def test_settings_that_cannot_be_read_are_an_alert_and_do_not_hold_up_others(shop: Connection, web_post: Door):
    with_channels(shop, web_post[0])
    Connection.objects.filter(pk=shop.pk).update(settings={"odoo_slots": 0})
    other = with_channels(scene.connection("Shop ES"), web_post[0])
    order(other)
    go_round()
    assert sorted(title.split(":")[0] for title in web_post[1].titles()) == ["Woodoo · Shop ES", "Woodoo · Shop NL"]


# Channels that fail


def test_a_channel_that_fails_is_tried_again_and_holds_up_no_other(shop: Connection, web_post: Door, mail_post: Door):
    address, inbox = web_post
    inbox.status = 503
    with_channels(shop, address, mail_post[0])
    order(shop)
    go_round()
    assert len(mail_post[1].got) == 1
    (failing,) = [one for one in standings(shop) if one.failing_since]
    assert failing.channel.address == address
    assert "503" in failing.error
    assert "secret-path-81" not in failing.error
    inbox.status = 200
    go_round()
    assert inbox.got == []  # not due yet
    let_pass(minutes=1)
    go_round()
    assert len(inbox.got) == 1
    assert len(mail_post[1].got) == 1
    assert failing_channels(shop.pk) == {}


def test_a_channel_keeps_the_order_of_its_messages(shop: Connection, web_post: Door):
    address, inbox = web_post
    inbox.status = 500
    with_channels(shop, address)
    one = order(shop)
    go_round()
    mended(one)
    go_round()
    let_pass(minutes=2)
    inbox.status = 200
    go_round()
    go_round()
    assert [("Well again" in title) for title in inbox.titles()] == [False, True]


def test_it_is_given_up_after_a_day_and_that_is_told(shop: Connection, web_post: Door, mail_post: Door):
    web_post[1].status = 500
    with_channels(shop, web_post[0], mail_post[0], alert_digest_minutes=5)
    order(shop)
    waits = []
    for _ in range(30):
        go_round()
        one = Delivery.objects.filter(tries__gt=0, sent_at=None).earliest("pk")
        if one.given_up_at:
            break
        waits.append(round((one.due_at - one.tried_at).total_seconds() / 60))
        let_pass(hours=1)
    assert waits[:5] == [1, 5, 15, 60, 60]
    assert one.given_up_at is not None
    assert len(waits) == 24
    assert any("Alerts do not get through to JSON" in title for title in mail_post[1].titles())


def test_a_channel_that_works_again_gets_what_waits_for_it(shop: Connection, web_post: Door):
    address, inbox = web_post
    inbox.status = 500
    with_channels(shop, address)
    order(shop)
    go_round()
    inbox.status = 200
    try_again(shop.pk, channels.read(address).mark)
    go_round()
    assert len(inbox.got) == 1


def test_what_was_for_a_channel_that_is_gone_is_given_up(shop: Connection, web_post: Door):
    address, inbox = web_post
    inbox.status = 500
    with_channels(shop, address)
    order(shop)
    go_round()
    channels.remove(shop, channels.read(address).mark)
    let_pass(minutes=5)
    go_round()
    assert Delivery.objects.get().given_up_at is not None
    assert inbox.got == []


def test_a_redirect_is_not_followed(shop: Connection, web_post: Door):
    web_post[1].status = 302
    assert channels.send(channels.read(web_post[0]), "title", "body")


# Nothing is lost, and one process sends


def test_a_process_that_dies_before_it_has_sent_loses_nothing(
    shop: Connection, web_post: Door, monkeypatch: pytest.MonkeyPatch
):
    with_channels(shop, web_post[0])
    order(shop)
    with monkeypatch.context() as patched:
        patched.setattr(post, "send_all", _die)
        with pytest.raises(Dead):
            go_round()
    assert web_post[1].got == []
    go_round()
    assert len(web_post[1].got) == 1


def test_a_process_that_dies_after_it_has_sent_repeats_and_loses_nothing(
    shop: Connection, web_post: Door, monkeypatch: pytest.MonkeyPatch
):
    with_channels(shop, web_post[0])
    order(shop)
    with monkeypatch.context() as patched:
        patched.setattr(post, "_note", _die)
        with pytest.raises(Dead):
            go_round()
    assert len(web_post[1].got) == 1
    go_round()
    go_round()
    assert len(web_post[1].got) == 2


def test_a_process_that_dies_while_it_writes_down_has_told_nothing(
    shop: Connection, web_post: Door, monkeypatch: pytest.MonkeyPatch
):
    with_channels(shop, web_post[0])
    order(shop)
    with monkeypatch.context() as patched:
        patched.setattr(outbox.Delivery.objects, "bulk_create", _die)
        with pytest.raises(Dead):
            go_round()
    assert Alert.objects.get().told_at is None
    assert not Message.objects.exists()
    go_round()
    assert len(web_post[1].got) == 1


class Dead(BaseException):
    """The process is gone."""


def _die(*_: object, **__: object) -> None:
    raise Dead


def test_only_one_process_sends(shop: Connection, web_post: Door):
    address, inbox = web_post
    with_channels(shop, address)
    order(shop)
    inbox.go_on.clear()
    rounds_done: list[bool] = []

    def first() -> None:
        rounds_done.append(go_round())
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    assert inbox.came.wait(30)
    assert not go_round()
    inbox.go_on.set()
    thread.join(30)
    assert rounds_done == [True]
    assert len(inbox.got) == 1
    assert go_round()


def test_however_many_processes_look_there_is_one_round_in_ten_seconds(shop: Connection):
    assert rounds.last_round() is None
    assert rounds.watch()
    assert not rounds.watch()
    first = rounds.last_round()
    assert first is not None
    set_cursor(EVERYWHERE, "alerts", (first - timedelta(seconds=10)).isoformat())
    assert rounds.watch()
    set_cursor(EVERYWHERE, "alerts", (first + timedelta(days=1)).isoformat())  # the clock was put back
    assert rounds.watch()


def test_alerts_that_are_long_over_are_forgotten(shop: Connection):
    order(shop)
    go_round()
    Alert.objects.update(resolved_at="2020-01-01T00:00:00Z")
    go_round()
    assert [one.resolved_at for one in Alert.objects.all()] == [None]


def test_the_round_is_a_watch_of_every_process():
    from woodoo import wiring
    from woodoo.engine import registry

    wiring.install()
    assert [(one.name, one.run) for one in registry.watches()] == [("alerts", rounds.watch)]
