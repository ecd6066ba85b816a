"""The alerts in the panel: what is open, who is told, and that no address comes out again."""

from __future__ import annotations

import re

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from woodoo.alerts import channels
from woodoo.alerts.models import Alert
from woodoo.alerts.rounds import go_round
from woodoo.connections.models import Connection
from woodoo.web import lookout

from ..alerts.conftest import Post, let_pass, order
from ..alerts.conftest import mail_post as mail_post
from ..alerts.conftest import web_post as web_post
from . import scene

Door = tuple[str, Post]


def shown(client: Client, name: str, *arguments: object) -> str:
    return client.get(reverse(name, args=arguments)).content.decode()


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_nothing_needs_anybody(viewer: Client):
    assert "Nothing needs you" in shown(viewer, "alerts")


def test_what_is_open_stands_first_and_leads_to_the_records(shop: Connection, viewer: Client):
    other = scene.connection("Shop ES")
    Alert.objects.create(
        connection_id=other.pk, kind="outage", key="odoo", title="It was down", resolved_at=timezone.now()
    )
    one = order(shop)
    go_round()
    page = shown(viewer, "alerts")
    assert page.index("1 order is not paid in Odoo") < page.index("It was down")
    alert = Alert.objects.get(kind="payment")
    link = f"/work/?state=attention&connection={shop.pk}&cause={alert.key}"
    assert link.replace("&", "&amp;") in page
    assert one.title in viewer.get(link).content.decode()
    assert "It was down" not in shown(viewer, "connection-alerts", shop.pk)
    assert 'class="count"' in shown(viewer, "home")


def test_an_alert_of_a_kind_nobody_knows_is_shown_all_the_same(shop: Connection, viewer: Client):
    Alert.objects.create(connection_id=shop.pk, kind="comet", key="1", title="Something new")
    assert "Something new" in shown(viewer, "alerts")


def test_a_mail_server_in_plain_fields_becomes_a_channel_that_works(
    shop: Connection, administrator: Client, mail_post: Door
):
    port = mail_post[0].split(":")[2].split("?")[0]
    answer = administrator.post(
        reverse("channel-add", args=[shop.pk]),
        {
            "to": "owner@example.com",
            "server": f"127.0.0.1:{port}",
            "security": "insecure",
            "user": "",
            "password": "",
            "sender": "woodoo@example.com",
        },
        follow=True,
    )
    assert "E-Mail is told from now on" in text_of(answer.content.decode())
    (channel,) = channels.channels_of(Connection.objects.get(pk=shop.pk))
    tested = administrator.post(reverse("channel-test", args=[shop.pk, channel.mark]), follow=True)
    assert "The test was handed to E-Mail" in text_of(tested.content.decode())
    (letter,) = mail_post[1].got
    assert letter["title"] == "Woodoo · Shop NL: test of the alerts"
    assert letter["to"] == "owner@example.com"


def test_name_and_password_of_the_mail_server_may_hold_anything():
    address = channels.mail_address(
        to="owner@example.com",
        server="smtp.example.com:2525",
        security="starttls",
        user="wöodoo@example.com",
        password="p@ss/w:ord?&%#",
        sender="woodoo@example.com",
    )
    service = channels._service(address)
    assert service is not None
    assert (service.user, service.password, service.port) == ("wöodoo@example.com", "p@ss/w:ord?&%#", 2525)
    assert (service.smtp_host, service.secure_mode) == ("smtp.example.com", "starttls")  # type: ignore[attr-defined]
    assert "p@ss" not in channels.read(address).masked


def test_an_address_goes_in_and_never_comes_out(
    shop: Connection, administrator: Client, viewer: Client, web_post: Door
):
    address, inbox = web_post
    administrator.post(reverse("channel-add", args=[shop.pk]), {"address": f" {address} "})
    (channel,) = channels.channels_of(Connection.objects.get(pk=shop.pk))
    assert channel.address == address
    inbox.status = 500
    for client in (administrator, viewer):
        page = shown(client, "connection-alerts", shop.pk)
        assert "JSON" in page
        assert "secret-path-81" not in page
    failed = administrator.post(reverse("channel-test", args=[shop.pk, channel.mark]), follow=True).content.decode()
    assert "The test did not get through to JSON" in failed
    assert "secret-path-81" not in failed
    assert "127.0.0.1" not in shown(viewer, "connection-alerts", shop.pk)
    administrator.post(reverse("channel-remove", args=[shop.pk, channel.mark]))
    assert Connection.objects.get(pk=shop.pk).alert_channels == ""
    assert administrator.post(reverse("channel-test", args=[shop.pk, channel.mark])).status_code == 404


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"address": "nonsense://very-secret"}, "This is no address of a channel."),
        ({"address": ""}, "This field is required."),
        ({"server": "smtp example", "to": "x"}, "A host name, perhaps with a port"),
        ({"server": "a.example/x?smtp=b", "password": "very-secret"}, "A host name, perhaps with a port"),
    ],
)
def test_what_is_no_channel_is_refused_and_not_repeated_where_it_may_be_secret(
    given: dict[str, str], said: str, shop: Connection, administrator: Client
):
    page = administrator.post(reverse("channel-add", args=[shop.pk]), given).content.decode()
    assert said in text_of(page)
    assert "very-secret" not in page
    assert Connection.objects.get(pk=shop.pk).alert_channels == ""


def test_the_same_channel_twice_is_refused(shop: Connection, administrator: Client):
    for _ in range(2):
        page = administrator.post(
            reverse("channel-add", args=[shop.pk]), {"address": "json://example.com/x"}, follow=True
        )
    assert "This channel is there already." in text_of(page.content.decode())


def test_channels_are_locked_in_the_database_and_stay_when_the_keys_are_changed(shop: Connection):
    from woodoo.connections.secrets import rotate
    from woodoo.engine import db

    channels.add(shop, "json://example.com/secret-path")
    ((stored,),) = db.rows("SELECT alert_channels FROM connections_connection WHERE id = %s", [shop.pk])
    assert "secret-path" not in stored
    rotate()
    assert [one.address for one in channels.channels_of(Connection.objects.get(pk=shop.pk))] == [
        "json://example.com/secret-path"
    ]


def test_a_web_process_tells_that_no_worker_is_left(shop: Connection, transactional_db: None, web_post: Door):
    from woodoo.engine import db

    channels.add(shop, web_post[0])
    db.change("DELETE FROM procrastinate_workers")
    lookout.look()
    let_pass(minutes=2)
    db.change("DELETE FROM engine_cursor")
    lookout.look()
    assert web_post[1].titles() == ["Woodoo · all connections: No worker is running"]


def test_a_web_process_goes_on_while_the_database_is_away(shop: Connection, monkeypatch: pytest.MonkeyPatch):
    def away() -> None:
        raise OperationalError

    monkeypatch.setattr("woodoo.alerts.rounds.watch", away)
    monkeypatch.setattr("woodoo.web.lookout.connection.close", lambda: None)
    lookout.look()
