"""What buyers and staff do in a shop: buy, pay, change, cancel, delete, at random and the same for the same seed.

Decides which doings leave an order that needs a person in Odoo: what happens to it after it was paid, and its end.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from woodoo.sandbox.store import StoreDouble


@dataclass(frozen=True)
class Doing:
    """Something that is done to an order."""

    name: str
    #: Statuses of the orders it may be done to.
    to: frozenset[str]
    do: Callable[[StoreDouble, int], None]
    #: How often, beside the others.
    weight: int
    #: Woodoo may rightly leave the order to a person after it.
    needs_a_person: bool = False
    #: It moves the time of the order's change, so that a poll can see it.
    polled: bool = True


def _pay(store: StoreDouble, order: int) -> None:
    store.set_status(order, "processing")


def _change(store: StoreDouble, order: int) -> None:
    store.change_quantity(order, _pieces(store, order) + 1)


def _change_quietly(store: StoreDouble, order: int) -> None:
    store.change_quantity(order, _pieces(store, order) + 2, quietly=True)


def _pieces(store: StoreDouble, order: int) -> int:
    return int(store.shop.tables["orders"][order]["line_items"][0]["quantity"])


_UNPAID, _OPEN, _ALL = frozenset({"on-hold"}), frozenset({"processing"}), frozenset({"on-hold", "processing"})

DOINGS = (
    Doing("paid", frozenset({"on-hold", "pending"}), _pay, 8),
    Doing("completed", _OPEN, lambda store, order: store.set_status(order, "completed"), 10),
    Doing("changed", _UNPAID, _change, 4),
    Doing("changed without moving its date", _UNPAID, _change_quietly, 4, polled=False),
    Doing("cancelled", _UNPAID, lambda store, order: store.set_status(order, "cancelled"), 2),
    Doing("cancelled after it was paid", _OPEN, lambda store, order: store.set_status(order, "cancelled"), 1, True),
    Doing("changed after it was paid, without moving its date", _OPEN, _change_quietly, 1, True, polled=False),
    Doing("refunded in part", _OPEN, lambda store, order: _refund(store, order), 2),
    Doing("put into the trash", _ALL, lambda store, order: store.delete_order(order), 1, True, polled=False),
    Doing(
        "deleted for good", _ALL, lambda store, order: store.delete_order(order, for_good=True), 1, True, polled=False
    ),
)
#: Those a poll can see.
POLLED = tuple(doing for doing in DOINGS if doing.polled)
#: What an order becomes when it is placed, of each ten.
_PLACED = ("processing",) * 6 + ("on-hold",) * 3 + ("pending",)


def _refund(store: StoreDouble, order: int) -> None:
    store.refund(order, amount=Decimal(1), reason="Scratched")


@dataclass
class People:
    """Everybody in a shop. One thing is done at a time."""

    store: StoreDouble
    seed: int = 0
    #: Numbers of all orders there ever were.
    placed: list[int] = field(default_factory=list)
    #: Those that Woodoo may rightly leave to a person.
    need_a_person: set[int] = field(default_factory=set)
    #: What was done, how often.
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    def buy(self) -> int:
        """Place an order and return its number."""
        status = self._chance.choice(_PLACED)
        # Invented buyers and goods go by a number; this one begins where no other day does.
        number = 1_000 * (self.seed + 1) + len(self.placed)
        (order,) = self.store.seed_orders(1, announce=True, first=number, status_wanted=status)
        self.placed.append(order)
        self.done["placed"] += 1
        return order

    def do_something(self, among: Sequence[Doing] = DOINGS) -> int | None:
        """Do something to some order and return its number; None where there is no order to do it to."""
        doing = self._chance.choices(among, [doing.weight for doing in among])[0]
        found = [number for number, status in self._statuses().items() if status in doing.to]
        if not found:
            return None
        order = self._chance.choice(found)
        doing.do(self.store, order)
        if doing.needs_a_person:
            self.need_a_person.add(order)
        self.done[doing.name] += 1
        return order

    def _statuses(self) -> Mapping[int, str]:
        """Return the status of each order that is there and was not spoilt by what was done to it."""
        orders = self.store.shop.tables["orders"]
        return {
            number: orders[number]["status"]
            for number in self.placed
            if number in orders and number not in self.need_a_person
        }
