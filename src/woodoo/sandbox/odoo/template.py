"""The Odoo that tests begin with: a company in EUR, a chart of accounts, and a connector's user without rights.

Decides what is in the template database, and nothing more than a shop's own Odoo would have: taxes, products and
journals belong to whoever needs them (`fixtures`).
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path

import psycopg

from woodoo.domain.errors import RemoteError
from woodoo.sandbox.odoo import databases
from woodoo.sandbox.odoo.folders import ODOO_UID, Folders, read_json, write_json
from woodoo.sandbox.odoo.places import ODOO_DATA, Place
from woodoo.sandbox.odoo.progress import run_logged, step
from woodoo.sandbox.odoo.releases import Release

#: Login and e-mail address of the user the connector works as.
LOGIN = "connector@example.com"
ADMIN_LOGIN = "admin"

_DRAFT = "template_draft"
_MARK = "WOODOO-ANSWER "

#: Runs in `odoo shell`, where `env` is the superuser's; `given` is set before it.
_SCRIPT = """
company = env.company
Currency = env['res.currency'].with_context(active_test=False)
for name in given['currencies']:
    Currency.search([('name', '=', name)]).active = True
euro = env.ref('base.EUR')
if company.currency_id != euro:
    company.currency_id = euro
env['product.pricelist'].search([('currency_id', '!=', euro.id)]).currency_id = euro
env['ir.default'].set('product.template', 'invoice_policy', 'order')
admin = env.ref('base.user_admin')
admin.write({'password': given['admin_password'], 'email': 'admin@example.com'})
roles = [env.ref(name).id for name in given['roles']]
user = env['res.users'].with_context(no_reset_password=True).create({
    'name': 'Woodoo', 'login': given['login'], 'email': given['login'], 'tz': 'UTC',
    given['groups_field']: [(6, 0, roles)],
})
keys = env['res.users.apikeys']
def key_of(someone):
    return keys.with_user(someone).sudo()._generate('rpc', 'Woodoo sandbox', *given['key_arguments'])
import json
answer = {'key': key_of(user), 'admin_key': key_of(admin)}
env.cr.commit()
print(given['mark'] + json.dumps(answer))
"""


def credentials(folders: Folders) -> dict[str, str]:
    """Return the sandbox's secrets, making those that need no Odoo."""
    path = folders.base / "credentials.json"
    known = read_json(path) or {}
    for name in ("role_password", "master_password", "admin_password"):
        known.setdefault(name, secrets.token_urlsafe(18))
    known.setdefault("login", LOGIN)
    write_json(path, known)
    return known


def write_config(folders: Folders, release: Release, place: Place, *, db_port: int, ports: tuple[int, int]) -> None:
    """Write Odoo's configuration: loopback only, two workers, no scheduled jobs, no database list."""
    secret = credentials(folders)
    options = {
        "admin_passwd": secret["master_password"],
        "data_dir": f"{ODOO_DATA}/data",
        "db_host": "127.0.0.1",
        "db_port": db_port,
        "db_user": databases.ROLE,
        "db_password": secret["role_password"],
        "http_interface": "127.0.0.1",
        "http_port": ports[0],
        release.gevent_setting: ports[1],
        "list_db": False,
        "dbfilter": f"^(?!{databases.TEMPLATE}$|{_DRAFT}$)",  # a browser is led to the one that is left
        "workers": 2,
        "max_cron_threads": 0,
        "limit_time_cpu": 600,
        "limit_time_real": 900,
        "limit_memory_soft": 2_147_483_648,
        "limit_memory_hard": 4_294_967_296,
        "log_level": "warn",
        "without_demo": "all",
    }
    path = place.data / "odoo.conf"
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text("[options]\n" + "".join(f"{name} = {value}\n" for name, value in options.items()))
    databases.own(path, ODOO_UID)


def make_template(folders: Folders, release: Release, place: Place, connection: psycopg.Connection) -> None:
    """Have Odoo make the database, put in users and keys, and keep it as the template."""
    if folders.done("template") is not None and databases.TEMPLATE in databases.names(connection):
        return
    databases.ensure_role(connection, credentials(folders)["role_password"])
    _install_modules(folders, release, place, connection)
    _add_users(folders, release, place)
    databases.rename(connection, place.data, _DRAFT, databases.TEMPLATE)
    folders.mark("template")


def _install_modules(folders: Folders, release: Release, place: Place, connection: psycopg.Connection) -> None:
    log = folders.logs / "3-modules.log"
    databases.drop(connection, place.data, _DRAFT)
    with step(f"Odoo {release.version}: a database with {', '.join(release.modules)}", log):
        launch = place.odoo(
            *_config(), f"--database={_DRAFT}", f"--init={','.join(release.modules)}", "--without-demo=all",
            "--stop-after-init", "--no-http", "--workers=0", "--log-level=info", name="install",
        )  # fmt: skip
        run_logged(launch, log, what="Installing Odoo's modules")


def _add_users(folders: Folders, release: Release, place: Place) -> None:
    secret = credentials(folders)
    given = {
        "mark": _MARK,
        "login": LOGIN,
        "admin_password": secret["admin_password"],
        "roles": release.roles,
        "groups_field": release.groups_field,
        "key_arguments": release.key_arguments,
        "currencies": ["EUR", "USD", "CAD", "GBP"],
    }
    with step(f"Odoo {release.version}: a user for the connector", folders.logs / "4-users.log"):
        answer = shell(folders, place, _DRAFT, _SCRIPT, given)
    write_json(folders.base / "credentials.json", {**secret, **answer})


def shell(folders: Folders, place: Place, database: str, script: str, given: Mapping[str, object]) -> dict[str, str]:
    """Run a script in `odoo shell`; it prints `given["mark"]` and its answer as JSON.

    Raises:
        RemoteError: the script failed; the log holds the traceback.
    """
    log: Path = folders.logs / "4-users.log"
    body = f"given = __import__('json').loads({json.dumps(given)!r})\n{script}"
    launch = place.odoo("shell", *_config(), f"--database={database}", "--no-http", "--workers=0", name="shell")
    result = launch.run(timeout=300, stdin=body)
    for line in result.stdout.splitlines():
        if line.startswith(_MARK):
            return dict(json.loads(line.removeprefix(_MARK)))
    log.write_text(result.stdout, encoding="utf-8")
    raise RemoteError(
        f"The script in odoo shell failed: {' / '.join(result.stdout.strip().splitlines()[-3:])}",
        where=str(log),
        fix=f"The whole output is in {log}.",
    )


def _config() -> tuple[str]:
    return (f"--config={ODOO_DATA}/odoo.conf",)
