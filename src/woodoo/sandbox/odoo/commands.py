"""What a person can do with the Odoo sandbox from a terminal.

Decides the words: install, up, down, reset, status, show, shell.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from woodoo.domain.errors import ConfigError, WoodooError
from woodoo.sandbox.odoo import server
from woodoo.sandbox.odoo.folders import Folders
from woodoo.sandbox.odoo.keeper import WORKING, Keeper
from woodoo.sandbox.odoo.places import ODOO_DATA, place_for
from woodoo.sandbox.odoo.progress import say
from woodoo.sandbox.odoo.releases import RELEASES, release

T = TypeVar("T")


def main(arguments: Sequence[str]) -> int:
    """Run one command and return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except WoodooError as exc:
        say(f"Error: {exc}")
        return 1
    except KeyboardInterrupt:
        say("Stopped. Finished steps are kept.")
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m woodoo.sandbox odoo", description="A real Odoo to try things on.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Callable[[argparse.Namespace], None], text: str, *, many: bool) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        choices = sorted(RELEASES, reverse=True)
        if many:
            command.add_argument("--version", action="append", choices=choices, help="may be repeated; default: all")
        else:
            command.add_argument("--version", choices=choices, default=choices[0], help="default: %(default)s")
        return command

    add("install", _install, "Install what is missing, and start nothing.", many=True)
    add("up", _up, "Install what is missing, start it, and leave it running.", many=True)
    add("down", _down, "End it, whoever uses it.", many=True)
    add("status", _status, "Say what is installed and what runs.", many=True)
    reset = add("reset", _reset, "Make a database clean again.", many=False)
    reset.add_argument("--database", default=WORKING)
    shell = add("shell", _shell, "Open Odoo's own Python shell on a database.", many=False)
    shell.add_argument("--database", default=WORKING)
    add("show", _show, "Print address, database, logins and keys as JSON.", many=False)
    add("keep", _keep, "Run the servers in the foreground (started by `up`).", many=False)
    return parser


def _versions(options: argparse.Namespace) -> list[str]:
    return options.version or list(RELEASES)


def _install(options: argparse.Namespace) -> None:
    if os.environ.get("ODOO_URL"):
        say("Nothing to install: ODOO_URL names an Odoo of your own.")
        return
    _at_once(server.install, _versions(options))


def _up(options: argparse.Namespace) -> None:
    for started in _at_once(lambda version: server.start(version, stay=True), _versions(options)):
        say(f"Odoo {started.version}: {started.url}, database {started.database}, login {started.login}")
    say("Keys: python -m woodoo.sandbox odoo show --version VERSION")


def _at_once(work: Callable[[str], T], versions: Sequence[str]) -> list[T]:
    """Do something for all releases at the same time."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(work, versions))


def _down(options: argparse.Namespace) -> None:
    for version in _versions(options):
        say(f"Odoo {version}: " + ("stopped" if server.stop(version) else "was not running"))


def _status(options: argparse.Namespace) -> None:
    for version in _versions(options):
        folders = Folders.of(version)
        running = server.find(version)
        state = f"running at {running.url}" if running else "not running"
        installed = "installed" if folders.done("template") else "not installed"
        print(f"Odoo {version}: {installed} in {folders.base}, {state}")


def _show(options: argparse.Namespace) -> None:
    running = _running(options.version)
    shown = ("url", "database", "login", "key", "admin_login", "admin_password", "admin_key", "pid")
    print(json.dumps({name: getattr(running, name) for name in shown}, indent=1))


def _reset(options: argparse.Namespace) -> None:
    _running(options.version)
    renewed = server.reset(options.version, options.database)
    say(f"Odoo {renewed.version}: database {renewed.database} is clean")


def _shell(options: argparse.Namespace) -> None:
    _running(options.version)
    known = release(options.version)
    folders = Folders.of(known.version)
    arguments = ("shell", f"--config={ODOO_DATA}/odoo.conf", f"--database={options.database}", "--no-http")
    command = place_for(known, folders).odoo(*arguments, "--workers=0", name="shell")
    argv = command.command()
    # The shell takes our place, so it gets the terminal and has our own parent.
    argv = [f"--parent={os.getppid()}" if word.startswith("--parent=") else word for word in argv]
    os.execve(argv[0], argv, {**command.env, "TERM": os.environ.get("TERM", "dumb")})


def _keep(options: argparse.Namespace) -> None:
    Keeper(options.version).run()


def _running(version: str) -> server.Server:
    found = server.find(version)
    if found is None:
        raise ConfigError(
            f"The sandbox's Odoo {version} does not run.",
            fix=f"Start it: python -m woodoo.sandbox odoo up --version {version}",
        )
    return found
