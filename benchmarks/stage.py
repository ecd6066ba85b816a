"""What the figures share: the service and the shop, brought up when they are first needed, and how much is measured."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from types import TracebackType

from .policies import POLICIES
from .service import Service, running
from .shop import Shop, open_shop


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    #: Orders in the backlog, and of the plain connector beside it.
    backlog: int = 200
    plain: int = 24
    #: Orders of each policy.
    policy: int = 25
    #: Delivered orders that are told to their store.
    fulfilled: int = 50
    #: Orders that come one at a time.
    alone: int = 12
    #: Orders of an import that new ones overtake.
    history: int = 2000
    #: Events for six records out of ten of them.
    events: int = 10_000
    #: Things done in a shop whose webhooks get lost.
    lossy: int = 240
    #: Orders placed in a simulated day.
    day: int = 300
    #: Deliveries of all senders together.
    deliveries: int = 2000
    #: Seconds for which nothing happens.
    idle: int = 600
    #: Mishaps at remote calls, on each version of Odoo.
    faults: int = 700
    #: Simple and variable products of a catalogue (2,000 variations), and SKUs whose price changes, beside these.
    simple: int = 2000
    variable: int = 300
    changed: int = 8000
    #: Moments at which each loss is tried on each version of Odoo.
    losses: int = 3
    #: Products whose figure changes, those at a real shop's pace, moves in Odoo that are timed, and seconds of a
    #: rush of buyers.
    stock: int = 10_000
    paced: int = 2000
    moves: int = 30
    rush: int = 150
    #: Records of a large installation whose pages are asked for.
    records: int = 1_000_000
    #: Invented orders sent to each version of Odoo.
    exact: int = 1500

    @classmethod
    def small(cls) -> Sizes:
        """Return sizes for a trial: quick, and not to be quoted."""
        return cls(
            backlog=40,
            plain=6,
            policy=10,
            fulfilled=10,
            alone=4,
            history=200,
            events=1000,
            lossy=60,
            day=60,
            deliveries=400,
            idle=65,
            faults=40,
            losses=1,
            stock=300,
            paced=200,
            moves=8,
            rush=60,
            records=20_000,
            exact=100,
            simple=200,
            variable=30,
            changed=400,
        )


class Stage:
    """Everything the figures are measured on. Leaving the block ends whatever was started."""

    #: Orders for getting warm, before the backlog, the single ones and history.
    WARM = 12

    def __init__(self, sizes: Sizes) -> None:
        self.sizes = sizes
        self._stack = ExitStack()

    def __enter__(self) -> Stage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @cached_property
    def service(self) -> Service:
        """The running service."""
        return self._stack.enter_context(running())

    @cached_property
    def shop(self) -> Shop:
        """A store with enough paid orders, and an Odoo."""
        sizes = self.sizes
        count = sizes.backlog + sizes.plain + len(POLICIES) * sizes.policy + 3 * sizes.alone + sizes.history
        count += 3 * self.WARM + 4
        return self._stack.enter_context(open_shop(self.service.home, count))
