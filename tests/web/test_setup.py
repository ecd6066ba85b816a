"""Adding a connection step by step: each step tried at once, nothing lost, secrets never shown, strangers kept out."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest import mock
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.db import connection as database
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_httpserver import HTTPServer

from woodoo.connections.models import Change, Connection
from woodoo.odoo.probe import OdooFound
from woodoo.sandbox.store import page_auth
from woodoo.sandbox.store.double import StoreDouble
from woodoo.sandbox.store.http_messages import WebRequest
from woodoo.trying import Check
from woodoo.web.models import ConnectionDraft, KeyRequest

from . import scene

KEYS = {"store_key": "ck_0123456789", "store_secret": "cs_0123456789"}
LOGIN = {"odoo_database": "shop", "odoo_login": "woodoo@example.com", "odoo_key": "odoo-key-1", "name": "Shop NL"}
GOOD = [Check("Odoo: login", True, "Logged in.")]


def place(step: str) -> str:
    return reverse("connection-add-step", args=[step])


def draft() -> ConnectionDraft:
    return ConnectionDraft.objects.get()


@pytest.fixture(scope="module")
def store() -> Iterator[StoreDouble]:
    with StoreDouble() as double:
        yield double


@pytest.fixture
def odoo_side() -> Iterator[mock.Mock]:
    """An Odoo whose user works in one company."""
    found = OdooFound("https://odoo.example.com", "19.0", "community", ("shop",), "shop")
    with (
        mock.patch("woodoo.odoo.probe.probe", return_value=found),
        mock.patch("woodoo.trying.build_odoo"),
        mock.patch("woodoo.trying.user_companies", return_value=[(3, "Shop SL")]) as companies,
        mock.patch("woodoo.trying.check_odoo", return_value=(None, GOOD)),
    ):
        yield companies


def enter_store(browser: Client, store: StoreDouble) -> Any:
    browser.post(place("store"), {"store_url": store.url})
    return browser.post(place("keys"), {"store_key": store.key, "store_secret": store.secret})


def test_four_steps_make_a_connection(administrator: Client, store: StoreDouble, odoo_side: mock.Mock) -> None:
    assert administrator.get(reverse("connection-add"))["Location"] == place("store")
    assert administrator.post(place("store"), {"store_url": f"{store.url}/shop-page/../"})["Location"] is not None
    assert administrator.post(place("store"), {"store_url": store.url})["Location"] == place("keys")
    text = administrator.get(place("keys")).content.decode()
    assert f"{store.url}/wp-admin/admin.php?page=wc-settings&amp;tab=advanced&amp;section=keys&amp;create-key=1" in text
    assert enter_store(administrator, store)["Location"] == place("odoo")
    assert administrator.post(place("odoo"), {"odoo_url": "odoo.example.com"})["Location"] == place("login")
    text = administrator.get(place("login")).content.decode()
    assert 'value="shop"' in text  # proposed
    assert 'value="Woodoo demo shop"' in text
    answer = administrator.post(place("login"), LOGIN)
    made = Connection.objects.get()
    assert answer["Location"] == reverse("mapping", args=[made.pk])
    assert (made.name, made.store_url, made.odoo_url) == ("Shop NL", store.url, "https://odoo.example.com")
    assert (made.odoo_database, made.odoo_login, made.odoo_company_id) == ("shop", "woodoo@example.com", 3)
    assert (made.store_key, made.store_secret, made.odoo_key) == (store.key, store.secret, "odoo-key-1")
    assert not made.enabled, "it goes live when its checklist is done"
    assert made.unchecked == ""
    assert not ConnectionDraft.objects.exists()


def test_a_later_step_is_not_open_before_the_earlier_ones(administrator: Client) -> None:
    for step in ("keys", "odoo", "login"):
        assert administrator.get(place(step))["Location"] == place("store")
    assert administrator.get(place("anything")).status_code == 404


def test_what_is_wrong_is_told_at_once_with_what_to_do(administrator: Client, httpserver: HTTPServer) -> None:
    url = httpserver.url_for("").rstrip("/")
    httpserver.expect_request("/wp-json/").respond_with_json({"namespaces": ["wp/v2"]})
    text = administrator.post(place("store"), {"store_url": url}).content.decode()
    assert "WooCommerce is not active" in text
    assert "Activate WooCommerce" in text
    assert f'value="{url}"' in text
    assert "Go on anyway" in text
    assert "store" not in draft().found


def test_a_wrong_key_is_told_and_what_was_typed_stays(administrator: Client, store: StoreDouble) -> None:
    administrator.post(place("store"), {"store_url": store.url})
    text = administrator.post(place("keys"), KEYS).content.decode()
    assert "does not know the consumer key" in text
    for secret in KEYS.values():
        assert secret not in text
    assert (draft().store_key, draft().store_secret) == tuple(KEYS.values())
    # The key alone is corrected; then the secret.
    administrator.post(place("keys"), {"store_key": store.key, "store_secret": ""})
    answer = administrator.post(place("keys"), {"store_key": "", "store_secret": store.secret})
    assert answer["Location"] == place("odoo")


def test_going_back_loses_nothing(administrator: Client, store: StoreDouble, odoo_side: mock.Mock) -> None:
    enter_store(administrator, store)
    answer = administrator.post(place("odoo"), {"odoo_url": "https://odoo.example.com", "back": "1"})
    assert answer["Location"] == place("keys")
    assert "kept" in administrator.get(place("keys")).content.decode()
    assert 'value="https://odoo.example.com"' in administrator.get(place("odoo")).content.decode()
    administrator.post(place("odoo"), {"odoo_url": "https://odoo.example.com"})
    half = {"odoo_database": "", "odoo_login": "ana", "odoo_key": "half-1", "name": "", "back": "1"}
    assert administrator.post(place("login"), half)["Location"] == place("odoo")
    assert (draft().odoo_login, draft().odoo_key) == ("ana", "half-1")


def test_keys_are_forgotten_where_the_store_is_another_one(administrator: Client, store: StoreDouble) -> None:
    enter_store(administrator, store)
    administrator.post(place("store"), {"store_url": "https://evil.example.com", "back": "1"})
    assert (draft().store_key, draft().store_secret) == ("", "")
    assert administrator.get(place("odoo"))["Location"] == place("store")


def test_secrets_lie_locked_in_the_database(administrator: Client, store: StoreDouble) -> None:
    enter_store(administrator, store)
    with database.cursor() as cursor:
        cursor.execute("SELECT to_json(d)::text FROM web_connectiondraft d")
        (row,) = cursor.fetchone()
    assert store.key not in row
    assert store.secret not in row


def test_everybody_has_a_draft_of_their_own(administrator: Client, as_role: Any, store: StoreDouble) -> None:
    enter_store(administrator, store)
    other = as_role("administrator")
    assert other.get(reverse("connection-add"))["Location"] == place("store")
    assert store.url not in other.get(place("store")).content.decode()


def test_a_user_of_several_companies_is_asked_which(
    administrator: Client, store: StoreDouble, odoo_side: mock.Mock
) -> None:
    odoo_side.return_value = [(3, "Shop SL"), (5, "Shop BV")]
    enter_store(administrator, store)
    administrator.post(place("odoo"), {"odoo_url": "odoo.example.com"})
    text = administrator.post(place("login"), LOGIN).content.decode()
    assert "several companies" in text
    assert "Shop BV" in text
    assert not Connection.objects.exists()
    administrator.post(place("login"), {**LOGIN, "odoo_key": "", "odoo_company_id": "5"})
    assert Connection.objects.get().odoo_company_id == 5


def test_a_side_that_is_down_can_be_saved_anyway_and_is_marked(administrator: Client, store: StoreDouble) -> None:
    enter_store(administrator, store)
    down = {"odoo_url": "http://127.0.0.1:1"}
    assert "cannot be reached" in administrator.post(place("odoo"), down).content.decode()
    assert administrator.post(place("odoo"), {**down, "anyway": "1"})["Location"] == place("login")
    administrator.post(place("login"), {**LOGIN, "anyway": "1"})
    made = Connection.objects.get()
    assert "cannot be reached" in made.unchecked
    assert Change.objects.filter(what="saved although a test failed", connection_id=made.pk).exists()
    assert "cannot be reached" in administrator.get(reverse("connection", args=[made.pk])).content.decode()


def test_a_name_that_is_taken_is_told_before_anything_is_saved(
    administrator: Client, store: StoreDouble, odoo_side: mock.Mock
) -> None:
    scene.connection("Shop NL")
    enter_store(administrator, store)
    administrator.post(place("odoo"), {"odoo_url": "odoo.example.com"})
    assert "of that name already" in administrator.post(place("login"), LOGIN).content.decode()
    assert Connection.objects.count() == 1


def test_starting_over_throws_everything_away(administrator: Client, store: StoreDouble) -> None:
    enter_store(administrator, store)
    administrator.post(reverse("connection-add-over"))
    assert not ConnectionDraft.objects.exists()


@pytest.mark.parametrize("typed", ["http://10.0.0.7/", "http://169.254.169.254/latest", "file:///etc/passwd"])
def test_no_address_leads_into_the_own_network(administrator: Client, typed: str) -> None:
    for step, field in (("store", "store_url"),):
        text = administrator.post(place(step), {field: typed}).content.decode()
        assert "invalid-feedback" in text
        assert draft().store_url == ""


def test_a_shop_with_markup_for_a_name_shows_it_as_text(administrator: Client, httpserver: HTTPServer) -> None:
    index = {"name": "<script>alert(1)</script>", "namespaces": ["wc/v3"]}
    httpserver.expect_request("/wp-json/").respond_with_json(index)
    administrator.post(place("store"), {"store_url": httpserver.url_for("")})
    text = administrator.get(place("keys")).content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


# Keys the store hands over


@pytest.fixture
def public(settings: Any) -> None:
    settings.WOODOO_URL = "https://woodoo.example.com"


def asked(browser: Client, store: StoreDouble) -> dict[str, str]:
    """Begin, and return what the store is asked."""
    browser.post(place("store"), {"store_url": store.url})
    target = browser.get(reverse("connection-add-ask"))["Location"]
    assert target.startswith(f"{store.url}/wc-auth/v1/authorize?")
    return {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}


def hand_over(state: str, **changed: Any) -> int:
    """Send keys as WooCommerce does: no session, no token of ours."""
    sent = {
        "key_id": 1,
        "user_id": state,
        "consumer_key": "ck_" + "a" * 40,
        "consumer_secret": "cs_" + "b" * 40,
        "key_permissions": "read_write",
        **changed,
    }
    stranger = Client(enforce_csrf_checks=True)
    return stranger.post(reverse("store-keys"), json.dumps(sent), content_type="application/json").status_code


def test_the_store_hands_its_keys_over(public: None, administrator: Client, store: StoreDouble) -> None:
    sent = asked(administrator, store)
    state = sent.pop("user_id")
    assert len(state) == 43
    assert sent == {
        "app_name": "Woodoo",
        "scope": "read_write",
        "return_url": "https://woodoo.example.com/connections/add/keys/",
        "callback_url": "https://woodoo.example.com/hooks/keys/",
    }
    assert hand_over(state) == 200
    assert (draft().store_key, draft().keys_from) == ("ck_" + "a" * 40, "store")
    text = administrator.get(place("keys") + f"?success=1&user_id={state}").content.decode()
    assert "Nothing is to be typed" in text
    assert "a" * 40 not in text


def test_the_store_s_manager_says_yes_there_and_the_key_is_here(
    public: None, administrator: Client, store: StoreDouble
) -> None:
    def at_the_store(address: str) -> tuple[int, str]:
        parts = urlsplit(address)
        query = [(name, values[0]) for name, values in parse_qs(parts.query).items()]
        return page_auth.answer(store.shop, WebRequest("GET", parts.path, query, {}, b"", store.url, False), deliver)

    def deliver(url: str, body: bytes) -> int:
        assert url == "https://woodoo.example.com/hooks/keys/"
        sent.append(json.loads(body))
        stranger = Client(enforce_csrf_checks=True)
        return stranger.post(reverse("store-keys"), body, content_type="application/json;charset=UTF-8").status_code

    sent: list[dict[str, str]] = []
    administrator.post(place("store"), {"store_url": store.url})
    status, page = at_the_store(administrator.get(reverse("connection-add-ask"))["Location"])
    assert (status, "Woodoo would like to connect to your store" in page) == (200, True)
    yes, no = (html.unescape(link) for link in re.findall(r'href="([^"]+)"', page))
    assert no.startswith("https://woodoo.example.com/connections/add/keys/?success=0&")
    status, back = at_the_store(yes)
    assert (status, back.partition("&")[0]) == (302, "https://woodoo.example.com/connections/add/keys/?success=1")
    assert draft().store_secret == sent[0]["consumer_secret"]
    assert administrator.post(place("keys"), {"store_key": "", "store_secret": ""})["Location"] == place("odoo")

    # Followed once more, the link is worth nothing; a key nobody took is deleted again.
    assert at_the_store(yes)[0] == 401
    known = list(store.shop.keys)
    status, page = at_the_store(administrator.get(reverse("connection-add-ask"))["Location"])
    ConnectionDraft.objects.update(auth_digest="")
    assert at_the_store(html.unescape(re.findall(r'href="([^"]+)"', page)[0]))[0] == 401
    assert store.shop.keys == known


def test_a_state_is_good_once(public: None, administrator: Client, store: StoreDouble) -> None:
    state = asked(administrator, store)["user_id"]
    assert hand_over(state) == 200
    assert hand_over(state, consumer_key="ck_" + "e" * 40) == 403
    assert draft().store_key == "ck_" + "a" * 40


def test_a_state_is_good_for_a_quarter_of_an_hour(public: None, administrator: Client, store: StoreDouble) -> None:
    state = asked(administrator, store)["user_id"]
    ConnectionDraft.objects.update(auth_until=timezone.now() - timedelta(seconds=1))
    assert hand_over(state) == 403
    assert draft().store_key == ""


def test_asking_again_ends_the_state_before(public: None, administrator: Client, store: StoreDouble) -> None:
    old = asked(administrator, store)["user_id"]
    new = asked(administrator, store)["user_id"]
    assert old != new
    assert hand_over(old) == 403
    assert hand_over(new) == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"user_id": "guessed"},
        {"user_id": "a" * 43},
        {"user_id": None},
        {"user_id": 1},
        {"consumer_key": "x"},
        {"consumer_key": "cs_" + "a" * 40},
        {"consumer_secret": ["cs_x"]},
        {"key_permissions": "read"},
    ],
)
def test_nothing_else_is_taken(
    public: None, administrator: Client, store: StoreDouble, changed: dict[str, Any]
) -> None:
    state = asked(administrator, store)["user_id"]
    assert hand_over(**{"state": state, **changed}) == 403
    assert draft().store_key == ""


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 100_000, b'{"a":"' + b"x" * 10_000 + b'"}'])
def test_whatever_strangers_send_is_refused(db: None, body: bytes) -> None:
    answer = Client().post(reverse("store-keys"), body, content_type="application/json")
    assert answer.status_code in (403, 429)


def test_a_store_that_was_told_no_is_told(administrator: Client, store: StoreDouble) -> None:
    administrator.post(place("store"), {"store_url": store.url})
    assert "told no" in administrator.get(place("keys") + "?success=0").content.decode()


@pytest.mark.parametrize(
    ("own", "says"),
    [
        ("http://woodoo.example.com", "https addresses only"),
        ("https://localhost", "no public address"),
        ("https://127.0.0.1", "no public address"),
        ("https://woodoo", "no public address"),
        ("https://woodoo.example.com:8443", "80, 443 and 8080 only"),
    ],
)
def test_where_the_store_cannot_reach_woodoo_that_is_said(
    administrator: Client, store: StoreDouble, settings: Any, own: str, says: str
) -> None:
    settings.WOODOO_URL = own
    administrator.post(place("store"), {"store_url": store.url})
    ConnectionDraft.objects.update(store_url="https://shop.example.com")
    text = administrator.get(place("keys")).content.decode()
    assert says in text
    assert "entered by hand" in text
    assert reverse("connection-add-ask") not in text
    assert administrator.get(reverse("connection-add-ask"))["Location"] == reverse("connection-add")


def test_a_store_in_the_same_network_may_be_asked(administrator: Client, store: StoreDouble, settings: Any) -> None:
    settings.WOODOO_URL = "https://127.0.0.1:8443"
    assert asked(administrator, store)["callback_url"] == "https://127.0.0.1:8443/hooks/keys/"


def test_forms_are_guarded_against_other_sites(db: None, store: StoreDouble) -> None:
    admin = User.objects.create_superuser("ana")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(admin)
    assert browser.post(place("store"), {"store_url": store.url}).status_code == 403


# A new key for a connection that is there


def ask_again(browser: Client, shop: Connection) -> dict[str, str]:
    target = browser.get(reverse("connection-ask", args=[shop.pk]))["Location"]
    assert target.startswith(f"{shop.store_url}/wc-auth/v1/authorize?")
    return {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}


@pytest.fixture
def shop(db: None) -> Connection:
    return scene.connection()


def test_the_store_makes_a_new_key_for_a_connection(public: None, administrator: Client, shop: Connection) -> None:
    edit = reverse("connection-edit", args=[shop.pk])
    assert reverse("connection-ask", args=[shop.pk]) in administrator.get(edit).content.decode()
    sent = ask_again(administrator, shop)
    assert sent["return_url"] == f"https://woodoo.example.com{edit}"
    assert hand_over(sent["user_id"]) == 200
    shop.refresh_from_db()
    assert shop.store_key == scene.SECRETS["store_key"], "what works goes on working until the new key was tried"
    text = administrator.get(f"{edit}?success=1").content.decode()
    assert "The store has made a new key" in text
    assert "a" * 40 not in text
    plain = ("name", "store_url", "odoo_url", "odoo_database", "odoo_login", "odoo_company_id")
    form = {name: str(getattr(shop, name)) for name in plain}
    with mock.patch("woodoo.web.saving.try_side", return_value=[Check("Store", True, "Well.")]) as tried:
        administrator.post(edit, {**form, "enabled": "on"})
    assert [(call.args[0].store_key, call.args[1]) for call in tried.call_args_list] == [("ck_" + "a" * 40, "store")]
    shop.refresh_from_db()
    assert (shop.store_key, shop.store_secret) == ("ck_" + "a" * 40, "cs_" + "b" * 40)
    assert shop.odoo_key == scene.SECRETS["odoo_key"]


def test_a_new_key_goes_to_whoever_asked_for_it_once(
    public: None, administrator: Client, as_role: Any, shop: Connection
) -> None:
    edit = reverse("connection-edit", args=[shop.pk])
    state = ask_again(administrator, shop)["user_id"]
    assert hand_over(state) == 200
    assert hand_over(state) == 403
    assert "has made a new key" not in as_role("administrator").get(edit).content.decode()
    assert "has made a new key" in administrator.get(edit).content.decode()
    assert not KeyRequest.objects.exists()


def test_a_new_key_that_comes_too_late_or_may_only_read_is_thrown_away(
    public: None, administrator: Client, shop: Connection
) -> None:
    state = ask_again(administrator, shop)["user_id"]
    assert hand_over(state, key_permissions="read") == 403
    KeyRequest.objects.update(auth_until=timezone.now() - timedelta(seconds=1))
    assert hand_over(state) == 403


def test_a_store_that_cannot_reach_woodoo_is_not_asked(administrator: Client, shop: Connection) -> None:
    edit = reverse("connection-edit", args=[shop.pk])
    assert "WooCommerce cannot hand a new key over by itself" in administrator.get(edit).content.decode()
    assert administrator.get(reverse("connection-ask", args=[shop.pk]))["Location"] == edit


def test_a_store_whose_manager_says_no_changes_nothing(public: None, administrator: Client, shop: Connection) -> None:
    ask_again(administrator, shop)
    text = administrator.get(reverse("connection-edit", args=[shop.pk]) + "?success=0").content.decode()
    assert "Nothing is changed." in text
