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
from ..engine.flow import LinkVals
from ..engine.links import Links
from ..live import Live
from ..mapping.policy import BECOMES
from ..odoo.feed import Changes, read_changes
from ..odoo.records import Records
from . import fulfilment_news
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
        steps, settings = BECOMES[live.settings.order_becomes], live.settings
        wanted = [one for one in FOLLOWED.values() if one.wanted(steps) or fulfilment_news.follows(settings, one.model)]
        return [
            one
            for one in wanted
            if hinted or self.number % one.every == one.rest or one.model in self.unfinished or _is_urgent(live, one)
        ]

    def next(self, hint: str, unfinished: Sequence[str] = ()) -> _Turn:
        return _Turn(self.number + 1, hint, tuple(unfinished))


def _is_urgent(live: Live, one: Followed) -> bool:
    """Say whether customers wait for what is read: a delivery is told with each look."""
    return one.model == "stock.picking" and fulfilment_news.follows(live.settings, one.model)


def _follow(live: Live, odoo: Records, one: Followed, found: Counter[str]) -> bool:
    """Look at the next piece of what changed in a model; return whether there is more."""
    number, name = live.connection.pk, f"odoo:{one.model}"
    kept: dict[str, Any] = json.loads(get_cursor(number, name) or "{}")
    domain = domain_of_company(live.connection.odoo_company_id, one)
    news = fulfilment_news.fields_of(odoo.client.dialect, live.settings, one.model)
    fields = list(dict.fromkeys([*one.fields, *news]))
    piece = read_changes(odoo, one.model, kept.get("feed", ""), fields, domain)
    rows = _with_those_left(odoo, one, piece, kept.get("later", ()))
    links = Links(number).leading_to(one.linked, {row[one.owner] for row in rows})
    ours = {link.odoo_id for link in links}
    rows = [row for row in rows if row[one.owner] in ours]
    matters = one.wanted(BECOMES[live.settings.order_becomes])
    noticed = changed(links, one.look(odoo, rows)) if rows and matters else []
    with transaction.atomic():
        rung = ring(number, one, noticed)
        # Those of a delivery are kept by the delivery's id.
        later = [row["id"] for row in rows if row[one.owner] in rung.later]
        told, count = _ring_fulfilment(live, one, news, piece, links, kept.get("told", {}))
        set_cursor(number, name, json.dumps({"feed": piece.cursor, "later": later, **({"told": told} if told else {})}))
    found.update(read=len(piece.rows), changed=len(noticed), rung=rung.orders + count)
    return piece.more


def _ring_fulfilment(
    live: Live,
    one: Followed,
    news: Sequence[str],
    piece: Changes,
    links: Sequence[LinkVals],
    before: Mapping[str, str],
) -> tuple[dict[str, str], int]:
    """Ring for what the store is to be told of a piece of what changed; return the prints to be kept."""
    if not news:
        return {}, 0
    by_id: dict[int, list[LinkVals]] = {}
    for link in links:
        by_id.setdefault(link.odoo_id, []).append(link)
    rows = [(row, by_id.get(row[one.owner], [])) for row in piece.rows]
    prints, count = fulfilment_news.ring_fulfilment(live, one.model, news, rows, before)
    # While a long walk goes on, what it has passed is still within the overlap of the next one.
    return ({**before, **prints} if piece.more else prints), count


def domain_of_company(company: int, one: Followed) -> list[Any]:
    """Return which records of a model are followed: those of the connection's company."""
    which: Any = ("company_id", "in", [False, company]) if one.model == "res.partner" else ("company_id", "=", company)
    return [which, *one.domain]


def _with_those_left(odoo: Records, one: Followed, piece: Changes, later: Sequence[int]) -> list[Mapping[str, Any]]:
    """Add the records that were at work the last time."""
    known = {row["id"] for row in piece.rows}
    return [*piece.rows, *one.read(odoo, [odoo_id for odoo_id in later if odoo_id not in known])]
