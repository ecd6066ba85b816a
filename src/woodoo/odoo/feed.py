"""What changed in an Odoo model since it was looked at last, told by `write_date`; any model, in bounded pieces.

Decides that nothing is passed over, at the price of reading some of it again: whoever asks compares with what is
known (odoo/models.py `write`, `_write`; 19: odoo/orm/models.py).

| `write_date` …                                      | so                                                             |
|-----------------------------------------------------|----------------------------------------------------------------|
| is when the transaction began, not when it ended    | each walk begins ten minutes before the end of the one before  |
| comes in whole seconds, kept finer                  | only `>=` and `<` a whole second: they mean the same since 14  |
| is the same for all records of one transaction      | the last second of a full page is left to the next page; one   |
|                                                     | that fills a page alone is read by id                          |
| is of Odoo's clock                                  | so is the cursor; ours only tells that Odoo's should be asked  |

Deletions leave no trace here, nor do writes past the ORM; who has to know of them compares ids.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from .records import Records
from .wire import utc_text

#: Records to a page, and pages to a piece.
PAGE = 500
PAGES = 6
#: Longer than a transaction lasts: Odoo ends requests after `limit_time_real`, 120 s, but lets imports take longer.
OVERLAP = timedelta(minutes=10)
#: A walk that read more than that asks Odoo's clock before the next one, so as not to read it all again and again.
CROWD = 50
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Changes:
    """A piece of what changed."""

    #: With `id`, `write_date` and the fields asked for; each record once, as it was read last.
    rows: tuple[Mapping[str, Any], ...]
    #: To be handed in next time.
    cursor: str
    #: Later walks read from then on, as Odoo writes times: what was written before is handed out no more.
    again: str
    #: The walk has not come to its end: there is more to be had at once.
    more: bool


def read_changes(
    records: Records,
    model: str,
    cursor: str,
    fields: Sequence[str],
    domain: Sequence[Any] = (),
    *,
    page: int = PAGE,
    pages: int = PAGES,
    overlap: timedelta = OVERLAP,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Changes:
    """Read the next piece of what changed, archived records included; one call for most.

    An empty cursor begins now, less the overlap. A row may be one that was handed out before. With a shorter overlap
    less is read again, and what long transactions wrote is left to a walk with the whole one.

    Raises:
        WoodooError: where Odoo does not answer, or the model or a field is not there.
    """
    walk = _Walk.read(cursor)
    if not walk.at:
        walk = _begin(records, walk, overlap)
    found: dict[int, Mapping[str, Any]] = {}
    wanted = list(dict.fromkeys(["write_date", *fields]))
    context = {"active_test": False}
    for _ in range(pages):
        rows = records.search_read(
            model, [*domain, *walk.domain], wanted, limit=page, order=walk.order, context=context
        )
        taken, walk = walk.after(rows, full=len(rows) == page)
        for row in taken:
            found.pop(row["id"], None)
            found[row["id"]] = row
        if not walk.at:
            walk = walk.ended(now())
            break
    return Changes(tuple(found.values()), walk.write(), walk.again(overlap), bool(walk.at))


def server_time(records: Records) -> datetime:
    """Return what time it is for Odoo, in UTC and whole seconds: what a new message would be dated."""
    found = records.defaults("mail.message", ["date"])
    return _moment(str(found["date"]))


@dataclass(frozen=True)
class _Walk:
    """How far a feed has come. Times are Odoo's, as it writes them; empty: none."""

    #: Everything written up to then has been seen, but for transactions that were under way.
    since: str = ""
    #: The second the walk goes on from, empty between two walks; within that second, from which id, else -1.
    at: str = ""
    after_id: int = -1
    #: When this walk began, where Odoo was asked.
    began: str = ""
    #: Of this walk: the newest `write_date` of its first page, that of all, and how many rows.
    first: str = ""
    newest: str = ""
    count: int = 0
    #: The next walk asks Odoo what time it is.
    ask: bool = True

    @classmethod
    def read(cls, text: str) -> _Walk:
        return cls(**json.loads(text)) if text else cls()

    def write(self) -> str:
        blank = asdict(_Walk())
        return json.dumps({name: value for name, value in asdict(self).items() if value != blank[name]})

    @property
    def domain(self) -> list[Any]:
        if self.after_id < 0:
            return [("write_date", ">=", self.at)]
        return [("write_date", ">=", self.at), ("write_date", "<", _later(self.at)), ("id", ">", self.after_id)]

    @property
    def order(self) -> str:
        return "write_date, id" if self.after_id < 0 else "id"

    def after(self, rows: Sequence[Mapping[str, Any]], *, full: bool) -> tuple[Sequence[Mapping[str, Any]], _Walk]:
        """Return which rows of a page count now, and the walk behind them."""
        newest = max([self.newest, *(str(row["write_date"]) for row in rows)])
        on = replace(self, first=self.first or newest, newest=newest, count=self.count + len(rows))
        if self.after_id >= 0:
            behind = replace(on, after_id=rows[-1]["id"]) if full else replace(on, at=_later(self.at), after_id=-1)
            return rows, behind
        if not full:
            return rows, replace(on, at="")
        last = str(rows[-1]["write_date"])
        earlier = [row for row in rows if row["write_date"] != last]
        return earlier, replace(on, at=last, after_id=-1 if earlier else 0)

    def ended(self, now: datetime) -> _Walk:
        """Return the cursor after the last page; `now` by our clock, to tell times of Odoo that cannot be.

        It counts what was newest when the walk began: what was written while it went on may lie behind it.
        """
        future = self.newest > utc_text(now)
        since = self.since if future and not self.began else self._end
        return _Walk(since, ask=future or self.count > CROWD)

    def again(self, overlap: timedelta) -> str:
        """Return from when on rows may be read once more: by this walk, or by those after it."""
        next_one = utc_text(_moment(self._end) - overlap)
        return min(self.at, next_one) if self.at else next_one

    @property
    def _end(self) -> str:
        """What `since` becomes when this walk ends."""
        return utc_text(_moment(self.began) - _SECOND) if self.began else max(self.since, self.first)


def _begin(records: Records, walk: _Walk, overlap: timedelta) -> _Walk:
    """Set out: a little before the end of the last walk."""
    began = utc_text(server_time(records)) if walk.ask else ""
    since = walk.since or began
    # Odoo's clock was set back: what is written now is earlier than what was seen.
    since = min(since, began) if began else since
    return _Walk(since, at=utc_text(_moment(since) - overlap), began=began)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _later(text: str) -> str:
    return utc_text(_moment(text) + _SECOND)
