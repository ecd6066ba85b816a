"""Test runs on a real Odoo and a store: what they try, what they say where something is broken, and what they leave."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import get_resolver
from tests.odoo.both_ways import BothWays, both_ways

from woodoo.alerts.facts import look as alert_facts
from woodoo.checkup import book as health
from woodoo.chores import webhooks
from woodoo.domain.calls import NullRecorder
from woodoo.engine import chores, pump
from woodoo.engine.models import Link, Work
from woodoo.odoo.endpoint import Endpoint
from woodoo.sandbox.odoo.fixtures import JOURNALS, Admin, prepare
from woodoo.trials import book, steps, story
from woodoo.trials.bench import partners_of
from woodoo.trials.models import Trial
from woodoo.wiring import examine, install

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def way(odoo: Endpoint, admin: Admin, request: pytest.FixtureRequest) -> Iterator[BothWays]:
    """A connection that sends products, stock and status, with its taxes mapped and no journal yet."""
    install()
    shop = prepare(admin)
    name = request.node.originalname[5:20]
    settings = {
        "order_number_format": f"{name}-{{number}}",
        "shipping_product_id": shop.shipping_product_id,
        "pricelist_id": shop.pricelists["EUR"],
        "send_stock": True,
        "send_products": True,
        "send_status": True,
        "cancel_in_store": True,
    }
    with both_ways(odoo, admin, f"trials_{name}", settings) as found:
        taxes = {(percent.normalize(), included): one for (percent, included), one in shop.taxes.items()}
        rates = found.live.store(NullRecorder()).tax_rates()
        mapped = {rate.rate_id: taxes.get((rate.percent.normalize(), False)) for rate in rates}
        found.set(tax_map={rate: tax for rate, tax in mapped.items() if tax})
        found.connection.shop = shop  # type: ignore[attr-defined]
        yield found


def run(way: BothWays, **how: Any) -> Trial:
    """Carry a test run out as a worker does."""
    trial = book.start(way.connection, started_by="test", **how)
    assert chores.do(way.connection.pk, book.CHORE)
    trial.refresh_from_db()
    return trial


def told(trial: Trial) -> str:
    """Return what its steps saw, one a line."""
    return "\n".join(f"{step['name']}: {step['state']} {step['seconds']} {step['seen']}" for step in trial.steps)


def stands(trial: Trial) -> dict[str, str]:
    return {step["name"]: step["state"] for step in trial.steps}


def left_behind(way: BothWays, trial: Trial) -> list[str]:
    """Return what both sides still have of a run, beside what is archived or cancelled for want of the right."""
    mark = book.mark_of(trial, way.connection)
    shop, odoo = way.live.trials(), way.odoo
    found = [f"order {one}" for one in shop.find_orders(mark)]
    found += [f"product {one}" for one in shop.find_products(mark)]
    partners = partners_of(odoo, mark)
    found += [f"partner {one}" for one in odoo.search("res.partner", [("id", "in", partners)])]
    for model in ("sale.order", "account.move", "stock.picking"):
        domain = [("partner_id", "in", partners), ("state", "!=", "cancel")]
        found += [f"{model} {one}" for one in odoo.search(model, domain)]
    return found + [f"Odoo's {one}" for one in odoo.search("product.product", [("default_code", "=", mark.sku)])]


def test_a_run_tries_every_feature_and_leaves_nothing_behind(way: BothWays, live_server: Any, settings: Any) -> None:
    settings.WOODOO_URL = live_server.url
    get_resolver().url_patterns  # noqa: B018 - loaded before somebody waits for the first answer
    assert chores.do(way.connection.pk, webhooks.NAME)
    kinds = ("orders", "refunds", "products", "customers")
    before = {kind: len(way.store.shop.tables[kind]) for kind in kinds}
    trial = run(way)

    assert trial.state == Trial.State.PASSED, told(trial)
    expected = dict.fromkeys((step.name for step in story.STEPS), story.OK) | {story.CLEAN: story.OK}
    expected |= {"refund": story.LEFT_OUT, "delivery": story.LEFT_OUT}
    assert stands(trial) == expected, told(trial)
    seen = {step["name"]: step["seen"] for step in trial.steps}
    assert "total 20.57 EUR" in seen["totals"]
    assert f"{steps.THEN} pieces" in seen["change"]
    assert "'cancelled'" in seen["status"]
    assert "changed in Odoo' in the store" in seen["catalogue"]
    assert "order.created arrived" in seen["webhook"]
    assert "the API user may not delete it" in trial.remains[0]
    assert not [one for one in trial.remains if "cancelled" not in one and "archived" not in one], trial.remains
    assert left_behind(way, trial) == []
    assert {kind: len(way.store.shop.tables[kind]) for kind in kinds} == before

    # The store tells of the deletion when all is over.
    assert way.store.webhooks.wait(300)
    assert chores.do(way.connection.pk, book.CHORE)
    assert not Work.objects.exists()
    assert list(Link.objects.values_list("kind", "external_id", "odoo_model")) == []


def test_a_run_into_the_books_says_what_stays_there(way: BothWays) -> None:
    shop = way.connection.shop  # type: ignore[attr-defined]
    way.set(journal_map={"bacs": shop.journals[next(iter(JOURNALS))]}, take_refunds=True, send_fulfilment=True)
    trial = run(way, books=True)

    assert trial.state == Trial.State.PASSED, told(trial)
    found = stands(trial)
    assert (found["refund"], found["status"], found["change"]) == (story.OK, story.OK, story.LEFT_OUT), told(trial)
    assert found["delivery"] == story.OK, told(trial)
    assert "stay in the books" in " ".join(trial.remains)
    assert "a delivery that is done cannot be deleted" in " ".join(trial.remains)
    left = [one for one in left_behind(way, trial) if one.startswith(("order", "product", "sale.order"))]
    assert left == []


def test_what_is_broken_is_told_at_its_step_and_raises_no_alert(way: BothWays) -> None:
    trial = run(way, books=True)

    assert trial.state == Trial.State.FAILED
    found = stands(trial)
    broken = next(step for step in trial.steps if step["state"] == story.BAD)
    assert broken["name"] == "plan", told(trial)
    assert "not mapped to a journal" in broken["seen"]
    assert broken["fix"]
    assert (found["import"], found[story.CLEAN]) == (story.LEFT_OUT, story.OK)
    assert left_behind(way, trial) == []
    assert [list(one.held) for one in alert_facts().connections] == [[]]


def test_a_run_that_was_killed_is_cleaned_up_by_the_next_look(way: BothWays, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(bench: Any) -> steps.Said:
        pump.stopping.set()
        bench.go_on()
        raise AssertionError

    totals = next(step for step in story.STEPS if step.name == "totals")
    broken = tuple(story.Step(one.name, one.title, killed if one is totals else one.do) for one in story.STEPS)
    with monkeypatch.context() as patch:
        patch.setattr(story, "STEPS", broken)
        try:
            trial = run(way)
        finally:
            pump.stopping.clear()
    assert trial.state == Trial.State.RUNNING
    assert left_behind(way, trial) != []

    assert chores.do(way.connection.pk, book.CHORE)
    trial.refresh_from_db()
    assert trial.state == Trial.State.INTERRUPTED
    assert left_behind(way, trial) == []


def test_the_health_check_looks_at_both_systems_and_at_the_service(way: BothWays) -> None:
    found = {one.key: one for one in examine(way.connection)}
    assert {"store", "odoo_rights", "odoo_release", "odoo_keys", "store_release"} <= found.keys(), found
    assert {"clock_store", "clock_odoo", "certificate_odoo", "webhooks", "queue", "workers", "disk"} <= found.keys()
    assert (found["clock_odoo"].state, found["clock_store"].state) == ("ok", "ok"), found
    assert (found["workers"].state, found["certificate_store"].state) == ("bad", "ok")
    wanted = "ok" if way.odoo.client.version[0] >= 17 else "warn"
    assert found["odoo_release"].state == wanted

    health.note(way.connection.pk, found.values())
    kept = health.health_of([way.connection.pk])[way.connection.pk]
    assert (kept.state, len(kept.findings)) == ("bad", len(found))
    # No worker is an alert of its own.
    assert [title for title, _ in alert_facts().connections[0].unwell] == []
