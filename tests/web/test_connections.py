"""Connections in the panel: adding, changing, testing, and that secrets go in and never come out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from woodoo.connections import hook
from woodoo.connections.models import Connection
from woodoo.domain.errors import ConfigError
from woodoo.engine import db
from woodoo.engine.models import Chore, Work
from woodoo.web.tallies import Reason, tally
from woodoo.wiring import Check

from . import scene
from .api import program

FORM = {
    "name": "Shop NL",
    "enabled": "on",
    "store_url": "https://shop.example.com/",
    "store_key": "ck_1",
    "store_secret": "cs_1",
    "webhook_secret": "",
    "store_ca_bundle": "",
    "odoo_url": "https://example.odoo.com",
    "odoo_database": "example",
    "odoo_login": "woodoo@example.com",
    "odoo_key": "key-1",
    "odoo_company_id": "1",
    "odoo_ca_bundle": "",
}


@pytest.fixture(autouse=True)
def tried() -> Iterator[mock.Mock]:
    """Both sides are well: (connection, side) → what the test of a side finds."""
    with mock.patch("woodoo.web.saving.try_side", return_value=[Check("Store", True, "Well.")]) as asked:
        yield asked


def test_a_connection_is_added_once_both_sides_were_tried(administrator: Client, tried: mock.Mock) -> None:
    answer = administrator.post(reverse("connection-add-all"), FORM)
    made = Connection.objects.get()
    assert answer["Location"] == reverse("mapping", args=[made.pk])
    assert [(call.args[0].store_key, call.args[1]) for call in tried.call_args_list] == [
        ("ck_1", "store"),
        ("ck_1", "odoo"),
    ]
    assert (made.store_url, made.store_key, made.odoo_key) == ("https://shop.example.com", "ck_1", "key-1")
    assert len(made.webhook_secret) > 30


def test_a_new_connection_that_does_not_work_is_saved_only_anyway_and_nothing_is_typed_again(
    administrator: Client, tried: mock.Mock
) -> None:
    tried.side_effect = lambda on, side: [Check(side, side == "odoo", f"The {side} does not answer.")]
    text = administrator.post(reverse("connection-add-all"), FORM).content.decode()
    assert "The store does not answer." in text
    assert "Save anyway" in text
    assert "key-1" not in text
    assert not Connection.objects.exists()
    untyped = {**FORM, "store_key": "", "store_secret": "", "odoo_key": "", "anyway": "1"}
    administrator.post(reverse("connection-add-all"), untyped)
    made = Connection.objects.get()
    assert (made.store_key, made.odoo_key, made.unchecked) == ("ck_1", "key-1", "The store does not answer.")


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", "", "required"),
        ("store_url", "shop.example.com", "https://"),
        ("store_url", "https://user:pass@shop.example.com", "Leave name and password out"),
        ("odoo_url", "javascript:alert(1)", "https://"),
        ("store_key", "", "required"),
        ("odoo_key", "", "required"),
        ("odoo_company_id", "first", "whole number"),
        ("webhook_secret", "short", "at least 16"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(administrator: Client, field: str, value: str, says: str) -> None:
    text = administrator.post(reverse("connection-add-all"), {**FORM, field: value}).content.decode()
    place = text.index(f'name="{field}"')
    after = text[place : place + 700]
    assert "invalid-feedback" in after
    assert says in after
    assert not Connection.objects.exists()


def test_two_connections_cannot_have_one_name(shop: Connection, administrator: Client) -> None:
    assert "already exists" in administrator.post(reverse("connection-add-all"), FORM).content.decode()


def test_what_was_typed_comes_back_except_secrets(administrator: Client) -> None:
    text = administrator.post(reverse("connection-add-all"), {**FORM, "name": ""}).content.decode()
    assert 'value="https://shop.example.com/"' in text
    for secret in ("ck_1", "cs_1", "key-1"):
        assert secret not in text


@pytest.mark.parametrize("name", ["connection", "connection-edit", "configuration", "connections", "home"])
def test_stored_secrets_are_on_no_page(shop: Connection, administrator: Client, name: str) -> None:
    address = reverse(name) if name in ("connections", "home") else reverse(name, args=[shop.pk])
    text = administrator.get(address).content.decode()
    for secret in scene.SECRETS.values():
        assert secret not in text


def test_an_empty_secret_is_kept(shop: Connection, administrator: Client) -> None:
    form = {**FORM, "name": "New name", "store_key": "", "store_secret": "", "odoo_key": ""}
    text = administrator.get(reverse("connection-edit", args=[shop.pk])).content.decode()
    assert text.count("kept") >= 4
    assert administrator.post(reverse("connection-edit", args=[shop.pk]), form).status_code == 302
    shop = Connection.objects.get()
    assert shop.name == "New name"
    for name, secret in scene.SECRETS.items():
        assert getattr(shop, name) == secret


def test_a_new_secret_replaces_the_old_one_alone(shop: Connection, administrator: Client) -> None:
    form = {**FORM, "store_key": "", "store_secret": "", "odoo_key": "key-2"}
    administrator.post(reverse("connection-edit", args=[shop.pk]), form)
    shop = Connection.objects.get()
    assert (shop.odoo_key, shop.store_key) == ("key-2", scene.SECRETS["store_key"])


def test_a_kept_secret_is_not_sent_to_another_host(shop: Connection, administrator: Client) -> None:
    form = {**FORM, "store_key": "", "store_secret": "", "odoo_key": "", "odoo_url": "https://evil.example.com"}
    text = administrator.post(reverse("connection-edit", args=[shop.pk]), form).content.decode()
    assert "enter this again" in text
    assert Connection.objects.get().odoo_url == "https://example.odoo.com"
    form["odoo_key"] = "key-for-there"
    assert administrator.post(reverse("connection-edit", args=[shop.pk]), form).status_code == 302
    assert Connection.objects.get().odoo_url == "https://evil.example.com"


def test_a_connection_can_be_mended_whose_secrets_no_key_opens(
    shop: Connection, administrator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.conf import settings

    from woodoo.connections.keys import new_key

    str(settings.SECRET_KEY)  # the session stays readable
    monkeypatch.setenv("WOODOO_SECRET_KEYS", new_key())
    for name in ("connection", "connection-edit"):
        assert administrator.get(reverse(name, args=[shop.pk])).status_code == 200
    assert administrator.get("/").status_code == 200


def test_a_change_sets_what_waits_for_it_going_again(shop: Connection, administrator: Client) -> None:
    scene.work(shop, "1", "parked")
    scene.work(shop, "2", "failed")
    scene.work(shop, "3", "skipped")
    form = {**FORM, "odoo_key": "key-2"}
    answer = administrator.post(reverse("connection-edit", args=[shop.pk]), form, follow=True)
    assert answer.redirect_chain == [(f"/connections/{shop.pk}/edit/?test=1", 302)]  # what was changed is tested
    assert f'hx-post="/connections/{shop.pk}/test/" hx-trigger="load"' in answer.content.decode()
    assert "2 records that waited are tried again" in answer.content.decode()
    assert set(Work.objects.filter(state="ready").values_list("record", flat=True)) == {"1", "2"}


# What is new is tried before it replaces what works


def edit(shop: Connection, browser: Client, **given: str) -> Any:
    kept = {"store_key": "", "store_secret": "", "odoo_key": ""}
    return browser.post(reverse("connection-edit", args=[shop.pk]), {**FORM, **kept, **given})


def test_a_key_that_does_not_work_does_not_replace_the_one_that_does(
    shop: Connection, administrator: Client, tried: mock.Mock
) -> None:
    tried.return_value = [Check("Odoo", False, "Odoo does not accept the API key.", "Make a new one.")]
    text = edit(shop, administrator, odoo_key="wrong-key-77").content.decode()
    assert "does not accept the API key" in text
    assert "Make a new one." in text
    assert "wrong-key-77" not in text
    assert [call.args[1] for call in tried.call_args_list] == ["odoo"]
    assert tried.call_args.args[0].odoo_key == "wrong-key-77"
    assert Connection.objects.get().odoo_key == scene.SECRETS["odoo_key"]


def test_what_was_typed_is_saved_anyway_without_typing_it_again_and_marked(
    shop: Connection, administrator: Client, tried: mock.Mock
) -> None:
    tried.return_value = [Check("Odoo", False, "Odoo cannot be reached.", "Look whether it runs.")]
    text = edit(shop, administrator, odoo_key="new-key-77").content.decode()
    assert "as typed, not saved yet" in text
    assert edit(shop, administrator, anyway="1").status_code == 302
    saved = Connection.objects.get()
    assert (saved.odoo_key, saved.unchecked) == ("new-key-77", "Odoo cannot be reached.")
    tried.return_value = [Check("Odoo", True, "Well.")]
    edit(shop, administrator, odoo_key="newer-key-78")
    assert Connection.objects.get().unchecked == ""


def test_a_typed_secret_is_not_sent_to_another_host(shop: Connection, administrator: Client, tried: mock.Mock) -> None:
    tried.return_value = [Check("Odoo", False, "Odoo cannot be reached.")]
    edit(shop, administrator, odoo_key="new-key-77")
    text = edit(shop, administrator, odoo_url="https://evil.example.com", anyway="1").content.decode()
    assert "enter this again" in text
    assert Connection.objects.get().odoo_url == "https://example.odoo.com"


def test_what_does_not_change_how_a_side_is_spoken_to_is_saved_at_once(
    shop: Connection, administrator: Client, tried: mock.Mock
) -> None:
    assert edit(shop, administrator, name="Another name").status_code == 302
    assert not tried.called


@pytest.mark.parametrize("side", ["store", "odoo"])
def test_each_side_is_tested_by_itself_as_it_stands_in_the_form(
    shop: Connection, administrator: Client, tried: mock.Mock, side: str
) -> None:
    tried.return_value = [Check("Odoo: login", True, "Logged in as Ana.")]
    place = reverse("connection-edit", args=[shop.pk])
    given = {**FORM, "store_key": "ck_2", "store_secret": "cs_2", "odoo_key": "key-2", "test": side}
    text = administrator.post(place, given, headers={"HX-Request": "true"}).content.decode()
    assert "Logged in as Ana." in text
    assert "<html" not in text
    assert [(call.args[0].odoo_key, call.args[1]) for call in tried.call_args_list] == [("key-2", side)]
    assert Connection.objects.get().odoo_key == scene.SECRETS["odoo_key"]
    # Without JavaScript it is the whole page.
    text = administrator.post(place, given).content.decode()
    assert "Logged in as Ana." in text
    assert "<html" in text
    assert "key-2" not in text


def test_a_side_with_fields_that_are_not_right_is_not_asked(
    shop: Connection, administrator: Client, tried: mock.Mock
) -> None:
    place = reverse("connection-edit", args=[shop.pk])
    given = {**FORM, "odoo_url": "nonsense", "test": "odoo"}
    text = administrator.post(place, given, headers={"HX-Request": "true"}).content.decode()
    assert "has to begin with https" in text
    assert not tried.called


# The test


def test_each_check_is_shown_with_what_to_do(shop: Connection, administrator: Client) -> None:
    checks = [
        Check("Store", True, "WooCommerce 10.2.4, prices in EUR."),
        Check("Sales app", False, "The Sales app is not installed in Odoo.", "Install Sales under Apps."),
        Check("Protocol", None, "This Odoo speaks an old protocol.", "It goes away in Odoo 22."),
    ]
    with mock.patch("woodoo.wiring.check_connection", return_value=checks):
        text = administrator.post(reverse("connection-test", args=[shop.pk])).content.decode()
    for check in checks:
        assert check.message in text
    assert "Install Sales under Apps." in text
    assert re.findall(r'visually-hidden">([^<]+)<', text) == ["Works:", "Does not work:", "Look at this:"]


def test_a_test_that_breaks_off_says_why(shop: Connection, administrator: Client) -> None:
    error = ConfigError("The secret cannot be opened.", fix="Put back the key file.")
    with mock.patch("woodoo.wiring.check_connection", side_effect=error):
        text = administrator.post(reverse("connection-test", args=[shop.pk])).content.decode()
    assert "The secret cannot be opened." in text
    assert "Put back the key file." in text


# The store's news


def test_the_webhook_address_and_the_topics_are_named(shop: Connection, administrator: Client, settings: Any) -> None:
    settings.WOODOO_URL = "https://woodoo.example.com"
    text = administrator.get(reverse("connection", args=[shop.pk])).content.decode()
    assert f"https://woodoo.example.com/hooks/{shop.hook_token}/" in text
    for topic in ("Order created", "Order updated", "Order deleted", "Order restored"):
        assert f"<b>{topic}</b>" in text


def test_a_new_webhook_secret_is_shown_once(shop: Connection, administrator: Client) -> None:
    text = administrator.post(reverse("webhook-secret", args=[shop.pk])).content.decode()
    secret = Connection.objects.get().webhook_secret
    assert secret != scene.SECRETS["webhook_secret"]
    assert secret in text
    assert secret not in administrator.get(reverse("connection", args=[shop.pk])).content.decode()


def test_the_secret_before_a_renewal_stays_good_however_it_was_renewed(shop: Connection, administrator: Client) -> None:
    administrator.post(reverse("webhook-secret", args=[shop.pk]))
    assert hook.previous_secret(Connection.objects.get()) == scene.SECRETS["webhook_secret"]
    made = Connection.objects.get().webhook_secret
    given = {**FORM, "webhook_secret": "a secret that was typed in"}
    assert administrator.post(reverse("connection-edit", args=[shop.pk]), given).status_code == 302
    changed = Connection.objects.get()
    assert (changed.webhook_secret, hook.previous_secret(changed)) == ("a secret that was typed in", made)


def test_renewing_the_secret_has_the_webhooks_looked_after(
    shop: Connection, administrator: Client, django_capture_on_commit_callbacks: Any
) -> None:
    for address in ("webhook-secret", "webhooks-look"):
        with django_capture_on_commit_callbacks(execute=True):
            administrator.post(reverse(address, args=[shop.pk]))
        # Those of other connections are of tests that committed: Django does not empty this table.
        locks = "DELETE FROM procrastinate_jobs WHERE (args ->> 'connection_id')::int = %s RETURNING queueing_lock"
        assert db.rows(locks, [shop.pk]) == [(f"chore:{shop.pk}:webhooks",)]


FOUND = {
    "managed": True,
    "carried_out": True,
    "address": {"reach": "wrong", "message": "Nothing answers at Woodoo's address.", "fix": "Look at WOODOO_URL."},
    "webhooks": [
        {"topic": "order.created", "id": "4", "status": "active", "do": "keep", "why": "", "problem": ""},
        {"topic": "order.updated", "id": "5", "status": "paused", "do": "leave", "why": "a person", "problem": ""},
        {"topic": "order.deleted", "id": "", "status": "", "do": "create", "why": "none", "problem": "Not allowed."},
    ],
    "told": {"deliveries": 12, "missed": 3, "failing": True, "last_missed": ""},
}


def test_how_the_webhooks_stand_is_shown(shop: Connection, viewer: Client) -> None:
    Chore.objects.create(connection_id=shop.pk, name="webhooks", found=FOUND, well_at=timezone.now())
    text = viewer.get(reverse("connection", args=[shop.pk])).content.decode()
    for words in ("Nothing answers", "Look at WOODOO_URL.", "Fine", "Left alone", "A person.", "Not allowed."):
        assert words in text
    assert "12 deliveries came in, 3 changes only the poll has found" in text
    assert "ceased to come" in text
    assert "Make a new secret" not in text


def test_that_nothing_ever_came_from_the_store_is_said(shop: Connection, viewer: Client) -> None:
    found = {**FOUND, "heard": False}
    Chore.objects.create(connection_id=shop.pk, name="webhooks", found=found, well_at=timezone.now())
    text = viewer.get(reverse("connection", args=[shop.pk])).content.decode()
    assert "Nothing has come from the store yet" in text
    assert "ports 80, 443 and 8080" in text


def test_where_woodoo_only_looks_it_says_what_would_be_done(shop: Connection, viewer: Client) -> None:
    found = {**FOUND, "managed": False, "carried_out": False, "told": None}
    found["webhooks"] = [{**FOUND["webhooks"][0], "do": "activate"}]  # type: ignore[index]
    Chore.objects.create(connection_id=shop.pk, name="webhooks", found=found, well_at=timezone.now())
    text = viewer.get(reverse("connection", args=[shop.pk])).content.decode()
    assert "Given up by the store" in text
    assert "Workers only look" in text


def test_why_the_webhooks_could_not_be_looked_at_is_shown(shop: Connection, viewer: Client) -> None:
    Chore.objects.create(connection_id=shop.pk, name="webhooks", message="The key may not.", fix="Make another key.")
    text = viewer.get(reverse("connection", args=[shop.pk])).content.decode()
    assert "The key may not." in text
    assert "Make another key." in text
    assert "Not looked at yet" in text


def test_refused_deliveries_are_shown_with_what_to_do(shop: Connection, viewer: Client) -> None:
    tally(shop.pk, Reason.SIGNATURE, "order.updated")
    tally(shop.pk, Reason.PING)
    text = viewer.get(reverse("connection", args=[shop.pk])).content.decode()
    assert "Wrong signature" in text
    assert "Put the secret of this connection into the webhook" in text
    assert ">Ping<" not in text
    assert re.search(r"Last ping</dt><dd><time", text)


def test_a_login_for_pictures_needs_its_password_which_is_kept_unseen(shop: Connection, administrator: Client) -> None:
    kept = {**FORM, "store_key": "", "store_secret": "", "odoo_key": "", "store_login": "woodoo"}
    edit = reverse("connection-edit", args=[shop.pk])
    assert "A login needs its application password" in administrator.post(edit, kept).content.decode()
    assert administrator.post(edit, {**kept, "store_password": "abcd efgh"}).status_code == 302
    made = Connection.objects.get()
    assert (made.store_login, made.store_password) == ("woodoo", "abcd efgh")
    assert "abcd efgh" not in administrator.get(edit).content.decode()
    assert administrator.post(edit, kept).status_code == 302
    moved = administrator.post(edit, {**kept, "store_key": "ck_2", "store_secret": "cs_2",
                                      "store_url": "https://elsewhere.example.com"})  # fmt: skip
    assert "enter this again" in moved.content.decode()


# Two people at once


def opened(shop: Connection, client: Client) -> dict[str, str]:
    """What a browser sends back of the page, as it was opened."""
    text = client.get(reverse("connection-edit", args=[shop.pk])).content.decode()
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', text)
    kept = dict.fromkeys(("store_key", "store_secret", "odoo_key"), "")
    return {**FORM, **kept, "store_url": shop.store_url, "seen": seen}


def test_a_page_that_stood_open_writes_nothing_over(shop: Connection, administrator: Client) -> None:
    address, mine = reverse("connection-edit", args=[shop.pk]), opened(shop, administrator)
    administrator.post(address, {**mine, "odoo_login": "another@example.com"})
    text = administrator.post(address, {**mine, "name": "Shop of the south"}).content.decode()
    assert "The connection was changed meanwhile." in text
    shop.refresh_from_db()
    assert (shop.name, shop.odoo_login) == ("Shop NL", "another@example.com")
    administrator.post(address, {**opened(shop, administrator), "odoo_login": shop.odoo_login, "name": "Shop S"})
    shop.refresh_from_db()
    assert (shop.name, shop.odoo_login) == ("Shop S", "another@example.com")


def test_what_changes_while_a_side_is_asked_is_not_written_over(
    shop: Connection, administrator: Client, tried: mock.Mock
) -> None:
    """Asking takes seconds; others save meanwhile."""
    address, more = reverse("connection-edit", args=[shop.pk]), {"odoo_key": "key-2"}

    def elsewhere(**fields: Any) -> Callable[..., list[Check]]:
        def ask(*_: Any) -> list[Check]:
            Connection.objects.filter(pk=shop.pk).update(**fields)
            return [Check("Odoo", True, "Well.")]

        return ask

    tried.side_effect = elsewhere(settings={"batch_size": 20})
    assert administrator.post(address, {**opened(shop, administrator), **more}).status_code == 302
    shop.refresh_from_db()
    assert (shop.settings, shop.odoo_key) == ({"batch_size": 20}, "key-2")
    tried.side_effect = elsewhere(name="Shop of the south")
    answer = administrator.post(address, {**opened(shop, administrator), **more, "odoo_key": "key-3"})
    assert "The connection was changed meanwhile." in answer.content.decode()
    assert program().ask("patch", f"/connections/{shop.pk}", {"name": "x", "odoo_key": "key-4"}).status_code == 200
    tried.side_effect = elsewhere(name="Shop of the west")
    assert program().ask("patch", f"/connections/{shop.pk}", {"odoo_key": "key-5"}).status_code == 409
    shop.refresh_from_db()
    assert (shop.name, shop.odoo_key) == ("Shop of the west", "key-4")
