"""Whose turn it is in a lane: the news that somebody waits for, or the history that an import has put there.

| due                                             | then                           |
|-------------------------------------------------|--------------------------------|
| news                                            | news                           |
| history                                         | history, on all slots but one  |
| both                                            | news                           |
| both, and history had no turn for half a minute | one batch of history           |
| anything, in a lane of whole catalogues         | the same, on all slots but one |

The slot that history leaves free and the one that catalogues leave free are one and the same: together they take all
slots but one, whatever else is at work. So neither keeps an order waiting, and no stream of orders keeps either waiting
for good.

No batch holds both news and history, so an order is not held up by the history beside it: news waits for no more than
the batches at work, and where there are two slots not even for those. Batches of history are no larger than others:
Odoo posts invoices of one journal one after the other, so a new one would wait for all of theirs. A shop that never
rests gets its history all the same.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from woodoo.engine import db

#: Seconds after which history has a turn though news is due.
PATIENCE = 30.0


@dataclass(frozen=True)
class Load:
    """What a connection is at, and what is due in one of its lanes."""

    #: Batches at work over all lanes, and those among them that leave a slot free: history, and whole catalogues.
    used: int
    used_behind: int
    #: Records due, counted no further than needed.
    news: int
    history: int
    #: Whether history has been due for a while in which none of it was worked on.
    patient: bool = False


@dataclass(frozen=True)
class Turn:
    """What the next batch takes."""

    #: `Work.priority` from and to.
    priorities: tuple[int, int]
    #: Most records.
    size: int


def whose_turn(load: Load, *, slots: int, batch_size: int, bulk: bool = False, whole: bool = False) -> Turn | None:
    """Say what the next batch takes; None where nothing may go now.

    Args:
        load: what is at work and due.
        slots: most batches of the connection at once, over all lanes.
        batch_size: most records of a batch.
        bulk: the lane is one of whole catalogues.
        whole: a batch takes whatever is due, as far as it goes, in place of a fair share for each free slot.
    """
    for_history = min(slots - load.used, max(1, slots - 1) - load.used_behind)
    free = for_history if bulk else slots - load.used
    if load.history and for_history > 0 and (load.patient or not load.news):
        return Turn((1, 32767), min(batch_size, -(-load.history // (1 if whole else for_history))))
    if load.news and free > 0:
        return Turn((0, 0), min(batch_size, -(-load.news // (1 if whole else free))))
    return None


def load_of(connection_id: int, lane: str, at_most: int, bulk: Collection[str] = ()) -> Load:
    """Read what a connection is at, and up to `at_most` of what is due in the lane of each kind.

    `bulk` names the lanes of whole catalogues.
    """
    params = {"id": connection_id, "lane": lane, "most": at_most, "patience": PATIENCE, "bulk": list(bulk)}
    ((used, used_behind, news, history),) = db.rows(_LOAD, params)
    patient = bool(news and history and db.rows(_PATIENT, params)[0][0])
    return Load(used, used_behind, news, history, patient)


_DUE = """SELECT count(*) FROM (
              SELECT 1 FROM engine_work
               WHERE connection_id = %(id)s AND lane = %(lane)s AND state IN ('ready', 'waiting')
                 AND priority {which} AND due_at <= now() LIMIT %(most)s) AS due"""
_LOAD = f"""
    SELECT (SELECT count(DISTINCT lease_token) FROM engine_work WHERE state = 'running' AND connection_id = %(id)s),
           (SELECT count(DISTINCT lease_token) FROM engine_work
             WHERE state = 'running' AND connection_id = %(id)s AND (priority > 0 OR lane = ANY(%(bulk)s::text[]))),
           ({_DUE.format(which="= 0")}), ({_DUE.format(which="> 0")})
"""  # noqa: S608 - our own pieces
_PATIENT = """
    SELECT EXISTS (SELECT 1 FROM engine_work
                    WHERE connection_id = %(id)s AND lane = %(lane)s AND state IN ('ready', 'waiting')
                      AND priority > 0 AND due_at <= now() - make_interval(secs => %(patience)s))
       AND NOT EXISTS (SELECT 1 FROM engine_work
                        WHERE connection_id = %(id)s AND lane = %(lane)s AND priority > 0 AND state = 'running')
       AND NOT EXISTS (SELECT 1 FROM engine_work
                        WHERE connection_id = %(id)s AND lane = %(lane)s AND priority > 0 AND state <> 'ready'
                          AND updated_at > now() - make_interval(secs => %(patience)s))
"""
