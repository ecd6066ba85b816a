"""Which orders of the past are meant: those taken on some days, or those with ids in a range.

Decides what a person may write for it, and what each mistake is called.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from .errors import WoodooError

_STATUS = re.compile(r"[a-z0-9_-]{1,60}")
#: Ids beyond are no ids of any store.
_LARGEST = 2**63 - 1


@dataclass(frozen=True)
class OrderRange:
    """A part of the store's past, by time or by id. None means: open on that side."""

    #: Taken at or after, and before; aware UTC.
    begin: datetime | None = None
    end: datetime | None = None
    #: Both included.
    first_id: int | None = None
    last_id: int | None = None
    #: Empty: any.
    statuses: tuple[str, ...] = ()
    #: So many of the newest ones, in place of the above.
    newest: int | None = None

    @property
    def by_id(self) -> bool:
        return self.first_id is not None or self.last_id is not None

    def may_overlap(self, other: OrderRange) -> bool:
        """Say whether an order may be in both; a range of days and a range of ids may always share some."""
        if self.by_id != other.by_id:
            return True
        if self.statuses and other.statuses and not set(self.statuses) & set(other.statuses):
            return False
        if self.by_id:
            return _le(self.first_id, other.last_id) and _le(other.first_id, self.last_id)
        return _lt(self.begin, other.end) and _lt(other.begin, self.end)

    def in_words(self, zone: tzinfo) -> str:
        """Name it as a person would: "orders of 2025-01-01 to 2025-12-31, completed"; days are those of `zone`."""
        if self.newest:
            return f"the last {self.newest} orders" if self.newest > 1 else "the last order"
        if self.by_id:
            words = f"orders with ids {self.first_id} to {self.last_id}"
            if self.first_id == self.last_id:
                words = f"the order with the id {self.first_id}"
        else:
            begin = self.begin.astimezone(zone).date().isoformat() if self.begin else "the beginning"
            last = (self.end - timedelta(microseconds=1)).astimezone(zone).date().isoformat() if self.end else "now"
            words = f"orders of {begin}" if begin == last else f"orders of {begin} to {last}"
        return ", ".join([words, " or ".join(self.statuses)]) if self.statuses else words

    def to_json(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {
            "begin": self.begin.isoformat() if self.begin else None,
            "end": self.end.isoformat() if self.end else None,
            "first_id": self.first_id,
            "last_id": self.last_id,
            "statuses": list(self.statuses),
            **({"newest": self.newest} if self.newest else {}),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> OrderRange:
        """Read what `to_json` wrote."""
        begin, end = (datetime.fromisoformat(data[name]) if data[name] else None for name in ("begin", "end"))
        return cls(begin, end, data["first_id"], data["last_id"], tuple(data["statuses"]), data.get("newest"))


def read_range(
    *, from_day: str, to_day: str, ids: str, statuses: Sequence[str], zone: tzinfo, now: datetime
) -> OrderRange:
    """Read what a person wrote.

    Args:
        from_day, to_day: days as 2025-01-31, both included, in the shop's zone; empty: from the beginning, until now.
        ids: "1000-2000" or one id, in place of days.
        statuses: of the store; empty: any.
        zone: the shop's.
        now: aware; the present.

    Raises:
        WoodooError: says what is wrong with it.
    """
    wanted = tuple(dict.fromkeys(_status(text) for text in statuses))
    if ids and (from_day or to_day):
        raise WoodooError("Days and ids were given.", fix="Give one of both: the days, or the ids.")
    if ids:
        first, last = _ids(ids)
        return OrderRange(first_id=first, last_id=last, statuses=wanted)
    if not (from_day or to_day):
        raise WoodooError(
            "Which orders are meant was not said.",
            fix="Give the days from and to, such as 2025-01-31, or a range of ids.",
        )
    today = now.astimezone(zone).date()
    begin, end = _day(from_day, today, zone), _day(to_day, today, zone)
    if begin and end and end < begin:
        raise WoodooError(f"The range ends before it begins: from {begin} to {end}.", fix="Give the earlier day first.")
    until = now.astimezone(UTC)
    if end:
        until = min(until, _midnight(end + timedelta(days=1), zone))
    return OrderRange(_midnight(begin, zone) if begin else None, until, statuses=wanted)


def _day(text: str, today: date, zone: tzinfo) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        day = None
    if day is None or day.year < 1970:
        raise WoodooError(f"'{text}' is no day.", fix="Write days as year, month and day, such as 2025-01-31.")
    if day > today:
        raise WoodooError(
            f"{day} lies in the future: in the shop's time zone ({zone}) it is {today}.",
            fix="Orders of today and later come over by themselves; leave out the end, or give a day that has begun.",
        )
    return day


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _ids(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,19})(?:\s*-\s*(\d{1,19}))?", text.strip(), re.ASCII)
    first = int(found[1]) if found else 0
    last = int(found[2] or found[1]) if found else 0
    if not (0 < first <= _LARGEST and 0 < last <= _LARGEST):
        raise WoodooError(
            f"'{text}' is no range of ids.",
            fix="Write it as 1000-2000, with the store's ids of the first and last order.",
        )
    if last < first:
        raise WoodooError(f"The range ends before it begins: ids {first} to {last}.", fix="Give the smaller id first.")
    return first, last


def _status(text: str) -> str:
    status = text.strip().removeprefix("wc-")
    if not _STATUS.fullmatch(status):
        raise WoodooError(
            f"'{text}' is no order status.", fix="Write it as the store does, such as completed or processing."
        )
    return status


def _le(one: int | None, other: int | None) -> bool:
    return one is None or other is None or one <= other


def _lt(one: datetime | None, other: datetime | None) -> bool:
    return one is None or other is None or one < other
