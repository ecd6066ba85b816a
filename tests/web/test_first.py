"""The first administrator: made behind the link that `woodoo run` prints, by nobody else, and once."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.core import signing
from django.test import Client
from django.urls import reverse

from woodoo.connections.models import Change
from woodoo.web import first

pytestmark = pytest.mark.django_db
FORM = {"username": "ana", "password": "a-long-password-1", "again": "a-long-password-1"}


def address() -> str:
    return urlsplit(first.link()).path


def test_whoever_has_the_link_makes_the_first_account_and_is_signed_in(client: Client) -> None:
    place = address()
    assert "Make your account" in client.get(place).content.decode()
    answer = client.post(place, FORM)
    assert answer["Location"] == reverse("connection-add")
    made = User.objects.get()
    assert (made.username, made.is_superuser) == ("ana", True)
    assert client.get("/").status_code == 200
    noted = Change.objects.filter(what="account ana made").get()
    assert (noted.who, noted.how) == ("ana", "panel")


def test_a_link_is_good_once(client: Client) -> None:
    place = address()
    client.post(place, FORM)
    other = Client()
    for answer in (other.get(place), other.post(place, {**FORM, "username": "eve"})):
        assert answer.status_code == 410
    assert User.objects.count() == 1


def test_nobody_without_the_link_makes_an_account(client: Client) -> None:
    for token in ("x", "first", signing.dumps("first", salt="another"), signing.dumps("first")):
        assert client.post(reverse("first", args=[token]), FORM).status_code == 410
    assert not User.objects.exists()


def test_a_link_is_good_for_a_day(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    place = address()
    later = time.time() + first.GOOD_FOR + 60
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    answer = client.get(place)
    assert answer.status_code == 410
    assert "woodoo admin link" in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("password", "password", "too common"),
        ("password", "short", "too short"),
        ("again", "something-else-1", "another one"),
        ("username", "<b>", "cannot be a user name"),
    ],
)
def test_what_is_wrong_is_said_and_passwords_are_not_shown(client: Client, field: str, value: str, says: str) -> None:
    given = {**FORM, field: value}
    if field == "password":
        given["again"] = value
    text = client.post(address(), given).content.decode()
    assert says in text
    assert FORM["password"] not in text
    assert not User.objects.exists()


def test_the_form_is_guarded_against_other_sites() -> None:
    assert Client(enforce_csrf_checks=True).post(address(), FORM).status_code == 403
    assert not User.objects.exists()


def test_the_page_of_signing_in_tells_of_the_link_as_long_as_nobody_can(client: Client) -> None:
    assert "woodoo admin link" in client.get(reverse("login")).content.decode()
    User.objects.create_user("ana")
    assert "woodoo admin link" not in client.get(reverse("login")).content.decode()


def test_two_at_once_make_one(settings: Any) -> None:
    first.make("ana", "a-long-password-1")
    with pytest.raises(first.WoodooError, match="an account by now"):
        first.make("eve", "a-long-password-1")
