"""What a page may do in a browser, and what foreign text may do in a page: nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.test import Client, RequestFactory
from django.urls import reverse

from woodoo import web
from woodoo.connections import audit
from woodoo.connections.models import Connection
from woodoo.engine.models import Link, Work
from woodoo.headers import client_address
from woodoo.web import tokens
from woodoo.web.links import odoo_record_url, store_order_url
from woodoo.web.models import ConnectionRole
from woodoo.web.reach import Role
from woodoo.web.views.account import bad_request

from . import scene

EVIL = '<script>alert("x")</script>'
PANEL = Path(web.__file__).parent


def pages(shop: Connection) -> dict[str, str]:
    order = Work.objects.filter(connection_id=shop.pk).first() or scene.work(shop, "1")
    return {
        "login": reverse("login"),
        "home": reverse("home"),
        "work": reverse("work"),
        "journey": reverse("journey", args=[order.pk]),
        "connections": reverse("connections"),
        "connection": reverse("connection", args=[shop.pk]),
        "edit": reverse("connection-edit", args=[shop.pk]),
        "add": reverse("connection-add-all"),
        "configuration": reverse("configuration", args=[shop.pk]),
        "alerts": reverse("alerts"),
        "connection-alerts": reverse("connection-alerts", args=[shop.pk]),
        **{name: reverse(name) for name in ("causes", "tokens", "people", "changes", "own", "person")},
    }


NAMES = (
    "login",
    "home",
    "work",
    "journey",
    "connections",
    "connection",
    "edit",
    "add",
    "configuration",
    "alerts",
    "connection-alerts",
    "causes",
    "tokens",
    "people",
    "changes",
    "own",
    "person",
)


@pytest.mark.parametrize("name", NAMES)
def test_every_page_carries_its_safety(name: str, shop: Connection, administrator: Client) -> None:
    client = Client() if name == "login" else administrator
    answer = client.get(pages(shop)[name])
    assert answer.status_code == 200
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy
    assert "base-uri 'none'" in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("name", NAMES)
def test_no_page_asks_another_host_or_runs_inline_code(name: str, shop: Connection, administrator: Client) -> None:
    text = (Client() if name == "login" else administrator).get(pages(shop)[name]).content.decode()
    loaded = re.findall(r'<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)="([^"]*)"', text)
    assert loaded
    assert all(address.startswith("/static/") for address in loaded), loaded
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"<[^>]+\s(on\w+|style)=", text)
    assert "javascript:" not in text


@pytest.mark.parametrize("name", NAMES)
def test_everything_a_page_loads_is_there(name: str, shop: Connection, administrator: Client) -> None:
    text = (Client() if name == "login" else administrator).get(pages(shop)[name]).content.decode()
    for address in re.findall(r'"(/static/[^"]+)"', text):
        assert finders.find(address.removeprefix("/static/")), address


def test_style_sheets_and_scripts_ask_no_other_host() -> None:
    for file in (PANEL / "static").rglob("*"):
        if file.suffix in (".css", ".js"):
            text = file.read_text(encoding="utf-8")
            loads = re.findall(r"url\(\s*[\"']?(?!data:)([^)\"']+)", text) + re.findall(
                r"@import\s+[\"']([^\"']+)", text
            )
            assert not [address for address in loads if "//" in address], file.name


def test_whoever_wrote_a_vendored_file_is_named() -> None:
    vendor = PANEL / "static" / "web" / "vendor"
    for licence in ("tabler-LICENSE.txt", "htmx-LICENSE.txt", "inter-LICENSE.txt"):
        assert (vendor / licence).read_text(encoding="utf-8").strip()
    assert (PANEL / "icons" / "LICENSE.txt").exists()


def test_html_in_an_order_is_text_everywhere(administrator: Client) -> None:
    shop = scene.connection(EVIL)
    order = scene.work(shop, "7", "parked", title=f"Order {EVIL}", message=f"Customer {EVIL}", fix=f"Rename {EVIL}")
    plan = {
        "summary": EVIL,
        "steps": [{"do": EVIL, "why": EVIL, "model": EVIL, "detail": EVIL}],
        "totals": [{"name": EVIL, "store": EVIL, "odoo": EVIL, "equal": False}],
        "notes": [EVIL],
        "currency": EVIL,
    }
    during = scene.run(order, "parked", plan=plan)
    call = scene.call(during, EVIL, status=EVIL, error=EVIL, request={EVIL: EVIL}, response=EVIL)
    scene.event(order, f"order.{EVIL}")
    audit.note(EVIL, connection_id=shop.pk, before={EVIL: EVIL}, after={EVIL: [EVIL]})
    tokens.make(EVIL, Role.VIEWER, connections=[shop.pk], by=EVIL)
    somebody = User.objects.create_user(EVIL)
    ConnectionRole.objects.create(user=somebody, connection_id=shop.pk, role="viewer")
    Link.objects.create(
        connection_id=shop.pk, kind="order", external_id="7", odoo_model="sale.order", odoo_id=1, odoo_name=EVIL
    )
    addresses = [*pages(shop).values(), reverse("call", args=[order.pk, call.pk]), f"/work/?q={EVIL}"]
    seen = 0
    for address in addresses:
        text = administrator.get(address).content.decode()
        assert EVIL not in text, address
        assert "alert(" not in re.sub(r"&lt;script&gt;alert\(", "", text), address
        seen += text.count("&lt;script&gt;")
    assert seen > 20


def test_addresses_from_settings_cannot_be_scripts() -> None:
    assert odoo_record_url("javascript:alert(1)//", "sale.order", 1) == ""
    assert store_order_url("woocommerce", "javascript:alert(1)", "1") == ""
    assert store_order_url("woocommerce", "https://shop.example.com", "../../x") == ""


def test_links_lead_to_the_record_on_both_sides() -> None:
    assert (
        odoo_record_url("https://example.odoo.com/", "sale.order", 187)
        == "https://example.odoo.com/web#id=187&model=sale.order&view_type=form"
    )
    assert (
        store_order_url("woocommerce", "https://example.com/shop", "1054")
        == "https://example.com/shop/wp-admin/post.php?post=1054&action=edit"
    )


# Signing in


@pytest.fixture
def person(db: None) -> User:
    return User.objects.create_superuser("admin", password="a-long-password-1")


def sign_in(client: Client, password: str = "a-long-password-1", **more: str) -> Any:
    return client.post(reverse("login"), {"username": "admin", "password": password, **more})


def test_signing_in_leads_to_the_page_that_was_asked_for(person: User) -> None:
    client = Client()
    asked = client.get("/work/?state=parked")
    assert asked["Location"] == "/login/?next=%2Fwork%2F%3Fstate%3Dparked"
    assert sign_in(client, next="/work/?state=parked")["Location"] == "/work/?state=parked"


@pytest.mark.parametrize(
    "target", ["https://evil.example.com/", "//evil.example.com", "javascript:alert(1)", "\\\\evil"]
)
def test_signing_in_never_leads_to_another_site(person: User, target: str) -> None:
    assert sign_in(Client(), next=target)["Location"] == "/"


def test_the_way_back_after_a_retry_stays_here(shop: Connection, operator: Client) -> None:
    order = scene.work(shop, "1", "failed")
    answer = operator.post(reverse("retry-many"), {"one": order.pk, "back": "https://evil.example.com/?state=failed"})
    assert answer["Location"].startswith("/work/")
    assert "evil" not in answer["Location"]


def test_wrong_tries_lock_the_account_for_a_while(person: User) -> None:
    client = Client()
    answers = [sign_in(client, "wrong") for _ in range(5)]
    assert {answer.status_code for answer in answers[:4]} == {200}
    last = sign_in(client)
    assert last.status_code == 429
    assert "too many wrong tries" in last.content.decode()
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("forwarded", "known_as"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:4711", "203.0.113.7"),
        ("[2001:db8::7]:4711", "2001:db8::7"),
        ("2001:DB8::7", "2001:db8::7"),
        ("unknown", "127.0.0.1"),
        ("", "127.0.0.1"),
    ],
)
def test_behind_a_proxy_a_client_is_known_by_the_address_the_proxy_saw(forwarded: str, known_as: str) -> None:
    assert client_address(RequestFactory().get("/", headers={"X-Forwarded-For": forwarded})) == known_as


def test_behind_a_proxy_one_client_s_wrong_tries_lock_nobody_else_out(person: User, settings: Any) -> None:
    settings.AXES_CLIENT_IP_CALLABLE = "woodoo.headers.client_address"
    guesser = Client(headers={"X-Forwarded-For": "10.0.0.1, 203.0.113.7"})
    for made_up in range(5):
        guesser.defaults["HTTP_X_FORWARDED_FOR"] = f"10.0.0.{made_up}, 203.0.113.7"
        sign_in(guesser, "wrong")
    assert sign_in(guesser).status_code == 429
    assert sign_in(Client(headers={"X-Forwarded-For": "203.0.113.8"})).status_code == 302


def test_the_client_s_address_is_believed_only_behind_a_proxy() -> None:
    code = "import woodoo.settings as s; print(getattr(s, 'AXES_CLIENT_IP_CALLABLE', None))"
    for flag, named in (("1", "woodoo.headers.client_address"), ("0", "None")):
        environment = {**os.environ, "WOODOO_PROXY": flag}
        said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        assert said.stdout.strip() == named


def test_a_wrong_name_and_a_wrong_password_read_the_same(person: User) -> None:
    wrong_password = sign_in(Client(), "wrong").content.decode()
    wrong_name = Client().post(reverse("login"), {"username": "nobody", "password": "wrong"}).content.decode()
    sentence = re.compile(r'role="alert">([^<]+)<')
    found, other = sentence.search(wrong_password), sentence.search(wrong_name)
    assert found
    assert other
    assert found.group(1) == other.group(1)


def test_signing_out_needs_a_form(person: User) -> None:
    client = Client()
    sign_in(client)
    assert client.get(reverse("logout"))["Location"] == "/"
    assert client.get(reverse("work")).status_code == 200
    assert client.post(reverse("logout")).status_code == 302
    assert client.get(reverse("work")).status_code == 302


def test_the_session_cookie_is_out_of_reach_of_scripts(person: User) -> None:
    client = Client()
    sign_in(client)
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


# Pages that say no


def test_pages_that_do_not_exist_say_so(administrator: Client) -> None:
    for address in ("/nowhere/", "/work/999999/", "/connections/999999/", f"/work/{10**30}/"):
        answer = administrator.get(address)
        assert answer.status_code == 404, address
        assert "Nothing here" in answer.content.decode(), address


@pytest.mark.parametrize("address", ["/health", "/", "/hooks/x/"])
def test_another_host_name_is_turned_away_without_a_word_in_the_log(
    address: str, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ALLOWED_HOSTS = ["woodoo.example.com"]
    settings.SECURE_SSL_REDIRECT = True
    for host in ("other.example.com", "no host at all"):
        answer = Client(raise_request_exception=False).get(address, headers={"Host": host})
        assert answer.status_code == 400
        assert "WOODOO_HOSTS" in answer.content.decode()
        assert answer["Content-Type"].startswith("text/plain")
    assert caplog.records == []


def test_a_request_nobody_understands_is_told_so_however_early_it_fails() -> None:
    answer = bad_request(RequestFactory().get("/"))  # no session, no user yet
    assert answer.status_code == 400
    assert "could not be understood" in answer.content.decode()


def test_a_mistake_of_ours_shows_no_traceback(
    shop: Connection, administrator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("woodoo.web.views.home.cards", fail)
    administrator.raise_request_exception = False
    answer = administrator.get("/")
    assert answer.status_code == 500
    assert "secret detail" not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()


@pytest.mark.parametrize(
    "query",
    ["state=<script>", "connection=abc", "connection=²", "before=x", "before=2026-01-01,5", "q=%00", "q=" + "x" * 5000],
)
def test_a_query_that_makes_no_sense_does_no_harm(shop: Connection, viewer: Client, query: str) -> None:
    assert viewer.get(f"/work/?{query}").status_code == 200


def test_htmx_writes_no_style_into_a_page(administrator: Client) -> None:
    # It would carry styles that scripts have set over to what it swaps in, as an attribute, which the policy forbids.
    text = administrator.get(reverse("home")).content.decode()
    assert '"attributesToSettle":["class","width","height"]' in text


# A session that ends while somebody types


def test_what_was_sent_after_signing_out_leads_back_to_its_form(person: User, shop: Connection) -> None:
    client, form = Client(), f"/connections/{shop.pk}/configuration/?now=1"
    answer = client.post(f"/connections/{shop.pk}/configuration/", headers={"Referer": f"http://testserver{form}"})
    assert answer["Location"] == f"/login/?next={quote(form, safe='')}"
    assert "was not saved" in client.get(answer["Location"]).content.decode()
    for referer in ("https://evil.example.com/work/", "", "http://[", "http://testserver"):
        assert client.post("/work/retry-all/", headers={"Referer": referer})["Location"] == "/login/?next=%2F"


# Odd requests


@pytest.mark.parametrize(
    "address",
    [
        "/work/?before=99999-01-01T00:00:00%2B00:00,1",
        "/work/?before=2026-01-01T00:00:00%2B00:00,-1",
        "/work/?connection=-1&flow=%00&cause=%00&sort=%00",
        "/work/?since=0000-00-00&until=9999-99-99&zone=%2e%2e%2fetc",
        "/work/export/?q=%00%ff%fe",
        "/work/?q=%27%22%3e%3c%21--&state[]=x&state=parked&state=done",
        "/changes/?before=-1&connection=999999999",
        "/changes/?before=999999999999999999",
        "/course/?span=%00&connection=0",
        "/work/drift/?all=%00&connection=2147483648",
        "/alerts/?" + "x=1&" * 900,
    ],
)
def test_odd_addresses_do_no_harm(address: str, shop: Connection, administrator: Client) -> None:
    scene.work(shop, "1", "parked")
    assert administrator.get(address).status_code == 200


@pytest.mark.parametrize(
    "address", ["/work/2147483648/", "/connections/99999999999/", "/people/1%00/role/", "/%ff", "/work/-1/"]
)
def test_numbers_that_cannot_be_lead_nowhere(address: str, administrator: Client) -> None:
    assert administrator.get(address).status_code == 404


def test_pages_that_say_no_speak_the_reader_s_language(
    shop: Connection, administrator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("woodoo.web.views.home.cards", lambda *_: 1 / 0)
    administrator.raise_request_exception = False
    text = administrator.get("/", headers={"Accept-Language": "de"}).content.decode()
    assert '<html lang="de">' in text
    assert "Something went wrong" not in text


def test_signing_in_makes_a_session_of_its_own(person: User) -> None:
    client = Client()
    client.get(reverse("login"))
    session = client.session
    session["kept"] = 1
    session.save()
    before = session.session_key
    sign_in(client)
    assert client.session.session_key not in (None, before)
