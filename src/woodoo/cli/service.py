"""Gives a command the database to work on, whether or not the service is running.

Decides where it is: DATABASE_URL, else the server that a running `woodoo run` has started in the home folder, else
one started for the time of the command.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from woodoo.domain.errors import ConfigError


@contextmanager
def database() -> Iterator[str]:
    """Give the address of the database for the length of a block."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    from woodoo.runtime.postgres import EmbeddedPostgres, reachable

    with reachable(EmbeddedPostgres()) as url:
        os.environ["DATABASE_URL"] = url
        try:
            yield url
        finally:
            os.environ.pop("DATABASE_URL", None)


@contextmanager
def service(*, migrated: bool = True) -> Iterator[None]:
    """Set Django up on the database for the length of a block.

    Args:
        migrated: refuse to go on where the tables are not those of this version.

    Raises:
        ConfigError: the database has not been set up, or is that of another version.
    """
    from django.apps import apps

    if apps.ready:  # within a process that has done so already
        with _acting():
            yield
        return
    with database():
        _set_up()
        try:
            if migrated:
                check_migrations()
            with _acting():
                yield
        finally:
            from django.db import connections

            connections.close_all()


def _acting() -> AbstractContextManager[None]:
    """Say who is at the keyboard, for what is written down."""
    from woodoo.connections import audit

    from .carrying import person

    return audit.acting(person, "command")


def _set_up() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "woodoo.settings")
    os.environ.setdefault("WOODOO_LOG_LEVEL", "WARNING")
    from woodoo import logs

    logs.set_up()
    django.setup()


def check_migrations() -> None:
    """Make sure that the tables are those of this version.

    Raises:
        ConfigError: they are not.
    """
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise ConfigError(
            "The database is not set up for this version of Woodoo.",
            where="database",
            fix="Run `woodoo migrate` first (`woodoo run` does it by itself).",
        )
