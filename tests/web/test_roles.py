"""Who may open what: every address, every role."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import URLPattern, reverse

from woodoo.alerts import channels
from woodoo.connections.models import Connection
from woodoo.mapping.documents.money import Money
from woodoo.web import tokens, urls
from woodoo.web.access import Role, ensure_roles
from woodoo.web.models import ConnectionRole

from . import scene
from .conftest import ROLES

RANK = {"stranger": 0, "nobody": 0, "viewer": 1, "operator": 2, "administrator": 3}

#: Address → (method, least role). None: open to everybody.
EXPECTED: dict[str, tuple[str, str | None]] = {
    "hook": ("post", None),
    "odoo-hint": ("post", None),
    "odoo-hint-stock": ("post", None),
    "picture": ("get", None),
    "health": ("get", None),
    "login": ("get", None),
    "logout": ("post", None),
    "home": ("get", "viewer"),
    "work": ("get", "viewer"),
    "journey": ("get", "viewer"),
    "money": ("post", "viewer"),
    "call": ("get", "operator"),
    "retry": ("post", "operator"),
    "retry-many": ("post", "operator"),
    "skip": ("post", "operator"),
    "skip-many": ("post", "operator"),
    "work-export": ("get", "viewer"),
    "course": ("get", "viewer"),
    "causes": ("get", "viewer"),
    "drift": ("get", "viewer"),
    "retry-all": ("post", "operator"),
    "skip-all": ("post", "operator"),
    "connections": ("get", "viewer"),
    "connection": ("get", "viewer"),
    "connection-add": ("get", "administrator"),
    "connection-add-all": ("get", "administrator"),
    "connection-add-over": ("post", "administrator"),
    "connection-add-ask": ("get", "administrator"),
    "connection-add-step": ("get", "administrator"),
    # By state (test_setup.py) and by link (test_first.py).
    "store-keys": ("post", None),
    "first": ("get", None),
    "connection-edit": ("get", "administrator"),
    "connection-test": ("post", "administrator"),
    "connection-changes": ("get", "administrator"),
    "features": ("get", "administrator"),
    "features-look": ("post", "administrator"),
    "connection-ask": ("get", "administrator"),
    "connection-file": ("get", "administrator"),
    "connection-download": ("get", "administrator"),
    "connection-try": ("post", "operator"),
    "webhook-secret": ("post", "administrator"),
    "webhooks-look": ("post", "administrator"),
    "configuration": ("get", "administrator"),
    "alerts": ("get", "viewer"),
    "connection-alerts": ("get", "viewer"),
    "channel-add": ("post", "administrator"),
    "channel-test": ("post", "administrator"),
    "channel-remove": ("post", "administrator"),
    "products": ("get", "viewer"),
    "products-start": ("post", "operator"),
    "history": ("get", "viewer"),
    "import-start": ("post", "operator"),
    "import-change": ("post", "operator"),
    "mapping": ("get", "administrator"),
    "mapping-take": ("post", "administrator"),
    "survey-start": ("post", "operator"),
    "rehearsal": ("get", "viewer"),
    "rehearsal-csv": ("get", "viewer"),
    "hygiene": ("get", "viewer"),
    "hygiene-csv": ("get", "viewer"),
    "golive": ("get", "viewer"),
    "golive-check": ("post", "administrator"),
    "golive-tick": ("post", "administrator"),
    "golive-switch": ("post", "administrator"),
    "health-seen": ("get", "viewer"),
    "health-check": ("post", "operator"),
    "trials": ("get", "viewer"),
    "trials-start": ("post", "operator"),
    "trials-clean": ("post", "operator"),
    "api-docs": ("get", None),
    "health-live": ("get", None),
    "health-ready": ("get", None),
    # By token or network (test_metrics.py).
    "metrics": ("get", None),
    "tokens": ("get", "administrator"),
    "token-add": ("post", "administrator"),
    "token-revoke": ("post", "administrator"),
    "people": ("get", "administrator"),
    "person-add": ("post", "administrator"),
    "factor-rule": ("post", "administrator"),
    "person-role": ("post", "administrator"),
    "person-switch": ("post", "administrator"),
    "person-password": ("post", "administrator"),
    "changes": ("get", "administrator"),
    "person": ("get", "administrator"),
    "person-find": ("post", "administrator"),
    "person-export": ("post", "administrator"),
    "person-erase": ("post", "administrator"),
    "person-factor": ("post", "administrator"),
    "login-code": ("get", None),
    "own": ("get", "viewer"),
    "own-password": ("post", "viewer"),
    "own-language": ("post", "viewer"),
    "factor-begin": ("post", "viewer"),
    "factor-confirm": ("post", "viewer"),
    "factor-remove": ("post", "viewer"),
}
GUARDED = [name for name, (_, role) in EXPECTED.items() if role]


def test_every_address_is_in_the_table() -> None:
    assert {pattern.name for pattern in urls.urlpatterns if isinstance(pattern, URLPattern)} == set(EXPECTED)


def test_what_stands_below_other_addresses_is_the_api_alone() -> None:
    """Its operations have a table of their own (test_api_roles.py)."""
    below = [pattern for pattern in urls.urlpatterns if not isinstance(pattern, URLPattern)]
    assert [str(pattern.pattern) for pattern in below] == ["api/v1/"]


def test_every_guarded_address_names_its_role() -> None:
    for pattern in urls.urlpatterns:
        if not isinstance(pattern, URLPattern):
            continue
        _, role = EXPECTED[str(pattern.name)]
        named = getattr(pattern.callback, "needs_role", None)
        # A viewer reaches the address of a call, and is told there that its content is not for everybody.
        wanted = None if role is None else Role.VIEWER if pattern.name == "call" else Role[role.upper()]
        assert named == wanted, pattern.name


def _channel_of(shop: Connection) -> str:
    """A channel nobody listens at."""
    if not shop.alert_channels:
        return channels.add(shop, "json://127.0.0.1:1/").mark
    return channels.channels_of(shop)[0].mark


@pytest.fixture
def addresses(shop: Connection) -> dict[str, str]:
    order = scene.work(shop, "1054", "parked")
    call = scene.call(scene.run(order, "parked"), "sale.order load")
    somebody = User.objects.create_user("somebody")
    return {
        "home": reverse("home"),
        "work": reverse("work"),
        "journey": reverse("journey", args=[order.pk]),
        "call": reverse("call", args=[order.pk, call.pk]),
        "money": reverse("money", args=[order.pk]),
        "retry": reverse("retry", args=[order.pk]),
        "retry-many": reverse("retry-many"),
        "skip": reverse("skip", args=[order.pk]),
        "skip-many": reverse("skip-many"),
        "work-export": reverse("work-export"),
        "course": reverse("course"),
        "causes": reverse("causes"),
        "drift": reverse("drift"),
        "retry-all": reverse("retry-all"),
        "skip-all": reverse("skip-all"),
        "connections": reverse("connections"),
        "connection": reverse("connection", args=[shop.pk]),
        "connection-add": reverse("connection-add"),
        "connection-add-all": reverse("connection-add-all"),
        "connection-add-over": reverse("connection-add-over"),
        "connection-add-ask": reverse("connection-add-ask"),
        "connection-add-step": reverse("connection-add-step", args=["store"]),
        "connection-edit": reverse("connection-edit", args=[shop.pk]),
        "connection-test": reverse("connection-test", args=[shop.pk]),
        "connection-changes": reverse("connection-changes", args=[shop.pk]),
        "features": reverse("features", args=[shop.pk]),
        "features-look": reverse("features-look", args=[shop.pk]),
        "connection-ask": reverse("connection-ask", args=[shop.pk]),
        "connection-file": reverse("connection-file", args=[shop.pk]),
        "connection-download": reverse("connection-download", args=[shop.pk]),
        "connection-try": reverse("connection-try", args=[shop.pk]),
        "webhook-secret": reverse("webhook-secret", args=[shop.pk]),
        "webhooks-look": reverse("webhooks-look", args=[shop.pk]),
        "configuration": reverse("configuration", args=[shop.pk]),
        "alerts": reverse("alerts"),
        "connection-alerts": reverse("connection-alerts", args=[shop.pk]),
        "channel-add": reverse("channel-add", args=[shop.pk]),
        "channel-test": reverse("channel-test", args=[shop.pk, _channel_of(shop)]),
        "channel-remove": reverse("channel-remove", args=[shop.pk, _channel_of(shop)]),
        "products": reverse("products", args=[shop.pk]),
        "products-start": reverse("products-start", args=[shop.pk, "send"]),
        "history": reverse("history", args=[shop.pk]),
        "import-start": reverse("import-start", args=[shop.pk]),
        "import-change": reverse("import-change", args=[scene.history(shop).pk, "pause"]),
        "survey-start": reverse("survey-start", args=[shop.pk, "hygiene"]),
        "hygiene-csv": reverse("hygiene-csv", args=[shop.pk, "bare"]),
        **{
            name: reverse(name, args=[shop.pk])
            for name in (
                *("mapping", "mapping-take", "rehearsal", "rehearsal-csv", "hygiene"),
                *("golive", "golive-check", "golive-tick", "golive-switch"),
            )
        },
        **{
            name: reverse(name, args=[shop.pk])
            for name in ("trials", "trials-start", "trials-clean", "health-seen", "health-check")
        },
        "tokens": reverse("tokens"),
        "people": reverse("people"),
        "person-add": reverse("person-add"),
        "factor-rule": reverse("factor-rule"),
        "changes": reverse("changes"),
        "person": reverse("person"),
        **{f"person-{what}": reverse(f"person-{what}") for what in ("find", "export", "erase")},
        **{
            name: reverse(name)
            for name in ("own", "own-password", "own-language", "factor-begin", "factor-confirm", "factor-remove")
        },
        **{
            f"person-{what}": reverse(f"person-{what}", args=[somebody.pk])
            for what in ("role", "switch", "password", "factor")
        },
        "token-add": reverse("token-add"),
        "token-revoke": reverse("token-revoke", args=[tokens.make("Grafana", Role.VIEWER)[0].pk]),
    }


@pytest.mark.parametrize("name", GUARDED)
@pytest.mark.parametrize("role", ROLES)
def test_each_role_at_each_address(
    role: str, name: str, addresses: dict[str, str], as_role: Callable[[str], Client]
) -> None:
    method, least = EXPECTED[name]
    with (
        mock.patch("woodoo.wiring.check_connection", return_value=[]),
        mock.patch("woodoo.wiring.propose", return_value=()),
        mock.patch("woodoo.wiring.read_mappings", return_value=[]),
        mock.patch("woodoo.wiring.examine", return_value=[]),
        mock.patch("woodoo.wiring.look_for_needs"),
        mock.patch("woodoo.wiring.look_at_money", return_value=Money((), "EUR")),
    ):
        answer = getattr(as_role(role), method)(addresses[name])
    if role == "stranger":
        assert answer.status_code == 302
        assert answer["Location"].startswith("/login/?next=%2F")
    elif RANK[role] < RANK[str(least)]:
        assert answer.status_code == 403
        assert "Not for your role" in answer.content.decode()
    else:
        assert answer.status_code in (200, 302)


@pytest.mark.parametrize("name", [name for name in GUARDED if EXPECTED[name][0] == "post"])
def test_what_changes_something_is_never_done_by_get(
    name: str, addresses: dict[str, str], administrator: Client
) -> None:
    """Who opens such an address is led to the page above."""
    answer = administrator.get(addresses[name])
    assert answer.status_code == 302
    assert addresses[name].startswith(answer["Location"])
    assert administrator.get(answer["Location"], follow=True).status_code == 200


@pytest.mark.parametrize("name", [name for name in GUARDED if EXPECTED[name][0] == "post"])
def test_a_form_of_another_site_is_refused(name: str, addresses: dict[str, str], db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("boss"))
    assert client.post(addresses[name]).status_code == 403


@pytest.mark.parametrize("name", ["connection-add-all", "connection-edit", "configuration"])
def test_a_settings_form_of_another_site_is_refused(name: str, addresses: dict[str, str], db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("boss"))
    assert client.post(addresses[name], {"name": "x"}).status_code == 403


def test_a_settings_form_is_for_administrators_alone(addresses: dict[str, str], operator: Client) -> None:
    for name in ("connection-add-all", "connection-edit", "configuration"):
        assert operator.post(addresses[name], {"name": "stolen"}).status_code == 403
    assert not Connection.objects.filter(name="stolen").exists()


def test_a_fragment_asked_for_after_signing_out_reloads_the_page(addresses: dict[str, str]) -> None:
    answer = Client().get(addresses["work"], headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer["HX-Refresh"] == "true"


def test_an_account_that_was_switched_off_is_nobody(addresses: dict[str, str], viewer: Client) -> None:
    User.objects.update(is_active=False)
    assert viewer.get(addresses["work"]).status_code == 302


def test_who_sets_one_connection_up_finds_nothing_of_another(
    addresses: dict[str, str], shop: Connection, db: None
) -> None:
    """Every address, by guessed numbers, as a page and as the part of one that is asked for again and again."""
    shop.name = "Shop of somebody else"
    shop.save()
    user, elsewhere = User.objects.create_user("partner"), scene.connection("Mine")
    ConnectionRole.objects.create(user=user, connection_id=elsewhere.pk, role="administrator")
    client = Client()
    client.force_login(user)
    patterns = {p.name: str(p.pattern) for p in urls.urlpatterns if isinstance(p, URLPattern)}
    for name in GUARDED:
        for part in ({}, {"HX-Request": "true"}):
            answer = getattr(client, EXPECTED[name][0])(addresses[name], headers=part)
            told = answer.getvalue().decode()
            assert shop.name not in told, name
            assert "#1054" not in told, name
            if any(of in patterns[name] for of in ("connection_id", "work_id", "import_id")):
                assert answer.status_code == 403, name
            else:
                assert answer.status_code in (200, 302, 403), name
    for query in (f"?connection={shop.pk}", "?q=1054", "?state=parked&sort=old"):
        for name in ("work", "work-export", "causes", "drift", "course", "changes"):
            assert "#1054" not in client.get(addresses[name] + query).getvalue().decode(), (name, query)


# What a role is shown


def shown(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_a_viewer_sees_no_buttons_that_change_something(addresses: dict[str, str], viewer: Client) -> None:
    for name in ("home", "work", "journey", "connections", "connection", "products", "history"):
        text = shown(viewer, addresses[name])
        assert not re.search(r'(action|hx-post)="(?!/logout/|/work/retry/"|/work/\d+/money/")', text), name
        assert "Retry</button>" not in text.replace("\n", ""), name


def test_a_viewer_sees_no_webhook_address(addresses: dict[str, str], shop: Connection, viewer: Client) -> None:
    assert shop.hook_token not in shown(viewer, addresses["connection"])


def test_content_of_calls_needs_its_own_right(
    addresses: dict[str, str], viewer: Client, operator: Client, staff_without_personal_data: Client
) -> None:
    for client in (viewer, staff_without_personal_data):
        assert "Ana García" not in shown(client, addresses["journey"])
        answer = client.get(addresses["call"])
        assert answer.status_code == 403
        assert "Ana García" not in answer.content.decode()
    assert "Ana García" in shown(operator, addresses["call"])


def test_details_of_plans_and_names_of_customers_need_it_too(db: None, viewer: Client, operator: Client) -> None:
    scene.busy_shop()
    from woodoo.engine.models import Work

    address = reverse("journey", args=[Work.objects.get(record="1054").pk])
    hidden, seen = shown(viewer, address), shown(operator, address)
    assert "Ana García Ruiz" not in hidden
    assert "Create the sales order" in hidden
    assert "Customer 41" in hidden
    assert seen.count("Ana García Ruiz") == 2


def test_a_call_is_shown_only_with_a_record_it_was_about(shop: Connection, administrator: Client) -> None:
    mine, other = scene.work(shop, "1"), scene.work(shop, "2")
    call = scene.call(scene.run(mine), "res.partner read")
    assert administrator.get(reverse("call", args=[mine.pk, call.pk])).status_code == 200
    assert administrator.get(reverse("call", args=[other.pk, call.pk])).status_code == 404


# The groups


def test_the_groups_are_made_with_the_tables(db: None) -> None:
    rights = {
        group.name: set(group.permissions.values_list("codename", flat=True))
        for group in Group.objects.filter(name__in=["viewer", "operator"])
    }
    assert rights == {"viewer": {"view_work"}, "operator": {"view_work", "change_work", "view_personal_data"}}


def test_rights_taken_away_stay_away(db: None) -> None:
    Group.objects.get(name="operator").permissions.remove(Permission.objects.get(codename="view_personal_data"))
    ensure_roles()
    kept: Any = Group.objects.get(name="operator").permissions.values_list("codename", flat=True)
    assert set(kept) == {"view_work", "change_work"}
