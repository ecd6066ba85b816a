"""The journey of one order: what the page tells, in which order, and where it leads."""

from __future__ import annotations

import json
import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from woodoo.connections.models import Connection
from woodoo.engine.ledger import erase
from woodoo.engine.models import Event, Work

from . import scene


@pytest.fixture
def mended(db: None) -> Work:
    scene.busy_shop()
    return Work.objects.get(record="1054")


def page(client: Client, order: Work) -> str:
    return client.get(reverse("journey", args=[order.pk])).content.decode()


def in_order(text: str, *parts: str) -> bool:
    """Whether the parts stand in the text, each behind the one before."""
    place = 0
    for part in parts:
        place = text.find(part, place) + 1
        if not place:
            return False
    return True


def test_the_story_is_told_from_the_store_to_odoo(mended: Work, administrator: Client) -> None:
    text = page(administrator, mended)
    assert in_order(
        text,
        "The store reported a new order",
        "The store reported a change",
        "×2",
        "Attempt 1",
        "TSHIRT-M-BLK was not found",
        "A person asked to try it again",
        "Attempt 2",
        "together with 3 others",
        "Create the sales order",
        "because Odoo has none with its external id",
        "Register the payment in Stripe",
        "7 calls",
        "GET orders?include=1054",
        "sale.order load 1 row",
    )


def test_only_the_last_attempt_is_open(mended: Work, administrator: Client) -> None:
    runs = re.findall(r'<details class="run" id="[^"]+" ?(open)?>', page(administrator, mended))
    assert runs == ["", "open"]


def test_calls_are_those_of_this_record_and_of_the_whole_batch(shop: Connection, administrator: Client) -> None:
    order, other = scene.work(shop, "1"), scene.work(shop, "2")
    batch = uuid.uuid4()
    mine = scene.run(order, batch=batch)
    scene.run(other, batch=batch)
    scene.call(mine, "about mine", records=["1"])
    scene.call(mine, "about the other", records=["2"])
    scene.call(mine, "about both", records=["1", "2"])
    scene.call(mine, "about all", records=[])
    text = page(administrator, order)
    assert "about mine" in text
    assert "about both" in text
    assert "about all" in text
    assert "about the other" not in text


def test_contents_are_loaded_on_demand(mended: Work, administrator: Client) -> None:
    text = page(administrator, mended)
    assert "woodoo_1.sale_order_1054" not in text
    addresses = re.findall(r'hx-get="(/work/\d+/calls/\d+/)"', text)
    assert len(addresses) == 9
    shown = "".join(administrator.get(address).content.decode() for address in addresses)
    assert "woodoo_1.sale_order_1054" in shown
    assert "388 ms" in shown


def test_it_leads_to_both_systems(mended: Work, administrator: Client) -> None:
    text = page(administrator, mended)
    for target in (
        "https://shop.example.nl/wp-admin/post.php?post=1054&amp;action=edit",
        "https://example.odoo.com/web?db=example#id=187&amp;model=sale.order&amp;view_type=form",
        "https://example.odoo.com/web?db=example#id=412&amp;model=account.move&amp;view_type=form",
    ):
        assert f'href="{target}" target="_blank" rel="noopener noreferrer"' in text


def test_what_the_configuration_mends_leads_there(shop: Connection, administrator: Client, operator: Client) -> None:
    order = scene.work(shop, "77", "parked", message="No journal.", fix="Map it.", error_kind="ConfigError")
    other = scene.work(shop, "78", "parked", message="No product.", fix="Give it a SKU.", error_kind="DataError")
    address = reverse("configuration", args=[shop.pk])
    assert address in page(administrator, order)
    assert address not in page(administrator, other)
    assert address not in page(operator, order)


def test_totals_stand_side_by_side(mended: Work, administrator: Client) -> None:
    text = page(administrator, mended)
    assert re.search(r"<td>Total</td><td class=\"num\">72.55</td>.*equal\">72.55", text)
    assert ">Equal</span>" in text


def test_totals_that_differ_are_marked(shop: Connection, viewer: Client) -> None:
    order = scene.work(shop, "1", "parked")
    totals = [
        {"name": "Untaxed", "store": "10.00", "odoo": "10.00", "equal": True},
        {"name": "Total", "store": "12.10", "odoo": "12.11", "equal": False},
    ]
    scene.run(order, "parked", plan={**scene.PLAN, "totals": totals})
    text = page(viewer, order)
    assert ">Different</span>" in text
    assert 'class="unequal">12.11' in text


def test_totals_nobody_has_compared_yet_are_neither(shop: Connection, viewer: Client) -> None:
    order = scene.work(shop, "1", "parked")
    totals = [{"name": "Total", "store": "12.10", "odoo": None, "equal": None}]
    scene.run(order, "parked", plan={**scene.PLAN, "totals": totals})
    text = page(viewer, order)
    assert ">Different</span>" not in text
    assert ">Equal</span>" not in text


def test_totals_of_an_earlier_attempt_say_so(shop: Connection, viewer: Client) -> None:
    order = scene.work(shop, "1", "parked")
    scene.run(order, "done", plan=scene.PLAN)
    scene.run(order, "parked", plan={"title": "Order #1", "summary": "", "steps": [], "totals": [], "notes": []})
    text = page(viewer, order)
    assert "As of attempt 1, <time" in text
    assert ">Equal</span>" not in text, "the store has changed since"
    scene.run(order, "done", plan=scene.PLAN)
    assert ">Equal</span>" in page(viewer, order)


def test_choices_of_a_conflict_stand_one_below_the_other(shop: Connection, viewer: Client) -> None:
    order = scene.work(shop, "1", "parked", message="Changed.", fix="Credit it.\nSkip it.", error_kind="SyncConflict")
    scene.run(order, "parked")
    text = page(viewer, order)
    assert "<li>Credit it.</li><li>Skip it.</li>" in text
    assert "Credit it.<br>Skip it." in text
    assert "Credit it.<br>Skip it." in viewer.get("/work/").content.decode()


def test_what_to_do_stands_at_the_top(shop: Connection, operator: Client) -> None:
    order = scene.work(shop, "1", "parked", message="No journal for 'klarna'.", fix="Map it under Payments.")
    text = page(operator, order)
    assert in_order(text, "No journal for", "Map it under Payments.", "Journey")
    assert "Retry</button>" in text


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        ("done", "Done"),
        ("parked", "Parked"),
        ("retry", "Did not work"),
        ("down", "No answer"),
        ("lost", "Interrupted"),
        ("skipped", "Skipped"),
        ("", "Running"),
        ("something-new", "something-new"),
    ],
)
def test_every_outcome_has_a_word(shop: Connection, viewer: Client, outcome: str, word: str) -> None:
    order = scene.work(shop, "1", "done")
    scene.run(order, outcome)
    assert f">{word}</span>" in page(viewer, order)


@pytest.mark.parametrize("state", ["ready", "running", "waiting"])
def test_the_page_is_live_while_something_moves(shop: Connection, viewer: Client, state: str) -> None:
    assert 'hx-trigger="every 3s"' in page(viewer, scene.work(shop, "1", state))


@pytest.mark.parametrize("state", ["done", "parked", "failed", "skipped"])
def test_the_page_rests_when_the_record_does(shop: Connection, viewer: Client, state: str) -> None:
    order = scene.work(shop, "1", state)
    assert 'hx-trigger="every' not in page(viewer, order)
    fragment = viewer.get(reverse("journey", args=[order.pk]), headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="every' not in fragment
    assert "<html" not in fragment


def test_a_long_life_is_cut_to_its_end(shop: Connection, viewer: Client) -> None:
    order = scene.work(shop, "1")
    for number in range(60):
        scene.event(order, at=timezone.now() - timedelta(hours=2, minutes=number))
        scene.run(order, at=timezone.now() - timedelta(hours=2, minutes=number, seconds=-5), message=f"run-{number}.")
    text = page(viewer, order)
    assert f"{60 - 40 + 60 - 25} earlier entries not shown" in text
    assert "Attempt 60" in text
    assert "Attempt 35" not in text


def test_an_erased_order_keeps_its_frame(mended: Work, administrator: Client) -> None:
    erase(mended.connection_id, mended.record)
    text = page(administrator, mended)
    assert "Ana García" not in text
    assert "Attempt 2" in text
    for address in re.findall(r'hx-get="(/work/\d+/calls/\d+/)"', text):
        assert "Ana García" not in administrator.get(address).content.decode()


def test_an_order_that_could_not_be_read_has_a_name_and_says_whose_it_is(
    shop: Connection, administrator: Client, viewer: Client
) -> None:
    order = scene.work(shop, "123", "parked", title="", message="The store does not know the key.")
    news = {"id": 123, "billing": {"first_name": "Ana", "last_name": "Prueba"}, "total": "35.00", "currency": "EUR"}
    Event.objects.create(
        connection_id=shop.pk, source="webhook", lane="orders", record="123", raw=json.dumps(news).encode()
    )
    for address in (reverse("journey", args=[order.pk]), reverse("work")):
        text = administrator.get(address).content.decode()
        assert "Order #123 (could not be read)" in text
        assert "Ana Prueba, 35.00 EUR" in text
        text = viewer.get(address).content.decode()
        assert "35.00 EUR" in text
        assert "Prueba" not in text
    for address in (reverse("home"), reverse("causes"), reverse("work-export")):
        assert "Order #123 (could not be read)" in b"".join(administrator.get(address)).decode()
    assert "Order #9</h" in page(viewer, scene.work(shop, "9", "ready", title="")).replace(" <span", "</h")


def test_a_record_without_history_says_why(shop: Connection, viewer: Client) -> None:
    assert "It is queued" in page(viewer, scene.work(shop, "1", "ready"))
    assert "erased or has expired" in page(viewer, scene.work(shop, "2", "done"))


def test_a_record_outlives_its_connection(shop: Connection, viewer: Client) -> None:
    order = scene.work(shop, "1")
    scene.event(order)
    shop.delete()
    assert Event.objects.exists()
    assert "A connection that is gone" in page(viewer, order)
