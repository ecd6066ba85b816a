"""Has Odoo hint at changes, or no longer, and says how that stands."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from .connections import Which, find
from .output import as_json, plain, say, table
from .service import service

if TYPE_CHECKING:
    from collections.abc import Sequence

    from woodoo.odoo.automation import HintRule


class Action(StrEnum):
    """What is to be done."""

    ON = "on"
    OFF = "off"
    STATUS = "status"


def add_to(parent: typer.Typer) -> None:
    """Add the commands of this module."""
    parent.command("push")(push)


def push(
    action: Annotated[Action, typer.Argument(help="Set the rules up in Odoo, remove them, or show them.")],
    which: Which = "",
    login: Annotated[str, typer.Option(help="Login of an administrator of Odoo, where the connection's is none.")] = "",
    url: Annotated[str, typer.Option(help="Address at which Odoo reaches Woodoo, where it is not WOODOO_URL.")] = "",
    json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False,
) -> None:
    """Have Odoo (from 17 on) hint at changes, so that they are looked at within seconds. Needs an administrator."""
    with service():
        from django.conf import settings

        from woodoo.chores.push import push_state, rules_of, switch_off, switch_on

        connection, key = find(which), _key(login)
        rules: Sequence[HintRule] = ()
        if action is Action.ON:
            base = (url or settings.WOODOO_URL).rstrip("/")
            rules = switch_on(connection, base, login, key)
        elif action is Action.OFF:
            count = switch_off(connection, login, key)
            say(f"[green]✓[/green] {count} rule{'' if count == 1 else 's'} removed; Odoo hints at nothing any more.")
            return
        elif login:
            rules = rules_of(connection, login, key)
        stands = push_state(connection)
        if json:
            shown = [{name: value for name, value in asdict(rule).items() if name != "url"} for rule in rules]
            as_json({**asdict(stands), "rules": shown})
            return
        _show(rules)
        last = f"the last one came {plain(stands.last)}" if stands.last else "none has come yet"
        say(f"Hints are {'taken' if stands.on else 'not taken'}; {last}.")
        if action is Action.ON and ("127.0.0.1" in base or "localhost" in base):
            say("[yellow]![/yellow] That address is this machine only. Set WOODOO_URL to one Odoo can reach.")


def _key(login: str) -> str:
    """Return the administrator's key: from the environment, or asked for unseen."""
    import os

    if not login:
        return ""
    given = os.environ.get("WOODOO_ODOO_ADMIN_KEY", "")
    return given or str(typer.prompt("API key or password of that user", hide_input=True))


def _show(rules: Sequence[HintRule]) -> None:
    if rules:
        words = {"on_unlink": "deleted"}
        table(
            ["Model", "When", "Rule", "State"],
            [(r.model, words.get(r.trigger, "changed"), r.odoo_id, "on" if r.active else "off") for r in rules],
        )
