"""From connected to live: the sheet of mappings, the dry run, the clean-up report and the checklist, as pages."""

from __future__ import annotations

import csv
import html
import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from woodoo import surveys
from woodoo.alerts import channels
from woodoo.connections import audit
from woodoo.connections.models import Change, Connection
from woodoo.domain.errors import ConfigError
from woodoo.domain.past import PastOrder, UsedRate
from woodoo.engine import surveys as kept
from woodoo.engine.models import Import, Work
from woodoo.engine.registry import Found
from woodoo.mapping.evidence.row import Row, Stand
from woodoo.mapping.evidence.usage import Usage
from woodoo.trials.models import Trial
from woodoo.web import golive
from woodoo.wiring import Check

from . import scene

FRAGMENT = {"HX-Request": "true"}
AT = datetime(2025, 11, 3, 12, tzinfo=UTC)
EVIL = "<script>alert(1)</script>"
TAX = Row("taxes", "1", f"IVA 21 % {EVIL}", Stand.PROPOSED, "VAT <21>", "same", "", "tax_map", 7, 134, AT)
STATUS = Row("statuses", "packed", "packed", Stand.OPEN, "", "left out", "Say it.", "status_steps", None, 14, AT)
IDLE = Row("payments", "klarna", "Klarna", Stand.OPEN, "", "no journal", "Choose.", "journal_map", None, 0)
CARD = Row("payments", "stripe", "Card", Stand.MAPPED, "Stripe", "registered there", "", "journal_map", None, 412, AT)


def mapped(*rows: Row, **behaviour: Any) -> Any:
    return mock.patch("woodoo.wiring.read_mappings", return_value=list(rows), **behaviour)


def survey(shop: Connection, kind: str, found: Iterable[Found] = (), *, state: str = "done", **fields: Any) -> Import:
    rows = list(found)
    ended = timezone.now() if state == "done" else None
    made = Import.objects.create(
        connection_id=shop.pk,
        lane=kind,
        flow=kind,
        wanted={"begin": None, "end": None, "first_id": None, "last_id": None, "statuses": [], "newest": 100},
        title="the last 100 orders",
        dry_run=True,
        state=state,
        listed=len(rows),
        total=len(rows),
        listed_at=ended,
        finished_at=ended,
        **fields,
    )
    kept.keep(made.pk, rows)
    return made


def order(record: str, kind: str, **fields: Any) -> Found:
    facts = {"status": "processing", "at": AT.isoformat(), "currency": "EUR", "total": "72.55"}
    return Found(kind, record, f"Order #{record}", **{"facts": facts, **fields})


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


# The sheet of mappings


def test_each_line_shows_how_often_it_was_used_and_what_it_is(shop: Connection, administrator: Client) -> None:
    with mapped(TAX, STATUS, IDLE, CARD):
        text = text_of(administrator.get(reverse("mapping", args=[shop.pk]), headers=FRAGMENT))
    assert "used in 134 orders" in text
    assert "used in 412 orders" in text
    assert '<strong class="ms-1">VAT &lt;21&gt;</strong>' in text
    assert "1 gap" in text
    assert "Take the proposal" in text
    assert EVIL not in text
    assert html.escape(EVIL) in text
    assert f'href="{reverse("configuration", args=[shop.pk])}#orders"' in text


def test_one_proposal_is_taken_and_what_was_set_stays(shop: Connection, administrator: Client) -> None:
    shop.settings = {"tax_map": {"9": 3}}
    shop.save()
    scene.work(shop, "1", "parked")
    with mapped(TAX, CARD):
        text = text_of(administrator.get(reverse("mapping", args=[shop.pk]), headers=FRAGMENT))
        rows = html.unescape(re.findall(r'name="rows" value="([^"]*)"', text)[1])
        assert json.loads(rows) == [["tax_map", "1", 7]]
        answer = administrator.post(reverse("mapping-take", args=[shop.pk]), {"rows": rows}, follow=True)
    assert "1 mapping taken. Saved. 1 record that waited is tried again." in text_of(answer)
    shop.refresh_from_db()
    assert shop.settings == {"tax_map": {"9": 3, "1": 7}}


@pytest.mark.parametrize(
    "rows",
    [
        "",
        "nonsense",
        "[1]",
        '[["enabled","x",1]]',
        '[["tax_map","1","7"]]',
        '[["tax_map",1,7]]',
        '[["tax_map","1",true]]',
        '[["tax_map","1\\u0000",7]]',
        '[["tax_map","1",99999999999999999999]]',
        '[["sku_field","sku","x\\u0000"]]',
    ],
)
def test_what_is_no_proposal_is_not_taken(rows: str, shop: Connection, administrator: Client) -> None:
    with mapped():
        answer = administrator.post(reverse("mapping-take", args=[shop.pk]), {"rows": rows}, follow=True)
    assert "Nothing was taken" in text_of(answer)
    shop.refresh_from_db()
    assert shop.settings == {}


def test_a_side_that_does_not_answer_is_told_on_the_page(shop: Connection, administrator: Client) -> None:
    with mapped(side_effect=ConfigError("The settings point at account.tax 5.", fix="Choose another one.")):
        text = text_of(administrator.get(f"{reverse('mapping', args=[shop.pk])}?now=1"))
    assert "The settings point at account.tax 5." in text
    assert "Choose another one." in text


def test_the_page_tells_which_orders_were_looked_at(shop: Connection, administrator: Client) -> None:
    usage = Usage()
    usage.add(PastOrder("1", "1", AT, "processing", "EUR", rates=(UsedRate("1", "IVA", Decimal(21)),)))
    survey(shop, "usage", [Found("sku", "A", "Mug", facts={"fields": ["default_code"]})], result=usage.to_json())
    with mapped():
        text = text_of(administrator.get(reverse("mapping", args=[shop.pk])))
    assert "1 order was looked at" in text
    read, skus, _ = surveys.usage_of(shop)
    assert read.of("rates", "1") is not None
    assert skus.percent("default_code") == 100


def test_past_orders_are_read_on_a_click_although_the_connection_is_off(
    shop: Connection, administrator: Client
) -> None:
    Connection.objects.filter(pk=shop.pk).update(enabled=False)
    address = reverse("survey-start", args=[shop.pk, "usage"])
    with mapped():
        administrator.post(address, {"newest": "250"})
        again = text_of(administrator.post(address, {"newest": "250"}, follow=True))
    (made,) = Import.objects.all()
    assert (made.lane, made.title, made.total, made.state) == ("usage", "the last 250 orders", 250, "listing")
    assert "is listing already" in again
    with mapped():
        assert "No worker is running" in text_of(administrator.get(reverse("mapping", args=[shop.pk])))


@pytest.mark.parametrize("newest", ["0", "-1", "x", "99999999999", "5001", "²"])
def test_a_number_of_orders_that_is_none_is_told(newest: str, shop: Connection, administrator: Client) -> None:
    with mapped():
        answer = administrator.post(reverse("survey-start", args=[shop.pk, "usage"]), {"newest": newest}, follow=True)
    assert "alert-danger" in text_of(answer)
    assert not Import.objects.exists()


# The dry run


def test_orders_are_grouped_by_reason_with_the_card_that_mends_it(shop: Connection, administrator: Client) -> None:
    cause = f"Product {EVIL} was not found"
    held = [
        order(str(n), "parked", cause=cause, message=cause, fix="Map it.", place="settings -> taxes") for n in (1, 2)
    ]
    survey(shop, "rehearsal", [*held, order("3", "create", message=f"Bring {EVIL}")])
    text = text_of(administrator.get(reverse("rehearsal", args=[shop.pk])))
    assert EVIL not in text
    assert html.escape(cause) in text
    assert f'href="{reverse("configuration", args=[shop.pk])}#taxes"' in text
    assert re.search(r"<strong>2</strong>\s*orders", text)
    assert "post.php?post=1&amp;action=edit" in text


def test_the_list_is_narrowed_by_outcome_and_reason(shop: Connection, viewer: Client) -> None:
    survey(shop, "rehearsal", [order("1", "parked", cause="A"), order("2", "parked", cause="B"), order("3", "create")])
    address = reverse("rehearsal", args=[shop.pk])
    text = text_of(viewer.get(address, {"kind": "parked", "cause": "B"}))
    assert "Order #2" in text
    assert "Order #1" not in text
    assert "Order #3" not in text
    assert "No order has this outcome" in text_of(viewer.get(address, {"kind": "failed"}))
    assert "Order #3" in text_of(viewer.get(address, {"kind": "nonsense", "from": "x"}))


def test_totals_that_differ_are_marked(shop: Connection, viewer: Client) -> None:
    facts = {"total": "10.00", "odoo": "10.01", "equal": False, "currency": "EUR", "documents": ["Create the invoice"]}
    survey(shop, "rehearsal", [Found("create", "1", "Order #1", message="Bring it", facts=facts)])
    text = text_of(viewer.get(reverse("rehearsal", args=[shop.pk])))
    assert '<span class="unequal">10.01</span>' in text
    assert "Create the invoice" in text


def test_a_long_dry_run_is_shown_in_pages(shop: Connection, viewer: Client) -> None:
    survey(shop, "rehearsal", [order(str(number), "create") for number in range(1, 121)])
    address = reverse("rehearsal", args=[shop.pk])
    first = text_of(viewer.get(address))
    assert first.count("Order #") == 50
    assert 'href="?from=50"' in first
    assert text_of(viewer.get(address, {"from": "100"})).count("Order #") == 20


def test_the_file_of_a_dry_run_holds_no_formula(shop: Connection, viewer: Client) -> None:
    survey(shop, "rehearsal", [order("1", "parked", message="=cmd|' /C calc'!A0", fix="@SUM(A1)")])
    answer = viewer.get(reverse("rehearsal-csv", args=[shop.pk]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    head, row = csv.reader(text.splitlines())
    told = dict(zip(head, row, strict=True))
    assert (told["Order"], told["Outcome"], told["Total"]) == ("Order #1", "Parked", "72.55")
    assert (told["Says"], told["What to do"]) == ("'=cmd|' /C calc'!A0", "'@SUM(A1)")


def test_a_dry_run_that_goes_on_shows_how_far_it_is(shop: Connection, operator: Client) -> None:
    made = survey(shop, "rehearsal", [order("1", "create")], state="listing")
    text = text_of(operator.get(reverse("rehearsal", args=[shop.pk])))
    assert "looked at" in text
    assert 'hx-trigger="every 3s"' in text
    answer = operator.post(reverse("import-change", args=[made.pk, "stop"]))
    assert answer["Location"] == reverse("rehearsal", args=[shop.pk])


def test_surveys_are_no_imports_of_history(shop: Connection, viewer: Client) -> None:
    survey(shop, "rehearsal", [order("1", "create")])
    assert "Nothing was imported yet" in text_of(viewer.get(reverse("history", args=[shop.pk])))


# The clean-up report


def trouble(shop: Connection, *found: Found) -> dict[str, Any]:
    from woodoo.web.tidying import troubles_of

    survey(shop, "hygiene", found)
    return {one.name: one for one in troubles_of(shop)}


STORE_MUG = Found("store_sku", "MUG", f"Mug {EVIL}", facts={"id": "11", "status": "publish"})
ODOO_MUG = Found("odoo_sku", "MUG", "Mug", facts={"id": 5})


def test_doubled_missing_and_unknown_skus_are_named_with_their_owners(shop: Connection, viewer: Client) -> None:
    found = trouble(
        shop,
        STORE_MUG,
        ODOO_MUG,
        Found("odoo_sku", "MUG", "Mug again", facts={"id": 6}),
        Found("store_sku", "CUP", "Cup", facts={"id": "12/13", "status": "publish"}),
        Found("store_no_sku", "14", "Plate", facts={"id": "14", "status": "publish"}),
    )
    assert {name: one.count for name, one in found.items()} == {
        "odoo-doubles": 1,
        "store-doubles": 0,
        "bare": 1,
        "unknown": 1,
        "odoo-emails": 0,
        "store-emails": 0,
        "odoo-bare": 0,
    }
    text = text_of(viewer.get(reverse("hygiene", args=[shop.pk])))
    assert "Mug again" in text
    assert "model=product.product" in text
    assert "post.php?post=12&amp;action=edit" in text
    assert EVIL not in text


def test_customers_that_share_an_address_are_named_without_it(shop: Connection, viewer: Client) -> None:
    same = [Found("odoo_email", "a1b2c3d4e5", f"Contact {number}", facts={"id": number}) for number in (4, 5)]
    assert trouble(shop, *same)["odoo-emails"].count == 1
    text = text_of(viewer.get(reverse("hygiene", args=[shop.pk])))
    assert "Contact 4" in text
    assert "a1b2c3d4e5" not in text


@pytest.mark.parametrize(
    ("settings", "blocks"),
    [({}, True), ({"placeholder_product_id": 3}, False), ({"create_odoo_products": True}, False)],
)
def test_what_the_settings_do_instead_holds_nothing_up(
    settings: dict[str, Any], blocks: bool, shop: Connection
) -> None:
    shop.settings = settings
    shop.save()
    assert trouble(shop, STORE_MUG)["unknown"].blocks is blocks


def test_of_many_the_first_are_shown_and_the_file_has_them_all(shop: Connection, viewer: Client) -> None:
    many = [
        Found("store_no_sku", str(n), f"=Plate {n}", facts={"id": str(n), "status": "publish"}) for n in range(1, 301)
    ]
    assert trouble(shop, *many)["bare"].more == 280
    assert "And 280 more" in text_of(viewer.get(reverse("hygiene", args=[shop.pk])))
    answer = viewer.get(reverse("hygiene-csv", args=[shop.pk, "bare"]))
    rows = list(csv.reader(b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()))  # type: ignore[attr-defined]
    assert len(rows) == 301
    assert rows[1][2] == "'=Plate 1"


@pytest.mark.parametrize("name", ["odoo-doubles", "store-doubles", "unknown", "sold-unknown", "odoo-emails"])
def test_each_kind_of_trouble_has_its_file(name: str, shop: Connection, viewer: Client) -> None:
    trouble(shop, STORE_MUG, STORE_MUG, ODOO_MUG, ODOO_MUG, Found("store_sku", "CUP", "Cup", facts={"id": "3"}))
    survey(shop, "usage", [Found("sku", "JUG", "Jug", facts={"fields": [], "product": "9"})])
    rows = b"".join(viewer.get(reverse("hygiene-csv", args=[shop.pk, name])).streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert len(rows) == {"odoo-doubles": 3, "store-doubles": 3, "unknown": 2, "sold-unknown": 2, "odoo-emails": 1}[name]


def test_there_is_no_file_of_what_nobody_looks_for(shop: Connection, viewer: Client) -> None:
    assert viewer.get(reverse("hygiene-csv", args=[shop.pk, "nonsense"])).status_code == 404


# The checklist


@pytest.fixture
def off(shop: Connection) -> Connection:
    Connection.objects.filter(pk=shop.pk).update(enabled=False)
    shop.refresh_from_db()
    return shop


def states(on: Connection) -> dict[str, str]:
    return {point.name: point.state for point in golive.checklist(on)}


def ready(
    on: Connection, *, checks: Iterable[Check] = (Check("Store", True, "Fine."),), rows: Iterable[Row] = ()
) -> None:
    """Have every point looked at, and all accepted that a person has to."""
    survey(on, "usage", result=Usage(orders=1).to_json())
    survey(on, "rehearsal", [order("1", "create")])
    survey(on, "hygiene", [STORE_MUG, ODOO_MUG])
    channels.add(on, "json://127.0.0.1:1/")
    audit.note("alerts tested", connection_id=on.pk)
    with mapped(*rows), mock.patch("woodoo.wiring.check_connection", return_value=list(checks)):
        golive.check(on)
    for name in ("key", "features", "history", "stock"):
        golive.accept(on, name, who="ann")


def test_a_new_connection_has_everything_before_it(off: Connection, viewer: Client) -> None:
    found = states(off)
    assert (found.pop("news"), found.pop("trial")) == ("ok", "look")
    assert set(found.values()) == {"open"}
    text = text_of(viewer.get(reverse("golive", args=[off.pk])))
    assert "Not looked at yet." in text
    assert "An administrator can switch it on." in text


def test_the_points_look_at_what_there_is(off: Connection) -> None:
    ready(off, rows=[CARD, IDLE])
    found = states(off)
    assert {name for name, state in found.items() if state == "open"} == {"key", "features", "history", "stock"}
    assert all(point.is_right for point in golive.checklist(off))


@pytest.mark.parametrize(("state", "stands"), [("passed", "ok"), ("failed", "open"), ("interrupted", "open")])
def test_the_last_test_run_counts(state: str, stands: str, off: Connection) -> None:
    Trial.objects.create(connection_id=off.pk, token="first", state="failed", finished_at=timezone.now())
    Trial.objects.create(connection_id=off.pk, token="last", state=state, finished_at=timezone.now())
    assert states(off)["trial"] == stands


def test_gaps_that_orders_ran_into_are_named(off: Connection) -> None:
    ready(off, rows=[STATUS, CARD])
    (point,) = (one for one in golive.checklist(off) if one.name == "mappings")
    assert (point.state, point.evidence) == ("open", "Used, but not mapped: packed (14 orders).")


def test_a_dry_run_before_the_settings_changed_does_not_count(off: Connection) -> None:
    ready(off)
    later = timezone.now() + timedelta(seconds=1)
    Change.objects.create(connection_id=off.pk, what="settings changed", at=later, after={"alert_when": 5})
    Change.objects.create(connection_id=off.pk, what="connection changed", at=later, after={"name": "Shop"})
    assert states(off)["rehearsal"] == "ok"
    Change.objects.create(connection_id=off.pk, what="settings changed", at=later, after={"tax_map": {}})
    assert states(off)["rehearsal"] == "open"


def test_orders_that_would_wait_and_trouble_stand_in_the_way(off: Connection) -> None:
    ready(off)
    survey(off, "rehearsal", [order("1", "parked"), order("2", "create")])
    survey(off, "hygiene", [STORE_MUG])
    found = {point.name: point for point in golive.checklist(off)}
    assert found["rehearsal"].evidence == "1 of 2 orders would wait for a person."
    assert found["hygiene"].evidence.startswith("1 × Products of the store that Odoo does not know")
    assert not found["hygiene"].is_right


def test_all_right_it_goes_live_from_a_day_on(off: Connection, administrator: Client) -> None:
    ready(off)
    first = (timezone.now() + timedelta(days=1)).date().isoformat()
    answer = administrator.post(reverse("golive-switch", args=[off.pk]), {"first": first}, follow=True)
    off.refresh_from_db()
    assert off.enabled
    assert off.settings["orders_from"] == first
    assert f"is live: orders placed from {first} on come over." in text_of(answer)
    assert not Import.objects.filter(flow="order").exists()
    again = administrator.post(reverse("golive-switch", args=[off.pk]), {"first": first}, follow=True)
    assert "is switched on already" in text_of(again)


def test_orders_of_before_the_connection_are_fetched_by_an_import(off: Connection, administrator: Client) -> None:
    ready(off)
    first = (timezone.now() - timedelta(days=9)).date().isoformat()
    with mock.patch("woodoo.importing.expected", return_value=12):
        answer = administrator.post(reverse("golive-switch", args=[off.pk]), {"first": first}, follow=True)
    (made,) = Import.objects.filter(flow="order")
    assert made.wanted["begin"].startswith(first)
    assert f"Import {made.pk} fetches those placed before now." in text_of(answer)


@pytest.mark.parametrize("name", ["rehearsal", "test"])
def test_nothing_goes_live_before_all_is_right_or_accepted(name: str, off: Connection, administrator: Client) -> None:
    ready(off, checks=[Check("Odoo", name != "test", "Says no.")])
    if name == "rehearsal":
        survey(off, "rehearsal", [order("1", "parked")])
    answer = administrator.post(reverse("golive-switch", args=[off.pk]), {"first": "2025-01-31"}, follow=True)
    off.refresh_from_db()
    assert not off.enabled
    assert f"was not switched on: {name} is not right yet." in text_of(answer)
    administrator.post(reverse("golive-tick", args=[off.pk]), {"point": name})
    assert all(point.is_right for point in golive.checklist(off)) is (name != "test")


def test_what_was_accepted_is_written_down_and_may_be_taken_back(off: Connection, administrator: Client) -> None:
    address = reverse("golive-tick", args=[off.pk])
    administrator.post(address, {"point": "key"})
    point = {one.name: one for one in golive.checklist(off)}["key"]
    assert point.is_right
    assert point.accepted_by.startswith("administrator")
    assert Change.objects.filter(connection_id=off.pk, what="checklist: key accepted").count() == 1
    administrator.post(address, {"point": "key", "back": "1"})
    assert not {one.name: one for one in golive.checklist(off)}["key"].is_right
    assert "cannot be accepted" in text_of(administrator.post(address, {"point": "nonsense"}, follow=True))


@pytest.mark.parametrize("first", ["", "x", "31.01.2025", "2025-02-30"])
def test_a_day_that_is_none_is_told(first: str, off: Connection, administrator: Client) -> None:
    answer = administrator.post(reverse("golive-switch", args=[off.pk]), {"first": first}, follow=True)
    assert "Give the first day as 2025-01-31." in text_of(answer)


def test_a_check_that_cannot_be_made_is_a_point_that_is_not_right(off: Connection, administrator: Client) -> None:
    lost = ConfigError("The settings point at account.tax 5.", fix="Choose another one.")
    with mapped(side_effect=lost), mock.patch("woodoo.wiring.check_connection", side_effect=lost):
        text = text_of(administrator.post(reverse("golive-check", args=[off.pk]), follow=True))
    assert text.count("The settings point at account.tax 5.") == 2
    assert not Work.objects.exists()
