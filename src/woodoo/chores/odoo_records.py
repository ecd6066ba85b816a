"""Looks whether what Woodoo made in Odoo is still there and as it was, id by id: a deletion leaves no other trace.

Decides that a piece is a few calls, that the whole is walked no more than twice an hour, and that where suddenly most
of a model is gone it is the rights that are gone, not the records. It also finds what the feed of changes passes over:
writes past Odoo's own ways, and transactions longer than its overlap.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby

from django.db import transaction

from ..domain.calls import NullRecorder
from ..domain.errors import ConfigError
from ..engine.cursors import get_cursor, set_cursor
from ..engine.flow import LinkVals
from ..engine.links import Links
from ..live import Live
from ..mapping.documents.sign import GONE, Sign
from ..odoo.records import Records
from .followed import FOLLOWED, Followed
from .ringing import changed, ring

NAME = "odoo_records"
#: Seconds between two pieces.
EVERY = 300.0
#: Links to a step, and steps and seconds of a piece.
TOGETHER, STEPS, SECONDS = 1000, 4, 15.0
#: From the beginning of one walk to the next.
REST = timedelta(minutes=30)
#: Of so many records at least, most have to be there.
_ENOUGH = 20
_CURSOR = "odoo:records"
#: Models whose links lead to the records themselves.
_MODELS = [one for one in FOLLOWED.values() if one.model == one.linked]


def look_after_records(live: Live) -> Mapping[str, int]:
    """Look at the next piece of what our links lead to.

    Raises:
        ConfigError: where Odoo shows hardly any of a model's records; after the piece has been noted.
    """
    number = live.connection.pk
    kept = json.loads(get_cursor(number, _CURSOR) or "{}")
    after, began = int(kept.get("after", 0)), str(kept.get("began", ""))
    found: Counter[str] = Counter(looked=0, gone=0, changed=0, rung=0)
    now = datetime.now(UTC)
    if not after:
        if began and now - datetime.fromisoformat(began) < REST and datetime.fromisoformat(began) <= now:
            return found
        began = now.isoformat()
    odoo, hidden, until = live.odoo(NullRecorder()), [], time.monotonic() + SECONDS
    for _ in range(STEPS):
        links, after = Links(number).walk([one.model for one in _MODELS], after, TOGETHER)
        hidden += _look(number, odoo, links, found)
        after = after if len(links) == TOGETHER else 0
        set_cursor(number, _CURSOR, json.dumps({"after": after, "began": began}))
        if not after or time.monotonic() > until:
            break
    if hidden:
        raise hidden[0]
    return found


def _look(number: int, odoo: Records, links: Sequence[LinkVals], found: Counter[str]) -> list[ConfigError]:
    """Compare these records with what is known of them. Returns what cannot be believed."""
    hidden = []
    by_model = sorted(links, key=lambda link: link.odoo_model)
    for model, several in groupby(by_model, key=lambda link: link.odoo_model):
        one, own = FOLLOWED[model], list(several)
        ids = {link.odoo_id for link in own}
        rows = one.read(odoo, list(ids))
        signs: dict[int, Sign] = dict(one.look(odoo, rows))
        gone = ids - signs.keys()
        if len(ids) >= _ENOUGH and len(gone) * 2 > len(ids):
            hidden.append(_hidden(one, len(ids) - len(gone), len(ids)))
            continue
        noticed = changed(own, signs | dict.fromkeys(gone, GONE))
        with transaction.atomic():
            rung = ring(number, one, noticed)
            if model == "res.partner":
                Links(number).forget_odoo(model, gone)
        found.update(looked=len(ids), gone=len(gone), changed=len(noticed), rung=rung.orders)
    return hidden


def _hidden(one: Followed, there: int, asked: int) -> ConfigError:
    return ConfigError(
        f"Odoo shows only {there} of {asked} records of {one.model} that Woodoo knows; it is taken that they are "
        "hidden, not deleted.",
        where=f"{one.model} -> rights",
        fix="Give the Odoo user of the connection its rights and its company back. If they were deleted on purpose, "
        "nothing needs to be done.",
    )
