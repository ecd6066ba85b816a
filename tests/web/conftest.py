"""A panel with people in every role, and a receiver that remembers nothing of an earlier test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from whitenoise.middleware import WhiteNoiseMiddleware

from woodoo.connections.models import Connection
from woodoo.web import doors, repeats, tallies, throttle

from . import scene

ROLES = ("stranger", "nobody", "viewer", "operator", "administrator")


@pytest.fixture(scope="session", autouse=True)
def _static_files_read_once() -> Iterator[None]:
    """Each client of a test makes the middleware anew, which would read all static files from the disk."""
    read, known = WhiteNoiseMiddleware.add_files_from_finders, {}

    def once(self: WhiteNoiseMiddleware) -> None:
        if not known:
            read(self)
            known.update(self.files)
        self.files.update(known)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", once)
        yield


@pytest.fixture(autouse=True)
def _fresh_receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # However slow the machine: what is remembered, and what is written once a second, stays so for a test.
    monkeypatch.setattr(doors, "FRESH", 3600.0)
    monkeypatch.setattr(doors, "FRESH_UNKNOWN", 3600.0)
    monkeypatch.setattr(tallies, "_EVERY", 3600.0)
    for forget in (doors.forget_doors, tallies.reset_clock, throttle.forget, repeats.forget):
        forget()
    yield
    for forget in (doors.forget_doors, tallies.reset_clock, throttle.forget, repeats.forget):
        forget()


@pytest.fixture
def shop(db: None) -> Connection:
    return scene.connection()


@pytest.fixture
def as_role(db: None) -> Callable[[str], Client]:
    """A browser in which somebody with that role is signed in; nobody for "stranger"."""

    def sign_in(role: str) -> Client:
        client = Client(headers={"accept": "text/html"})
        if role == "stranger":
            return client
        user = User.objects.create_user(f"{role}-{User.objects.count()}")
        if role in ("viewer", "operator"):
            user.groups.add(Group.objects.get(name=role))
        if role == "administrator":
            user.is_staff = user.is_superuser = True
            user.save()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def viewer(as_role: Callable[[str], Client]) -> Client:
    return as_role("viewer")


@pytest.fixture
def operator(as_role: Callable[[str], Client]) -> Client:
    return as_role("operator")


@pytest.fixture
def administrator(as_role: Callable[[str], Client]) -> Client:
    return as_role("administrator")


@pytest.fixture
def staff_without_personal_data(db: None) -> Client:
    """Somebody who sets connections up but may not read what is in them."""
    user = User.objects.create_user("setter", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_work"))
    client = Client()
    client.force_login(user)
    return client
