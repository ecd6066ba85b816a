"""A side is down for long while orders keep coming: nothing is tried in vain, and then all go, as they came."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest
from tests.odoo.lines import SwitchedLine
from tests.odoo.test_end_to_end import RECORDS, Way, way

from woodoo.connections.models import Connection
from woodoo.engine import db
from woodoo.engine import work as todo
from woodoo.engine.models import Breaker, Run, State, Work
from woodoo.odoo.endpoint import Endpoint
from woodoo.web.overview import cards

__all__ = ["way"]

#: Before the outage, and while it lasts: not in the order of their ids.
BEFORE, MEANWHILE = RECORDS[:2], (RECORDS[6], RECORDS[3], RECORDS[5], RECORDS[2], RECORDS[4])
#: Another connection's.
ELSEWHERE = RECORDS[7]


@dataclass
class Side:
    """What can be taken away and given back."""

    name: str
    go_down: Callable[[], None]
    come_back: Callable[[], None]


@pytest.fixture(params=["odoo", "store"])
def side(request: pytest.FixtureRequest, way: Way, odoo: Endpoint) -> Iterator[Side]:
    if request.param == "odoo":
        with closing(SwitchedLine(odoo.url)) as line:
            way.connection.odoo_url = line.url
            way.connection.save()
            yield Side("odoo", line.off, line.on)
    else:
        with closing(SwitchedLine(way.store.url)) as line:
            way.connection.store_url = line.url
            way.connection.save()
            yield Side("store", line.off, line.on)


def another_connection(way: Way, odoo: Endpoint) -> Connection:
    """Between the same store and the same Odoo, by a line of its own."""
    settings = way.connection.settings | {"namespace": "elsewhere", "order_number_format": "elsewhere-{number}"}
    return Connection.objects.create(
        name="Elsewhere",
        store_url=way.store.url,
        store_key=way.store.key,
        store_secret=way.store.secret,
        odoo_url=odoo.url,
        odoo_database=odoo.database,
        odoo_login=odoo.login,
        odoo_key=odoo.secret,
        settings=json.loads(json.dumps(settings)),
    )


def let_time_pass(connection_id: int) -> None:
    """Let the pause be over: the next try is now."""
    db.change("UPDATE engine_breaker SET paused_until = now() WHERE connection_id = %s", [connection_id])


@pytest.mark.long("14-odoo", "19-store")
def test_nothing_is_tried_in_vain_and_then_all_go_as_they_came(way: Way, side: Side, odoo: Endpoint) -> None:
    number = way.connection.pk
    way.connection.settings |= {"odoo_slots": 1, "batch_size": 2}
    way.connection.save()
    way.start_worker()
    todo.enqueue(number, "orders", "order", BEFORE, source="manual")
    way.until_settled()

    side.go_down()
    for record in MEANWHILE:
        todo.enqueue(number, "orders", "order", [record], source="manual")
    way.until(Breaker.objects.filter(connection_id=number, failures__gt=0).exists)
    for failures in (2, 3, 4):
        let_time_pass(number)
        way.until(Breaker.objects.filter(connection_id=number, failures__gte=failures).exists)
    tried = Run.objects.filter(work__connection_id=number, outcome="down").count()
    assert tried <= 2, "one batch found out, or a chore did, and no record was sent after it"
    (card,) = cards([way.connection])
    (pause,) = card.status.pauses
    assert (card.status.state, pause.waiting) == ("paused", len(MEANWHILE))
    assert pause.since == Breaker.objects.get(connection_id=number).since
    assert set(Work.objects.filter(record__in=MEANWHILE).values_list("attempts", flat=True)) == {0}

    other = another_connection(way, odoo)
    todo.enqueue(other.pk, "orders", "order", [ELSEWHERE], source="manual")
    way.until(Work.objects.filter(connection_id=other.pk, state=State.DONE).exists)
    assert cards([way.connection])[0].status.state == "paused"

    before = Run.objects.order_by("-pk").values_list("pk", flat=True)[0]
    side.come_back()
    let_time_pass(number)
    way.until_settled()
    runs = Run.objects.filter(pk__gt=before, work__connection_id=number).order_by("pk")
    assert tuple(runs.values_list("work__record", flat=True)) == MEANWHILE
    assert set(Work.objects.filter(connection_id=number).values_list("attempts", flat=True)) == {1}
    Work.objects.filter(connection_id=other.pk).delete()
    way.assert_all_there_once((*BEFORE, *MEANWHILE))
    assert cards([way.connection])[0].status.state == "on"
