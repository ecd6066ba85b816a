"""Losses from a terminal: `python -m woodoo.sandbox losses --version 19`. Prints what came of them as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict

from ...domain.errors import WoodooError
from ...odoo.endpoint import Endpoint
from ...runtime.postgres import throwaway
from ..odoo import using
from ..odoo.fixtures import Admin
from ..odoo.releases import RELEASES
from .commands import own_service

#: A crash of PostgreSQL must lose nothing that was committed.
_SAFE = {"synchronous_commit": "on"}


def main(arguments: Sequence[str]) -> int:
    """Try all, print rows and what is wrong as JSON, and return the exit code: 1 where anything is."""
    options = _parser().parse_args(arguments)
    told: list[str] = []

    def tell(what: str, wrong: str) -> None:
        print(what if not wrong else f"{what}: {wrong}", file=sys.stderr, flush=True)
        if wrong:
            told.append(f"{what}: {wrong}")

    try:
        with (
            throwaway(settings=_SAFE) as postgres,
            own_service(postgres.url()) as home,
            using(options.version, fresh=True) as server,
        ):
            from .losses import try_losses
            from .stand import Stand, ground

            endpoint = Endpoint(server.url, server.database, server.login, server.key)
            with ground(endpoint, Admin.of(server)) as shared, closing(Stand(shared, home / "workers.log")) as stand:
                rows = list(try_losses(stand, postgres, only=options.only, moments=options.moments, tell=tell))
    except WoodooError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    print(json.dumps({"rows": [asdict(row) for row in rows], "told": told}))
    return 1 if told else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m woodoo.sandbox losses", description="Databases, clocks, outages.")
    parser.add_argument("--version", choices=sorted(RELEASES, reverse=True), default="19", help="default: %(default)s")
    parser.add_argument("--moments", type=int, default=5, help="of each kind; default: %(default)s")
    parser.add_argument("--only", default="", help="only kinds whose name holds this")
    return parser
