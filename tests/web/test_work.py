"""The list of work and the overview: what stands where, and trying things again."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from woodoo.connections.models import Connection
from woodoo.engine import breaker
from woodoo.engine.models import Breaker, Event, Work
from woodoo.web.worklist import PAGE

from . import scene


def titles(client: Client, query: str = "") -> list[str]:
    text = client.get(f"/work/{query}").content.decode()
    return re.findall(r'class="what"><a href="[^"]+">([^<]+)</a>', text)


def test_the_newest_change_comes_first(shop: Connection, viewer: Client) -> None:
    now = timezone.now()
    for minutes, record in ((5, "1"), (1, "2"), (9, "3")):
        scene.work(shop, record, at=now - timedelta(minutes=minutes))
    assert titles(viewer) == ["Order #2", "Order #1", "Order #3"]


def test_filters_by_state_connection_and_text(shop: Connection, viewer: Client) -> None:
    other = scene.connection("Other")
    scene.work(shop, "1", "parked", message="SKU TSHIRT-M-BLK was not found")
    scene.work(shop, "2", "failed")
    scene.work(shop, "3", "done")
    scene.work(other, "4", "parked")
    assert titles(viewer, "?state=parked") == ["Order #4", "Order #1"]
    assert titles(viewer, "?state=attention") == ["Order #4", "Order #2", "Order #1"]
    assert titles(viewer, f"?connection={other.pk}") == ["Order #4"]
    assert titles(viewer, f"?state=parked&connection={shop.pk}") == ["Order #1"]
    assert titles(viewer, "?q=tshirt") == ["Order #1"]
    assert titles(viewer, "?q=%233") == ["Order #3"]
    assert titles(viewer, "?q=2") == ["Order #2"]
    assert titles(viewer, "?q=nothing") == []


def test_the_counts_are_those_of_the_search(shop: Connection, viewer: Client) -> None:
    for record in ("1", "2"):
        scene.work(shop, record, "parked")
    scene.work(shop, "3", "failed", message="tshirt")
    text = viewer.get("/work/").content.decode()
    assert re.search(r">Needs a person <b>3</b>", text)
    assert re.search(r">Parked <b>2</b>", text)
    assert re.search(r">All <b>3</b>", text)
    text = viewer.get("/work/?q=tshirt").content.decode()
    assert re.search(r">All <b>1</b>", text)


def test_pages_leave_nothing_out_and_show_nothing_twice(shop: Connection, viewer: Client) -> None:
    now = timezone.now()
    for number in range(PAGE * 2 + 7):
        scene.work(shop, str(number), at=now - timedelta(seconds=number // 3))  # three at the same moment
    seen, query = [], ""
    while True:
        answer = viewer.get(f"/work/{query}").content.decode()
        seen += re.findall(r'class="what"><a href="[^"]+">([^<]+)</a>', answer)
        older = re.search(r'href="(/work/\?[^"]*before=[^"]+)">Older', answer)
        if not older:
            break
        query = older.group(1).removeprefix("/work/").replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == PAGE * 2 + 7


@pytest.mark.parametrize("order", ["", "&sort=oldest", "&sort=new", "&sort=old"])
def test_what_needs_a_person_is_one_list_of_parked_and_failed(shop: Connection, viewer: Client, order: str) -> None:
    now = timezone.now()
    for number in range(2 * PAGE):
        state = ("parked", "failed", "waiting")[number % 3]
        scene.work(shop, f"{number:03}", state, at=now - timedelta(seconds=number * 7 % 40))
    wanted = Work.objects.filter(state__in=("parked", "failed"))
    fields = {
        "": ("-updated_at", "-pk"),
        "&sort=oldest": ("updated_at", "pk"),
        "&sort=new": ("-pk",),
        "&sort=old": ("pk",),
    }
    assert titles(viewer, f"?state=attention{order}") == [one.title for one in wanted.order_by(*fields[order])[:PAGE]]


def test_the_list_costs_the_same_however_long(
    shop: Connection, viewer: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        scene.work(shop, str(number))
    with django_assert_max_num_queries(12):
        viewer.get("/work/")


def test_the_live_part_is_only_the_list(shop: Connection, viewer: Client) -> None:
    scene.work(shop, "1")
    text = viewer.get("/work/", headers={"HX-Request": "true"}).content.decode()
    assert "Order #1" in text
    assert "<html" not in text
    whole = viewer.get("/work/?state=done&q=1").content.decode()
    assert 'hx-get="/work/?state=done&amp;q=1"' in whole


def test_a_retry_that_is_not_due_yet_says_when(shop: Connection, viewer: Client) -> None:
    scene.work(shop, "1", "waiting", due_at=timezone.now() + timedelta(minutes=5))
    scene.work(shop, "2", "waiting", due_at=timezone.now() - timedelta(minutes=5))
    text = viewer.get("/work/").content.decode()
    assert text.count("Next try <time") == 1
    assert text.count("Next try shortly") == 1


def test_times_are_given_in_utc_for_the_reader_s_own_clock(shop: Connection, viewer: Client) -> None:
    moment = timezone.now().replace(year=2026, month=3, day=1, hour=22, minute=5, second=7, microsecond=0)
    scene.work(shop, "1", at=moment)
    assert '<time datetime="2026-03-01T22:05:07.000000Z"' in viewer.get("/work/").content.decode()


# Trying again


def test_one_record_is_tried_again(shop: Connection, operator: Client) -> None:
    order = scene.work(shop, "1", "failed", attempts=4)
    answer = operator.post(reverse("retry", args=[order.pk]), follow=True)
    assert answer.redirect_chain[-1][0] == reverse("journey", args=[order.pk])
    assert "1 record will be tried again now." in answer.content.decode()
    order.refresh_from_db()
    assert (order.state, order.attempts) == ("ready", 0)
    assert Event.objects.get().source == "retry"


def test_the_chosen_records_are_tried_again_and_the_list_stays_as_it_was(shop: Connection, operator: Client) -> None:
    orders = [scene.work(shop, str(number), "parked") for number in range(4)]
    answer = operator.post(
        reverse("retry-many"),
        {"work": [o.pk for o in orders[:3]], "many": "1", "back": f"state=parked&connection={shop.pk}"},
        follow=True,
    )
    assert answer.redirect_chain == [(f"/work/?state=parked&connection={shop.pk}", 302)]
    assert "3 records will be tried again now." in answer.content.decode()
    assert Work.objects.filter(state="ready").count() == 3


def test_the_button_of_a_row_means_that_row_alone(shop: Connection, operator: Client) -> None:
    first, second = scene.work(shop, "1", "parked"), scene.work(shop, "2", "parked")
    operator.post(reverse("retry-many"), {"work": [first.pk], "one": second.pk})
    assert set(Work.objects.filter(state="ready").values_list("record", flat=True)) == {"2"}


@pytest.mark.parametrize("chosen", [[], ["x"], ["-1"], ["9" * 30], ["999999"]])
def test_choosing_nothing_says_so(shop: Connection, operator: Client, chosen: list[str]) -> None:
    answer = operator.post(reverse("retry-many"), {"work": chosen, "many": "1"}, follow=True)
    assert "Nothing to try again" in answer.content.decode()


def test_all_that_match_are_those_that_were_counted(shop: Connection, operator: Client) -> None:
    first = scene.work(shop, "1", "parked", message="No journal.", cause="No journal")
    for address in ("/work/?state=parked", "/work/causes/"):
        text = operator.get(address).content.decode()
        (counted_at,) = set(re.findall(r'name="counted_at"[^>]* value="([^"]+)"', text))
    later = scene.work(shop, "2", "parked", message="No journal.", cause="No journal")
    operator.post(reverse("skip-all"), {"filter": "state=parked", "counted_at": counted_at, "reason": "by hand"})
    first.refresh_from_db(), later.refresh_from_db()
    assert (first.state, later.state) == ("skipped", "parked")
    operator.post(reverse("retry-all"), {"filter": "state=parked", "counted_at": counted_at})
    later.refresh_from_db()
    assert later.state == "parked"
    operator.post(reverse("retry-all"), {"filter": "state=parked", "counted_at": "yesterday"})
    later.refresh_from_db()
    assert later.state == "ready"


def test_what_is_being_worked_on_is_left_alone(shop: Connection, operator: Client) -> None:
    order = scene.work(shop, "1", "running")
    operator.post(reverse("retry", args=[order.pk]))
    order.refresh_from_db()
    assert (order.state, order.generation) == ("running", 1)


# Leaving out


def test_one_record_is_skipped_for_a_reason(shop: Connection, operator: Client) -> None:
    order = scene.work(shop, "1", "parked", message="No SKU.", fix="Give it one.")
    address = reverse("skip", args=[order.pk])
    answer = operator.post(address, {"reason": "  Entered <b>by</b>\nhand "}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("journey", args=[order.pk])
    text = answer.content.decode()
    assert "1 record skipped." in text
    assert "Entered &lt;b&gt;by&lt;/b&gt; hand" in text
    assert "A person chose to skip it" in text
    order.refresh_from_db()
    by = User.objects.get().username
    assert (order.state, order.message, order.fix) == ("skipped", f"Skipped by {by}: Entered <b>by</b> hand", "")


def test_the_chosen_records_are_skipped_and_the_list_stays_as_it_was(shop: Connection, operator: Client) -> None:
    states = ("parked", "failed", "done", "running")
    orders = {state: scene.work(shop, str(number), state) for number, state in enumerate(states)}
    form = {"work": [o.pk for o in orders.values()], "reason": "Test orders", "back": "state=attention"}
    answer = operator.post(reverse("skip-many"), form, follow=True)
    assert answer.redirect_chain == [("/work/?state=attention", 302)]
    assert "2 records skipped." in answer.content.decode()
    left = dict(Work.objects.values_list("record", "state"))
    assert left == {"0": "skipped", "1": "skipped", "2": "done", "3": "running"}


@pytest.mark.parametrize("reason", ["", "   ", "\x00"])
def test_nothing_is_skipped_without_a_reason(shop: Connection, operator: Client, reason: str) -> None:
    order = scene.work(shop, "1", "parked")
    answer = operator.post(reverse("skip", args=[order.pk]), {"reason": reason}, follow=True)
    assert "say why" in answer.content.decode()
    order.refresh_from_db()
    assert order.state == "parked"


def test_only_those_who_may_are_offered_to_skip(shop: Connection, viewer: Client, operator: Client) -> None:
    parked, done = scene.work(shop, "1", "parked"), scene.work(shop, "2", "done")
    for page, offered in ((reverse("journey", args=[parked.pk]), True), (reverse("journey", args=[done.pk]), False)):
        assert ("Skip…" in operator.get(page).content.decode()) is offered
        assert "Skip…" not in viewer.get(page).content.decode()
    assert "Skip…" in operator.get("/work/").content.decode()
    assert "Skip…" not in viewer.get("/work/").content.decode()


# Nothing there


def test_empty_pages_say_what_to_do(db: None, administrator: Client, viewer: Client) -> None:
    assert "Add the first connection" in administrator.get("/").content.decode()
    assert "Ask an administrator" in viewer.get("/").content.decode()
    assert "there is no connection" in administrator.get("/work/").content.decode()
    assert "No connection yet" in administrator.get("/connections/").content.decode()
    shop = scene.connection()
    assert "Waiting for the first order" in administrator.get("/work/").content.decode()
    scene.work(shop, "1")
    assert "No record needs a person" in administrator.get("/work/?state=attention").content.decode()
    assert "No record fits" in administrator.get("/work/?q=zzz").content.decode()


# The overview


def test_the_overview_counts_and_leads_to_the_list(shop: Connection, viewer: Client) -> None:
    for record in ("1", "2"):
        scene.work(shop, record, "parked", message="No journal for 'klarna'.", fix="Map it.")
    text = viewer.get("/").content.decode()
    assert re.search(rf'href="/work/\?state=parked&amp;connection={shop.pk}"[^>]*><strong>2</strong>Parked', text)
    assert re.search(r'class="tally s-done zero"', text)
    assert "klarna" in text
    assert "Map it." in text


def test_a_pause_says_since_when_and_why_and_how_many_wait(shop: Connection, viewer: Client) -> None:
    since = timezone.now() - timedelta(minutes=11)
    for number, state in enumerate(("ready", "waiting", "waiting", "parked", "done")):
        scene.work(shop, str(number), state)
    Breaker.objects.create(
        connection_id=shop.pk,
        failures=2,
        side="odoo",
        reason="It refused the connection.",
        since=since,
        paused_until=timezone.now() + timedelta(minutes=1),
    )
    for address in ("/", reverse("connection", args=[shop.pk]), reverse("work"), reverse("causes")):
        text = viewer.get(address).content.decode()
        assert "Odoo has not answered since" in text
        assert "It refused the connection." in text
        assert "3 records wait and lose nothing" in text
        assert since.strftime("%Y-%m-%dT%H:%M:%S") in text
        assert "Try now" not in text, "a viewer only looks on"


def test_whoever_may_try_again_ends_a_pause_from_where_it_is_shown(shop: Connection, operator: Client) -> None:
    breaker.trip(shop.pk, side="odoo", reason="It refused the connection.", retry_after=3600)
    try_now = reverse("connection-try", args=[shop.pk])
    for address in ("/", reverse("connection", args=[shop.pk]), reverse("work"), reverse("causes")):
        assert f'action="{try_now}"' in operator.get(address).content.decode()
    assert "is tried now" in operator.post(try_now, follow=True).content.decode()
    assert not breaker.paused(shop.pk)
    assert "does not rest any more" in operator.post(try_now, follow=True).content.decode()


def test_a_connection_that_is_off_is_shown_as_such(viewer: Client, db: None) -> None:
    scene.connection(enabled=False)
    assert "Switched off" in viewer.get("/").content.decode()


def test_the_overview_costs_little_per_connection(db: None, viewer: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(10):
        scene.work(scene.connection(f"Shop {number}"), "1")
    with django_assert_max_num_queries(26):
        viewer.get("/")
