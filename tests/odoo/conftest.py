"""Real Odoo servers for tests: the machine's sandbox, or one of your own.

With `ODOO_URL`, `ODOO_DB`, `ODOO_LOGIN` and `ODOO_KEY` the tests run against that Odoo (and leave their records in
it); otherwise each worker gets fresh databases on the sandbox's Odoo 19 and 14, which its modules share. A module whose
records would be found by others' (products by SKU, taxes by percentage), or that counts what there is, says
`OWN_DATABASE = True` and has one for itself. A machine that can provide neither fails these tests: an order that was
never tried on a real Odoo has not been tested.
"""

from __future__ import annotations

import os
import xmlrpc.client
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import pbkdf2_hmac
from pathlib import Path

import psycopg
import pytest

from woodoo.domain.errors import WoodooError
from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.odoo import Server, databases, using
from woodoo.sandbox.odoo.fixtures import Admin
from woodoo.sandbox.odoo.folders import Folders

OWN = ("ODOO_URL", "ODOO_DB", "ODOO_LOGIN", "ODOO_KEY")


@dataclass(frozen=True)
class RealOdoo:
    """One database: the connector's way in, and its administrator's."""

    version: str
    endpoint: Endpoint
    admin: Admin


def own_odoo() -> RealOdoo | None:
    """Return the Odoo named in the environment; half a description is an error."""
    given = {name: os.environ.get(name, "") for name in OWN}
    if not given["ODOO_URL"]:
        return None
    if missing := [name for name, value in given.items() if not value]:
        pytest.fail(f"ODOO_URL is set, but not {', '.join(missing)}.")
    url, database, login, key = (given[name] for name in OWN)
    endpoint = Endpoint(url, database, login, key)
    with xmlrpc.client.ServerProxy(f"{endpoint.url}/xmlrpc/2/common") as common:
        version = str(common.version()["server_version_info"][0])  # type: ignore[call-overload, index]
    return RealOdoo(version.removeprefix("saas~"), endpoint, Admin(endpoint.url, database, login, key))


def provide(version: str) -> Iterator[RealOdoo]:
    """Give a real Odoo of a release, on a database nobody else uses."""
    own = own_odoo()
    if own is not None and own.version == version:
        yield own
        return
    running = using(version, fresh=True)
    try:
        server = running.__enter__()
    except WoodooError as exc:
        pytest.fail(f"These tests need a real Odoo {version}. {exc}", pytrace=False)
    try:
        _hash_keys_once(server)
        endpoint = Endpoint(server.url, server.database, server.login, server.key)
        yield RealOdoo(version, endpoint, Admin.of(server))
    finally:
        running.__exit__(None, None, None)


def _hash_keys_once(server: Server) -> None:
    """Hash the API keys of a database once instead of 6,000 times: Odoo 19 checks the key at every call.

    The form is that of passlib, which names the rounds (`KEY_CRYPT_CONTEXT` in odoo/addons/base/models/res_users.py).
    """
    address = databases.postgres_of(Folders.of(server.version)).url(server.database)
    with psycopg.connect(address) as database:
        for key in (server.key, server.admin_key):
            salt = os.urandom(16)
            hashed = pbkdf2_hmac("sha512", key.encode(), salt, 1)
            stored = "$".join(("", "pbkdf2-sha512", "1", *(_passlib64(part) for part in (salt, hashed))))
            database.execute("UPDATE res_users_apikeys SET key = %s WHERE index = %s", [stored, key[:8]])


def _passlib64(data: bytes) -> str:
    return b64encode(data, b"./").decode().rstrip("=")


@pytest.fixture(scope="session")
def shared_odoo19() -> Iterator[RealOdoo]:
    yield from provide("19")


@pytest.fixture(scope="session")
def shared_odoo14() -> Iterator[RealOdoo]:
    yield from provide("14")


def of_module(request: pytest.FixtureRequest, version: str) -> Iterator[RealOdoo]:
    """Give the database of a worker, or one of its own to a module that wants it."""
    if getattr(request.module, "OWN_DATABASE", False):
        yield from provide(version)
    else:
        yield request.getfixturevalue(f"shared_odoo{version}")


@pytest.fixture(scope="module")
def real_odoo19(request: pytest.FixtureRequest) -> Iterator[RealOdoo]:
    yield from of_module(request, "19")


@pytest.fixture(scope="module")
def real_odoo14(request: pytest.FixtureRequest) -> Iterator[RealOdoo]:
    yield from of_module(request, "14")


@pytest.fixture(scope="module", params=["own"] if os.environ.get("ODOO_URL") else ["19", "14"])
def real_odoo(request: pytest.FixtureRequest) -> RealOdoo:
    """Each release in turn, with its administrator; with ODOO_URL, only that Odoo."""
    if request.param == "own":
        own = own_odoo()
        assert own is not None
        return own
    found: RealOdoo = request.getfixturevalue(f"real_odoo{request.param}")
    return found


@pytest.fixture(scope="module")
def odoo19(real_odoo19: RealOdoo) -> Endpoint:
    """The way into an Odoo 19."""
    return real_odoo19.endpoint


@pytest.fixture(scope="module")
def odoo14(real_odoo14: RealOdoo) -> Endpoint:
    """The way into an Odoo 14."""
    return real_odoo14.endpoint


@pytest.fixture(scope="module")
def odoo(real_odoo: RealOdoo) -> Endpoint:
    """Each release in turn."""
    return real_odoo.endpoint


@pytest.fixture(scope="module")
def admin19(real_odoo19: RealOdoo) -> Admin:
    """The administrator of `odoo19`'s database, who prepares what a shop already has (`fixtures`)."""
    return real_odoo19.admin


@pytest.fixture(scope="module")
def admin14(real_odoo14: RealOdoo) -> Admin:
    """The administrator of `odoo14`'s database."""
    return real_odoo14.admin


@pytest.fixture(scope="module")
def admin(real_odoo: RealOdoo) -> Admin:
    """The administrator of `odoo`'s database."""
    return real_odoo.admin


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test in this folder, so that `-m "not odoo"` leaves them out on purpose."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.odoo)
