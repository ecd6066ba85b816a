"""What is kept of one customer: all of it is told and nothing of others, and none is left once it is erased."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cli.conftest import woodoo  # noqa: F401 - the fixture
from woodoo.alerts.models import Alert, Message
from woodoo.connections.models import Change, Connection
from woodoo.domain.errors import WoodooError
from woodoo.engine.models import Call, Event, Link, Run, Work
from woodoo.web import personal

from . import scene
from .api import program

pytestmark = pytest.mark.django_db
ANA, BEN = "ana.garcia@example.com", "ben@example.com"


def order(number: int, email: str, customer: int = 0) -> dict[str, Any]:
    billing = {"email": email, "first_name": email.split("@")[0].title()}
    return {"id": number, "number": str(number), "customer_id": customer, "billing": billing}


@pytest.fixture
def shop(shop: Connection) -> Connection:
    """Ana has an order a webhook told of, one found by asking for many at once, and an account; Ben has an order."""
    told = scene.work(shop, "1001", title="Order #1001")
    event = scene.event(told)
    Event.objects.filter(pk=event.pk).update(raw=json.dumps(order(1001, ANA.title(), 7)).encode())
    asked, ben = scene.work(shop, "1002"), scene.work(shop, "1003", message=f"{BEN} is archived.")
    batch = uuid.uuid4()
    for one in (asked, ben):
        scene.run(one, batch=batch, plan={"steps": [{"do": "Use", "detail": "Ana García"}]} if one is asked else None)
    answer = [order(1002, ANA), order(1003, BEN)]
    Call.objects.create(
        batch=batch,
        connection_id=shop.pk,
        system="store",
        summary="GET orders",
        status="200",
        response=answer,
        request={"params": {"include": "1002,1003"}},
    )
    scene.work(shop, "7", lane="customers_in", flow="customer", title="Customer Ana García")
    scene.work(shop, "41", lane="customers", flow="customers", title="Customer Ana García")
    for kind, external, number, name in (
        ("account", "7", 41, "Ana García"),
        ("order_customer", "1002", 41, "Ana García"),
        ("account", "8", 42, "Ben"),
    ):
        Link.objects.create(
            connection_id=shop.pk,
            kind=kind,
            external_id=external,
            odoo_model="res.partner",
            odoo_id=number,
            odoo_name=name,
        )
    return shop


def test_orders_account_and_contact_are_found_by_the_address(shop: Connection) -> None:
    found = personal.find(f" {ANA.upper()} ")
    assert {(lane, record) for _, lane, record in found.records} == {
        ("orders", "1001"),
        ("orders", "1002"),
        ("customers_in", "7"),
        ("customers", "41"),
    }
    assert found.counts == {"records": 4, "events": 1, "calls": 1, "runs": 1, "links": 2}


def test_what_is_told_is_about_nobody_else(shop: Connection) -> None:
    told = personal.export(ANA)
    text = json.dumps(told, default=str, ensure_ascii=False)
    assert "Ana García" in text
    assert "1002" in text
    assert "ben" not in text.lower()
    assert [[one["id"] for one in call["response"]] for call in told["calls"]] == [[1002]]


def test_nothing_is_left_of_her_once_it_is_erased_and_his_stays(shop: Connection) -> None:
    assert personal.erase(ANA)["records"] == 4
    assert not [text for text in everything() if "ana" in text.lower() and "garc" in text.lower()]
    assert Work.objects.get(record="1003").message == f"{BEN} is archived."
    assert Link.objects.get(external_id="8").odoo_name == "Ben"
    assert Work.objects.count() == 5
    assert not personal.find(ANA)
    assert personal.find(BEN)


def test_what_alerts_say_of_her_goes_too(shop: Connection) -> None:
    now = timezone.now()
    for key, text, detail in (
        ("a", "Customer Ana García", "Held up."),
        ("b", "Order #1001", f"Two contacts have {ANA}."),
        ("c", "Order #1003", f"{BEN} is archived."),
    ):
        Alert.objects.create(
            connection_id=shop.pk, kind="record", key=key, title="1 order", text=text, detail=detail, resolved_at=now
        )
        Message.objects.create(connection_id=shop.pk, urgent=True, title="1 order", body=f"{text}: {detail}")
    personal.erase(ANA)
    assert list(Alert.objects.order_by("key").values_list("text", flat=True)) == ["", "", "Order #1003"]
    bodies = list(Message.objects.order_by("pk").values_list("body", flat=True))
    assert bodies == ["Erased on request.\n"] * 2 + [f"Order #1003: {BEN} is archived."]


def everything() -> list[str]:
    rows = [list(model.objects.values()) for model in (Event, Call, Run, Work, Link, Change)]
    return [
        str(one) if not isinstance(one.get("raw"), memoryview) else str(one) + bytes(one["raw"]).decode()
        for found in rows
        for one in found
    ]


def test_the_address_is_not_kept_in_the_log_of_changes(shop: Connection) -> None:
    personal.export(ANA), personal.erase(ANA)
    assert list(Change.objects.order_by("-pk").values_list("what", flat=True)[:2]) == [
        "personal data erased",
        "personal data told",
    ]
    assert ANA not in str(list(Change.objects.values()))


@pytest.mark.parametrize("wrong", ["", "ana", "%@%", "a@b", "ana@example.com\x00"])
def test_what_is_no_address_finds_nothing(shop: Connection, wrong: str) -> None:
    with pytest.raises(WoodooError):
        personal.find(wrong)


def test_signs_of_patterns_in_an_address_are_letters(shop: Connection) -> None:
    assert not personal.find("ana_garcia@example.com")


def test_the_panel_looks_hands_over_and_erases(
    shop: Connection, administrator: Client, staff_without_personal_data: Client
) -> None:
    page = administrator.post(reverse("person-find"), {"email": ANA}).content.decode()
    assert "<dt>Records</dt><dd>4</dd>" in page
    assert "no e-mail address" in administrator.post(reverse("person-find"), {"email": "x"}).content.decode()
    answer = administrator.post(reverse("person-export"), {"email": ANA})
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer.json()["email"] == ANA
    assert staff_without_personal_data.post(reverse("person-export"), {"email": ANA}).status_code == 403
    assert "Erased (records: 4" in administrator.post(reverse("person-erase"), {"email": ANA}).content.decode()
    page = administrator.post(reverse("person-find"), {"email": ANA}).content.decode()
    assert "Nothing is kept" in page


def test_programs_and_the_command_line_do_the_same(shop: Connection, woodoo: Callable[..., Any], tmp_path: Any) -> None:  # noqa: F811
    asks = program(personal_data=True)
    assert asks.post("/person/find", {"email": ANA})["records"] == 4
    assert asks.post("/person/export", {"email": ANA})["links"][0]["odoo_name"] == "Ana García"
    assert json.loads(woodoo("person", "export", ANA).out)["email"] == ANA
    file = tmp_path / "ana.json"
    assert woodoo("person", "export", ANA, "--output", str(file)).code == 0
    assert (file.stat().st_mode & 0o777, json.loads(file.read_text())["email"]) == (0o600, ANA)
    assert woodoo("person", "export", ANA, "-o", str(file)).code == 1
    assert woodoo("person", "erase", ANA, "--yes").code == 0
    assert "Nothing is kept" in woodoo("person", "erase", ANA).out
    assert woodoo("person", "erase", "nonsense").code == 1
    assert asks.post("/person/erase", {"email": ANA})["records"] == 0
