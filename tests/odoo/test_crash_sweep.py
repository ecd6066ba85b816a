"""The short form of the sweep: mishaps that are likely to lose or double something, at the calls that write.

Orders on Odoo 19, refunds on 14; with --long both on both. Workers that are killed with orders of an Odoo 14 are in
test_end_to_end.py.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import pytest
from django.db import connection as database
from tests.odoo.conftest import RealOdoo
from tests.odoo.test_end_to_end import forget_jobs_and_workers

from woodoo.sandbox.faults.points import Point
from woodoo.sandbox.faults.refund_story import RefundStory
from woodoo.sandbox.faults.stand import Ground, ground
from woodoo.sandbox.faults.story import Story
from woodoo.sandbox.faults.sweep import sweep

#: Mishap and the call it happens at, of new orders and of later changes: killed while Odoo is at it, killed with the
#: answer on its way, answers that get lost, and a worker that does not live to report.
CHOSEN = {
    ("kill, done", "res.partner.load"),
    ("kill, at it", "sale.order.load"),
    ("reset, done", "account.move.load"),
    ("kill, at it", "account.move.action_post"),
    ("kill, done", "account.payment.register.action_create_payments"),
    ("502, done", "account.payment.register.action_create_payments"),
    ("kill, done", "stock.picking.button_validate"),
    ("cut: body", "sale.order.line.create"),
    ("kill, answered", "sale.order.action_cancel"),
    ("kill, not reported", ""),
}
#: The same of refunds: credit notes, payments back, returns, and a refund that moves money in the store.
CHOSEN_OF_REFUNDS = {
    ("kill, done", "account.move.load"),
    ("kill, at it", "account.move.action_post"),
    ("kill, done", "account.payment.register.action_create_payments"),
    ("kill, done", "stock.picking.button_validate"),
    ("kill, at it", "POST orders/#/refunds"),
    ("reset, done", "POST orders/#/refunds"),
    ("kill, not reported", ""),
}


@pytest.fixture
def shared(transactional_db: None, real_odoo: RealOdoo, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    """A shop and a real Odoo, and this test's database for the workers."""
    settings = database.settings_dict
    address = (
        f"host='{settings['HOST']}' port={settings['PORT'] or 5432} user='{settings['USER']}' "
        f"password='{settings['PASSWORD']}' dbname='{settings['NAME']}'"
    )
    monkeypatch.setenv("DATABASE_URL", address)
    with ground(real_odoo.endpoint, real_odoo.admin) as shared:
        yield shared
    forget_jobs_and_workers()


def chosen(points: Sequence[Point], names: Collection[tuple[str, str]]) -> list[Point]:
    return [
        point
        for point in points
        if (point.what.name, point.call) in names and point.place.count == 1 and point.stage == point.phase
    ]


@pytest.mark.long("19-orders", "14-refunds")
@pytest.mark.parametrize(
    ("story", "names"), [(Story, CHOSEN), (RefundStory, CHOSEN_OF_REFUNDS)], ids=["orders", "refunds"]
)
def test_whatever_breaks_at_a_call_the_books_are_those_of_the_undisturbed_run(
    shared: Ground, tmp_path: Path, story: type[Story], names: Collection[tuple[str, str]]
) -> None:
    def choose(points: Sequence[Point]) -> list[Point]:
        return chosen(points, names)

    log = tmp_path / "workers.log"
    found = sweep(shared, log, choose=choose, stands=min(3, (os.cpu_count() or 1) + 1), story_of=story)
    assert not found.told, "\n".join(found.told)
    assert not found.missed
    assert not found.astray
    assert {row.kind for row in found.rows} == {kind for kind, _ in names}
    assert found.kills >= len([row for row in found.rows if row.kind.startswith("kill")])
