"""Asks Odoo what people have changed there, and rings for the orders it belongs to.

Decides how much is asked: the sales orders in each poll, one of the other models with them, in turn, so that an idle
connection costs two calls a minute; all of them at once after Odoo has hinted at news (`push.py`).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction

from ..domain.calls import NullRecorder
from ..domain.errors import RemoteDown, WoodooError
from ..engine import chores
from ..engine.cursors import get_cursor, set_cursor
from ..engine.links import Links
from ..live import Live
from ..mapping.policy import BECOMES
from ..odoo.feed import Changes, read_changes
from ..odoo.records import Records
from .followed import FOLLOWED, Followed
from .ringing import changed, ring

NAME = "odoo"
#: Cursor that holds when Odoo hinted at news last.
HINT = "odoo:hint"
_TURN = "odoo:turn"


def follow_odoo(live: Live) -> Mapping[str, int]:
    """Look at what changed in the models whose turn it is.

    Raises:
        WoodooError: where a model cannot be read; after the others have been.
    """
    number = live.connection.pk
    turn, hint = _Turn.read(get_cursor(number, _TURN)), get_cursor(number, HINT)
    models = turn.models(live, hinted=hint != turn.hint)
    # Noted beforehand: a model that cannot be read must not keep the others from their turn.
    set_cursor(number, _TURN, turn.next(hint).write())
    found: Counter[str] = Counter(read=0, changed=0, rung=0)
    failed: list[WoodooError] = []
    unfinished = []
    odoo = live.odoo(NullRecorder())
    for one in models:
        try:
            if _follow(live, odoo, one, found):
                unfinished.append(one.model)
        except RemoteDown:
            raise
        except WoodooError as error:
            failed.append(error)
    if unfinished:
        set_cursor(number, _TURN, turn.next(hint, unfinished).write())
        chores.hint(number, NAME, delay=0.0, gap=0.0)
    if failed:
        raise failed[0]
    return found


@dataclass(frozen=True)
class _Turn:
    """Whose turn it is."""

    number: int = 0
    #: The last hint that was followed.
    hint: str = ""
    #: Models of which more is to be had at once.
    unfinished: Sequence[str] = ()

    @classmethod
    def read(cls, text: str) -> _Turn:
        return cls(**json.loads(text)) if text else cls()

    def write(self) -> str:
        return json.dumps(asdict(self))

    def models(self, live: Live, *, hinted: bool) -> list[Followed]:
        """Return the models to be asked now."""
        steps = BECOMES[live.settings.order_becomes]
        wanted = [one for one in FOLLOWED.values() if one.wanted(steps)]
        return [one for one in wanted if hinted or self.number % one.every == one.rest or one.model in self.unfinished]

    def next(self, hint: str, unfinished: Sequence[str] = ()) -> _Turn:
        return _Turn(self.number + 1, hint, tuple(unfinished))


def _follow(live: Live, odoo: Records, one: Followed, found: Counter[str]) -> bool:
    """Look at the next piece of what changed in a model; return whether there is more."""
    number, name = live.connection.pk, f"odoo:{one.model}"
    kept: dict[str, Any] = json.loads(get_cursor(number, name) or "{}")
    domain = domain_of_company(live.connection.odoo_company_id, one)
    piece = read_changes(odoo, one.model, kept.get("feed", ""), one.fields, domain)
    rows = _with_those_left(odoo, one, piece, kept.get("later", ()))
    links = Links(number).leading_to(one.linked, {row[one.owner] for row in rows})
    ours = {link.odoo_id for link in links}
    rows = [row for row in rows if row[one.owner] in ours]
    noticed = changed(links, one.look(odoo, rows)) if rows else []
    with transaction.atomic():
        rung = ring(number, one, noticed)
        # Those of a delivery are kept by the delivery's id.
        later = [row["id"] for row in rows if row[one.owner] in rung.later]
        set_cursor(number, name, json.dumps({"feed": piece.cursor, "later": later}))
    found.update(read=len(piece.rows), changed=len(noticed), rung=rung.orders)
    return piece.more


def domain_of_company(company: int, one: Followed) -> list[Any]:
    """Return which records of a model are followed: those of the connection's company."""
    which: Any = ("company_id", "in", [False, company]) if one.model == "res.partner" else ("company_id", "=", company)
    return [which, *one.domain]


def _with_those_left(odoo: Records, one: Followed, piece: Changes, later: Sequence[int]) -> list[Mapping[str, Any]]:
    """Add the records that were at work the last time."""
    known = {row["id"] for row in piece.rows}
    return [*piece.rows, *one.read(odoo, [odoo_id for odoo_id in later if odoo_id not in known])]
