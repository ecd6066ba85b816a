"""The databases of a sandbox: one template, and copies of it that take seconds.

Decides that the template is made once by Odoo itself and never served, and that whoever wants a clean Odoo gets a
copy under a name of its own (Odoo's workers remember what they have read from a database by its name).
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from pathlib import Path

import psycopg
from psycopg import sql

from woodoo.domain.errors import ConfigError
from woodoo.runtime.postgres import THROWAWAY, EmbeddedPostgres
from woodoo.sandbox.odoo.folders import ODOO_UID, Folders

#: The role Odoo connects with; it refuses to connect as `postgres`.
ROLE = "odoo"
TEMPLATE = "template_woodoo"

#: Names of databases that a test run has made and may be removed by the next.
PASSING_PREFIX = "test_"

_NAME = re.compile(r"[a-z][a-z0-9_]{0,50}\Z")


def postgres_of(folders: Folders, *, port: int | None = None) -> EmbeddedPostgres:
    """Return the release's own PostgreSQL.

    Nothing in it is worth a wait for the disk.
    """
    settings = {**THROWAWAY, "shared_buffers": "256MB", "max_connections": "120", "work_mem": "16MB"}
    return EmbeddedPostgres(folders.postgres, port=port, settings=settings)


def connect(folders: Folders) -> psycopg.Connection:
    """Connect to the release's running PostgreSQL as its superuser.

    Raises:
        ConfigError: it does not run.
    """
    try:
        return psycopg.connect(postgres_of(folders).url("postgres"), autocommit=True)
    except psycopg.OperationalError as exc:
        raise ConfigError(
            f"The sandbox's PostgreSQL in {folders.postgres} does not answer.", fix="Start the sandbox first."
        ) from exc


def ensure_role(connection: psycopg.Connection, password: str) -> None:
    """Make Odoo's role with this password."""
    found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone()
    verb = sql.SQL("ALTER" if found else "CREATE")
    connection.execute(
        sql.SQL("{} ROLE {} LOGIN CREATEDB PASSWORD {}").format(verb, sql.Identifier(ROLE), sql.Literal(password))
    )


def names(connection: psycopg.Connection) -> set[str]:
    """Return the names of Odoo's databases."""
    rows = connection.execute(
        "SELECT datname FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba WHERE rolname = %s", [ROLE]
    )
    return {row[0] for row in rows}


def copy(connection: psycopg.Connection, data: Path, source: str, target: str) -> None:
    """Make database `target` with its file store from `source`; a database of that name is replaced.

    Raises:
        ConfigError: the name is not a plain one.
    """
    check_name(target)
    drop(connection, data, target)
    connection.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
            sql.Identifier(target), sql.Identifier(source), sql.Identifier(ROLE)
        )
    )
    files = data / "data" / "filestore"
    if (files / source).is_dir():
        shutil.copytree(files / source, files / target, copy_function=_copy_owned)
        for folder in (files / target, *(f for f in (files / target).rglob("*") if f.is_dir())):
            own(folder, ODOO_UID)


def drop(connection: psycopg.Connection, data: Path, name: str) -> None:
    """Remove a database and its file store, also while servers are connected to it."""
    check_name(name)
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
    shutil.rmtree(data / "data" / "filestore" / name, ignore_errors=True)


def rename(connection: psycopg.Connection, data: Path, old: str, new: str) -> None:
    """Give a database and its file store another name."""
    drop(connection, data, new)
    connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new)))
    files = data / "data" / "filestore"
    if (files / old).is_dir():
        (files / old).rename(files / new)


def passing_name() -> str:
    """Return a name nobody has used before, for a database of one test run."""
    return f"{PASSING_PREFIX}{secrets.token_hex(5)}"


def check_name(name: str) -> None:
    """Refuse names that would need quoting in a path or a command.

    Raises:
        ConfigError: the name has other characters than a-z, 0-9 and _, or is too long.
    """
    if not _NAME.match(name):
        raise ConfigError(f"{name!r} is not a name for a database.", fix="Use a-z, 0-9 and _, beginning with a letter.")


def _copy_owned(source: str, target: str) -> str:
    shutil.copyfile(source, target)
    own(Path(target), ODOO_UID)
    return target


def own(path: Path, uid: int) -> None:
    """Give a file to Odoo's account, where we may."""
    if os.geteuid() == 0:
        os.chown(path, uid, uid)
