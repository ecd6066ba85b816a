"""The sweep from a terminal: `python -m woodoo.sandbox faults --version 19`.

Decides that it has a database of its own, so that no other worker takes what it is about.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ...domain.errors import WoodooError
from ...odoo.endpoint import Endpoint
from ...runtime.postgres import throwaway
from ..odoo import using
from ..odoo.fixtures import Admin
from ..odoo.releases import RELEASES


def main(arguments: Sequence[str]) -> int:
    """Sweep, print what came of it as JSON, and return the exit code: 1 where the books are not what they should be."""
    options = _parser().parse_args(arguments)
    try:
        with own_service() as home, using(options.version, fresh=True) as server:
            from .points import spread
            from .refund_story import RefundStory
            from .stand import ground
            from .story import Story
            from .sweep import sweep

            endpoint = Endpoint(server.url, server.database, server.login, server.key)
            with ground(endpoint, Admin.of(server)) as shared, _kept(home / "workers.log", options.log):
                findings = sweep(
                    shared,
                    home / "workers.log",
                    choose=lambda points: spread([p for p in points if options.only in str(p)], options.points),
                    stands=options.stands,
                    minutes=options.minutes,
                    tell=_tell,
                    story_of=RefundStory if options.refunds else Story,
                )
    except WoodooError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    print(json.dumps(findings.to_json()))
    return 1 if findings.told or findings.astray else 0


@contextmanager
def own_service(database: str = "") -> Iterator[Path]:
    """Give a home folder and a database of its own (or the one named), with all tables; set Django up on it."""
    home = Path(tempfile.mkdtemp(prefix="woodoo-faults-"))
    home.chmod(0o711)  # the database's account passes through
    try:
        with ExitStack() as stack:
            address = database or stack.enter_context(throwaway()).url()
            os.environ |= {
                "DJANGO_SETTINGS_MODULE": "woodoo.settings",
                "WOODOO_HOME": str(home),
                "DATABASE_URL": address,
                "WOODOO_PRIVATE_NETWORKS": "127.0.0.0/8",
            }
            import django
            from django.core.management import call_command

            django.setup()
            call_command("migrate", verbosity=0)
            try:
                yield home
            finally:
                from django.db import connections

                connections.close_all()
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _kept(log: Path, wanted: str | None) -> Iterator[None]:
    """Copy what was logged to where it is wanted, however the block ends."""
    try:
        yield
    finally:
        if wanted and log.exists():
            shutil.copy(log, wanted)


def _tell(done: int, planned: int) -> None:
    print(f"{done} of {planned} trials", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m woodoo.sandbox faults", description="Mishaps at every remote call.")
    parser.add_argument("--version", choices=sorted(RELEASES, reverse=True), default="19", help="default: %(default)s")
    parser.add_argument("--points", type=int, help="how many; default: all there are")
    parser.add_argument("--refunds", action="store_true", help="of refunds, in place of orders")
    parser.add_argument("--stands", type=int, default=3, help="trials at once; default: %(default)s")
    parser.add_argument("--minutes", type=float, default=math.inf, help="after which nothing new is begun")
    parser.add_argument("--only", default="", help="only points whose description holds this")
    parser.add_argument("--log", help="a file that gets what the workers logged")
    return parser
