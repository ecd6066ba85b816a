"""What answers at an address that is said to be Odoo's, before there is a login.

Decides which database is proposed: on Odoo Online the one its address names, elsewhere the only one the server lists.
Servers may hide the list (`list_db`, odoo/service/db.py `list_dbs`); then a person enters the name.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from ..domain.errors import WoodooError
from ..runtime.addresses import check_typed
from .detect import identify
from .endpoint import Endpoint, guess_database, normalise_url
from .http import Http

_SECONDS = 20.0
#: A server that lists more is one of a hoster, whose list helps nobody.
_MOST = 50


@dataclass(frozen=True)
class OdooFound:
    """An Odoo that answers."""

    #: The address to keep.
    url: str
    #: As Odoo writes it: "19.0", "saas~18.2+e".
    version: str
    edition: str
    #: What there is to choose from; empty where the server does not tell.
    databases: tuple[str, ...] = ()
    #: The one to propose; empty where it cannot be known.
    database: str = ""

    @property
    def is_encrypted(self) -> bool:
        """Whether what is said with it is encrypted."""
        return self.url.startswith("https://")


def probe(typed: str, *, ca_bundle: str = "") -> OdooFound:
    """Look whether an Odoo answers at an address, in any form a person pastes.

    Raises:
        ConfigError: none is there, it is too old, or Woodoo may not go there.
        RemoteDown: nothing answers.
    """
    url = normalise_url(typed)
    check_typed(url, whose="Odoo's address", where="odoo_url")
    http = Http(Endpoint(url, "", "", "", ca_bundle=ca_bundle, timeout=_SECONDS))
    try:
        server = identify(http)
        guess = guess_database(url)
        databases = () if guess else _databases(http)
    finally:
        http.close()
    only = databases[0] if len(databases) == 1 else ""
    return OdooFound(url, server.server_version, server.edition, databases, guess or only)


def _databases(http: Http) -> tuple[str, ...]:
    """Ask for the list of databases (addons/web/controllers/database.py); a refusal is no mistake."""
    body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": {}}).encode()
    try:
        response = http.post("/web/database/list", body, {"Content-Type": "application/json"}, writes=False)
        found = response.json().get("result")
    except (WoodooError, ValueError, AttributeError):
        return ()
    names = [one for one in found if isinstance(one, str) and one] if isinstance(found, list) else []
    return tuple(names) if len(names) <= _MOST else ()
