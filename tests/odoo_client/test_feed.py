"""What a feed hands out, on an Odoo whose clock, transactions and comparisons are played."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.odoo_client.doubles import scripted_records
from woodoo.odoo.feed import OVERLAP, Changes, read_changes
from woodoo.odoo.records import Records

NOON = datetime(2026, 5, 4, 12, 0, 0, 250_000, tzinfo=UTC)


@dataclass
class PlayedOdoo:
    """One model: what is committed, the server's clock, and how that version compares times."""

    version: int = 19
    now: datetime = NOON
    #: id → exact time of the last write.
    rows: dict[int, datetime] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    records: Records = field(init=False)

    def __post_init__(self) -> None:
        answers = {"res.partner.search_read": self.search_read, "mail.message.default_get": self.default_get}
        self.records = scripted_records(answers, version=self.version)

    def write(self, *ids: int, at: datetime | None = None) -> None:
        self.rows |= dict.fromkeys(ids, at or self.now)

    def search_read(
        self, domain: Sequence[Any], fields: Sequence[str], limit: int, order: str, **_: Any
    ) -> list[dict[str, Any]]:
        self.calls.append("search_read")
        found = [(odoo_id, at) for odoo_id, at in self.rows.items() if all(self._fits(odoo_id, at, *x) for x in domain)]
        found.sort(key=lambda row: row[0] if order == "id" else (row[1], row[0]))
        return [{"id": odoo_id, "write_date": f"{at:%Y-%m-%d %H:%M:%S}"} for odoo_id, at in found[:limit]]

    def _fits(self, odoo_id: int, at: datetime, name: str, operator: str, value: Any) -> bool:
        """Compare as Odoo does: to the microsecond up to 18, by whole seconds in 19."""
        left: Any = odoo_id
        if name == "write_date":
            left = at if self.version < 19 else at.replace(microsecond=0)
            value = datetime.fromisoformat(value).replace(tzinfo=UTC)
        return {">=": left >= value, "<": left < value, ">": left > value}[operator]

    def default_get(self, fields: Sequence[str], **_: Any) -> dict[str, str]:
        self.calls.append("default_get")
        return {"date": f"{self.now:%Y-%m-%d %H:%M:%S}"}

    def changes(self, cursor: str, **options: Any) -> Changes:
        return read_changes(self.records, "res.partner", cursor, ["name"], now=lambda: self.now, **options)

    def whole(self, cursor: str, **options: Any) -> tuple[list[Mapping[str, Any]], str]:
        """Read pieces until the walk has come to its end."""
        rows: list[Mapping[str, Any]] = []
        for _ in range(1000):
            piece = self.changes(cursor, **options)
            rows += piece.rows
            cursor = piece.cursor
            if not piece.more:
                return rows, cursor
        raise AssertionError("the walk does not end")


@pytest.fixture(params=[14, 19])
def odoo(request: pytest.FixtureRequest) -> PlayedOdoo:
    return PlayedOdoo(request.param)


def ids(rows: Sequence[Mapping[str, Any]]) -> set[int]:
    return {row["id"] for row in rows}


def test_it_begins_with_the_last_minutes_and_leaves_what_is_older(odoo: PlayedOdoo):
    odoo.write(1, at=NOON - timedelta(days=3))
    odoo.write(2, at=NOON - timedelta(minutes=5))
    rows, _ = odoo.whole("")
    assert ids(rows) == {2}


def test_what_is_written_later_comes_and_idleness_costs_one_call(odoo: PlayedOdoo):
    _, cursor = odoo.whole("")
    odoo.now += timedelta(minutes=1)
    odoo.write(7)
    rows, cursor = odoo.whole(cursor)
    assert ids(rows) == {7}
    odoo.calls.clear()
    odoo.now += timedelta(hours=5)
    odoo.whole(cursor)
    assert odoo.calls == ["search_read"]


def test_a_transaction_that_ends_after_the_look_is_not_passed_over(odoo: PlayedOdoo):
    began = odoo.now
    odoo.now += timedelta(minutes=4)
    odoo.write(1)
    rows, cursor = odoo.whole("")
    odoo.write(2, at=began)
    odoo.now += timedelta(minutes=1)
    rows, cursor = odoo.whole(cursor)
    assert 2 in ids(rows)


def test_a_second_with_more_records_than_a_page_is_read_to_its_end(odoo: PlayedOdoo):
    _, cursor = odoo.whole("")
    odoo.now += timedelta(minutes=1)
    odoo.write(100)
    odoo.now += timedelta(seconds=1)
    odoo.write(*range(1, 38))
    odoo.now += timedelta(seconds=1)
    odoo.write(200, 201)
    rows, _ = odoo.whole(cursor, page=5, pages=2)
    assert ids(rows) == {100, 200, 201, *range(1, 38)}


def test_a_piece_ends_where_it_is_told_to_and_the_next_goes_on_there(odoo: PlayedOdoo):
    _, cursor = odoo.whole("")
    odoo.now += timedelta(minutes=1)
    for number in range(1, 21):
        odoo.now += timedelta(seconds=1)
        odoo.write(number)
    odoo.calls.clear()
    piece = odoo.changes(cursor, page=4, pages=2)
    assert piece.more
    assert odoo.calls == ["search_read", "search_read"]
    rest, _ = odoo.whole(piece.cursor, page=4, pages=2)
    assert ids([*piece.rows, *rest]) == set(range(1, 21))


def test_a_crowd_is_read_twice_and_not_for_ever(odoo: PlayedOdoo):
    _, cursor = odoo.whole("")
    odoo.now += timedelta(minutes=1)
    odoo.write(*range(1, 101))
    rows, cursor = odoo.whole(cursor)
    assert len(rows) == 100
    odoo.now += OVERLAP + timedelta(minutes=5)
    odoo.whole(cursor)
    _, cursor = odoo.whole(cursor)
    rows, _ = odoo.whole(cursor)
    assert rows == []


def test_a_record_dated_in_the_future_does_not_hide_what_is_written_now(odoo: PlayedOdoo):
    _, cursor = odoo.whole("")
    odoo.now += timedelta(minutes=1)
    odoo.write(1, at=odoo.now + timedelta(days=400))
    _, cursor = odoo.whole(cursor)
    odoo.now += timedelta(hours=1)
    _, cursor = odoo.whole(cursor)
    odoo.write(2)
    rows, _ = odoo.whole(cursor)
    assert 2 in ids(rows)


def test_a_clock_of_odoo_that_is_set_back_is_followed(odoo: PlayedOdoo):
    odoo.now += timedelta(hours=6)
    _, cursor = odoo.whole("")
    odoo.write(1)
    _, cursor = odoo.whole(cursor)
    odoo.now -= timedelta(hours=6)
    _, cursor = odoo.whole(cursor)
    _, cursor = odoo.whole(cursor)
    odoo.now += timedelta(minutes=1)
    odoo.write(2)
    rows, _ = odoo.whole(cursor)
    assert 2 in ids(rows)


STEPS = st.lists(
    st.tuples(
        st.integers(0, 90),  # seconds that pass
        st.lists(st.integers(1, 40), max_size=30),  # records that are written
        st.integers(0, 9 * 60),  # how long ago their transaction began
        st.booleans(),  # whether somebody looks, and for how long a piece
        st.integers(1, 3),
    ),
    max_size=12,
)


@given(steps=STEPS, version=st.sampled_from([14, 18, 19]), page=st.integers(1, 7))
@settings(max_examples=100, deadline=None)
def test_whatever_is_written_is_handed_out_as_it_is_at_the_end(steps: Any, version: int, page: int):
    odoo = PlayedOdoo(version)
    known: dict[int, str] = {}
    again = [""]

    def look(cursor: str, pages: int) -> Changes:
        piece = odoo.changes(cursor, page=page, pages=pages)
        assert all(row["write_date"] >= again[0] for row in piece.rows), "it was said not to be read any more"
        again[0] = piece.again
        known.update({row["id"]: row["write_date"] for row in piece.rows})
        return piece

    cursor = look("", 1000).cursor
    for passed, written, ago, looks, pages in steps:
        odoo.now += timedelta(seconds=passed, microseconds=137_000)
        odoo.write(*written, at=odoo.now - timedelta(seconds=ago))
        if looks:
            cursor = look(cursor, pages).cursor
    for _ in range(2):
        while (piece := look(cursor, 5)).more:
            cursor = piece.cursor
        cursor = piece.cursor
    assert known == {odoo_id: f"{at:%Y-%m-%d %H:%M:%S}" for odoo_id, at in odoo.rows.items()}
