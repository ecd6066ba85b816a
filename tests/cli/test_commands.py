"""The `woodoo` command: what it does, what it says, and with which exit code."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.test import RequestFactory

from woodoo.connections.models import Connection
from woodoo.connections.settings import ConnectionSettings
from woodoo.domain.errors import ConfigError, DataError, RemoteDown
from woodoo.domain.plan import Plan, Step, Total
from woodoo.engine import breaker
from woodoo.engine.flow import LinkVals
from woodoo.engine.links import Links
from woodoo.engine.models import Call, Event, Work
from woodoo.mapping.proposals import Proposal
from woodoo.sandbox.store.double import StoreDouble
from woodoo.wiring import Check

from ..web import scene
from .conftest import Said

Woodoo = Callable[..., Said]


@pytest.fixture
def shop(db: None) -> Connection:
    return scene.connection()


# Help and errors


@pytest.mark.parametrize("path", ["", "connection", "sync", "import", "admin", "secrets", "key"])
def test_help_is_there_for_every_group(woodoo: Woodoo, path: str) -> None:
    said = woodoo(*path.split(), "--help")
    assert said.code == 0
    assert "Usage:" in said.out


def test_a_wrong_command_line_is_2(woodoo: Woodoo) -> None:
    assert woodoo("nonsense").code == 2
    assert woodoo("sync", "order").code == 2
    assert woodoo("run", "--port", "0").code == 2


def test_a_mistake_of_ours_is_a_sentence_not_a_traceback(woodoo: Woodoo) -> None:
    with mock.patch("woodoo.web.overview.cards", side_effect=KeyError("x")):
        said = woodoo("status")
    assert said.code == 1
    assert "Woodoo made a mistake (KeyError" in said.err
    assert "Traceback" not in said.err + said.out


def test_an_error_says_what_to_do(woodoo: Woodoo, shop: Connection) -> None:
    error = ConfigError("The key is wrong.", fix="Enter it again.")
    with mock.patch("woodoo.wiring.check_connection", side_effect=error):
        said = woodoo("connection", "test")
    assert said.code == 1
    assert "The key is wrong." in said.err
    assert "Enter it again." in said.err


def test_markup_in_foreign_text_is_text(woodoo: Woodoo) -> None:
    scene.connection("[red]Shop[/red] [/nonsense]")
    said = woodoo("connection", "list")
    assert said.code == 0
    assert "[red]Shop[/red] [/nonsense]" in said.out


# Connections


ADD = [
    "connection", "add", "--name", "Shop NL", "--store-url", "https://shop.example.com", "--odoo-url",
    "https://example.odoo.com", "--odoo-database", "example", "--odoo-login", "me@example.com",
]  # fmt: skip


@pytest.fixture
def secrets_in_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("STORE_KEY", "ck_1"), ("STORE_SECRET", "cs_1"), ("ODOO_KEY", "key-1")):
        monkeypatch.setenv(f"WOODOO_{name}", value)


def test_a_connection_is_added_and_tested(woodoo: Woodoo, secrets_in_environment: None) -> None:
    with mock.patch("woodoo.web.saving.try_side", return_value=[Check("Store", True, "WooCommerce 10.2.")]):
        said = woodoo(*ADD)
    assert said.code == 0
    made = Connection.objects.get()
    assert (made.name, made.store_key, made.store_secret, made.odoo_key) == ("Shop NL", "ck_1", "cs_1", "key-1")
    assert "WooCommerce 10.2." in said.out
    for secret in ("ck_1", "cs_1", "key-1"):
        assert secret not in said.out + said.err


def test_a_connection_that_is_not_right_is_not_saved(woodoo: Woodoo, secrets_in_environment: None) -> None:
    said = woodoo(*ADD, "--odoo-url", "example.odoo.com", "--no-test")
    assert said.code == 1
    assert "odoo url" in said.err
    assert not Connection.objects.exists()


def test_a_connection_whose_test_fails_is_saved_only_where_that_is_wanted(
    woodoo: Woodoo, secrets_in_environment: None
) -> None:
    with mock.patch("woodoo.web.saving.try_side", return_value=[Check("Store", False, "It does not answer.")]):
        said = woodoo(*ADD)
        assert said.code == 1
        assert "is not saved, for its test failed" in said.err
        assert "It does not answer." in said.out
        assert not Connection.objects.exists()
        assert woodoo(*ADD, "--anyway").code == 0
    made = Connection.objects.get()
    assert (made.name, made.unchecked) == ("Shop NL", "It does not answer. It does not answer.")


def test_all_settings_are_printed_with_what_they_do(woodoo: Woodoo, shop: Connection) -> None:
    shop.settings = {"tax_map": {"1": 7}}
    shop.save()
    said = woodoo("connection", "settings")
    assert said.code == 0
    for name, field in ConnectionSettings.model_fields.items():
        assert f"{name} = " in said.out
        assert str(field.description) in said.out
    assert 'tax_map = {"1": 7}  (set here)' in said.out
    assert json.loads(woodoo("connection", "settings", "Shop NL", "--json").out)["batch_size"] == 50


def test_settings_name_only_what_is_there(woodoo: Woodoo, shop: Connection, both_sides: mock.Mock) -> None:
    both_sides.return_value.rows = {"account.journal": []}
    said = woodoo("connection", "settings", 'journal_map={"stripe": 99}')
    assert said.code == 1
    assert "journal_map.stripe: Odoo has no bank or cash journal of this company with the number 99" in said.err
    both_sides.side_effect = RemoteDown("Odoo does not answer.", side="odoo")
    said = woodoo("connection", "settings", 'journal_map={"stripe": 99}')
    assert said.code == 1
    assert "--anyway" in said.err
    said = woodoo("connection", "settings", 'journal_map={"stripe": 99}', "--anyway")
    assert said.code == 0
    assert "Odoo could not be asked: Odoo does not answer." in said.out
    shop.refresh_from_db()
    assert shop.settings == {"journal_map": {"stripe": 99}}


def test_settings_are_set_and_parked_records_go_again(woodoo: Woodoo, shop: Connection, both_sides: mock.Mock) -> None:
    scene.work(shop, "1", "parked")
    said = woodoo(
        "connection", "settings", str(shop.pk), 'tax_map={"1": 7}', "timezone=Europe/Madrid",
        "order_number_format=NL-{number}",
        "batch_size=20", 'status_steps={"completed": "deliver"}',
    )  # fmt: skip
    assert said.code == 0
    assert "1 record that waited is tried again" in said.out
    assert Work.objects.get().state == "ready"
    shop.refresh_from_db()
    assert shop.settings == {
        "tax_map": {"1": 7}, "timezone": "Europe/Madrid", "order_number_format": "NL-{number}", "batch_size": 20,
        "status_steps": {"completed": "deliver"},
    }  # fmt: skip
    assert woodoo("connection", "settings", "batch_size=", "order_number_format=ES={number}").code == 0
    shop.refresh_from_db()
    assert (shop.rules.batch_size, shop.rules.order_number_format, shop.rules.tax_map) == (50, "ES={number}", {"1": 7})


def test_a_stored_setting_nobody_knows_can_be_removed(woodoo: Woodoo, shop: Connection) -> None:
    Connection.objects.filter(pk=shop.pk).update(settings={"import_statuses": ["completed"], "batch_size": 20})
    said = woodoo("connection", "settings", "batch_size=30")
    assert said.code == 1
    assert "import_statuses: Extra inputs are not permitted" in said.err
    assert woodoo("connection", "settings", "import_statuses=", "batch_size=30").code == 0
    shop.refresh_from_db()
    assert shop.settings == {"batch_size": 30}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nonsense=1"], "There is no setting 'nonsense'."),
        (["batch_size=many"], "batch_size: Input should be a valid integer"),
        (["batch_size=0", "timezone=Mars/Base"], "timezone: there is no time zone 'Mars/Base'."),
        (['tax_map={"1": "x"}'], "tax_map.1: Input should be a valid integer"),
        (["batch_size=20", "Shop NL"], "'Shop NL' sets nothing."),
        (["Nowhere", "batch_size=20"], "There is no connection 'Nowhere'."),
    ],
)
def test_settings_that_cannot_be_are_refused_as_a_whole(
    woodoo: Woodoo, shop: Connection, words: list[str], says: str
) -> None:
    said = woodoo("connection", "settings", *words)
    assert said.code == 1
    assert says in said.err
    shop.refresh_from_db()
    assert shop.settings == {}


def test_a_test_that_fails_is_exit_code_1(woodoo: Woodoo, shop: Connection) -> None:
    good = Check("Store", True, "Fine.")
    warning = Check("Protocol", None, "Old.", "Mind it.")
    bad = Check("Sales app", False, "Not installed.", "Install it.")
    with mock.patch("woodoo.wiring.check_connection", return_value=[good, warning]):
        said = woodoo("connection", "test", "Shop NL")
        assert said.code == 0
        assert "✓ Store" in said.out
        assert "! Protocol" in said.out
    with mock.patch("woodoo.wiring.check_connection", return_value=[good, bad]):
        said = woodoo("connection", "test", str(shop.pk))
        assert said.code == 1
        assert "✗ Sales app" in said.out
        assert "Install it." in said.out


PROPOSED = (
    Proposal("tax_map", "1", "IVA 21 % (ES, rate 1)", 7, "VAT [21 %]", "it is the one sales tax with 21 %"),
    Proposal("tax_map", "2", "IVA 10 % (ES, rate 2)", None, "", "Odoo has no sales tax of 10 %"),
    Proposal("journal_map", "stripe", "Card", 9, "Stripe", "the method bears its name"),
)


def test_what_would_be_mapped_is_shown_and_nothing_is_written(woodoo: Woodoo, shop: Connection) -> None:
    with mock.patch("woodoo.wiring.propose", return_value=PROPOSED):
        said = woodoo("connection", "propose")
        listed = json.loads(woodoo("connection", "propose", "Shop NL", "--json").out)
    assert said.code == 0
    assert re.search(r"Tax rate +IVA 21 % \(ES, rate 1\) +VAT \[21 %\] \(id 7\) +it is the one sales tax", said.out)
    assert re.search(r"Tax rate +IVA 10 % \(ES, rate 2\) +choose +Odoo has no sales tax of 10 %", said.out)
    assert f"woodoo connection propose {shop.pk} --accept" in said.out
    assert [one["odoo_id"] for one in listed] == [7, None, 9]
    shop.refresh_from_db()
    assert shop.settings == {}


def test_what_is_proposed_is_taken_when_asked_and_overwrites_nothing(woodoo: Woodoo, shop: Connection) -> None:
    shop.settings = {"tax_map": {"1": 5}, "timezone": "Europe/Madrid"}
    shop.save()
    scene.work(shop, "1", "parked")
    with mock.patch("woodoo.wiring.propose", return_value=PROPOSED):
        said = woodoo("connection", "propose", "--accept")
    assert "1 mapping written into the settings of Shop NL." in said.out
    assert "1 record that waited is tried again." in said.out
    shop.refresh_from_db()
    assert shop.settings == {"tax_map": {"1": 5}, "timezone": "Europe/Madrid", "journal_map": {"stripe": 9}}


def test_where_everything_is_mapped_there_is_nothing_to_take(woodoo: Woodoo, shop: Connection) -> None:
    scene.work(shop, "1", "parked")
    with mock.patch("woodoo.wiring.propose", return_value=()):
        said = woodoo("connection", "propose", "--accept")
    assert "Everything the store has is mapped already." in said.out
    assert "0 mappings written" in said.out
    assert Work.objects.get().state == "parked", "nothing changed, so nothing is tried again"


def test_which_connection_has_to_be_clear(woodoo: Woodoo) -> None:
    assert "no connection yet" in woodoo("connection", "test").err
    scene.connection("A")
    scene.connection("B")
    assert "several connections" in woodoo("connection", "test").err
    assert "no connection 'C'" in woodoo("connection", "test", "C").err


def test_connections_are_listed_without_secrets(woodoo: Woodoo, shop: Connection) -> None:
    said = woodoo("connection", "list")
    assert "Shop NL" in said.out
    assert "working" in said.out
    assert [row["name"] for row in json.loads(woodoo("connection", "list", "--json").out)] == ["Shop NL"]
    for secret in (*scene.SECRETS.values(), shop.hook_token):
        assert secret not in said.out


# Webhooks

FOUND = {
    "managed": True,
    "carried_out": True,
    "address": {"reach": "proven", "message": "The address is right.", "fix": ""},
    "webhooks": [
        {"topic": "order.created", "id": "5", "status": "active", "do": "create", "why": "none", "problem": ""},
    ],
    "told": {
        "since": "2026-03-01T10:00:00+00:00",
        "deliveries": 12,
        "missed": 3,
        "failing": False,
        "last_missed": "",
    },
    "heard": True,
}


@pytest.fixture
def look() -> Iterator[mock.Mock]:
    """The look after the webhooks, which finds one that was created."""
    with mock.patch("woodoo.chores.webhooks.look", return_value=FOUND) as looked:
        yield looked


def test_webhooks_are_set_up_in_the_store(woodoo: Woodoo, shop: Connection, look: mock.Mock) -> None:
    said = woodoo("connection", "webhooks")
    assert said.code == 0
    assert look.call_args.kwargs == {"do": True, "secret_to_all": False}
    assert re.search(r"order.created\s+5\s+active\s+created", said.out)
    assert "12 deliveries came in; 3 changes" in said.out


def test_webhooks_wait_for_an_address_that_works(woodoo: Woodoo, db: None, settings: Any) -> None:
    settings.WOODOO_URL = "http://127.0.0.1:9"
    with StoreDouble() as store:
        scene.connection(store_url=store.url, store_key=store.key, store_secret=store.secret)
        said = woodoo("connection", "webhooks")
        assert said.code == 0
        assert re.search(r"order.created\s+—\s+—\s+waits", said.out)
        assert "Nothing answers at Woodoo's address http://127.0.0.1:9." in said.out
        assert "0 webhooks are removed" in woodoo("connection", "webhooks", "--remove").out
        assert store.shop.tables["webhooks"] == {}


def test_that_nothing_ever_came_from_the_store_is_said(woodoo: Woodoo, shop: Connection, look: mock.Mock) -> None:
    assert "Nothing has come" not in woodoo("connection", "webhooks").out
    look.return_value = {**FOUND, "heard": False}
    assert "Nothing has come from the store yet" in woodoo("connection", "webhooks").out


def test_webhooks_are_listed_without_changing_any(woodoo: Woodoo, shop: Connection, look: mock.Mock) -> None:
    look.return_value = {**FOUND, "carried_out": False}
    said = woodoo("connection", "webhooks", "--list")
    assert look.call_args.kwargs == {"do": False, "secret_to_all": False}
    assert "to create" in said.out
    assert json.loads(woodoo("connection", "webhooks", "--list", "--json").out)["webhooks"][0]["id"] == "5"


def test_a_webhook_that_the_store_refuses_ends_the_command_with_1(
    woodoo: Woodoo, shop: Connection, look: mock.Mock
) -> None:
    refused = {**FOUND["webhooks"][0], "problem": "The store does not know the topic."}  # type: ignore[index]
    look.return_value = {**FOUND, "webhooks": [refused]}
    said = woodoo("connection", "webhooks")
    assert said.code == 1
    assert "does not know the topic" in said.out


def test_the_secret_of_the_webhooks_is_renewed(woodoo: Woodoo, shop: Connection, look: mock.Mock) -> None:
    said = woodoo("connection", "webhooks", "--rotate")
    assert "good for 3 days more" in said.out
    now = Connection.objects.get()
    assert now.previous_webhook_secret == scene.SECRETS["webhook_secret"]
    assert now.webhook_secret not in (said.out, scene.SECRETS["webhook_secret"])
    assert "refused from now on" in woodoo("connection", "webhooks", "--rotate", "--at-once").out
    assert Connection.objects.get().previous_webhook_secret == ""
    for secret in (*scene.SECRETS.values(), Connection.objects.get().webhook_secret):
        assert secret not in said.out


def test_webhooks_are_removed_with_a_word_on_who_sets_them_up_again(woodoo: Woodoo, shop: Connection) -> None:
    with mock.patch("woodoo.chores.webhooks.remove_all", return_value=[object()] * 4):
        said = woodoo("connection", "webhooks", "--remove")
    assert "4 webhooks are removed" in said.out
    assert "manage_webhooks=false" in said.out


@pytest.mark.parametrize("options", [("--rotate", "--remove"), ("--at-once",), ("--list", "--renew-secret")])
def test_options_for_webhooks_that_do_not_go_together(
    woodoo: Woodoo, shop: Connection, look: mock.Mock, options: tuple[str, ...]
) -> None:
    assert woodoo("connection", "webhooks", *options).code == 1
    assert not look.called


# Records


def test_orders_are_queued(woodoo: Woodoo, shop: Connection) -> None:
    said = woodoo("sync", "order", "1054", "1055", "1054")
    assert said.code == 0
    assert "2 orders queued" in said.out
    assert set(Work.objects.values_list("record", "state")) == {("1054", "ready"), ("1055", "ready")}
    assert {event.source for event in Event.objects.all()} == {"manual"}


@pytest.mark.parametrize("number", ["#1054", "10 54", "²", "-1", "1" * 20])
def test_an_order_id_is_a_number(woodoo: Woodoo, shop: Connection, number: str) -> None:
    said = woodoo("sync", "order", "--", number)
    assert said.code == 1
    assert "is no order id" in said.err
    assert not Work.objects.exists()


def test_a_dry_run_shows_the_plan_and_queues_nothing(woodoo: Woodoo, shop: Connection) -> None:
    plan = Plan(
        title="Order #1054",
        summary="Create, confirm, invoice and pay.",
        steps=(Step("Create the sales order", "Odoo has none", "sale.order", "3 lines"),),
        totals=(Total("Total", Decimal("72.55")),),
        currency="EUR",
        notes=("One cent is pinned.",),
    )
    with mock.patch("woodoo.wiring.plan_orders", return_value=[("1054", plan)]):
        said = woodoo("sync", "order", "1054", "--dry-run")
    assert said.code == 0
    for part in ("Order #1054", "1. Create the sales order (3 lines)", "because Odoo has none", "72.55 EUR", "pinned"):
        assert part in said.out
    assert "Nothing was changed." in said.out
    assert not Work.objects.exists()


def test_a_dry_run_that_cannot_go_is_exit_code_1(woodoo: Woodoo, shop: Connection) -> None:
    error = DataError("SKU TSHIRT was not found.", record="Order #1054", fix="Give it a reference.")
    with mock.patch("woodoo.wiring.plan_orders", return_value=[("1054", error)]):
        said = woodoo("sync", "order", "1054", "--dry-run")
    assert said.code == 1
    assert "SKU TSHIRT was not found." in said.out
    assert "Give it a reference." in said.out


def test_a_side_that_is_down_is_a_sentence(woodoo: Woodoo, shop: Connection) -> None:
    down = RemoteDown("Odoo does not answer.", side="odoo", fix="Look whether it runs.")
    with mock.patch("woodoo.wiring.plan_orders", side_effect=down):
        said = woodoo("sync", "order", "1054", "--dry-run")
    assert said.code == 1
    assert "Odoo does not answer." in said.err


def test_waiting_tells_what_became_of_it(woodoo: Woodoo, shop: Connection) -> None:
    def worker_parks_it(*_: Any, again: bool) -> int:
        scene.work(shop, "1054", "parked", message="SKU TSHIRT was not found.", fix="Give it a reference.")
        return 1

    with mock.patch("woodoo.wiring.sync_orders", worker_parks_it):
        said = woodoo("sync", "order", "1054", "--wait", "600")
    assert said.code == 1
    assert "Parked" in said.out
    assert "SKU TSHIRT was not found." in said.out


@pytest.mark.usefixtures("nobody_works")
def test_status_counts_and_names_what_needs_a_person(woodoo: Woodoo) -> None:
    scene.busy_shop()
    said = woodoo("status")
    assert said.code == 0
    assert "No worker is running" in said.out
    assert re.search(r"Shop NL\s+working\s+1\s+1\s+1\s+1\s+1\s+24\s+1", said.out)
    assert "Tienda España: Odoo has not answered since" in said.out
    assert "3 records wait and lose nothing; next try" in " ".join(said.out.split())
    assert "klarna" in said.out
    data = json.loads(woodoo("status", "--json").out)
    assert data["workers"] == 0
    assert data["connections"][0]["counts"]["done"] == 24
    (pause,) = data["connections"][1]["pauses"]
    assert (pause["side"], pause["waiting"]) == ("Odoo", 3)
    assert pause["since"] < pause["next_try"]


def test_a_pause_is_ended_by_hand(woodoo: Woodoo, shop: Connection) -> None:
    assert "does not rest" in woodoo("connection", "try").out
    breaker.trip(shop.pk, side="store", reason="It refused the connection.")
    assert "is tried now" in woodoo("connection", "try", shop.name).out
    assert not breaker.paused(shop.pk)


def test_status_says_how_much_is_kept(woodoo: Woodoo, shop: Connection) -> None:
    assert "Kept of what happened" not in woodoo("status").out
    order = scene.work(shop, "1")
    scene.event(order)
    assert re.search(r"Kept of what happened: 0.0 of 4096 MB, since 20\d\d-", woodoo("status").out)
    kept = json.loads(woodoo("status", "--json").out)["kept"]
    assert (kept["most_megabytes"], kept["days"]) == (4096, 90)
    assert kept["since"] is not None


def test_status_on_an_empty_installation_says_what_to_do(woodoo: Woodoo) -> None:
    assert "woodoo connection add" in woodoo("status").out


def test_records_are_tried_again(woodoo: Woodoo, shop: Connection) -> None:
    for number, state in (("1", "parked"), ("2", "failed"), ("3", "done")):
        scene.work(shop, number, state)
    assert "1 record will be tried again" in woodoo("retry", "--state", "parked").out
    assert "1 record will be tried again" in woodoo("retry", "--all").out
    assert "1 record will be tried again" in woodoo("retry", "3").out
    scene.work(shop, "4", "parked")
    for number, state in (("5", "parked"), ("6", "failed"), ("7", "waiting"), ("8", "done")):
        scene.work(shop, number, state, lane="catalogue", flow="products")
    assert "2 records will be tried again" in woodoo("retry", "--flow", "products").out
    assert Work.objects.filter(state="ready").count() == 5


def test_a_retry_has_to_name_something_there_is(woodoo: Woodoo, shop: Connection) -> None:
    assert woodoo("retry").code == 1
    assert "not on the list" in woodoo("retry", "77").err
    assert woodoo("retry", "--state", "done").code == 1


def test_the_help_names_every_state_that_can_be_tried_again(woodoo: Woodoo, shop: Connection) -> None:
    assert "parked, failed or waiting" in " ".join(woodoo("retry", "--help").out.replace("│", " ").split())
    scene.work(shop, "1", "waiting")
    assert "1 record will be tried again" in woodoo("retry", "--state", "waiting").out


def test_records_are_skipped_for_a_reason(woodoo: Woodoo, shop: Connection) -> None:
    for number, state in (("1", "parked"), ("2", "failed"), ("3", "done")):
        scene.work(shop, number, state)
    said = woodoo("skip", "1", "2", "--reason", "Test orders", "--connection", "Shop NL")
    assert (said.code, said.out.strip()) == (0, "✓ 2 records skipped.")
    messages = set(Work.objects.filter(state="skipped").values_list("message", flat=True))
    assert messages == {"Skipped by hand: Test orders"}
    assert set(Event.objects.values_list("source", "record")) == {("skip", "1"), ("skip", "2")}
    said = woodoo("skip", "3", "--reason", "Test orders")
    assert said.code == 1
    assert "1 not: done already" in said.err
    assert Work.objects.get(record="3").state == "done"


def test_the_causes_are_named_with_a_key_that_brings_all_of_one_back(woodoo: Woodoo, shop: Connection) -> None:
    for record in ("1", "2", "3", "4", "5"):
        scene.work(
            shop, record, "parked", cause="No journal for 'klarna'.", fix="Map it.", message=f"Order #{record}: no."
        )
    scene.work(shop, "6", "failed", cause="Could not be posted.")
    said = woodoo("causes").out
    assert "No journal for 'klarna'." in said
    assert "Order #1, Order #2, Order #3 and 2 more" in said
    first, second = json.loads(woodoo("causes", "--json").out)
    assert (first["cause"], first["count"], first["failed"]) == ("No journal for 'klarna'.", 5, 0)
    assert (second["count"], second["failed"], second["connection"]) == (1, 1, "Shop NL")
    assert first["key"] in said
    assert "5 records will be tried again." in woodoo("retry", "--cause", first["key"]).out
    assert set(Work.objects.filter(state="ready").values_list("record", flat=True)) == {"1", "2", "3", "4", "5"}
    assert "No record is held up by" in woodoo("retry", "--cause", first["key"]).err
    assert "1 record skipped" in woodoo("skip", "--cause", second["key"], "--reason", "Test", "--yes").out
    assert "Nothing is held up" in woodoo("causes").out
    assert "No record is held up by 'abc'" in woodoo("skip", "--cause", "abc", "--reason", "Test").err


def test_many_are_left_out_only_after_a_yes(woodoo: Woodoo, shop: Connection) -> None:
    for record in ("1", "2"):
        scene.work(shop, record, "failed")
    scene.work(shop, "3", "parked")
    assert woodoo("skip", "--state", "failed", "--reason", "Test", given="n\n").code == 1
    assert not Work.objects.filter(state="skipped").exists()
    assert "2 records skipped" in woodoo("skip", "--state", "failed", "--reason", "Test", given="y\n").out
    assert Work.objects.get(record="3").state == "parked"
    assert woodoo("skip", "--reason", "Test").code == 1
    assert woodoo("skip", "--state", "done", "--reason", "Test").code == 1


def test_a_record_is_not_skipped_for_no_reason_nor_one_that_is_not_there(woodoo: Woodoo, shop: Connection) -> None:
    scene.work(shop, "1", "parked")
    assert woodoo("skip", "1").code == 2
    assert "No reason" in woodoo("skip", "1", "--reason", " ").err
    assert "not on the list" in woodoo("skip", "1", "77", "--reason", "x").err
    assert Work.objects.get().state == "parked"


def test_erasing_blanks_what_speaks_of_a_person(woodoo: Woodoo, shop: Connection) -> None:
    order = scene.work(shop, "1054")
    scene.event(order)
    scene.call(scene.run(order, plan=scene.PLAN), "res.partner read")
    said = woodoo("erase", "1054", "--yes")
    assert said.code == 0
    assert "blanked" in said.out
    assert Call.objects.get().response is None
    assert "Nothing is kept" in woodoo("erase", "9", "--yes").err


# Upkeep


def sign_in(name: str, password: str) -> Any:
    return authenticate(RequestFactory().post("/login/"), username=name, password=password)


def test_the_first_start_prints_where_the_first_account_is_made(woodoo: Woodoo) -> None:
    links = [re.findall(r"http://\S+/first/\S+", woodoo(*words).out) for words in (["prepare"], ["admin", "link"])]
    assert [len(found) for found in links] == [1, 1]
    assert not User.objects.exists()
    User.objects.create_user("ana")
    assert "/first/" not in woodoo("prepare").out
    assert "already" in woodoo("admin", "link").err


def test_a_start_without_a_browser_makes_the_first_account(woodoo: Woodoo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WOODOO_ADMIN_PASSWORD", "password")
    assert "too common" in woodoo("prepare").err
    monkeypatch.setenv("WOODOO_ADMIN_PASSWORD", "correct-horse-battery")
    assert woodoo("prepare").code == 0
    assert sign_in("admin", "correct-horse-battery").is_superuser
    assert woodoo("prepare").code == 0
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("role", "groups"), [("viewer", ["viewer"]), ("operator", ["operator"]), ("administrator", [])]
)
def test_accounts_are_made_with_a_role(woodoo: Woodoo, role: str, groups: list[str]) -> None:
    said = woodoo("admin", "create", "kim", "--role", role, "--random")
    assert said.code == 0
    user = User.objects.get(username="kim")
    assert list(user.groups.values_list("name", flat=True)) == groups
    assert user.is_superuser is (role == "administrator")
    password = re.search(r"once\): (\S+)", said.out)
    assert password
    assert sign_in("kim", password.group(1)) == user


def test_a_password_is_held_to_the_rules(woodoo: Woodoo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WOODOO_ADMIN_PASSWORD", "password")
    said = woodoo("admin", "create", "kim")
    assert said.code == 1
    assert "too common" in said.err
    assert not User.objects.exists()


def test_an_account_gets_a_new_password_only_when_asked(woodoo: Woodoo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WOODOO_ADMIN_PASSWORD", "correct-horse-battery")
    assert woodoo("admin", "create", "kim").code == 0
    assert "already" in woodoo("admin", "create", "kim").err
    monkeypatch.setenv("WOODOO_ADMIN_PASSWORD", "another-horse-battery")
    assert woodoo("admin", "create", "kim", "--reset").code == 0
    assert sign_in("kim", "another-horse-battery")
    assert woodoo("admin", "create", "who", "--reset").code == 1


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from woodoo.connections.keys import new_key

    file = tmp_path / "keys"
    file.write_text(new_key() + "\n", encoding="utf-8")
    file.chmod(0o600)
    monkeypatch.setenv("WOODOO_SECRET_KEY_FILE", str(file))
    return file


def test_keys_are_rotated_without_losing_a_secret(woodoo: Woodoo, key_file: Path) -> None:
    shop = scene.connection()
    old = key_file.read_text(encoding="utf-8").split()
    said = woodoo("secrets", "rotate", "--new-key")
    assert said.code == 0
    assert "4 secrets locked" in said.out
    both = key_file.read_text(encoding="utf-8").split()
    assert both[1:] == old
    assert both[0] not in said.out
    assert woodoo("secrets", "rotate", "--drop-old").code == 0
    assert key_file.read_text(encoding="utf-8").split() == both[:1]
    assert key_file.stat().st_mode & 0o777 == 0o600
    shop.refresh_from_db()
    assert shop.odoo_key == scene.SECRETS["odoo_key"]


def test_keys_in_the_environment_cannot_be_written(
    woodoo: Woodoo, monkeypatch: pytest.MonkeyPatch, shop: Connection
) -> None:
    from woodoo.connections.keys import load_keys

    monkeypatch.setenv("WOODOO_SECRET_KEYS", ",".join(load_keys()))
    assert woodoo("secrets", "rotate").code == 0
    said = woodoo("secrets", "rotate", "--new-key")
    assert said.code == 1
    assert "WOODOO_SECRET_KEYS" in said.err


def test_a_new_key_is_a_key(woodoo: Woodoo) -> None:
    from cryptography.fernet import Fernet

    Fernet(woodoo("key", "new").out.strip())


def test_migrate_may_be_repeated(woodoo: Woodoo) -> None:
    assert "set up" in woodoo("migrate").out


def test_an_order_deleted_in_odoo_is_made_anew_only_when_asked_for(woodoo: Woodoo, shop: Connection) -> None:
    links = Links(shop.pk)
    links.upsert([LinkVals("order", "1054", "sale.order", 18, "S00018")])
    assert woodoo("sync", "order", "1054").code == 0
    assert links.find("order", ["1054"])
    assert woodoo("sync", "order", "1054", "--again").code == 0
    assert not links.find("order", ["1054"])
