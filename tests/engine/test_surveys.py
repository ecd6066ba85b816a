"""Surveys: every piece once, whatever happens on the way; and what was found is counted, grouped and listed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from woodoo.domain.errors import RemoteError
from woodoo.domain.history import OrderRange
from woodoo.engine import imports, registry, surveys
from woodoo.engine.import_walk import walk
from woodoo.engine.models import Finding, Import, Work
from woodoo.engine.registry import Found, Lanes, Looked
from woodoo.engine.work import asked_for, enqueue

from .helpers import SHOP, ScriptedFlow, drain_all, event, let_pass

pytestmark = pytest.mark.usefixtures("db_committed")


class Shelves:
    """A side with some records, read by twos."""

    def __init__(self, *found: Found) -> None:
        self.found = found
        self.raises: BaseException | None = None

    def look(self, wanted: OrderRange, cursor: str, figures: Mapping[str, Any]) -> Looked:
        if self.raises is not None:
            raise self.raises
        start = int(cursor or 0)
        piece = self.found[start : start + 2]
        on = str(start + 2) if start + 2 < len(self.found) else ""
        return Looked(on, len(piece), piece, {"count": figures.get("count", 0) + len(piece)}, len(self.found))


def sku(record: str, title: str = "", kind: str = "store", **facts: Any) -> Found:
    return Found(kind, record, title, facts=facts)


def begin(shelves: Shelves, *, enabled: bool = False) -> Import:
    lanes = Lanes({"orders": ScriptedFlow()}, surveys={"tidy": shelves}, enabled=enabled)
    registry.register(lambda connection_id: lanes)
    return imports.start(SHOP, "tidy", "tidy", OrderRange(), title="both sides", dry_run=True)


def through(shelves: Shelves) -> Import:
    made = begin(shelves)
    while walk(made.pk):
        pass
    made.refresh_from_db()
    return made


def test_a_survey_goes_to_the_end_although_the_connection_is_off() -> None:
    done = through(Shelves(*(sku(str(number)) for number in range(5))))
    assert (done.state, done.listed, done.total, done.result) == ("done", 5, 5, {"count": 5})
    assert surveys.counts(done.pk) == {"store": 5}
    assert not Work.objects.exists()


def test_a_survey_that_is_paused_keeps_what_it_has_and_goes_on() -> None:
    shelves = Shelves(*(sku(str(number)) for number in range(5)))
    shelves.raises = RemoteError("The store is busy.")
    made = begin(shelves)
    assert not walk(made.pk)
    shelves.raises = None
    imports.pause(made.pk)
    assert walk(made.pk)
    assert not Finding.objects.exists()
    imports.resume(made.pk)
    let_pass(600)
    assert walk(made.pk)
    assert [one.record for one in surveys.findings(made.pk)] == ["0", "1", "2", "3", "4"]


def test_the_findings_of_the_one_before_go_when_the_next_is_through() -> None:
    first = through(Shelves(sku("A")))
    second = begin(Shelves(sku("B")))
    assert surveys.counts(first.pk) == {"store": 1}
    walk(second.pk)
    assert surveys.counts(first.pk) == {}
    assert surveys.counts(second.pk) == {"store": 1}
    last = surveys.through(SHOP, "tidy")
    assert last is not None
    assert last.pk == second.pk


def test_what_several_have_is_named_with_all_of_them() -> None:
    done = through(Shelves(sku("A", "Mug", id=1), sku("B", "Cup", id=2), sku("A", "Jug", id=3), sku("", id=4), sku("")))
    (shared,) = surveys.shared(done.pk, "store")
    assert (shared.record, shared.count, shared.titles) == ("A", 2, ("Mug", "Jug"))
    assert shared.facts == ({"id": 1}, {"id": 3})
    assert surveys.count_shared(done.pk, "store") == 1
    assert [one.title for one in surveys.members(done.pk, "store")] == ["Mug", "Jug"]


def test_what_the_other_side_does_not_have_is_named_once() -> None:
    done = through(Shelves(sku("A"), sku("B", "Cup"), sku("B", "Cup again"), sku("A", kind="odoo"), sku("")))
    assert [(one.record, one.title) for one in surveys.only_in(done.pk, "store", "odoo")] == [("B", "Cup")]
    assert surveys.only_in(done.pk, "store", "odoo").count() == 1


def test_reasons_are_counted_with_the_first_records() -> None:
    held = [
        Found("parked", str(n), f"Order #{n}", "Tax not mapped", fix="Map it.", place="settings -> taxes")
        for n in range(7)
    ]
    done = through(Shelves(*held, Found("create", "9", "Order #9")))
    (cause,) = surveys.causes(done.pk, "parked")
    assert (cause.cause, cause.count, cause.place, cause.fix) == ("Tax not mapped", 7, "settings -> taxes", "Map it.")
    assert cause.named[0] == ("0", "Order #0")
    assert len(cause.named) == surveys.NAMED


def test_words_of_lists_are_counted_over_different_records() -> None:
    lists = [
        sku("A", fields=["code"]),
        sku("A", fields=["code"]),
        sku("B", fields=["code", "barcode"]),
        sku("C", fields=[]),
    ]
    done = through(Shelves(*lists))
    assert surveys.count_in_lists(done.pk, "store", "fields") == (3, {"barcode": 1, "code": 2})


def test_long_lists_are_read_in_pieces_without_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surveys, "_PIECE", 2)
    done = through(Shelves(*(sku(str(number)) for number in range(5))))
    assert [one.record for one in surveys.in_pieces(surveys.findings(done.pk))] == ["0", "1", "2", "3", "4"]


def test_texts_a_database_refuses_are_kept_without_what_it_refuses() -> None:
    done = through(Shelves(Found("store", "A\x00B", "Mug\x00", message="a\x00b")))
    (one,) = surveys.findings(done.pk)
    assert (one.record, one.title, one.message) == ("AB", "Mug", "ab")


@pytest.mark.parametrize(("source", "asked"), [("manual", True), ("retry", True), ("import", True), ("poll", False)])
def test_what_a_person_asked_for_is_told_from_what_came_by_itself(source: str, asked: bool) -> None:
    registry.register(lambda connection_id: Lanes({"orders": ScriptedFlow()}))
    event("1054")
    drain_all()
    enqueue(SHOP, "orders", "order", ["1054"], source=source)
    assert asked_for(SHOP, "orders", ["1054", "1055"]) == (frozenset({"1054"}) if asked else frozenset())
