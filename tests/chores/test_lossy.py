"""Webhooks get lost, come twice and late, over HTTP from a store double: one poll finds whatever they did not tell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

import pytest

from woodoo import wiring
from woodoo.connections.hook import leads_to
from woodoo.connections.models import Connection
from woodoo.connections.settings import ConnectionSettings
from woodoo.engine import chores, completeness, db
from woodoo.engine.flow import LinkVals
from woodoo.engine.links import Links
from woodoo.engine.models import Event, Work
from woodoo.flows.topics import followed_topics
from woodoo.sandbox.day.people import POLLED, People
from woodoo.sandbox.store import StoreDouble
from woodoo.sandbox.store.troubles import Down
from woodoo.stores.woocommerce.client import WooClient
from woodoo.stores.woocommerce.registration import ensure_webhooks
from woodoo.stores.woocommerce.store import WooCommerceStore
from woodoo.stores.woocommerce.webhook_plan import Wanted

#: Seconds after which what a test waits for is taken never to happen.
PATIENCE = 300


@pytest.fixture
def people(transactional_db: None, live_server: Any) -> Iterator[People]:
    """A shop whose webhooks come to Woodoo, as many as get through; nobody works on what they bring."""
    wiring.install()
    with StoreDouble() as store:
        connection = Connection.objects.create(
            name="Lossy",
            store_url=store.url,
            store_key=store.key,
            store_secret=store.secret,
            odoo_url="http://127.0.0.1:9",
            odoo_database="none",
        )
        token = connection.hook_token
        wanted = Wanted(followed_topics(ConnectionSettings()), f"{live_server.url}/hooks/{token}/")
        client = WooClient(store.url, store.key, store.secret)
        ensure_webhooks(client, wanted, connection.webhook_secret, partial(leads_to, token=token))
        assert store.webhooks.wait(PATIENCE)
        yield People(store, seed=5)
        store.troubles.down = None
    db.change("DELETE FROM procrastinate_jobs")


def let_happen(people: People, count: int) -> dict[str, datetime]:
    """Let things happen, more orders than changes, and return for each order when it was changed last."""
    changed = {}
    for number in range(count):
        before = completeness.now()
        if order := people.buy() if number % 3 else people.do_something(POLLED):
            changed[str(order)] = before
    assert people.store.webhooks.wait(PATIENCE)
    return changed


def untold(changed: dict[str, datetime]) -> set[str]:
    """Return the orders of whose last change no event tells."""
    return {
        order for order, at in changed.items() if not Event.objects.filter(record=order, received_at__gte=at).exists()
    }


def poll() -> None:
    assert chores.do(Connection.objects.get().pk, "poll")


def test_one_poll_finds_what_three_webhooks_in_ten_did_not_tell(people: People) -> None:
    poll()
    people.store.troubles.lost = 0.3
    people.store.troubles.doubled = 0.1
    people.store.troubles.late, people.store.troubles.lateness = 0.2, 0.3
    changed = let_happen(people, 50)
    lost = untold(changed)
    assert lost
    assert len(lost) < len(changed)
    poll()
    assert not untold(changed)
    assert set(Work.objects.values_list("record", flat=True)) == {str(order) for order in people.placed}


def look(people: People) -> None:
    """Look at what is due and note what it was like, as a flow does that is done with it."""
    store = WooCommerceStore(WooClient(people.store.url, people.store.key, people.store.secret))
    due = Work.objects.filter(state="ready")
    for record, order in store.fetch_orders([row.record for row in due]).found.items():
        Links(Connection.objects.get().pk).upsert(
            [LinkVals("order", record, "sale.order", int(record), store_hash=order.modified_at.isoformat())]
        )
        Work.objects.filter(record=record).update(state="done", seen=order.mark.text())


def changed_since(people: People) -> list[str]:
    """Return the orders that rest and are another than when they were looked at."""
    store = WooCommerceStore(WooClient(people.store.url, people.store.key, people.store.secret))
    now = store.fetch_orders([str(order) for order in people.placed]).found
    return [row.record for row in Work.objects.filter(state="done") if row.seen != now[row.record].mark.text()]


@pytest.mark.parametrize("who", ["poll", "webhook"])
def test_what_changes_once_more_within_the_second_in_which_it_was_looked_at_is_found(people: People, who: str) -> None:
    """A store tells the second of a change, so the time alone does not show the second of two changes."""
    poll()
    for _ in range(4):
        people.store.troubles.lost = 1.0 if who == "poll" else 0.0
        let_happen(people, 4)
        if who == "poll":
            poll()
        look(people)
        people.store.troubles.lost = 1.0
        let_happen(people, 4)
        people.do_something(POLLED)
        poll()
        assert not changed_since(people)
        look(people)


@pytest.mark.parametrize("how", list(Down))
def test_what_happened_while_the_store_was_out_of_reach_is_found_after_it(people: People, how: Down) -> None:
    poll()
    people.store.troubles.lost = 1.0
    people.store.go_down(how)
    changed: dict[str, datetime] = {}
    for _ in range(9):
        before = completeness.now()
        changed[str(people.buy())] = before
    assert not chores.do(Connection.objects.get().pk, "poll")
    people.store.come_back()
    assert untold(changed) == set(changed)
    db.change("UPDATE engine_breaker SET paused_until = now()")
    poll()
    assert not untold(changed)
