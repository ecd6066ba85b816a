"""One PostgreSQL for the whole test session, shared by all workers of xdist; nothing of it stays behind.

With DATABASE_URL set, that server is used instead (its role must be allowed to create databases).

Hypothesis tries the same examples each time, for a run has to say the same of the same code; to search for new ones:
`pytest --hypothesis-profile=search`.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection as database
from django.test import TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

for _name, _again in (("again", True), ("search", False)):
    hypothesis_settings.register_profile(
        _name, derandomize=_again, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
hypothesis_settings.load_profile("again")

#: Passwords are hashed as ever, but not a million times: invented ones need no protection against guessing.
PBKDF2PasswordHasher.iterations = 1_000

#: The stores and the Odoo of the tests are on this machine.
os.environ["WOODOO_PRIVATE_NETWORKS"] = "127.0.0.0/8, ::1"

_cleanup = pytest.StashKey[ExitStack]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Without it, long tests run in their short form: on one release of Odoo each instead of all."""
    parser.addoption("--long", action="store_true", help="long tests with all of their parameters")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what the short form of a long test does not try."""
    left_out = [] if config.getoption("--long") else [item for item in items if _is_for_long_runs(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def _is_for_long_runs(item: pytest.Item) -> bool:
    """Whether a long test has it, and its short form does not. One's own Odoo is always tried."""
    mark = item.get_closest_marker("long")
    if mark is None or not isinstance(item, pytest.Function):
        return False
    return item.callspec.id not in mark.args and item.callspec.params.get("real_odoo") != "own"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Start the server in the controlling process; workers find it in the environment they inherit."""
    cleanup = config.stash[_cleanup] = ExitStack()
    if hasattr(config, "workerinput"):
        return
    _use_home(cleanup)
    if not os.environ.get("DATABASE_URL"):
        _use_database(cleanup)


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[_cleanup].close()


#: What the database has from its migrations on; no test that commits changes it.
_ALWAYS_THERE = {"django_content_type", "auth_permission", "auth_group", "auth_group_permissions", "django_migrations"}


@pytest.fixture(scope="session", autouse=True)
def _only_tables_with_rows_are_emptied() -> Iterator[None]:
    """After a test that commits, Django would empty every table, then write roles and permissions anew."""

    def empty(case: TransactionTestCase) -> None:
        tables = sorted(set(database.introspection.django_table_names(only_existing=True)) - _ALWAYS_THERE)
        asked = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables)
        with database.cursor() as cursor:
            cursor.execute(asked)
            if filled := [table for (table,) in cursor.fetchall()]:
                cursor.execute(f"TRUNCATE {', '.join(filled)} CASCADE")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty)
        yield


@pytest.fixture(autouse=True)
def _engine_as_before() -> Iterator[None]:
    """What a test tells the engine of flows and connections is forgotten at its end."""
    from woodoo.engine import registry

    told = registry._resolver, registry._connections, registry._watches
    yield
    registry._resolver, registry._connections, registry._watches = told


@pytest.fixture
def nobody_works(db: None) -> None:
    """No worker has given a sign of life, as far as the database knows: its table is not one of Django's."""
    from woodoo.engine import db as database

    database.change("DELETE FROM procrastinate_workers")


def _use_home(cleanup: ExitStack) -> None:
    """Keep the keys of this session apart from those of an installation on this machine."""
    folder = Path(tempfile.mkdtemp(prefix="woodoo-test-home-"))
    folder.chmod(0o711)
    cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
    os.environ["WOODOO_HOME"] = str(folder)
    for name in ("WOODOO_SECRET_KEYS", "WOODOO_SECRET_KEY_FILE"):
        os.environ.pop(name, None)


def _use_database(cleanup: ExitStack) -> None:
    from woodoo.runtime.postgres import throwaway

    server = cleanup.enter_context(throwaway())
    os.environ["DATABASE_URL"] = server.url()
    cleanup.callback(os.environ.pop, "DATABASE_URL", None)
    _tell_django()


def _tell_django() -> None:
    """pytest-django has read the settings by now; no connection is open yet, so the address can still change."""
    from django.conf import settings

    from woodoo.settings import database

    settings.DATABASES["default"].update(database())
