"""Who may do what where: roles on single connections, people kept in the panel, and who changed what."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from woodoo.connections import audit
from woodoo.connections.changing import change_settings
from woodoo.connections.models import Change, Connection
from woodoo.connections.secrets import rotate
from woodoo.domain.errors import WoodooError
from woodoo.engine.models import Work
from woodoo.web import people, tokens
from woodoo.web.access import reach_of
from woodoo.web.models import ConnectionRole
from woodoo.web.reach import Reach, Role

from . import scene
from .api import program

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(shop: Connection) -> Connection:
    return scene.connection("Tienda", store_url="https://tienda.example.es", odoo_url="https://odoo.example.es")


@pytest.fixture
def at(shop: Connection) -> Callable[[str], Client]:
    """Somebody with a role on the shop alone."""

    def sign_in(role: str) -> Client:
        user = User.objects.create_user(f"{role}-there")
        ConnectionRole.objects.create(user=user, connection_id=shop.pk, role=role)
        client = Client(headers={"accept": "text/html"})
        client.force_login(user)
        return client

    return sign_in


# How far it reaches


def test_a_role_on_one_connection_never_lowers_the_one_everywhere() -> None:
    reach = Reach(Role.OPERATOR, {1: Role.VIEWER, 2: Role.ADMINISTRATOR})
    assert [reach.on(number) for number in (1, 2, 3, None)] == [Role.OPERATOR, Role.ADMINISTRATOR] + [Role.OPERATOR] * 2
    assert (reach.connections(), reach.connections(Role.ADMINISTRATOR)) == (None, [2])
    assert reach.highest is Role.ADMINISTRATOR


def test_lists_show_what_is_reached_and_nothing_else(
    shop: Connection, other: Connection, at: Callable[[str], Client]
) -> None:
    for on, number in ((shop, "1001"), (other, "2002")):
        scene.work(on, number, "parked", message=f"Held up {number}.", cause=f"Cause {number}")
        scene.drift(on, record=number, title=f"Product {number}")
    client = at("administrator")
    for name in ("home", "work", "causes", "drift", "connections", "alerts", "changes"):
        text = client.get(reverse(name)).content.decode()
        assert "Tienda" not in text, name
        assert "2002" not in text, name
    for name in ("home", "work", "causes", "drift", "connections"):
        assert "1001" in client.get(reverse(name)).content.decode() or name == "connections", name
    text = client.get(f"{reverse('work')}?connection={other.pk}").content.decode()
    assert "2002" not in text


def test_pages_of_other_connections_are_refused(
    shop: Connection, other: Connection, at: Callable[[str], Client]
) -> None:
    client = at("administrator")
    order, made = scene.work(other, "2002", "parked"), scene.history(other)
    for name, number in (("connection", other.pk), ("configuration", other.pk), ("journey", order.pk)):
        assert client.get(reverse(name, args=[number])).status_code == 403, name
    for name, args in (("retry", [order.pk]), ("connection-test", [other.pk]), ("import-change", [made.pk, "pause"])):
        assert client.post(reverse(name, args=args)).status_code == 403, name
    assert client.get(reverse("configuration", args=[shop.pk])).status_code == 200


def test_what_concerns_all_is_not_for_the_administrator_of_one(at: Callable[[str], Client]) -> None:
    client = at("administrator")
    for name in ("connection-add", "tokens", "people"):
        assert client.get(reverse(name)).status_code == 403, name
    text = client.get(reverse("connections")).content.decode()
    assert reverse("connection-add") not in text
    assert reverse("people") not in text


def test_many_at_once_stay_where_somebody_may_act(
    shop: Connection, other: Connection, at: Callable[[str], Client]
) -> None:
    mine, theirs = scene.work(shop, "1", "parked"), scene.work(other, "2", "parked")
    client = at("operator")
    client.post(reverse("retry-all"), {"filter": "state=parked"})
    client.post(reverse("retry-many"), {"work": [mine.pk, theirs.pk]})
    client.post(reverse("skip-all"), {"filter": f"connection={other.pk}", "reason": "x"})
    mine.refresh_from_db(), theirs.refresh_from_db()
    assert (mine.state, theirs.state) == ("ready", "parked")


def test_a_viewer_of_one_sees_no_buttons_and_an_operator_of_one_reads_calls_there(
    shop: Connection, other: Connection, at: Callable[[str], Client]
) -> None:
    order = scene.work(shop, "1", "parked")
    call = scene.call(scene.run(order, "parked"), "sale.order load")
    viewer, operator = at("viewer"), at("operator")
    for name, args in (("work", []), ("causes", []), ("journey", [order.pk])):
        text = viewer.get(reverse(name, args=args)).content.decode()
        assert not re.search(r'action="(?!/logout/|/work/retry/"|/work/\d+/money/")', text), name
    assert viewer.get(reverse("call", args=[order.pk, call.pk])).status_code == 403
    assert operator.get(reverse("call", args=[order.pk, call.pk])).status_code == 200
    elsewhere = scene.work(other, "2", "parked")
    there = scene.call(scene.run(elsewhere, "parked"), "sale.order load")
    assert operator.get(reverse("call", args=[elsewhere.pk, there.pk])).status_code == 403


# People


def test_somebody_new_gets_a_password_once_and_a_role(administrator: Client, shop: Connection) -> None:
    given = {"name": "ana", "role": "operator", "connection": shop.pk}
    page = administrator.post(reverse("person-add"), given).content.decode()
    (password,) = re.findall(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){3}", page)
    assert User.objects.get(username="ana").check_password(password)
    reach = reach_of(User.objects.get(username="ana"))
    assert (reach.role, reach.on(shop.pk)) == (Role.NOBODY, Role.OPERATOR)
    assert password not in administrator.get(reverse("people")).content.decode()
    assert "There is an account" in administrator.post(reverse("person-add"), {**given, "name": "ANA"}).content.decode()
    assert (
        "cannot be a user name"
        in administrator.post(reverse("person-add"), {**given, "name": "<script>"}).content.decode()
    )


def test_roles_are_changed_and_taken_away(administrator: Client, shop: Connection) -> None:
    user = User.objects.create_user("ana")
    for role, on, expected in (
        ("viewer", "", (Role.VIEWER, Role.VIEWER)),
        ("administrator", shop.pk, (Role.VIEWER, Role.ADMINISTRATOR)),
        ("administrator", "", (Role.ADMINISTRATOR, Role.ADMINISTRATOR)),
        ("nobody", "", (Role.NOBODY, Role.ADMINISTRATOR)),
        ("nobody", shop.pk, (Role.NOBODY, Role.NOBODY)),
    ):
        administrator.post(reverse("person-role", args=[user.pk]), {"role": role, "connection": on})
        reach = reach_of(User.objects.get(pk=user.pk))
        assert (reach.role, reach.on(shop.pk)) == expected, role


def test_the_last_administrator_stays(administrator: Client) -> None:
    boss = User.objects.get(is_superuser=True)
    for name, given in (("person-role", {"role": "viewer"}), ("person-switch", {})):
        page = administrator.post(reverse(name, args=[boss.pk]), given, follow=True).content.decode()
        assert "This is the last administrator." in page
    people.make("second", Role.ADMINISTRATOR)
    administrator.post(reverse("person-switch", args=[boss.pk]))
    assert administrator.get(reverse("home")).status_code == 302  # signed out at once


def test_an_account_is_switched_off_and_on_and_gets_another_password(administrator: Client) -> None:
    user, before = people.make("ana", Role.VIEWER)
    session = Client()
    session.force_login(user)
    page = administrator.post(reverse("person-password", args=[user.pk])).content.decode()
    assert "Password of ana" in page
    assert session.get(reverse("home")).status_code == 302
    administrator.post(reverse("person-switch", args=[user.pk]))
    user.refresh_from_db()
    assert (user.is_active, user.check_password(before)) == (False, False)
    administrator.post(reverse("person-switch", args=[user.pk]), {"on": "1"})
    user.refresh_from_db()
    assert user.is_active


# Who changed what


def noted() -> list[tuple[str, str, str]]:
    return list(Change.objects.order_by("pk").values_list("who", "how", "what"))


def test_changes_in_the_panel_by_a_program_and_by_woodoo_itself_are_told_apart(
    administrator: Client, shop: Connection
) -> None:
    boss = User.objects.get(is_superuser=True).username
    Change.objects.all().delete()
    program().patch(f"/connections/{shop.pk}/switches", {"send_stock": True})
    administrator.post(reverse("connection-edit", args=[shop.pk]), {**form_of(shop), "name": "Shop BE"})
    change_settings(shop.pk, {"batch_size": 20})
    assert noted()[1:] == [
        ("token administrator 0", "api", "settings changed"),
        (boss, "panel", "connection changed"),
        ("", "", "settings changed"),
    ]
    assert list(Change.objects.order_by("-pk").values_list("before", "after")[:2]) == [
        ({}, {"batch_size": 20}),
        ({"name": "Shop NL"}, {"name": "Shop BE"}),
    ]


def form_of(shop: Connection) -> dict[str, Any]:
    names = ("name", "store_url", "odoo_url", "odoo_database", "odoo_login", "odoo_company_id")
    return {**{name: getattr(shop, name) for name in names}, "enabled": "on"}


def test_what_a_setting_was_is_kept_and_what_a_secret_was_is_not(shop: Connection) -> None:
    change_settings(shop.pk, {"batch_size": 20})
    change_settings(shop.pk, {"batch_size": 30, "timezone": "Europe/Madrid"})
    change_settings(shop.pk, {"batch_size": None})
    shop.refresh_from_db()
    shop.odoo_key = "a-new-key-of-odoo"
    shop.save()
    told = list(Change.objects.order_by("pk").values_list("before", "after"))[-3:]
    assert told == [
        ({"batch_size": 20}, {"batch_size": 30, "timezone": "Europe/Madrid"}),
        ({"batch_size": 30}, {"batch_size": "default"}),
        ({}, {"odoo_key": "changed"}),
    ]
    everything = str(list(Change.objects.values()))
    assert not [secret for secret in ("a-new-key-of-odoo", *scene.SECRETS.values()) if secret in everything]


def test_saving_what_was_and_locking_secrets_again_is_no_change(shop: Connection) -> None:
    count = Change.objects.count()
    Connection.objects.get(pk=shop.pk).save()
    rotate()
    assert Change.objects.count() == count


def test_records_tokens_and_roles_are_noted(operator: Client, shop: Connection) -> None:
    order = scene.work(shop, "1", "parked")
    operator.post(reverse("skip", args=[order.pk]), {"reason": "a test"})
    made, _ = tokens.make("Grafana", Role.VIEWER)
    tokens.revoke(made.pk)
    user, _ = people.make("ana", Role.VIEWER)
    people.give(user, Role.OPERATOR, shop.pk)
    what = [row[2] for row in noted()]
    assert what[1:] == [
        "1 record skipped",
        "token Grafana made",
        "token Grafana revoked",
        "account ana made",
        "role of ana changed",
        "role of ana changed",
    ]
    skipped = Change.objects.get(what="1 record skipped")
    assert skipped.after["work"] == [order.pk]
    assert skipped.who.startswith("operator")


def test_changes_are_shown_page_by_page(administrator: Client, shop: Connection) -> None:
    for number in range(60):
        audit.note(f"thing {number} done", connection_id=shop.pk, after={"x": "<script>alert(1)</script>"})
    first = administrator.get(reverse("changes")).content.decode()
    assert "Thing 59 done" in first
    assert "<script>alert(1)" not in first
    older = re.search(r'href="(/changes/\?before=\d+)"', first)
    assert older
    assert "Thing 0 done" in administrator.get(older.group(1)).content.decode()


def test_what_was_emptied_is_shown_too(administrator: Client, shop: Connection) -> None:
    Connection.objects.filter(pk=shop.pk).update(store_ca_bundle="/etc/ssl/shop.pem")
    found = Connection.objects.get(pk=shop.pk)
    found.store_ca_bundle = ""
    found.save()
    assert "/etc/ssl/shop.pem" in administrator.get(reverse("changes")).content.decode()


def test_a_role_that_was_given_ends_with_the_account(shop: Connection) -> None:
    user, _ = people.make("ana", Role.VIEWER, connections=[shop.pk])
    user.delete()
    assert ConnectionRole.objects.count() == 0
    with pytest.raises(WoodooError, match="no account"):
        people.find("ana")
    assert Work.objects.count() == 0
