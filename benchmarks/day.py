"""A day in the life of a shop in which everything breaks: at its end the books are complete.

What is real: the service with its web processes, workers and PostgreSQL; Odoo 19; processes killed, connections cut.

What is compressed: a quarter of an hour lasts two seconds. What people do in it, some 300 orders and 250 changes of
them in the day, happens within these. Then whatever Woodoo waits for, retries, pauses, chores, is brought nearer by the
rest of the quarter (`woodoo.sandbox.day.passing`). No clock is touched, so the orders of the day bear times of a few
minutes, and what takes real time takes more of the day than it would: Odoo at work on an order, a lease that has to
run out, 30 seconds until a call to Odoo whose worker was killed must be over. The poll, by default every minute, comes
once in a quarter. The count of all orders comes every six hours, by default once a day: so long a deletion may go
unnoticed.
"""

from __future__ import annotations

import itertools
import random
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial

from woodoo.sandbox.store.troubles import Down

from .figures import CannotRun, Figure
from .screen import Tell, say, step
from .stage import Stage
from .world import World, open_world

#: Of a simulated quarter of an hour, and how many seconds it lasts.
QUARTER, LASTS = 900.0, 2.0
#: Orders by the hour, beside each other.
_RUSH = (1, 1, 1, 1, 1, 1, 2, 4, 6, 7, 7, 6, 5, 6, 6, 6, 7, 8, 9, 10, 9, 6, 3, 2)
#: Things done to orders, for each that is placed.
_DOINGS = 0.85
#: Seconds after midnight in which all has to come to rest, on a machine that is not alone with it.
_PATIENCE = 1200.0
#: Webhooks all day long: shares that are lost, sent twice, and sent up to three seconds late, half an hour of the day.
_LOST, _DOUBLED, _LATE, _LATENESS = 0.3, 0.1, 0.2, 3.0


def measure(stage: Stage) -> Iterator[Figure]:
    """Live through a day, and settle the books."""
    begun = time.monotonic()
    with open_world(seed=24, census_seconds=21_600) as world:
        with step(f"24 hours, {stage.sizes.day} orders") as tell:
            _live(world, stage.sizes.day, tell)
        midnight = datetime.now(UTC)
        with step("midnight has passed, all is whole again"):
            quarters = _come_to_rest(world, midnight)
        yield from _figures(world, quarters)
    yield Figure("Day, took", time.monotonic() - begun, "s")


# -- what breaks ------------------------------------------------------------------------------------------------------


def _cut(world: World, *, store: Down | None = None, odoo: bool = False) -> None:
    if store:
        world.store.go_down(store)
        world.broken["outages of the store"] += 1
    if odoo:
        world.gate.shut()
        world.broken["outages of Odoo"] += 1


def _mend(world: World) -> None:
    world.store.come_back()
    world.gate.open()


def _webhooks(world: World, lost: float) -> None:
    troubles = world.store.troubles
    troubles.lost, troubles.doubled, troubles.late, troubles.lateness = lost, _DOUBLED, _LATE, _LATENESS


#: Hour of the day → what breaks or is mended then.
TIMETABLE: Sequence[tuple[float, Callable[[World], None]]] = (
    (0.0, partial(_webhooks, lost=_LOST)),
    (2.0, partial(_cut, store=Down.UNREACHABLE)),
    (3.5, _mend),
    (6.25, World.kill_workers),
    (9.0, partial(_cut, odoo=True)),
    (11.0, _mend),
    (11.75, partial(World.restart_database, how=signal.SIGKILL)),
    (12.5, World.kill_workers),
    (13.25, partial(_cut, store=Down.MAINTENANCE)),
    (14.0, _mend),
    (15.0, partial(_webhooks, lost=1.0)),
    (16.0, partial(_webhooks, lost=_LOST)),
    (17.5, partial(World.kill_workers, count=2)),
    (19.0, partial(_cut, store=Down.UNREACHABLE, odoo=True)),
    (20.0, _mend),
    (20.75, partial(World.restart_database, how=signal.SIGINT)),
    (21.25, partial(_cut, odoo=True)),
    (21.5, World.kill_workers),
    (22.0, _mend),
    (23.0, World.kill_workers),
    (23.75, partial(_webhooks, lost=_LOST)),
)


# -- the day ----------------------------------------------------------------------------------------------------------


def _live(world: World, orders: int, tell: Tell) -> None:
    chance = random.Random(1)
    timetable = list(TIMETABLE)
    placed = 0.0
    for number in range(96):
        hour = number / 4
        while timetable and timetable[0][0] <= hour:
            timetable.pop(0)[1](world)
        due = orders * sum(_RUSH[: int(hour)]) / sum(_RUSH) + orders * _RUSH[int(hour)] / sum(_RUSH) * (hour % 1 + 0.25)
        deeds: list[Callable[[], object]] = [world.people.buy for _ in range(round(due) - round(placed))]
        deeds += [world.people.do_something for _ in deeds if chance.random() < _DOINGS]
        placed = due
        _quarter(world, chance, deeds)
        done = sum(world.people.done.values())
        tell(f"{int(hour):02}:{int(hour % 1 * 60):02}, {done} things done, {world.waiting()} orders wait")


def _quarter(world: World, chance: random.Random, deeds: list[Callable[[], object]]) -> None:
    """Let a quarter of an hour pass in which people do this."""
    from woodoo.sandbox.day.passing import let_pass

    chance.shuffle(deeds)
    began = time.monotonic()
    for number, deed in enumerate(deeds):
        time.sleep(max(0.0, began + LASTS * number / len(deeds) - time.monotonic()))
        deed()
    time.sleep(max(0.0, began + LASTS - time.monotonic()))
    let_pass(QUARTER - LASTS)


def _come_to_rest(world: World, midnight: datetime) -> int:
    """Let time pass until nothing waits and Woodoo calls itself complete, and return how many quarters it took."""
    from woodoo.sandbox.day.passing import all_accounted, let_pass, settle

    _mend(world)
    deadline = time.monotonic() + _PATIENCE
    for quarter in itertools.count():
        settle(world.connection.pk)
        if all_accounted(world.connection.pk, midnight):
            return quarter
        if time.monotonic() > deadline:
            break
        let_pass(QUARTER)
    raise CannotRun(f"{world.waiting()} orders still wait {quarter / 4:.0f} simulated hours later")


def _figures(world: World, quarters: int) -> Iterator[Figure]:
    from django.db.models import Count

    from woodoo.engine.models import Event

    books = world.balance()
    happened = {**world.people.done, **world.broken}
    happened |= {
        f"webhooks {name}": count for name, count in world.store.troubles.happened.items() if name != "refused"
    }
    for what, count in sorted(happened.items()):
        say(f"    {count:5} {what}")
    sources = Event.objects.values_list("source").annotate(Count("id")).order_by("source")
    say(f"    told by: {', '.join(f'{source} {count}' for source, count in sources)}")
    say(f"    in the end: {', '.join(f'{count} {state}' for state, count in books.states.most_common())}")
    for complaint in books.complaints[:10]:
        say(f"    {complaint}")
    yield Figure("Day, orders placed", books.orders, "orders")
    yield Figure("Day, things done to them", sum(world.people.done.values()) - books.orders)
    yield Figure("Day, outages, killed workers, restarts of PostgreSQL", sum(world.broken.values()))
    yield Figure("Day, orders lost", len(books.lost), "orders", "== 0")
    yield Figure("Day, orders doubled in Odoo", len(books.doubled), "orders", "== 0")
    yield Figure("Day, orders that are not in Odoo as they should be", len(books.differing), "orders", "== 0")
    yield Figure("Day, changes not noticed", len(books.stale), "orders", "== 0")
    yield Figure("Day, orders still waiting", len(books.unfinished), "orders", "== 0")
    yield Figure("Day, complete after midnight", quarters * 15, "simulated minutes")
