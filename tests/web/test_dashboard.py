"""The dashboard: its figures agree with the records, gaps are told as gaps, and everybody sees what they reach."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from woodoo.connections.models import Connection
from woodoo.engine import course as counted
from woodoo.engine.models import Course, Work
from woodoo.web.course import RANGES, paces, told
from woodoo.web.dashboard import dashboard
from woodoo.web.models import ConnectionRole
from woodoo.web.overview import known_of

from . import scene
from .api import program


def count(of: Connection, name: str, *, minutes: int = 0, **counts: Any) -> Course:
    """Note what happened so many minutes ago."""
    at = timezone.now() - timedelta(minutes=minutes)
    at = at.replace(minute=at.minute // 5 * 5, second=0, microsecond=0)
    given = {"within": [0] * len(counted.CLASSES), **counts}
    return Course.objects.create(connection_id=of.pk, name=name, at=at, seconds=300, **given)


def timed(took: int, number: int = 1) -> dict[str, Any]:
    within = [number if took <= most else 0 for most in counted.CLASSES]
    return {"timed": number, "milliseconds": took * number, "within": within}


def lines(found: dict[str, Any], chart: str) -> dict[str, list[Any]]:
    (one,) = [each for each in found["charts"] if each["name"] == chart]
    return {line["name"]: line["values"] for line in one["lines"]}


def test_what_is_open_agrees_with_the_list(shop: Connection) -> None:
    for number, state in enumerate(("parked", "parked", "failed", "waiting", "ready", "running", "done", "skipped")):
        scene.work(shop, str(number), state)
    scene.work(shop, "9", "failed", flow="update_stock", lane="stock")
    board = dashboard([shop.pk], {})
    for state in ("parked", "failed", "waiting", "ready", "running"):
        assert board.open[state] == Work.objects.filter(state=state).count()
    assert (board.attention, board.coming) == (4, 2)
    assert {kind.flow: kind.counts.get("failed", 0) for kind in board.kinds} == {"order": 1, "update_stock": 1}


def test_lags_are_those_of_news_and_not_of_history(shop: Connection) -> None:
    ago = timezone.now() - timedelta(minutes=7)
    scene.work(shop, "1", "ready", due_at=ago)
    scene.work(shop, "2", "ready", due_at=ago - timedelta(hours=9), priority=10)
    scene.work(shop, "3", "waiting", due_at=timezone.now() + timedelta(minutes=5))
    (lag,) = dashboard([shop.pk], {}).lags
    assert lag.oldest is not None
    assert 400 < lag.oldest < 600


def test_a_stretch_without_any_count_is_a_gap_and_one_without_records_is_none(shop: Connection) -> None:
    count(shop, "odoo", done=3, **timed(80, 3))
    count(shop, "order", minutes=60, done=4, parked=1, failed=2)
    found = told([shop.pk], "3h")
    done, held = lines(found, "records")["Brought over"], lines(found, "records")["Held up"]
    assert [value for value in done if value is not None] == [4, 0]
    assert [value for value in held if value is not None] == [3, 0]
    assert done.count(None) == len(found["times"]) - 2
    assert [value for value in lines(found, "answers")["Odoo, typical"] if value is not None] == [75]


@pytest.mark.parametrize("span", RANGES)
def test_every_line_has_a_value_for_every_point_and_ends_now(shop: Connection, span: str) -> None:
    count(shop, "order", done=1, **timed(900))
    found = told([shop.pk], span)
    for chart in found["charts"]:
        for line in chart["lines"]:
            assert len(line["values"]) == len(found["times"])
    assert 0 <= timezone.now().timestamp() - found["times"][-1] < RANGES[span].step
    assert lines(found, "records")["Brought over"][-1] == 1


def test_connections_are_put_together(shop: Connection) -> None:
    other = scene.connection("Other")
    for one, took in ((shop, 200), (other, 90_000)):
        count(one, "order", done=1, **timed(took))
    assert sum(value or 0 for value in lines(told([shop.pk, other.pk]), "records")["Brought over"]) == 2
    pace = paces([shop.pk, other.pk])["order"]
    assert (pace.done, pace.held) == (2, 0)
    assert pace.typical is not None
    assert pace.typical <= 250


def test_the_charts_show_the_connections_of_their_reader(shop: Connection, db: None) -> None:
    other = scene.connection("Other")
    count(shop, "order", done=1), count(other, "order", done=50)
    somebody = User.objects.create_user("somebody")
    ConnectionRole.objects.create(user=somebody, connection_id=shop.pk, role="viewer")
    client = Client()
    client.force_login(somebody)
    for query in ("", f"?connection={shop.pk}"):
        found = json.loads(client.get(f"/course/{query}").content)
        assert sum(value or 0 for value in lines(found, "records")["Brought over"]) == 1
    found = json.loads(client.get(f"/course/?connection={other.pk}").content)
    assert not any(lines(found, "records")["Brought over"])


def test_programs_are_told_the_same(shop: Connection) -> None:
    count(shop, "order", done=3, **timed(900, 3))
    found = program("viewer").get("/course?span=24h")
    assert sum(value or 0 for value in lines(found, "records")["Brought over"]) == 3
    assert found["step"] == 900


@pytest.mark.parametrize("address", ["/course/?span=x", "/course/?connection=x", "/course/?span=%00"])
def test_what_makes_no_sense_gets_the_last_day(shop: Connection, viewer: Client, address: str) -> None:
    assert json.loads(viewer.get(address).content)["span"] == "24h"


def test_the_overview_shows_figures_and_charts_and_links_to_the_lists(shop: Connection, viewer: Client) -> None:
    scene.work(shop, "1", "parked"), count(shop, "order", done=1234, **timed(4000, 1234))
    for address in ("/", reverse("connection", args=[shop.pk])):
        text = viewer.get(address).content.decode()
        assert "data-charts=" in text
        assert re.search(r"Needs a person</span><strong>1</strong>", text)
        assert re.search(r"Brought over in 24 h</span><strong>1234</strong>", text)
    assert f"state=attention&amp;connection={shop.pk}" in text


def test_the_last_that_was_done_is_known_before_anything_was_noted_and_after(shop: Connection) -> None:
    long_ago = timezone.now() - timedelta(days=3)
    scene.work(shop, "1", "done", at=long_ago)
    scene.work(shop, "2", "ready")
    assert known_of([shop]).last_done == {shop.pk: long_ago}
    noted = timezone.now() - timedelta(minutes=4)
    count(shop, "order", minutes=10, done=1, done_at=noted)
    count(shop, "order", skipped=1)
    assert known_of([shop]).last_done == {shop.pk: noted}


def test_the_latest_that_need_a_person_are_shown_parked_or_failed(shop: Connection, viewer: Client) -> None:
    now = timezone.now()
    for number in range(12):
        state = ("parked", "waiting", "failed")[number % 3]
        scene.work(shop, str(number), state, at=now - timedelta(minutes=number), message=f"Reason {number}.")
    shown = re.findall(r"Reason (\d+)\.", viewer.get("/").content.decode())
    assert shown == ["0", "2", "3", "5", "6", "8", "9", "11"]


def test_an_empty_installation_has_no_empty_charts(administrator: Client) -> None:
    assert "data-charts" not in administrator.get("/").content.decode()


def test_many_connections_cost_no_more_queries(shop: Connection, viewer: Client, django_assert_max_num_queries: Any):
    for number in range(30):
        scene.work(scene.connection(f"Shop {number}"), "1", "parked")
    with django_assert_max_num_queries(26):
        text = viewer.get("/").content.decode()
    assert "19 more connections" in text


def test_connections_in_trouble_are_shown_first(shop: Connection, viewer: Client) -> None:
    for number in range(20):
        scene.connection(f"A {number:02}")
    scene.work(shop, "1", "parked")
    assert "Shop NL</a></h2>" in viewer.get("/").content.decode()


NAMES = ("<script>alert(1)</script>", '"><img src=x onerror=alert(2)>')


@pytest.mark.parametrize("name", NAMES)
def test_what_a_customer_wrote_stays_text_on_every_page(shop: Connection, operator: Client, name: str) -> None:
    plan = {**scene.PLAN, "steps": [{"do": name, "why": name, "model": "res.partner", "detail": name}], "notes": [name]}
    plan["totals"] = [{"name": name, "store": "1", "odoo": "1", "equal": True}]
    work = scene.work(shop, "1", "parked", title=f"Order {name}", message=name, fix=name, cause=name)
    call = scene.call(scene.run(work, "parked", plan=plan), name, response=[{"name": name}], error=name)
    scene.drift(shop, title=name, detail=name)
    addresses = ["/", "/work/", f"/work/?q={name}", f"/work/{work.pk}/", f"/work/{work.pk}/calls/{call.pk}/"]
    addresses += ["/work/causes/", "/work/drift/", f"/connections/{shop.pk}/"]
    for address in addresses:
        text = operator.get(address).content.decode()
        assert name not in text, address
        assert "<img src=x" not in text, address
