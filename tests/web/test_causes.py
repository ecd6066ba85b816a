"""What holds records up: each cause once, where it is mended, and all its records brought back or left out together."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from woodoo import web
from woodoo.connections.models import Connection
from woodoo.connections.settings import ConnectionSettings
from woodoo.engine.held import held_up
from woodoo.engine.models import HISTORY, Event, Work
from woodoo.engine.work import FEW
from woodoo.web.configuration.places import INSTEAD, WORDS, place_on_page
from woodoo.web.configuration.sections import PAGE

from . import scene

SOURCE = Path(web.__file__).parents[1]
KLARNA = {
    "cause": "Was paid with 'klarna', which is not mapped to a journal.",
    "place": "settings -> payment journals",
    "message": "Order #1 was paid with 'klarna', which is not mapped to a journal.",
    "fix": "Map the payment method.",
    "error_kind": "ConfigError",
}


def key_of(cause: str) -> str:
    return next(held.key for held in held_up() if held.cause == cause)


def test_each_cause_stands_there_once_with_where_to_mend_it(shop: Connection, administrator: Client) -> None:
    for record in ("1", "2", "3", "4"):
        scene.work(shop, record, "parked", **KLARNA)
    scene.work(shop, "9", "failed", cause="Could not be posted: <b>no</b>", message="m", error_kind="RemoteError")
    text = administrator.get("/work/causes/").content.decode()
    assert text.count("Was paid with &#x27;klarna&#x27;") == 2, "as its words, and as what screen readers call it"
    assert re.search(r"<strong>4</strong>record", text)
    assert f'href="/connections/{shop.pk}/configuration/#payments"' in text
    assert "Order #1</a>, " in text
    assert ">and 1 more</a>" in text
    assert "&lt;b&gt;no&lt;/b&gt;" in text
    assert "5 records, 2 causes" in text


def test_who_may_not_set_up_or_operate_is_offered_neither(shop: Connection, viewer: Client, operator: Client) -> None:
    scene.work(shop, "1", "parked", **KLARNA)
    for client, retries in ((viewer, False), (operator, True)):
        text = client.get("/work/causes/").content.decode()
        assert "klarna" in text
        assert "/configuration/" not in text
        assert ("Retry 1" in text) is retries
    filters = {"filter": f"connection={shop.pk}&cause={key_of(KLARNA['cause'])}"}
    for name in ("retry-all", "skip-all"):
        assert viewer.post(reverse(name), {**filters, "reason": "No"}).status_code == 403


def test_choices_of_a_conflict_stand_below_each_other(shop: Connection, viewer: Client) -> None:
    scene.work(shop, "1", "parked", cause="Was changed", error_kind="SyncConflict", fix="Take it back.\nSkip it.")
    text = viewer.get("/work/causes/").content.decode()
    assert "<li>Take it back.</li><li>Skip it.</li>" in text


def test_the_causes_of_one_connection(shop: Connection, viewer: Client) -> None:
    other = scene.connection("Other")
    scene.work(shop, "1", "parked", cause="This")
    scene.work(other, "2", "parked", cause="That")
    text = viewer.get(f"/work/causes/?connection={other.pk}").content.decode()
    assert ("That" in text, 'aria-label="This"' in text) == (True, False)


def test_nothing_held_up_is_good_news(shop: Connection, viewer: Client) -> None:
    scene.work(shop, "1")
    assert "Nothing is held up" in viewer.get("/work/causes/").content.decode()


def test_while_a_side_is_down_nobody_says_that_nothing_is_held_up(db: None, viewer: Client) -> None:
    scene.busy_shop()
    Work.objects.filter(state__in=("parked", "failed")).delete()
    text = viewer.get("/work/causes/").content.decode()
    assert "Tienda España: Odoo has not answered since" in text
    assert ("3 records wait" in text, "Nothing is held up" in text) == (True, False)


def test_all_of_a_cause_are_tried_again(shop: Connection, operator: Client) -> None:
    for record in ("1", "2"):
        scene.work(shop, record, "parked", **KLARNA)
    scene.work(shop, "3", "parked", cause="Another")
    query = f"connection={shop.pk}&cause={key_of(KLARNA['cause'])}"
    answer = operator.post(reverse("retry-all"), {"filter": query, "to": "causes"}, follow=True)
    assert answer.redirect_chain == [(reverse("causes"), 302)]
    assert "2 records will be tried again now." in answer.content.decode()
    assert dict(Work.objects.values_list("record", "state")) == {"1": "ready", "2": "ready", "3": "parked"}
    assert Event.objects.filter(source="retry").count() == 2


def test_all_of_a_cause_are_left_out_for_a_reason(shop: Connection, operator: Client) -> None:
    for record in ("1", "2"):
        scene.work(shop, record, "failed", **KLARNA)
    query = f"connection={shop.pk}&cause={key_of(KLARNA['cause'])}"
    answer = operator.post(reverse("skip-all"), {"filter": query, "to": "causes", "reason": " "}, follow=True)
    assert "say why" in answer.content.decode()
    answer = operator.post(reverse("skip-all"), {"filter": query, "to": "causes", "reason": "Test"}, follow=True)
    assert "2 records skipped." in answer.content.decode()
    assert set(Work.objects.values_list("state", flat=True)) == {"skipped"}


def test_the_list_can_be_narrowed_to_a_cause(shop: Connection, viewer: Client) -> None:
    scene.work(shop, "1", "parked", **KLARNA)
    scene.work(shop, "2", "parked", cause="Another")
    text = viewer.get(f"/work/?connection={shop.pk}&cause={key_of(KLARNA['cause'])}").content.decode()
    assert re.findall(r'class="what"><a href="[^"]+">([^<]+)</a>', text) == ["Order #1"]
    assert "Held up because: <strong>Was paid with" in text
    assert f'href="/work/?connection={shop.pk}">Show others, too' in text


# All that match


@pytest.mark.parametrize(
    ("state", "retried", "skipped"),
    [
        ("", {"parked", "failed"}, {"parked", "failed"}),
        ("attention", {"parked", "failed"}, {"parked", "failed"}),
        ("parked", {"parked"}, {"parked"}),
        ("failed", {"failed"}, {"failed"}),
        ("waiting", {"waiting"}, {"waiting"}),
        ("ready", set(), {"ready"}),
        ("done", {"done"}, set()),
        ("skipped", {"skipped"}, set()),
        ("running", set(), set()),
    ],
)
def test_what_all_that_match_means(
    shop: Connection, operator: Client, state: str, retried: set[str], skipped: set[str]
) -> None:
    every = ("parked", "failed", "waiting", "ready", "done", "skipped", "running")
    for one in every:
        scene.work(shop, one, one)
    text = operator.get(f"/work/?state={state}").content.decode()
    assert ("Retry all" in text or "Check all" in text) is bool(retried)
    assert ("Skip all" in text) is bool(skipped)
    operator.post(reverse("retry-all"), {"filter": f"state={state}"})
    assert set(Event.objects.filter(source="retry").values_list("record", flat=True)) == retried
    Work.objects.all().delete()
    for one in every:
        scene.work(shop, one, one)
    operator.post(reverse("skip-all"), {"filter": f"state={state}", "reason": "No"})
    assert set(Event.objects.filter(source="skip").values_list("record", flat=True)) == skipped


def test_all_that_match_are_more_than_a_page_and_no_others(shop: Connection, operator: Client) -> None:
    other = scene.connection("Other")
    for number in range(FEW + 5):
        scene.work(shop, str(number), "parked", message="SKU A")
    scene.work(shop, "b", "parked", message="SKU B")
    scene.work(other, "c", "parked", message="SKU A")
    query = f"state=parked&connection={shop.pk}&q=SKU+A"
    text = operator.get(f"/work/?{query}").content.decode()
    assert f"Retry all {FEW + 5}…" in text
    answer = operator.post(reverse("retry-all"), {"filter": query, "back": query}, follow=True)
    assert f"{FEW + 5} records will be tried again behind new orders." in answer.content.decode()
    assert answer.redirect_chain == [(f"/work/?{query}", 302)]
    assert set(Work.objects.filter(state="parked").values_list("record", flat=True)) == {"b", "c"}
    assert set(Work.objects.filter(state="ready").values_list("priority", flat=True)) == {HISTORY}


def test_a_record_s_page_names_how_many_others_wait_for_the_same_reason(shop: Connection, viewer: Client) -> None:
    first = scene.work(shop, "1", "parked", **KLARNA)
    scene.work(shop, "2", "failed", **KLARNA)
    scene.work(shop, "3", "parked", **KLARNA)
    scene.work(shop, "4", "done", **KLARNA)
    text = viewer.get(reverse("journey", args=[first.pk])).content.decode()
    assert "2 other records wait for the same reason" in text
    (link,) = re.findall(r'href="(/work/\?connection=\d+&amp;cause=[0-9a-f]+)"', text)
    listed = viewer.get(link.replace("&amp;", "&")).content.decode()
    assert len(re.findall(r'class="what">', listed)) == 3


# Where it is mended


def test_every_setting_an_error_names_is_on_the_page() -> None:
    named = set()
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.keyword | ast.Assign) and isinstance(node.value, ast.Constant):
                said = node.value.value if isinstance(node.value.value, str) else ""
                named |= set(re.findall(r"^settings -> (.+)$", said))
    assert len(named) > 10
    assert {one for one in named if place_on_page(f"settings -> {one}") is None} == set()


def test_every_way_to_say_a_setting_is_one_there_is_and_somebody_says_it() -> None:
    assert set(WORDS.values()) | set(INSTEAD.values()) <= set(ConnectionSettings.model_fields)
    code = "\n".join(file.read_text("utf-8") for file in SOURCE.rglob("*.py") if file.name != "places.py")
    assert [words for words in WORDS if f'"{words}"' not in code and f"settings -> {words}" not in code] == []


def test_each_setting_leads_to_its_card_and_what_stands_behind_more_opens_it() -> None:
    anchors = {f"{behind}{section.key}" for section in PAGE for behind in ("", "more-")}
    for name in ConnectionSettings.model_fields:
        place = place_on_page(f"settings -> {name}")
        assert place is None or place.anchor in anchors
    assert place_on_page("settings -> journal_map") == place_on_page("settings -> payment journals")
    assert place_on_page("settings -> customer_note_field, admin_notes_field, meta_fields") is not None
    confirm = place_on_page("settings -> confirm_orders")
    assert confirm is not None
    assert confirm.anchor == "more-orders"
    assert place_on_page("account.move -> state") is None
