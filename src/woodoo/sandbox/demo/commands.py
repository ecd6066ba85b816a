"""`python -m woodoo.sandbox demo [up|down|keep]`.

Decides in which order the demo comes up, and that a second `up` finds what is there.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from woodoo.domain.errors import ConfigError, WoodooError
from woodoo.odoo.client import connect as connect_odoo
from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.demo import connect, keeper
from woodoo.sandbox.demo.place import Place, folder, place
from woodoo.sandbox.odoo.fixtures import Admin
from woodoo.sandbox.odoo.progress import say, step

OWN = ("ODOO_URL", "ODOO_DB", "ODOO_LOGIN", "ODOO_KEY")


def main(arguments: Sequence[str]) -> int:
    """Run the given command and return the exit code."""
    command = arguments[0] if arguments else "up"
    try:
        if command == "up":
            up()
        elif command == "keep":
            keeper.keep(place())
        elif command == "configure":
            configure()
        elif command == "down":
            say("The demo is stopped." if keeper.stop() else "The demo does not run.")
        else:
            say("usage: python -m woodoo.sandbox demo [up|down]")
            return 2
    except WoodooError as error:
        say(f"{error.message} {error.fix}".strip())
        return 1
    return 0


def up() -> None:
    """Bring everything up and print where it is. What runs already is used as it is."""
    where = place()
    log = folder() / "demo.log"
    odoo = odoo_address()
    odoo_web = odoo["url"]
    if os.environ.get("ODOO_URL"):
        _sign_in(where, odoo)
    with step("The shop and the service", log):
        keeper.spawn(where)
    with step("The connection between them: products, taxes, journals, webhooks", log):
        _run_configure(where)
    command = os.path.relpath(Path(sys.executable).with_name("woodoo"))
    print(
        _WELCOME.format(
            panel=where.woodoo_url,
            panel_sign_in=f"sign in:  admin  /  {where.password}",
            store=where.store_url,
            odoo=odoo_web,
            odoo_sign_in=_odoo_sign_in(),
            settings=" ".join(f"{name}='{value}'" for name, value in keeper.settings(where).items()),
            command=f"{command} status",
        )
    )


def configure() -> None:
    """Make account and connection in the service's own database. Runs in a process with the service's environment."""
    from woodoo.cli.service import service

    where, odoo = place(), odoo_address()
    shop = connect.prepare_odoo(Admin(odoo["url"], odoo["database"], odoo["admin_login"], odoo["admin_key"]), where)
    with service():
        connect.ensure_account(where)
        connect.ensure_connection(where, odoo, shop)


def odoo_address() -> dict[str, str]:
    """Return the Odoo to use: one's own by ODOO_URL and the rest, else the sandbox's, started where needed.

    Raises:
        ConfigError: ODOO_URL is given without the rest, or this machine cannot run the sandbox.
    """
    given = {name: os.environ.get(name, "") for name in OWN}
    if given["ODOO_URL"]:
        if missing := [name for name, value in given.items() if not value]:
            raise ConfigError(f"ODOO_URL is set, but not {', '.join(missing)}.", fix="Set all of them.")
        own = dict(zip(("url", "database", "login", "key"), given.values(), strict=True))
        return {**own, "admin_login": own["login"], "admin_key": own["key"]}
    from woodoo.sandbox.odoo import start

    server = start("19", stay=True)
    return {
        "url": server.url,
        "database": server.database,
        "login": server.login,
        "key": server.key,
        "admin_login": server.admin_login,
        "admin_key": server.admin_key,
    }


def _sign_in(where: Place, odoo: Mapping[str, str]) -> None:
    """Make sure that an Odoo of one's own answers and takes the key, before anything is started.

    Raises:
        WoodooError: it does not, and what to do.
    """
    os.environ |= keeper.settings(where)
    with connect_odoo(Endpoint(odoo["url"], odoo["database"], odoo["login"], odoo["key"])) as client:
        client.call("res.users", "context_get")


def _odoo_sign_in() -> str:
    """Say how to sign in to the sandbox's Odoo; of an Odoo of one's own the person knows it."""
    if os.environ.get("ODOO_URL"):
        return ""
    from woodoo.sandbox.odoo import find

    server = find("19")
    return f"sign in:  {server.admin_login}  /  {server.admin_password}" if server else ""


def _run_configure(where: Place) -> None:
    env = keeper.environment(where)
    command = [sys.executable, "-m", "woodoo.sandbox", "demo", "configure"]
    if subprocess.run(command, env=env, check=False).returncode:
        raise ConfigError("The demo's connection could not be made.", fix="Look at the lines above.")


_WELCOME = """
  Woodoo is running.

    the panel:   {panel:24}   {panel_sign_in}
    the shop:    {store:24}   place an order there, and watch it arrive
    Odoo:        {odoo:24}   {odoo_sign_in}

  The command line for it:
    export {settings}
    {command}

  Stop all of it with: make stop
"""
