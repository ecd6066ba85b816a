"""The second factor: nobody gets in with the password alone, and no code is good twice."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pyotp
import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from woodoo.connections import keys
from woodoo.connections.models import Change
from woodoo.connections.secrets import rotate
from woodoo.domain.errors import WoodooError
from woodoo.web import people, second_factor
from woodoo.web.models import SecondFactor
from woodoo.web.reach import Role

from .api import program

pytestmark = pytest.mark.django_db
PASSWORD = "correct-horse-battery"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(time.time(), tick=False) as clock:
        yield clock


@pytest.fixture
def ana() -> User:
    user, _ = people.make("ana", Role.VIEWER, password=PASSWORD)
    return user


def app_of(user: User) -> pyotp.TOTP:
    return pyotp.TOTP(SecondFactor.objects.get(user=user).secret)


def set_up(user: User) -> tuple[pyotp.TOTP, list[str]]:
    second_factor.begin(user)
    app = app_of(user)
    codes = second_factor.confirm(user, app.now())
    assert codes
    return app, codes


def code_page(client: Client, next_page: str = "") -> str:
    """Enter the password and return the address that asks for the code."""
    answer = client.post(reverse("login"), {"username": "ana", "password": PASSWORD, "next": next_page})
    assert answer.status_code == 302
    return str(answer["Location"])


def is_in(client: Client) -> bool:
    return client.get(reverse("work")).status_code == 200


def test_the_password_alone_gets_nobody_in(ana: User, clock: time_machine.Traveller) -> None:
    app, _ = set_up(ana)
    client = Client()
    address = code_page(client, "/work/?state=parked")
    assert address.startswith(reverse("login-code"))
    assert not is_in(client)
    clock.shift(60)
    answer = client.post(address, {"code": app.now(), "next": "/work/?state=parked"})
    assert answer["Location"] == "/work/?state=parked"
    assert is_in(client)


def test_a_code_is_good_once(ana: User, clock: time_machine.Traveller) -> None:
    app, _ = set_up(ana)
    clock.shift(60)
    code = app.now()
    for gets_in in (True, False):
        client = Client()
        client.post(code_page(client), {"code": code})
        assert is_in(client) is gets_in


def test_the_code_that_confirmed_it_does_not_sign_in(ana: User) -> None:
    app, _ = set_up(ana)
    client = Client()
    client.post(code_page(client), {"code": app.now()})
    assert not is_in(client)


def test_clocks_may_differ_by_half_a_minute_and_no_more(ana: User, clock: time_machine.Traveller) -> None:
    app, _ = set_up(ana)
    clock.shift(600)
    factor = second_factor.of(ana)
    assert factor
    for step, good in ((-2, False), (2, False), (-1, True), (1, True)):
        assert second_factor.check(factor, app.at(int(time.time()) + 30 * step)) is good, step


def test_a_code_on_paper_gets_in_once(ana: User) -> None:
    _, codes = set_up(ana)
    for gets_in in (True, False):
        client = Client()
        client.post(code_page(client), {"code": f" {codes[3].upper()} "})
        assert is_in(client) is gets_in
    assert len(SecondFactor.objects.get().recovery) == 9


def test_ten_wrong_codes_end_the_trying_for_a_quarter_of_an_hour(ana: User, clock: time_machine.Traveller) -> None:
    app, _ = set_up(ana)
    clock.shift(60)
    client = Client()
    address = code_page(client)
    for _ in range(10):
        assert "not right" in client.post(address, {"code": "abc"}).content.decode()
    answer = client.post(address, {"code": app.now()})
    assert answer.status_code == 429
    assert not is_in(client)
    clock.shift(16 * 60)
    client.post(code_page(client), {"code": app.now()})
    assert is_in(client)


def test_the_code_has_to_come_soon_and_from_the_same_browser(ana: User, clock: time_machine.Traveller) -> None:
    app, _ = set_up(ana)
    client = Client()
    address = code_page(client)
    assert Client().get(address)["Location"] == reverse("login")
    clock.shift(301)
    assert client.post(address, {"code": app.now()})["Location"] == reverse("login")
    assert not is_in(client)


def test_nobody_is_sent_to_another_site_after_the_code(ana: User, clock: time_machine.Traveller) -> None:
    app, _ = set_up(ana)
    for next_page in ("https://evil.example.com/", "//evil.example.com", "javascript:alert(1)", "/\\evil.example.com"):
        clock.shift(60)
        client = Client()
        address = code_page(client, next_page)
        assert "evil" not in address
        assert client.post(address, {"code": app.now(), "next": next_page})["Location"] == "/", next_page


def test_an_account_switched_off_in_between_does_not_get_in(ana: User, clock: time_machine.Traveller) -> None:
    app, _ = set_up(ana)
    client = Client()
    address = code_page(client)
    User.objects.update(is_active=False)
    clock.shift(60)
    assert client.post(address, {"code": app.now()})["Location"] == reverse("login")


# Setting it up


def test_it_is_set_up_on_ones_own_page_and_counts_once_a_code_was_right(ana: User) -> None:
    client = Client()
    client.force_login(ana)
    page = client.post(reverse("factor-begin")).content.decode()
    assert 'src="data:image/svg+xml' in page
    assert app_of(ana).secret in page
    assert "not right" in client.post(reverse("factor-confirm"), {"code": "000000"}).content.decode()
    assert second_factor.of(ana) is None
    page = client.post(reverse("factor-confirm"), {"code": app_of(ana).now()}).content.decode()
    codes = re.findall(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){3}", page)
    assert len(set(codes)) == 10
    assert app_of(ana).secret not in page
    assert codes[0] not in client.get(reverse("own")).content.decode()
    assert "already" in client.post(reverse("factor-begin"), follow=True).content.decode()
    assert Change.objects.filter(who="ana", what="second factor of ana set up").exists()


def test_it_is_taken_away_with_a_code_or_by_an_administrator(
    ana: User, administrator: Client, clock: time_machine.Traveller
) -> None:
    app, _ = set_up(ana)
    client = Client()
    client.force_login(ana)
    client.post(reverse("factor-remove"), {"code": "000000"})
    assert second_factor.of(ana)
    clock.shift(60)
    client.post(reverse("factor-remove"), {"code": app.now()})
    assert second_factor.of(ana) is None
    set_up(ana)
    administrator.post(reverse("person-factor", args=[ana.pk]))
    assert second_factor.of(ana) is None


def test_its_secret_is_locked_in_the_database_and_codes_are_digests(ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    app, codes = set_up(ana)
    stored = SecondFactor.objects.get()
    raw = str({name: getattr(value, "token", value) for name, value in stored.__dict__.items()})
    assert app.secret not in raw
    assert codes[0] not in raw
    before = stored.__dict__["secret"].token
    monkeypatch.setenv("WOODOO_SECRET_KEYS", ",".join([keys.new_key(), *keys.load_keys()]))
    rotate()
    after = SecondFactor.objects.get()
    assert after.__dict__["secret"].token != before
    assert after.secret == app.secret


def test_ones_own_password_is_changed_and_the_session_goes_on(ana: User) -> None:
    client, elsewhere = Client(), Client()
    client.force_login(ana), elsewhere.force_login(ana)
    given = {"old_password": PASSWORD, "new_password1": "another-horse-42", "new_password2": "another-horse-42"}
    assert "old_password" in client.post(reverse("own-password"), {**given, "old_password": "x"}).content.decode()
    client.post(reverse("own-password"), given)
    assert is_in(client)
    assert not is_in(elsewhere)
    with pytest.raises(WoodooError):
        people.find("nobody")


# Where it has to be


@pytest.mark.parametrize(
    ("wanted", "role", "led"),
    [
        ("", Role.ADMINISTRATOR, False),
        ("administrators", Role.ADMINISTRATOR, True),
        ("administrators", Role.OPERATOR, False),
        ("everybody", Role.VIEWER, True),
    ],
)
def test_who_has_to_have_one_is_led_to_set_it_up(wanted: str, role: Role, led: bool, settings: Any) -> None:
    settings.WOODOO_SECOND_FACTOR = wanted
    user, _ = people.make("eva", role, password=PASSWORD)
    client = Client()
    client.force_login(user)
    answer = client.get(reverse("work"))
    assert (answer.status_code, answer.headers.get("Location")) == ((302, reverse("own")) if led else (200, None))
    fragment = client.get(reverse("work"), headers={"HX-Request": "true"})
    assert fragment.headers.get("HX-Redirect") == (reverse("own") if led else None)
    assert ("Set up a second factor first" in client.get(reverse("own")).content.decode()) is led


def test_everything_opens_once_it_is_set_up(settings: Any) -> None:
    settings.WOODOO_SECOND_FACTOR = "everybody"
    user, _ = people.make("eva", Role.VIEWER, password=PASSWORD)
    client = Client()
    client.force_login(user)
    assert client.post(reverse("factor-begin")).status_code == 200
    assert client.post(reverse("factor-confirm"), {"code": app_of(user).now()}).status_code == 200
    assert client.get(reverse("work")).status_code == 200


# Chosen by an administrator


def test_an_administrator_chooses_who_has_to_have_one(administrator: Client) -> None:
    assert "Nobody</option>" in administrator.get(reverse("people")).content.decode()
    answer = administrator.post(reverse("factor-rule"), {"of": "everybody"})
    assert answer["Location"] == reverse("people")
    # The administrator has none either.
    assert administrator.get(reverse("people"))["Location"] == reverse("own")
    user, _ = people.make("eva", Role.VIEWER, password=PASSWORD)
    client = Client()
    client.force_login(user)
    assert client.get(reverse("work"))["Location"] == reverse("own")
    noted = Change.objects.get(what="who has to have a second factor")
    assert (noted.before, noted.after, noted.how) == (
        {"second_factor_of": "nobody"}, {"second_factor_of": "everybody"}, "panel",
    )  # fmt: skip


def test_the_variable_decides_whatever_was_chosen(administrator: Client, settings: Any) -> None:
    administrator.post(reverse("factor-rule"), {"of": "administrators"})
    settings.WOODOO_SECOND_FACTOR = "everybody"
    assert second_factor.asked_of() == "everybody"
    with pytest.raises(WoodooError, match="WOODOO_SECOND_FACTOR decides"):
        second_factor.ask_of("")
    settings.WOODOO_SECOND_FACTOR = ""
    assert second_factor.asked_of() == "administrators"


def test_a_choice_there_is_not_changes_nothing(administrator: Client) -> None:
    administrator.post(reverse("factor-rule"), {"of": "cats"})
    assert second_factor.asked_of() == ""
    assert not Change.objects.filter(what="who has to have a second factor").exists()


def test_programs_choose_it_too(settings: Any) -> None:
    asks = program()
    assert asks.get("/second-factor") == {"asked_of": "nobody", "forced": False}
    answer = asks.ask("put", "/second-factor", {"asked_of": "administrators"})
    assert answer.json() == {"asked_of": "administrators", "forced": False}
    settings.WOODOO_SECOND_FACTOR = "everybody"
    assert asks.get("/second-factor") == {"asked_of": "everybody", "forced": True}
    assert asks.ask("put", "/second-factor", {"asked_of": "nobody"}).status_code == 409
