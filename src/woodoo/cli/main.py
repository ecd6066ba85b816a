"""The `woodoo` command.

Decides the exit codes: 0 all is well, 1 something is wrong and was said, 2 the command line was wrong, 130 stopped by
the keyboard. A person never sees a traceback unless WOODOO_DEBUG is set.
"""

from __future__ import annotations

import os
import sys

import typer

from woodoo import __version__
from woodoo.domain.errors import WoodooError

from . import (
    alerts,
    connections,
    doctor,
    drift,
    golive,
    held,
    imports,
    people,
    person,
    portable,
    products,
    proposals,
    push,
    records,
    run,
    stock,
    tokens,
    trials,
    upkeep,
    webhooks,
)
from .output import complain, say

app = typer.Typer(
    name="woodoo",
    help="Keeps a WooCommerce store and an Odoo database in step.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        say(f"woodoo {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """Keeps a WooCommerce store and an Odoo database in step."""


run.add_to(app)
upkeep.add_to(app)
people.add_to(app)
person.add_to(app)
proposals.add_to(connections.app)
portable.add_to(connections.app)
webhooks.add_to(connections.app)
push.add_to(connections.app)
connections.add_to(app)
records.add_to(app)
held.add_to(app)
drift.add_to(app)
stock.add_to(app)
golive.add_to(app)
imports.add_to(app)
products.add_to(app)
trials.add_to(app)
doctor.add_to(app)
alerts.add_to(app)
tokens.add_to(app)


def main() -> None:
    """Run the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "woodoo.settings")
    if os.environ.get("WOODOO_DEBUG"):
        sys.exit(app())
    sys.exit(guarded())


def guarded(arguments: list[str] | None = None) -> int:
    """Run a command line and return its exit code; errors become sentences on stderr."""
    try:
        app(arguments, standalone_mode=True)
    except SystemExit as exc:
        return exc.code if isinstance(exc.code, int) else int(bool(exc.code))
    except WoodooError as error:
        complain(error)
        return 1
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        complain(_in_words(error))
        return 1
    return 0


def _in_words(error: Exception) -> WoodooError:
    """Return a sentence for an error that is none of ours. Its own text may hold secrets only for databases."""
    from django.db import OperationalError, ProgrammingError

    if isinstance(error, OperationalError):
        return WoodooError(
            "The database cannot be reached.", fix="Look at DATABASE_URL, or leave it out to use the embedded one."
        )
    if isinstance(error, ProgrammingError):
        return WoodooError("The database does not fit this version of Woodoo.", fix="Run `woodoo migrate`.")
    return WoodooError(
        f"Woodoo made a mistake ({type(error).__name__}: {error}).",
        fix="Run it again with WOODOO_DEBUG=1 to see where, and report it.",
    )
