"""What people change on both sides, at random and the same for the same seed: where it is theirs to change or not.

Decides that each edit has a number of its own and writes values that go by it, so that none is without effect.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from woodoo.domain.ownership import Group, Owner
from woodoo.sandbox.odoo.fixtures import set_stock

from .circle import Circle


@dataclass(frozen=True)
class Pair:
    """A record that both sides have: the store's id, PARENT/VARIATION for a variation, and Odoo's."""

    external_id: str
    odoo_id: int

    @property
    def path(self) -> str:
        """Where the store has the product or variation."""
        product, _, variation = self.external_id.partition("/")
        return f"products/{product}/variations/{variation}" if variation else f"products/{product}"


@dataclass(frozen=True)
class Pairs:
    """What can be edited."""

    #: Templates and their products.
    products: Sequence[Pair]
    #: Those of them without variants.
    simple: Sequence[Pair]
    #: `product.product`, and products or variations.
    variants: Sequence[Pair]
    customers: Sequence[Pair]


@dataclass(frozen=True)
class Edit:
    """One thing a person may change."""

    name: str
    group: Group
    #: Where it is changed.
    side: Owner
    #: Of what.
    of: Callable[[Pairs], Sequence[Pair]]
    do: Callable[[Circle, Pair, int], None]


def _odoo(model: str, vals: Callable[[int], Mapping[str, object]]) -> Callable[[Circle, Pair, int], None]:
    return lambda circle, pair, number: circle.admin.write(model, [pair.odoo_id], vals(number))


def _store(vals: Callable[[int], Mapping[str, object]]) -> Callable[[Circle, Pair, int], None]:
    return lambda circle, pair, number: circle.shop.put(pair.path, dict(vals(number)))


def _account(vals: Callable[[int], Mapping[str, object]]) -> Callable[[Circle, Pair, int], None]:
    return lambda circle, pair, number: circle.shop.put(f"customers/{pair.external_id}", dict(vals(number)))


def _price(number: int) -> Decimal:
    return Decimal(100 + number) / 10 + Decimal("0.05")


def _weight(number: int) -> Decimal:
    return Decimal(number % 50 + 1) / 10


_T, _C = "product.template", "res.partner"
EDITS: Sequence[Edit] = (
    Edit("a name in Odoo", Group.NAMES, Owner.ODOO, lambda p: p.products, _odoo(_T, lambda n: {"name": f"Good {n}"})),
    Edit(
        "a name in the store", Group.NAMES, Owner.STORE, lambda p: p.products, _store(lambda n: {"name": f"Wrong {n}"})
    ),
    Edit(
        "a weight in Odoo",
        Group.NAMES,
        Owner.ODOO,
        lambda p: p.simple,
        _odoo(_T, lambda n: {"weight": float(_weight(n))}),
    ),
    Edit(
        "a weight in the store",
        Group.NAMES,
        Owner.STORE,
        lambda p: p.simple,
        _store(lambda n: {"weight": str(_weight(n))}),
    ),
    Edit(
        "a price in Odoo",
        Group.PRICES,
        Owner.ODOO,
        lambda p: p.simple,
        _odoo(_T, lambda n: {"list_price": float(_price(n))}),
    ),
    Edit(
        "a price in the store",
        Group.PRICES,
        Owner.STORE,
        lambda p: p.simple,
        _store(lambda n: {"regular_price": str(_price(n))}),
    ),
    Edit(
        "stock in Odoo",
        Group.STOCK,
        Owner.ODOO,
        lambda p: p.variants,
        lambda circle, pair, number: set_stock(circle.admin, {pair.odoo_id: Decimal(number)}),
    ),
    Edit("stock in the store", Group.STOCK, Owner.STORE, lambda p: p.variants, _store(lambda n: {"stock_quantity": n})),
    Edit(
        "a telephone in Odoo",
        Group.CUSTOMERS,
        Owner.ODOO,
        lambda p: p.customers,
        _odoo(_C, lambda n: {"phone": f"+31 20 {n}"}),
    ),
    Edit(
        "a telephone in the store",
        Group.CUSTOMERS,
        Owner.STORE,
        lambda p: p.customers,
        _account(lambda n: {"billing": {"phone": f"+34 91 {n}"}}),
    ),
    Edit(
        "a street in the store",
        Group.CUSTOMERS,
        Owner.STORE,
        lambda p: p.customers,
        _account(lambda n: {"billing": {"address_1": f"Calle Inventada {n}"}}),
    ),
)


@dataclass
class Editors:
    """Everybody who edits. One thing is done at a time."""

    circle: Circle
    pairs: Pairs
    seed: int = 0
    #: What was done, how often.
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    def edit(self) -> None:
        """Change something."""
        edit = self._chance.choice([one for one in EDITS if one.of(self.pairs)])
        pair = self._chance.choice(edit.of(self.pairs))
        edit.do(self.circle, pair, sum(self.done.values()) + 1)
        self.done[edit.name] += 1
