"""Rings for the orders whose records in Odoo are not as they were when Woodoo looked at them last.

Decides that what is being worked on is looked at once more when it rests, for then its links tell what Woodoo itself
has written; and that what waits for its turn anyway is not rung for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..engine.flow import LinkVals
from ..engine.links import Links
from ..engine.models import State, Work
from ..engine.work import enqueue
from ..flows.table import FLOWS
from ..mapping.documents.sign import GONE, Sign, differing, joined
from .followed import ORDER_KINDS, Followed


@dataclass(frozen=True)
class Rung:
    """What came of a look."""

    #: Orders that were rung for.
    orders: int = 0
    #: Odoo ids to be looked at again.
    later: tuple[int, ...] = ()


def changed(links: Iterable[LinkVals], signs: Mapping[int, Sign]) -> list[tuple[LinkVals, Sign]]:
    """Return the links whose records are not as they were, with what they are like now."""
    seen = [(link, signs[link.odoo_id]) for link in links if link.odoo_id in signs]
    return [(link, sign) for link, sign in seen if differing(link.odoo_seen, sign)]


def ring(connection_id: int, one: Followed, noticed: Sequence[tuple[LinkVals, Sign]]) -> Rung:
    """Note what these records are like and ring for their orders. Belongs into the transaction that moves the cursor.

    Each order gets an event that says what changed: "sale.order: state quotation → confirmed".
    """
    states = _states(connection_id, [link.external_id for link, _ in noticed if link.kind in ORDER_KINDS])
    busy = {link.odoo_id for link, _ in noticed if _state(link, states) == State.RUNNING}
    now = {link: sign for link, sign in noticed if link.odoo_id not in busy}
    mine = Links(connection_id).see([(link, joined(link.odoo_seen, sign)) for link, sign in now.items()])
    others = {link.odoo_id for link in now} - {link.odoo_id for link in mine}
    words: dict[str, list[str]] = defaultdict(list)
    for link in mine:
        if _rings(one, link, now[link], states):
            said = "deleted" if now[link] == GONE else differing(link.odoo_seen, now[link])
            words[link.external_id].append(f"{link.odoo_model}: {said}")
    _enqueue(connection_id, words)
    return Rung(len(words), tuple(sorted(busy | others)))


def _rings(one: Followed, link: LinkVals, sign: Sign, states: Mapping[str, str]) -> bool:
    if link.kind not in ORDER_KINDS:
        return False
    if State.DONE not in one.rings and not link.odoo_seen and sign != GONE:
        return False  # seen for the first time
    state = _state(link, states)
    return state in one.rings or (state == "" and State.DONE in one.rings)


def _state(link: LinkVals, states: Mapping[str, str]) -> str:
    return states.get(link.external_id, "") if link.kind in ORDER_KINDS else ""


def _states(connection_id: int, records: Sequence[str]) -> dict[str, str]:
    found = Work.objects.filter(connection_id=connection_id, lane=FLOWS["order"].lane, record__in=set(records))
    return dict(found.values_list("record", "state"))


def _enqueue(connection_id: int, words: Mapping[str, Sequence[str]]) -> None:
    topics: dict[str, list[str]] = defaultdict(list)
    for record, said in words.items():
        topics["; ".join(sorted(set(said)))].append(record)
    flow = FLOWS["order"]
    for topic, records in topics.items():
        enqueue(connection_id, flow.lane, flow.name, records, source="odoo", topic=topic)
