"""Looks after the installation: tables, the first administrator, keys.

Decides that the first administrator is made in the browser, by whoever sees what this computer prints.
"""

from __future__ import annotations

import os
import secrets
from datetime import datetime
from typing import Annotated

import typer

from woodoo.domain.errors import ConfigError

from .output import moment, plain, say
from .service import service

secrets_app = typer.Typer(no_args_is_help=True, help="The keys that lock stored secrets.")
key_app = typer.Typer(no_args_is_help=True, help="A key for a new installation.")


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("migrate")(migrate)
    app.command("prepare", hidden=True)(prepare)
    app.add_typer(secrets_app, name="secrets")
    app.add_typer(key_app, name="key")


def kept_as_json() -> dict[str, object]:
    """Return how much is kept of what happened, for other programs."""
    from django.conf import settings

    from woodoo.engine.retention import kept

    found = kept()
    return {
        "megabytes": round(found.megabytes, 1),
        "most_megabytes": settings.WOODOO_KEEP_MB,
        "days": settings.WOODOO_KEEP_DAYS,
        "since": found.since,
    }


def say_what_is_kept() -> None:
    """Say how much is kept of what happened, and since when."""
    kept = kept_as_json()
    since = kept["since"]
    if isinstance(since, datetime):
        say(
            f"Kept of what happened: {kept['megabytes']} of {kept['most_megabytes']} MB, since {moment(since)}, "
            f"for {kept['days']} days at most."
        )


def migrate() -> None:
    """Bring the database's tables to this version. May be repeated."""
    with service(migrated=False):
        _migrate()
    say("[green]✓[/green] The database is set up.")


def prepare() -> None:
    """Migrate, and say where the first administrator is made, where there is none. What `woodoo run` does first."""
    with service(migrated=False):
        _migrate()
        first_administrator()


def _migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def first_administrator() -> None:
    """Print a link for the first account where nobody can sign in yet; with WOODOO_ADMIN_PASSWORD set, make it."""
    from woodoo.web import first

    if not first.is_wanted():
        return
    if password := os.environ.get("WOODOO_ADMIN_PASSWORD"):
        from .people import checked

        first.make("admin", checked(password, "admin"))
        say("[green]✓[/green] The first administrator is admin, with the password of WOODOO_ADMIN_PASSWORD.")
        return
    say_link(first.link())


def say_link(link: str) -> None:
    """Print where the first account is made; unbroken, so that a terminal can open it."""
    say("")
    say("Make your account here (the link is good for a day, and once):")
    typer.echo(f"  {link}")
    say("")


@secrets_app.command("rotate")
def rotate(
    new_key: Annotated[bool, typer.Option("--new-key", help="Put a new key in front of the key file first.")] = False,
    drop_old: Annotated[
        bool, typer.Option("--drop-old", help="Afterwards take the old keys out of the key file.")
    ] = False,
) -> None:
    """Lock every stored secret again with the first key."""
    with service():
        from woodoo.connections import keys
        from woodoo.connections.secrets import rotate as lock_again

        if new_key:
            _write_keys([keys.new_key(), *keys.load_keys()])
        count = lock_again()
        if drop_old:
            _write_keys([keys.load_keys()[0]])
        place = keys.place()
    say(f"[green]✓[/green] {count} secret{'s' if count != 1 else ''} locked with the first key of {plain(place)}.")
    if new_key or drop_old:
        say("  Restart web and workers. People sign in again once the old key is gone.")
    if new_key and not drop_old:
        say("  The old key is still there. Back up the file, then `woodoo secrets rotate --drop-old`.")


def _write_keys(wanted: list[str]) -> None:
    """Write the key file anew, complete or not at all, readable by its owner alone."""
    from pathlib import Path

    from woodoo.connections import keys

    if os.environ.get("WOODOO_SECRET_KEYS"):
        raise ConfigError(
            "The keys are in WOODOO_SECRET_KEYS, which a command cannot change.",
            where="WOODOO_SECRET_KEYS",
            fix="Make a key with `woodoo key new`, put it first there, restart, then run `woodoo secrets rotate`.",
        )
    file = Path(keys.place())
    draft = file.with_name(f".{file.name}-{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as text:
        text.write("\n".join(wanted) + "\n")
        text.flush()
        os.fsync(text.fileno())
    draft.replace(file)


@key_app.command("new")
def key_new() -> None:
    """Print a new key. Store it where WOODOO_SECRET_KEYS or WOODOO_SECRET_KEY_FILE points."""
    from woodoo.connections.keys import new_key

    typer.echo(new_key())
