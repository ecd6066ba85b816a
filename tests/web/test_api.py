"""The API does what the panel does, says what is wrong, and tells a token no more than it reaches."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
import time_machine
from django.utils import timezone

from woodoo.connections.models import Change, Connection
from woodoo.domain.errors import ConfigError, DataError, RemoteDown
from woodoo.domain.plan import Plan, Step
from woodoo.engine.models import Breaker, Event, Work
from woodoo.web import tokens
from woodoo.web.models import ApiToken
from woodoo.web.reach import Role
from woodoo.wiring import Check

from . import scene
from .api import Program, program

pytestmark = pytest.mark.django_db

NEW = {
    "name": "Shop DE",
    "store_url": "https://shop.example.de/",
    "store_key": "ck_1",
    "store_secret": "cs_1",
    "odoo_url": "https://example.odoo.com",
    "odoo_database": "example",
    "odoo_login": "woodoo@example.com",
    "odoo_key": "key-1",
}


# Tokens


def test_a_key_is_nowhere_in_the_database() -> None:
    made, key = tokens.make("Grafana", Role.VIEWER)
    row = ApiToken.objects.filter(pk=made.pk).values().get()
    assert key not in str(row)
    assert tokens.find(key) == made


def test_a_token_that_was_revoked_or_has_expired_is_as_good_as_none() -> None:
    _, expired = tokens.make("old", Role.VIEWER, days=1)
    gone, revoked = tokens.make("gone", Role.VIEWER)
    tokens.revoke(gone.pk)
    assert Program(revoked).ask("get", "/me").status_code == 401
    assert Program(expired).ask("get", "/me").status_code == 200
    ApiToken.objects.filter(name="old").update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Program(expired).ask("get", "/me").status_code == 401


def test_without_a_token_the_answer_says_how_to_get_one() -> None:
    answer = Program().ask("get", "/work")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert "woodoo token add" in answer.json()["fix"]


def test_guessing_keys_is_slowed_down_and_the_right_key_is_not() -> None:
    good = program("viewer")
    answers = {Program(f"woodoo_{number:043d}").ask("get", "/me").status_code for number in range(80)}
    assert answers == {401, 429}
    assert good.ask("get", "/me").status_code == 200


def test_a_cookie_of_the_panel_opens_nothing(administrator: Any) -> None:
    assert administrator.get("/api/v1/work").status_code == 401


def test_the_use_of_a_token_is_noted(shop: Connection) -> None:
    asks = program("viewer")
    asks.get("/me")
    assert ApiToken.objects.get().last_used_at is not None


# What it reaches


@pytest.fixture
def other(shop: Connection) -> Connection:
    return scene.connection("Other", store_url="https://other.example.com")


def test_a_token_for_one_connection_sees_that_one_alone(shop: Connection, other: Connection) -> None:
    mine, theirs = scene.work(shop, "1", "parked", message="A"), scene.work(other, "2", "parked", message="B")
    scene.drift(shop), scene.drift(other)
    asks = program("operator", on=[shop.pk])
    assert [one["id"] for one in asks.get("/connections")] == [shop.pk]
    assert [one["id"] for one in asks.get("/work")["records"]] == [mine.pk]
    assert asks.get(f"/work?connection={other.pk}")["records"] == []
    assert asks.get("/work/counts") == {"parked": 1}
    assert [one["connection_id"] for one in asks.get("/causes")] == [shop.pk]
    assert [one["connection_id"] for one in asks.get("/drift")] == [shop.pk]
    for path in (f"/connections/{other.pk}", f"/work/{theirs.pk}", f"/connections/{other.pk}/imports"):
        assert asks.ask("get", path).status_code == 404
    assert asks.ask("post", f"/work/{theirs.pk}/retry").status_code == 404
    assert asks.ask("post", "/connections", NEW).status_code == 403


def test_bulk_actions_of_such_a_token_stay_on_its_connections(shop: Connection, other: Connection) -> None:
    scene.work(shop, "1", "parked"), scene.work(other, "2", "parked")
    asks = program("operator", on=[shop.pk])
    assert asks.post("/bulk", {"action": "retry"})["count"] == 1


def test_somebody_elses_bulk_action_is_not_there(shop: Connection) -> None:
    prepared = program("operator").post("/bulk", {"action": "retry"})
    assert program("operator").ask("post", f"/bulk/{prepared['id']}/confirm").status_code == 404


# Connections


@pytest.fixture
def tried() -> Iterator[mock.Mock]:
    with mock.patch("woodoo.web.saving.try_side", return_value=[Check("Store", True, "Well.")]) as asked:
        yield asked


def test_a_connection_is_added_read_and_changed(shop: Connection, tried: mock.Mock) -> None:
    asks = program()
    added = asks.post("/connections", NEW)
    assert [call.args[1] for call in tried.call_args_list] == ["store", "odoo"]
    assert added["store_url"] == "https://shop.example.de"
    assert added["secrets"]["odoo_key"] is True
    assert "key-1" not in str(asks.get(f"/connections/{added['id']}"))
    changed = asks.patch(f"/connections/{added['id']}", {"enabled": False})
    assert changed["connection"]["enabled"] is False
    stored = Connection.objects.get(pk=added["id"])
    assert (stored.name, stored.odoo_key, stored.enabled) == ("Shop DE", "key-1", False)


def test_a_connection_that_does_not_work_is_added_only_anyway(shop: Connection, tried: mock.Mock) -> None:
    tried.return_value = [Check("Store", False, "The store does not know the key.")]
    refused = program().ask("post", "/connections", NEW)
    assert (refused.status_code, "?anyway=true" in refused.json()["fix"]) == (409, True)
    assert Connection.objects.count() == 1
    assert "does not know the key" in program().post("/connections?anyway=true", NEW)["unchecked"]


def test_a_kept_secret_is_not_sent_to_another_host(shop: Connection) -> None:
    answer = program().ask("patch", f"/connections/{shop.pk}", {"odoo_url": "https://elsewhere.example.com"})
    assert answer.status_code == 422
    assert [one["place"] for one in answer.json()["errors"]] == ["body.odoo_key"]
    shop.refresh_from_db()
    assert shop.odoo_url == "https://example.odoo.com"


def test_what_does_not_fit_is_told_without_what_was_sent(shop: Connection) -> None:
    answer = program().ask("post", "/connections", {**NEW, "odoo_key": ["geheim"], "store_url": "javascript:alert(1)"})
    assert answer.status_code == 422
    assert "geheim" not in answer.content.decode()
    answer = program().ask("post", "/connections", {**NEW, "store_url": "javascript:alert(1)"})
    assert "has to begin with https" in str(answer.json())


def test_a_connection_is_tested(shop: Connection) -> None:
    with mock.patch("woodoo.wiring.check_connection", return_value=[Check("Store", False, "No answer.", "Look.")]):
        said = program().post(f"/connections/{shop.pk}/test")
    assert said == [{"name": "Store", "ok": False, "message": "No answer.", "fix": "Look."}]


def test_a_side_that_does_not_answer_is_a_bad_gateway(shop: Connection) -> None:
    down = RemoteDown("The store does not answer.", side="store", fix="Wait.")
    with mock.patch("woodoo.wiring.propose", side_effect=down):
        answer = program().ask("get", f"/connections/{shop.pk}/proposals")
    assert (answer.status_code, answer.json()["message"]) == (502, "The store does not answer.")


def test_a_connection_that_rests_is_tried(shop: Connection) -> None:
    Breaker.objects.create(connection_id=shop.pk, failures=1, paused_until=timezone.now() + timedelta(minutes=1))
    assert program("operator").post(f"/connections/{shop.pk}/try") == {"rested": True}


def test_the_status_is_that_of_the_overview(shop: Connection) -> None:
    scene.work(shop, "1", "parked")
    (told,) = program("viewer").get("/connections")
    assert (told["state"], told["counts"]["parked"], told["complete_as_of"]) == ("on", 1, None)
    assert told == program("viewer").get(f"/connections/{shop.pk}/status")


# Settings


def test_settings_are_read_and_changed_as_a_whole(shop: Connection) -> None:
    asks = program()
    scene.work(shop, "1", "parked", error_kind="ConfigError")
    saved = asks.patch(f"/connections/{shop.pk}/settings", {"batch_size": 20, "timezone": "Europe/Madrid"})
    assert (saved["settings"]["batch_size"], saved["changed"], saved["retried"]) == (20, ["batch_size", "timezone"], 1)
    refused = asks.ask("patch", f"/connections/{shop.pk}/settings", {"batch_size": 5, "timezone": "Mars/Base"})
    assert (refused.status_code, "Mars/Base" in refused.json()["message"]) == (409, True)
    assert asks.patch(f"/connections/{shop.pk}/settings", {"batch_size": None})["changed"] == ["timezone"]
    unknown = asks.ask("patch", f"/connections/{shop.pk}/settings", {"nonsense": 1})
    assert unknown.json()["message"] == "There is no setting 'nonsense'."


def test_flows_are_switched(shop: Connection) -> None:
    asks = program()
    before = asks.get(f"/connections/{shop.pk}/flows")
    assert before["switches"]["send_stock"] is False
    after = asks.patch(f"/connections/{shop.pk}/switches", {"send_stock": True})
    assert [one["on"] for one in after["flows"] if one["name"] == "update_stock"] == [True]
    assert asks.ask("patch", f"/connections/{shop.pk}/switches", {"batch_size": True}).status_code == 409


# Work


def test_pages_go_on_where_the_one_before_ended(shop: Connection) -> None:
    now = timezone.now()
    for number in range(7):  # two of them changed at the same moment
        scene.work(shop, str(number), at=now - timedelta(seconds=number // 2))
    asks, seen, path = program("viewer"), [], "/work?limit=3"
    while path:
        answer = asks.get(path)
        seen += [one["record"] for one in answer["records"]]
        path = f"/work?limit=3&before={answer['next'].replace('+', '%2B')}" if answer["next"] else ""
    assert sorted(seen) == [str(number) for number in range(7)]


@pytest.mark.parametrize(
    "asked", ["state=broken", "flow=nothing", "limit=0", "limit=201", "before=yesterday", "connection=x", "cause=1"]
)
def test_a_filter_that_makes_no_sense_is_refused(shop: Connection, asked: str) -> None:
    assert program("viewer").ask("get", f"/work?{asked}").status_code == 422


def test_work_is_found_by_state_kind_and_text(shop: Connection) -> None:
    scene.work(shop, "1054", "parked"), scene.work(shop, "9", "done", lane="stock", flow="update_stock", title="MUG")
    asks = program("viewer")
    for asked, found in {
        "state=attention": ["1054"],
        "flow=update_stock": ["9"],
        "text=mug": ["9"],
        "text=%231054": ["1054"],
        "state=done&flow=order": [],
    }.items():
        assert [one["record"] for one in asks.get(f"/work?{asked}")["records"]] == found, asked


def test_the_journey_of_a_record_is_told(db: None) -> None:
    scene.busy_shop()
    work = Work.objects.get(record="1054")
    told = program("viewer", personal_data=True).get(f"/work/{work.pk}")
    assert [one["kind"] for one in told["entries"]] == ["event", "event", "run", "event", "run"]
    assert told["entries"][-1]["plan"]["steps"][0]["detail"] == "Ana García Ruiz"
    assert told["totals"][-1]["store"] == "72.55"
    assert {one["model"] for one in told["odoo"]} == {"sale.order", "account.move", "res.partner"}
    assert told["store_url"].startswith("https://shop.example.nl/wp-admin/")
    call = told["entries"][-1]["calls"][0]
    assert "response" not in call
    bodies = program("viewer", personal_data=True).get(f"/work/{work.pk}/calls/{call['id']}")
    assert bodies["response"] == scene._order_payload()


def test_names_of_customers_and_bodies_take_their_own_right(db: None) -> None:
    scene.busy_shop()
    work = Work.objects.get(record="1054")
    asks = program("administrator")
    told = asks.get(f"/work/{work.pk}")
    assert "Ana" not in str(told)
    call = told["entries"][-1]["calls"][0]
    assert asks.ask("get", f"/work/{work.pk}/calls/{call['id']}").status_code == 403


def test_a_record_is_retried_and_skipped(shop: Connection) -> None:
    work = scene.work(shop, "1", "parked")
    asks = program("operator")
    assert asks.post(f"/work/{work.pk}/retry") == {"count": 1}
    work.refresh_from_db()
    assert work.state == "ready"
    assert asks.ask("post", f"/work/{work.pk}/skip", {"reason": "   "}).status_code == 409
    assert asks.post(f"/work/{work.pk}/skip", {"reason": "a test"}) == {"count": 1}
    work.refresh_from_db()
    assert work.message == "Skipped by token operator 0: a test"


def test_records_are_brought_over(shop: Connection) -> None:
    assert program("operator").post(f"/connections/{shop.pk}/sync", {"records": ["7", "8", "7"]}) == {"count": 2}
    assert set(Event.objects.values_list("record", "source")) == {("7", "manual"), ("8", "manual")}
    refused = program("operator").ask("post", f"/connections/{shop.pk}/sync", {"flow": "products", "records": ["1"]})
    assert (refused.status_code, "switched off" in refused.json()["message"]) == (409, True)


def test_records_are_planned_without_names_where_these_are_not_for_the_token(shop: Connection) -> None:
    plan = Plan("Order #7", "Create.", (Step("Use the customer", "same e-mail", "res.partner", "Ana García"),))
    found = [("7", plan), ("8", DataError("Order #8 has no SKU.", fix="Give it one."))]
    with mock.patch("woodoo.wiring.plan_records", return_value=found):
        one, two = program("operator").post(f"/connections/{shop.pk}/plan", {"records": ["7", "8"]})
    assert (one["plan"]["steps"][0]["do"], one["plan"]["steps"][0]["detail"]) == ("Use the customer", "")
    assert (two["plan"], two["message"]) == (None, "Order #8 has no SKU.")


# Many at once


def test_what_is_confirmed_is_what_was_counted_and_once(shop: Connection) -> None:
    counted = scene.work(shop, "1", "parked")
    asks = program("operator")
    prepared = asks.post("/bulk", {"action": "skip", "filter": {"state": "parked"}, "reason": "tests"})
    assert (prepared["count"], prepared["done"]) == (1, None)
    later = scene.work(shop, "2", "parked")
    assert asks.post(f"/bulk/{prepared['id']}/confirm")["done"] == 1
    counted.refresh_from_db(), later.refresh_from_db()
    assert (counted.state, later.state) == ("skipped", "parked")
    assert Change.objects.filter(what="1 record skipped", how="api").count() == 1
    Work.objects.filter(pk=counted.pk).update(state="parked")
    again = asks.post(f"/bulk/{prepared['id']}/confirm")
    counted.refresh_from_db()
    assert (again["done"], counted.state) == (1, "parked")
    assert asks.get(f"/bulk/{prepared['id']}") == again


def test_what_was_counted_long_ago_is_counted_again(shop: Connection) -> None:
    scene.work(shop, "1", "parked")
    asks = program("operator")
    prepared = asks.post("/bulk", {"action": "retry"})
    with time_machine.travel(time.time() + 3700, tick=False):
        answer = asks.ask("post", f"/bulk/{prepared['id']}/confirm")
    assert (answer.status_code, Work.objects.get().state) == (409, "parked")


def test_a_confirmation_that_was_cut_off_is_finished_by_the_next(shop: Connection) -> None:
    scene.work(shop, "1", "parked")
    asks = program("operator")
    prepared = asks.post("/bulk", {"action": "retry"})
    with (
        mock.patch("woodoo.web.together.retry_now", side_effect=KeyError),
    ):
        assert asks.ask("post", f"/bulk/{prepared['id']}/confirm").status_code == 500
    assert asks.post(f"/bulk/{prepared['id']}/confirm")["done"] is None
    with time_machine.travel(time.time() + 700, tick=False):
        assert asks.post(f"/bulk/{prepared['id']}/confirm")["done"] == 1


def test_leaving_many_out_takes_a_reason(shop: Connection) -> None:
    assert program("operator").ask("post", "/bulk", {"action": "skip"}).status_code == 409


# What needs a person, imports, the service


def test_causes_name_what_to_filter_by(shop: Connection) -> None:
    scene.work(shop, "1", "parked", message="No journal.", cause="No journal", fix="Map it.")
    asks = program("viewer")
    (cause,) = asks.get("/causes")
    assert (cause["cause"], cause["count"], cause["records"][0]["name"]) == ("No journal", 1, "Order #1")
    assert [one["record"] for one in asks.get(f"/work?cause={cause['key']}")["records"]] == ["1"]


def test_channels_are_added_listed_and_removed_without_their_passwords(shop: Connection) -> None:
    asks, path = program(), f"/connections/{shop.pk}/channels"
    added = asks.post(path, {"address": "json://ana:geheim@127.0.0.1:1/"})
    assert "geheim" not in str(added) + str(asks.get(path))
    assert asks.ask("post", path, {"address": "nonsense"}).status_code == 409
    assert asks.ask("delete", f"{path}/{added['mark']}").status_code == 204
    assert asks.ask("delete", f"{path}/{added['mark']}").status_code == 404


def test_an_import_is_begun_followed_paused_and_resumed(shop: Connection) -> None:
    asks = program("operator")
    with mock.patch("woodoo.importing.expected", return_value=12):
        made = asks.post(f"/connections/{shop.pk}/imports", {"from_day": "2025-01-01"})
    assert (made["state"], made["progress"]["total"], made["started_by"]) == ("listing", 12, "token operator 0")
    assert asks.post(f"/imports/{made['id']}/pause")["state"] == "paused"
    assert asks.ask("post", f"/imports/{made['id']}/pause").status_code == 409
    assert asks.post(f"/imports/{made['id']}/resume")["state"] == "listing"
    assert asks.post(f"/imports/{made['id']}/stop")["state"] == "stopped"
    assert [one["id"] for one in asks.get(f"/connections/{shop.pk}/imports")] == [made["id"]]


def test_a_day_that_is_none_begins_nothing(shop: Connection) -> None:
    answer = program("operator").ask("post", f"/connections/{shop.pk}/imports", {"from_day": "yesterday"})
    assert (answer.status_code, answer.json()["message"]) == (409, "'yesterday' is no day.")


def test_a_webhook_secret_is_told_once(shop: Connection) -> None:
    told = program().post(f"/connections/{shop.pk}/webhooks/secret")
    shop.refresh_from_db()
    assert told["secret"] == shop.webhook_secret
    assert told["secret"] not in str(program().get(f"/connections/{shop.pk}/webhooks"))


def test_changes_are_told_to_administrators_of_their_connections(shop: Connection) -> None:
    other = scene.connection("Other", store_url="https://other.example.com")
    program().patch(f"/connections/{shop.pk}/switches", {"send_stock": True})
    (first, *_) = program("administrator", on=[shop.pk]).get("/changes")
    assert (first["what"], first["after"], first["how"]) == ("settings changed", {"send_stock": True}, "api")
    assert [one["connection_id"] for one in program("administrator", on=[other.pk]).get("/changes")] == [other.pk]


def test_a_locked_setting_is_a_sentence(shop: Connection) -> None:
    with mock.patch.object(Connection, "rules", new_callable=mock.PropertyMock, side_effect=ConfigError("Wrong.")):
        assert program().ask("get", f"/connections/{shop.pk}/settings").status_code == 409


@pytest.mark.parametrize(
    "body", [b"{", b"\xff", b'{"reason": "a\\u0000b"}', b'{"reason": "\\ud800"}', b"[" * 100_000, b'{"reason": NaN}']
)
def test_a_body_no_database_can_hold_is_refused(shop: Connection, body: bytes) -> None:
    work = scene.work(shop, "1", "parked")
    answer = program().client.post(f"/api/v1/work/{work.pk}/skip", body, content_type="application/json")
    assert answer.status_code == 400


def test_the_description_can_be_read_by_everybody_and_is_shown_as_a_page(client: Any) -> None:
    described = client.get("/api/v1/openapi.json").json()
    page = client.get("/api/v1/docs").content.decode()
    assert described["openapi"].startswith("3.")
    for path, methods in described["paths"].items():
        for said in methods.values():
            assert f'id="{said["operationId"]}"' in page, path
            assert said["security"] == [{"Bearer": []}]
    assert "http://" not in page.replace("http://127.0.0.1", "")
    assert "https://" not in page


def test_a_body_that_is_too_large_is_told_so(shop: Connection) -> None:
    answer = program().ask("post", "/person/find", {"email": "x" * (5 * 1024**2 + 1)})
    assert answer.status_code == 413
    assert answer.json()["message"] == "The body is larger than 5 MB."


@pytest.mark.parametrize("address", ["/work?text=%00", "/work/counts?text=a%00b", "/work?text=%ff", "/me?x=%00"])
def test_an_address_with_what_no_text_has_is_refused(address: str, shop: Connection) -> None:
    assert program().ask("get", address).status_code == 400
