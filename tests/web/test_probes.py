"""The steps of the first run for programs: each tried by itself, nothing kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from pytest_httpserver import HTTPServer

from woodoo.connections.models import Connection
from woodoo.odoo.probe import OdooFound
from woodoo.sandbox.store.double import StoreDouble
from woodoo.trying import Check

from .api import program

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def store() -> Iterator[StoreDouble]:
    with StoreDouble() as double:
        yield double


def test_a_store_is_looked_at_and_says_where_its_keys_are_made(store: StoreDouble) -> None:
    said = program().post("/probe/store", {"store_url": f"{store.url}/wp-admin/"})
    assert (said["ok"], said["store_url"], said["name"]) == (True, store.url, "Woodoo demo shop")
    assert said["keys_page"].startswith(f"{store.url}/wp-admin/admin.php")


def test_what_is_wrong_comes_with_what_to_do(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/wp-json/").respond_with_json({"namespaces": ["wp/v2"]})
    said = program().post("/probe/store", {"store_url": httpserver.url_for("")})
    assert said["ok"] is False
    assert "WooCommerce is not active" in said["checks"][0]["message"]
    assert "Activate WooCommerce" in said["checks"][0]["fix"]


def test_a_key_of_a_store_is_tried(store: StoreDouble) -> None:
    right = {"store_url": store.url, "store_key": store.key, "store_secret": store.secret}
    assert program().post("/probe/store-key", right)["ok"] is True
    answer = program().ask("post", "/probe/store-key", {**right, "store_key": "ck_wrong_777"})
    assert (answer.status_code, answer.json()["ok"]) == (200, False)
    assert "does not know the consumer key" in answer.json()["checks"][0]["message"]
    assert "ck_wrong_777" not in answer.content.decode()
    assert not Connection.objects.exists()


def test_an_odoo_names_its_version_and_databases() -> None:
    found = OdooFound("https://odoo.example.com", "19.0", "community", ("shop", "test"), "")
    with mock.patch("woodoo.odoo.probe.probe", return_value=found):
        said = program().post("/probe/odoo", {"odoo_url": "odoo.example.com"})
    assert (said["ok"], said["version"], said["databases"]) == (True, "19.0", ["shop", "test"])
    assert said["odoo_url"] == "https://odoo.example.com"


def test_a_login_names_the_companies_it_may_work_in() -> None:
    body: dict[str, Any] = {"odoo_url": "https://odoo.example.com", "odoo_database": "shop", "odoo_login": "woodoo"}
    with (
        mock.patch("woodoo.trying.build_odoo"),
        mock.patch("woodoo.trying.user_companies", return_value=[(3, "Shop SL"), (1, "Holding")]),
        mock.patch("woodoo.trying.check_odoo", return_value=(None, [Check("Odoo: login", True, "Logged in.")])),
    ):
        said = program().post("/probe/odoo-login", {**body, "odoo_key": "key-1"})
        other = program().post("/probe/odoo-login", {**body, "odoo_key": "key-1", "odoo_company_id": 1})
    assert said["companies"] == [{"id": 3, "name": "Shop SL"}, {"id": 1, "name": "Holding"}]
    assert (said["odoo_company_id"], other["odoo_company_id"]) == (3, 1)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://user:pass@shop.example.com", "not an address"])
def test_what_is_no_address_is_refused(url: str) -> None:
    for path, name in (("/probe/store", "store_url"), ("/probe/odoo", "odoo_url")):
        answer = program().ask("post", path, {name: url})
        assert answer.status_code in (409, 422)
        assert answer.json()["message"]


def test_whoever_may_not_add_connections_tries_none() -> None:
    assert program("operator").ask("post", "/probe/store", {"store_url": "https://x.example.com"}).status_code == 403
