"""Any record is found, in the order asked for, acted on together and sent as a file; people only by those who may."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from woodoo.connections.models import Connection
from woodoo.domain.search import FoundBy
from woodoo.engine import finding
from woodoo.engine.models import Link, Work
from woodoo.web import worklist
from woodoo.web.models import ConnectionRole
from woodoo.web.worklist import Query, counts_of, every_page

from . import scene
from .api import program

ANA = FoundBy(("TSHIRT-M-BLK",), ("Ana García", "ana@example.com"))


def records(client: Client, query: str = "") -> list[str]:
    text = client.get(f"/work/?{query}").content.decode()
    return re.findall(r'class="what"><a href="[^"]+">Order #([^<]+)</a>', text)


def exported(client: Client, query: str = "") -> list[list[str]]:
    answer = client.get(f"/work/export/?{query}")
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))[1:]


def test_an_order_is_found_by_sku_and_by_its_customer(shop: Connection, operator: Client) -> None:
    scene.work(shop, "1054", found_by=ANA), scene.work(shop, "1055")
    for text in ("tshirt-m-blk", "tshirt", "garcia", "ana@example.com", "%231054"):
        assert records(operator, f"q={text}") == ["1054"], text


def test_who_may_not_read_about_people_finds_nobody(shop: Connection, viewer: Client) -> None:
    scene.work(shop, "1054", found_by=ANA)
    assert records(viewer, "q=garcia") == records(viewer, "q=ana@example.com") == []
    assert records(viewer, "q=tshirt") == ["1054"]
    assert exported(viewer, "q=garcia") == []
    assert program("viewer").get("/work?text=garcia")["records"] == []
    assert len(program("viewer", personal_data=True).get("/work?text=garcia")["records"]) == 1


def test_people_are_found_on_the_connections_somebody_works_on(shop: Connection, db: None) -> None:
    other = scene.connection("Other")
    scene.work(shop, "1", found_by=ANA), scene.work(other, "2", found_by=ANA), scene.work(other, "3", found_by=ANA)
    somebody = User.objects.create_user("somebody")
    ConnectionRole.objects.create(user=somebody, connection_id=shop.pk, role="operator")
    ConnectionRole.objects.create(user=somebody, connection_id=other.pk, role="viewer")
    client = Client()
    client.force_login(somebody)
    assert records(client, "q=garcia") == ["1"]
    assert len(records(client, "q=tshirt")) == 3
    assert [line[2] for line in exported(client, "q=garcia")] == ["1"]


def test_the_list_is_narrowed_to_days_of_the_reader(shop: Connection, viewer: Client) -> None:
    late = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)  # the second of March in Madrid since 23:00 UTC
    scene.work(shop, "1", at=late), scene.work(shop, "2", at=late + timedelta(hours=1))
    assert records(viewer, "since=2026-03-02&zone=Europe/Madrid") == ["2"]
    assert records(viewer, "until=2026-03-01&zone=Europe/Madrid") == ["1"]
    assert records(viewer, "since=2026-03-02") == []
    assert records(viewer, "since=2026-03-01&until=2026-03-01") == ["2", "1"]


@pytest.mark.parametrize("query", ["since=9999-12-31", "until=0001-01-01", "since=x", "zone=../x&since=2026-01-01"])
def test_days_that_make_no_sense_do_no_harm(shop: Connection, viewer: Client, query: str) -> None:
    scene.work(shop, "1")
    assert viewer.get(f"/work/?{query}&zone=No/Where").status_code == 200
    assert viewer.get(f"/work/?{query}").status_code == 200


@pytest.mark.parametrize(("sort", "begins"), [("", "1"), ("oldest", "3"), ("new", "3"), ("old", "1")])
def test_each_order_of_the_list_can_be_walked_to_its_end(
    shop: Connection, monkeypatch: pytest.MonkeyPatch, sort: str, begins: str
) -> None:
    now = timezone.now()
    for place, record in enumerate(("1", "2", "4", "5", "3")):
        scene.work(shop, record, at=now - timedelta(minutes=place // 2))
    if sort in ("", "oldest"):
        Work.objects.filter(record="1").update(updated_at=now + timedelta(minutes=1))
    monkeypatch.setattr(worklist, "_AT_ONCE", 2)
    walked = [work.record for rows in every_page(Query(sort=sort)) for work in rows]
    assert walked[0] == begins
    assert sorted(walked) == ["1", "2", "3", "4", "5"]


def test_records_of_days_are_counted_so_far(shop: Connection, viewer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        scene.work(shop, str(number), "parked" if number else "done")
    monkeypatch.setattr(worklist, "COUNTED", 3)
    days = Query(since=date(2026, 1, 1))
    assert {state: str(count) for state, count in counts_of(days).items()} == {"parked": "3+", "done": "1"}
    assert re.search(r">Needs a person <b>3\+</b>", viewer.get("/work/?since=2026-01-01").content.decode())
    assert {state: str(count) for state, count in counts_of(Query()).items()} == {"parked": "4", "done": "1"}


def test_a_search_that_fits_very_many_is_not_counted(
    shop: Connection, operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        scene.work(shop, str(number), "parked", found_by=FoundBy(("MUG",)))
    monkeypatch.setattr(finding, "MOST", 2)
    text = operator.get("/work/?q=mug").content.decode()
    assert "are not counted" in text
    assert "Retry all" not in text
    assert len(records(operator, "q=mug")) == 4


@pytest.mark.parametrize(
    "query",
    ["", "state=done", "q=1", "q=nobody", "flow=refund&state=failed", "sort=old", "since=2026-01-01", "connection=1"],
)
def test_every_list_costs_a_fixed_number_of_queries(
    shop: Connection, operator: Client, django_assert_max_num_queries: Any, query: str
) -> None:
    for number in range(30):
        scene.work(shop, str(number), "parked")
    with django_assert_max_num_queries(15):
        operator.get(f"/work/?{query}")


# All that match


def test_all_that_match_are_those_of_every_filter(shop: Connection, operator: Client) -> None:
    now = timezone.now()
    scene.work(shop, "1", "parked", found_by=ANA, at=now - timedelta(days=5))
    scene.work(shop, "2", "parked", found_by=ANA)
    scene.work(shop, "3", "parked", flow="refund", lane="refunds", found_by=ANA)
    scene.work(shop, "4", "parked")
    day = (now - timedelta(days=2)).date()
    query = f"q=garcia&flow=order&since={day}&state=parked"
    assert "Retry all 1…" in operator.get(f"/work/?{query}").content.decode()
    operator.post("/work/retry-all/", {"filter": query, "back": query})
    assert set(Work.objects.filter(state="ready").values_list("record", flat=True)) == {"2"}
    operator.post("/work/skip-all/", {"filter": "q=garcia&flow=refund", "reason": "Tests"})
    assert set(Work.objects.filter(state="skipped").values_list("record", flat=True)) == {"3"}


# As a file


def test_all_that_match_are_sent_as_a_file(shop: Connection, viewer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worklist, "_AT_ONCE", 2)
    for number in range(5):
        scene.work(shop, str(number), "parked", message=f"Order #{number} waits.", fix="Map it.")
    scene.work(shop, "9")
    for model, name in (("sale.order", "S00007"), ("res.partner", "Ana García"), ("account.move", "INV/2026/00412")):
        Link.objects.create(
            connection_id=shop.pk, kind="order", external_id="3", odoo_model=model, odoo_id=7, odoo_name=name
        )
    answer = viewer.get("/work/export/?state=parked")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    lines = exported(viewer, "state=parked")
    assert [line[2] for line in lines] == ["4", "3", "2", "1", "0"]
    assert lines[1][:8] == [
        "Shop NL",
        "Orders",
        "3",
        "Order #3",
        "Parked",
        "Order #3 waits.",
        "Map it.",
        "S00007, INV/2026/00412",
    ]


def test_what_a_customer_wrote_is_no_formula_in_the_file(shop: Connection, viewer: Client) -> None:
    scene.work(shop, "1", "parked", title="=HYPERLINK(1)", message='+cmd|"/c calc"', fix="@SUM(1)")
    ((*_, title, _state, message, fix, _odoo, _a, _b, _c, _d),) = exported(viewer)
    assert (title, message, fix) == ("'=HYPERLINK(1)", '\'+cmd|"/c calc"', "'@SUM(1)")


def test_a_file_holds_the_records_of_its_reader_alone(shop: Connection, db: None) -> None:
    other = scene.connection("Other")
    scene.work(shop, "1"), scene.work(other, "2")
    somebody = User.objects.create_user("somebody")
    ConnectionRole.objects.create(user=somebody, connection_id=shop.pk, role="viewer")
    client = Client()
    client.force_login(somebody)
    assert [line[2] for line in exported(client)] == ["1"]
    assert exported(client, f"connection={other.pk}") == []
