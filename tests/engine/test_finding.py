"""Records are found by what people call them, and people only by those who may read about them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from woodoo.domain.errors import DataError
from woodoo.domain.search import FoundBy
from woodoo.engine import db, finding, ledger
from woodoo.engine.finding import Search
from woodoo.engine.flow import LinkVals, Outcome, OutcomeKind
from woodoo.engine.models import SearchWords, Work

from .helpers import OTHER_SHOP, SHOP, ScriptedFlow, drain_all, event, work

pytestmark = pytest.mark.usefixtures("db_committed")

LANES = ("orders", "customers")
ORDER = FoundBy(("NL-1054", "TSHIRT-M-BLK", "pi_3QH8"), ("Ana García", "", "ana.garcia@example.com"))
LINKS = (
    LinkVals("order", "1054", "sale.order", 7, "S00007"),
    LinkVals("invoice", "1054", "account.move", 8, "INV/2026/00412"),
    LinkVals("order_customer", "1054", "res.partner", 9, "García Ruiz, Ana"),
)


@pytest.fixture
def done(flow: ScriptedFlow) -> ScriptedFlow:
    """One order is brought over, and another one of somebody else."""
    flow.default = Outcome(OutcomeKind.DONE, title="Order #2000", found_by=FoundBy(("2000", "MUG"), ("Ben Kim",)))
    flow.answers["1054"] = Outcome(OutcomeKind.DONE, title="Order #1054", links=LINKS, found_by=ORDER)
    event("1054")
    event("2000")
    drain_all()
    return flow


def found(text: str, *, shops: tuple[int, ...] = (SHOP, OTHER_SHOP), people: tuple[int, ...] | None = None) -> set[str]:
    rows, _ = Search(text, shops, LANES, people).narrow(Work.objects.all())
    return set(rows.values_list("record", flat=True))


@pytest.mark.parametrize(
    "text",
    [
        "1054",
        "#1054",
        "nl-1054",
        "tshirt-m-blk",
        "TSHIRT",
        "m-blk",
        "s00007",
        "INV/2026/00412",
        "2026/004",
        "pi_3QH8",
        "ana",
        "Garcia",
        "García ana",
        "ruiz",
        "ana.garcia@example.com",
        "ana.gar",
        "ana 1054",
    ],
)
def test_an_order_is_found_by(done: ScriptedFlow, text: str):
    assert found(text) == {"1054"}


@pytest.mark.parametrize("text", ["anna", "1054 mug", "rcia", "S00007 S00008", "' | !'", "\\", "~9", "@ben"])
def test_and_by_nothing_else(done: ScriptedFlow, text: str):
    assert "1054" not in found(text)
    assert found(text, people=()) == set()


def test_people_are_found_only_where_their_data_may_be_read(done: ScriptedFlow):
    for text in ("ana", "garcia", "ruiz", "ana.garcia@example.com", "ana 1054"):
        assert found(text, people=()) == set()
        assert found(text, people=(OTHER_SHOP,)) == set()
        assert found(text, people=(SHOP,)) == {"1054"}
    assert found("1054", people=()) == {"1054"}


def test_only_the_connections_that_are_asked_for_are_looked_through(done: ScriptedFlow):
    assert found("1054", shops=(OTHER_SHOP,)) == set()
    assert found("s00007", shops=(OTHER_SHOP,)) == set()
    assert found("s00007", shops=()) == set()


def test_a_record_nobody_has_looked_at_is_found_by_its_id(flow: ScriptedFlow):
    event("77")
    assert found("77") == found("#77") == {"77"}


def test_what_waits_for_a_person_is_found_by_any_part_of_its_message(flow: ScriptedFlow):
    flow.default = Outcome.from_error(DataError("Paid with 'klarna_pay', which is mapped to no journal."))
    event("77")
    drain_all()
    assert found("arna_p") == {"77"}
    assert found("arna%p") == set()


def test_a_parked_order_is_found_by_its_customer(flow: ScriptedFlow):
    flow.default = replace(Outcome.from_error(DataError("No.")), found_by=ORDER)
    event()
    drain_all()
    assert found("garcia") == {"1054"}


def test_what_is_known_is_added_to(done: ScriptedFlow):
    done.answers["1054"] = Outcome(OutcomeKind.DONE, found_by=FoundBy(people=("Ana Lopez",)))
    event("1054")
    drain_all()
    assert found("garcia") == found("lopez") == found("s00007") == {"1054"}


def test_nothing_is_written_where_nothing_is_new(done: ScriptedFlow):
    before = db.rows("SELECT xmin::text FROM engine_searchwords ORDER BY work_id")
    event("1054")
    drain_all()
    assert db.rows("SELECT xmin::text FROM engine_searchwords ORDER BY work_id") == before


def test_a_search_that_finds_very_many_is_narrowed_as_it_is_walked(done: ScriptedFlow, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(finding, "MOST", 1)
    rows, counted = Search("order", (SHOP,), LANES, None).narrow(Work.objects.all())
    assert not counted
    assert set(rows.values_list("record", flat=True)) == {"1054", "2000"}
    assert [one.record for one in rows.order_by("-updated_at", "-pk")[:1]]


def test_titles_and_names_in_lanes_of_people_are_people(flow: ScriptedFlow):
    finding.note(SHOP, "customers", {})
    event("41")
    number = work("41").pk
    finding.note(SHOP, "customers", {number: Outcome(OutcomeKind.DONE, title="Contact Ana")})
    assert found("contact", people=()) == set()
    assert found("contact", people=None) == {"41"}


def test_erasing_a_record_leaves_no_word_of_it(done: ScriptedFlow):
    assert finding.by_person("ANA.GARCIA@example.com") == [(SHOP, "orders", "1054")]
    assert "ana.garcia@example.com" in finding.people_of([work().pk])[work().pk]
    ledger.erase(SHOP, "1054")
    assert finding.by_person("ana.garcia@example.com") == []
    assert not SearchWords.objects.filter(work=work()).exists()
    assert found("garcia") == found("s00007") == set()
    assert found("1054") == {"1054"}


def test_people_are_forgotten_once_nobody_has_looked_at_their_records_for_so_long(done: ScriptedFlow):
    assert finding.forget_people(90) == 0
    db.change("UPDATE engine_searchwords SET person_at = now() - interval '91 days' WHERE work_id = %s", [work().pk])
    assert finding.forget_people(90) == 1
    assert found("garcia") == found("ana.garcia@example.com") == set()
    assert found("s00007") == found("tshirt") == {"1054"}
    assert found("kim") == {"2000"}


def test_connections_with_work_are_each_named_once(flow: ScriptedFlow):
    assert finding.connections_with_work() == []
    for shop in (SHOP, OTHER_SHOP):
        for record in ("1", "2", "3"):
            event(record, shop=shop)
    assert finding.connections_with_work() == [SHOP, OTHER_SHOP]
