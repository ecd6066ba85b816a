"""`woodoo import`: what may be asked for, what it says, and what a dry run shows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from unittest import mock

import pytest

from woodoo.connections.models import Connection
from woodoo.domain.errors import RemoteDown
from woodoo.domain.history import OrderRange
from woodoo.engine.models import Import, Work
from woodoo.engine.registry import Listing
from woodoo.flows.preview import Preview, Reason

from ..web import scene
from .conftest import Said

Woodoo = Callable[..., Said]


class Past:
    """The past of a shop, as `woodoo.flows.history.History` gives it."""

    def __init__(self) -> None:
        self.total = 250
        self.asked: list[OrderRange] = []
        self.planned = 0

    def count(self, wanted: OrderRange) -> int:
        self.asked.append(wanted)
        return self.total

    def list(self, wanted: OrderRange, cursor: str) -> Listing:
        page = int(cursor or 0)
        return Listing(
            [str(page * 100 + n) for n in range(100 if page < 2 else 50)], 0, str(page + 1) if page < 2 else ""
        )

    def try_out(self, listing: Listing, findings: Any) -> dict[str, Any]:
        self.planned += len(listing.records)
        found = Preview.from_json(findings)
        found.create += len(listing.records) - 3
        found.there += 1
        found.skipped.setdefault("… is 'cancelled' in the store.", Reason()).add(listing.records[0])
        found.parked.setdefault("… [b]failed to sync.", Reason()).add(listing.records[1])
        found.totals["EUR"] = found.totals.get("EUR", Decimal()) + Decimal("10.10")
        return found.to_json()


@pytest.fixture
def shop(db: None) -> Connection:
    return scene.connection(settings={"timezone": "Europe/Madrid"})


@pytest.fixture
def past(shop: Connection) -> Iterator[Past]:
    given = Past()
    with mock.patch("woodoo.wiring.history_of", return_value=given):
        yield given


def test_an_import_begins(woodoo: Woodoo, shop: Connection, past: Past) -> None:
    said = woodoo("import", "orders", "Shop NL", "--from", "2025-01-01", "--to", "2025-12-31", "--status", "completed")
    assert said.code == 0, said.err
    made = Import.objects.get()
    assert (
        f"Import {made.pk} of Shop NL has begun: about 250 orders of 2025-01-01 to 2025-12-31, completed." in said.out
    )
    assert (made.connection_id, made.total, made.state, made.dry_run) == (shop.pk, 250, "listing", False)
    assert made.wanted == {
        "begin": "2024-12-31T23:00:00+00:00",
        "end": "2025-12-31T23:00:00+00:00",
        "first_id": None,
        "last_id": None,
        "statuses": ["completed"],
    }
    assert made.started_by.endswith("on the command line")


def test_an_import_without_a_worker_is_said_to_wait(woodoo: Woodoo, past: Past) -> None:
    assert "No worker is running, so it waits." in woodoo("import", "orders", "--ids", "1-2").out
    with mock.patch("woodoo.web.health.workers_alive", return_value=1):
        assert "No worker" not in woodoo("import", "orders", "--ids", "3-4").out


def test_an_import_by_ids_as_json(woodoo: Woodoo, past: Past) -> None:
    said = woodoo("import", "orders", "--ids", "1000-2000", "--json")
    told = json.loads(said.out)
    assert (told["what"], told["state"], told["connection"]) == ("orders with ids 1000 to 2000", "listing", "Shop NL")
    assert told["progress"]["total"] == 250
    assert past.asked == [OrderRange(first_id=1000, last_id=2000)]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "Which orders are meant was not said."),
        (["--from", "2025-12-31", "--to", "2025-01-01"], "The range ends before it begins"),
        (["--from", "2999-01-01"], "2999-01-01 lies in the future: in the shop's time zone (Europe/Madrid)"),
        (["--from", "yesterday"], "'yesterday' is no day."),
        (["--ids", "abc"], "'abc' is no range of ids."),
        (["--ids", "9-3"], "The range ends before it begins: ids 9 to 3."),
        (["--ids", "1-2", "--from", "2025-01-01"], "Days and ids were given."),
        (["--ids", "1-2", "--status", "Sent & paid"], "'Sent & paid' is no order status."),
        (["Nowhere", "--ids", "1-2"], "There is no connection 'Nowhere'."),
    ],
)
@pytest.mark.parametrize("dry_run", [[], ["--dry-run"]])
def test_what_cannot_be_imported_is_said_before_the_store_is_asked(
    woodoo: Woodoo, past: Past, words: list[str], says: str, dry_run: list[str]
) -> None:
    said = woodoo("import", "orders", *words, *dry_run)
    assert said.code == 1
    assert says in said.err
    assert len(said.err.splitlines()) > 1, "it says what to do"
    assert (past.asked, Import.objects.count()) == ([], 0)


@pytest.mark.parametrize("dry_run", [[], ["--dry-run"]])
def test_a_connection_that_is_switched_off_imports_nothing(
    woodoo: Woodoo, shop: Connection, past: Past, dry_run: list[str]
) -> None:
    Connection.objects.update(enabled=False)
    said = woodoo("import", "orders", "--ids", "1-2", *dry_run)
    assert said.code == 1
    assert "Connection Shop NL is switched off, so nothing can be imported." in said.err
    assert past.asked == []


@pytest.mark.parametrize("dry_run", [[], ["--dry-run"]])
def test_a_range_without_orders_is_said(woodoo: Woodoo, past: Past, dry_run: list[str]) -> None:
    past.total = 0
    said = woodoo("import", "orders", "--from", "2025-02-01", "--to", "2025-02-01", *dry_run)
    assert said.code == 1
    assert "The store has no orders of 2025-02-01." in said.err
    assert not Import.objects.exists()


def test_a_store_that_does_not_answer_is_said(woodoo: Woodoo, past: Past) -> None:
    with mock.patch.object(past, "count", side_effect=RemoteDown("shop.example.com does not answer.", side="store")):
        said = woodoo("import", "orders", "--ids", "1-2")
    assert (said.code, "does not answer" in said.err) == (1, True)


def test_two_imports_of_the_same_orders_are_one_too_many(woodoo: Woodoo, past: Past) -> None:
    assert woodoo("import", "orders", "--ids", "1-500").code == 0
    first = Import.objects.get()
    said = woodoo("import", "orders", "--ids", "400-900")
    assert said.code == 1
    assert (
        f"Import {first.pk} (orders with ids 1 to 500) has not ended and may hold some of the same records." in said.err
    )
    assert f"'woodoo import stop {first.pk}'" in said.err
    assert woodoo("import", "orders", "--ids", "501-900").code == 0


def test_a_dry_run_tells_everything_and_begins_nothing(woodoo: Woodoo, past: Past) -> None:
    said = woodoo("import", "orders", "--from", "2025-01-01", "--to", "2025-12-31", "--dry-run")
    assert said.code == 0
    assert past.planned == 250
    for line in (
        "250 orders of 2025-01-01 to 2025-12-31",
        "241 would be brought over, 30.30 EUR in all",
        "3 are in Odoo already",
        "3 would be left out",
        "3 … is 'cancelled' in the store. (0, 100, 200)",
        "3 would need a person",
        "3 … [b]failed to sync. (1, 101, 201)",
        "Nothing was changed.",
    ):
        assert line in said.out
    assert (Import.objects.count(), Work.objects.count()) == (0, 0)


def test_a_dry_run_as_json(woodoo: Woodoo, past: Past) -> None:
    told = json.loads(woodoo("import", "orders", "--ids", "1-500", "--dry-run", "--json").out)
    assert (told["orders"], told["create"], told["totals"]) == (250, 241, {"EUR": "30.30"})
    assert told["parked_because"] == [{"reason": "… [b]failed to sync.", "count": 3, "examples": ["1", "101", "201"]}]


def done(**fields: Any) -> Callable[[float], None]:
    """Be the worker while the command sleeps: end the import."""

    def work(seconds: float) -> None:
        from django.utils import timezone

        now = timezone.now()
        Import.objects.update(
            **{"state": "done", "listed": 250, "listed_at": now, "finished_at": now, "result": {"done": 250}, **fields}
        )

    return work


@pytest.mark.parametrize(
    ("ended", "code", "says"),
    [
        ({}, 0, "is done: 250 done."),
        ({"result": {"done": 247, "parked": 3}}, 1, "is done: 247 done, 3 parked."),
        ({"state": "paused", "finished_at": None}, 1, "is paused"),
    ],
)
def test_waiting_for_the_end(woodoo: Woodoo, past: Past, ended: dict[str, Any], code: int, says: str) -> None:
    with mock.patch("woodoo.cli.carrying.time.sleep", side_effect=done(**ended)):
        said = woodoo("import", "orders", "--ids", "1-500", "--wait")
    assert said.code == code
    assert says in said.out


def test_waiting_for_an_import_that_fails(woodoo: Woodoo, past: Past) -> None:
    failed = done(state="failed", finished_at=None, message="The store refuses the key.", fix="Enter a new one.")
    with mock.patch("woodoo.cli.carrying.time.sleep", side_effect=failed):
        said = woodoo("import", "orders", "--ids", "1-500", "--wait")
    assert said.code == 1
    assert "The store refuses the key." in said.err
    assert "Enter a new one." in said.err


def test_imports_are_listed(woodoo: Woodoo, past: Past) -> None:
    assert "Nothing was imported yet" in woodoo("import", "list").out
    woodoo("import", "orders", "--ids", "1-500")
    Import.objects.update(title="[b]orders[/b]", state="failed", message="The store failed.", fix="Look at its log.")
    said = woodoo("import", "list")
    assert said.code == 0
    for words in ("Shop NL", "[b]orders[/b]", "failed", "0 of 250", "The store failed. Look at its log."):
        assert words in said.out
    (told,) = json.loads(woodoo("import", "list", "--json").out)
    assert (told["state"], told["message"], told["progress"]["percent"]) == ("failed", "The store failed.", 0)


def test_imports_are_paused_resumed_and_stopped(woodoo: Woodoo, past: Past) -> None:
    woodoo("import", "orders", "--ids", "1-500")
    number = str(Import.objects.get().pk)
    for word, state in (("pause", "paused"), ("resume", "listing"), ("stop", "stopped")):
        said = woodoo("import", word, number)
        assert (said.code, Import.objects.get().state) == (0, state), said.err
        assert f"Import {number}" in said.out
    said = woodoo("import", "stop", number)
    assert said.code == 1
    assert f"Import {number} cannot be stopped: it is stopped." in said.err
    assert woodoo("import", "pause", "999999").code == 1
    assert woodoo("import", "pause", "first").code == 2


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, ""), (0.4, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (12_000, "3 h 20 min")],
)
def test_the_time_that_is_left(seconds: float | None, words: str) -> None:
    from woodoo.web.words import span

    assert span(seconds) == words
