"""Measures the figures: `python -m benchmarks [FAMILY …] [--quick]`.

Exit code 0 when everything asked for was measured, whether or not a goal is met; 1 where something could not be run.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence

from woodoo.domain.errors import WoodooError

from . import (
    alone,
    catalogue,
    day,
    events,
    exact,
    faults,
    fulfilment,
    history,
    idle,
    long_tests,
    losses,
    lossy,
    memory,
    orders,
    panel,
    policies,
    receiver,
    stock,
)
from .figures import RESULTS, CannotRun, Figure, write
from .screen import heading, say, show
from .stage import Sizes, Stage

#: In the order in which they are measured: memory after the load.
FAMILIES: dict[str, tuple[str, Callable[[Stage], Iterator[Figure]]]] = {
    "orders": ("Orders: a backlog, order to payment, 3 lines each", orders.measure),
    "policies": ("Calls for each policy: one batch each", policies.measure),
    "fulfilment": ("Deliveries back to the store: one batch of orders", fulfilment.measure),
    "alone": ("One order alone", alone.measure),
    "history": ("History beside new orders", history.measure),
    "events": ("Events: two workers, one store and several", events.measure),
    "lossy": ("Lossy webhooks: what the poll finds", lossy.measure),
    "day": ("A day of a shop in which everything breaks", day.measure),
    "stock": ("Stock: from Odoo to the store", stock.measure),
    "rush": ("A rush of buyers for five products", stock.measure_rush),
    "receiver": ("Webhook receiver: 8 senders at once", receiver.measure),
    "panel": ("Panel: 1,000,000 records of 100 stores", panel.measure),
    "memory": ("Memory in use", memory.measure),
    "idle": ("Idle: nothing happens", idle.measure),
    "catalogue": ("Catalogue: products of Odoo to the store", catalogue.measure),
    "faults": ("Faults: mishaps at every remote call, on Odoo 19 and 14", faults.measure),
    "losses": ("Losses: databases, clocks, workers, outages, on Odoo 19 and 14", losses.measure),
    "tests": ("Long tests, on Odoo 19 and 14 each", long_tests.measure),
    "exact": ("Exact to the cent: orders of every shape into Odoo 19 and 14", exact.measure),
}


def main(arguments: Sequence[str]) -> int:
    """Measure what is asked for, print each figure as it comes, and return the exit code."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # through every `finally`, so that nothing is left behind
    chosen = [name for name in FAMILIES if name in options.family] or list(FAMILIES)
    figures: list[Figure] = []
    failed = []
    with Stage(_sizes(options)) as stage:
        for name in chosen:
            title, measure = FAMILIES[name]
            heading(f"{title}  (load before it {os.getloadavg()[0]:.1f}, on {os.cpu_count()} processors)")
            try:
                for figure in measure(stage):
                    figures.append(figure)
                    show(figure)
                    write(figures)
            except (CannotRun, WoodooError, OSError) as error:
                failed.append(name)
                say(f"  could not be measured: {error}")
    missed = [figure.name for figure in figures if figure.holds is False]
    say(f"\n{len(figures)} figures in {RESULTS}")
    if missed:
        say(f"Goals missed: {'; '.join(missed)}")
    return 1 if failed else 0


def _sizes(options: argparse.Namespace) -> Sizes:
    given = {field.name: getattr(options, field.name) for field in dataclasses.fields(Sizes)}
    chosen = Sizes.small() if options.quick else Sizes()
    return dataclasses.replace(chosen, **{name: value for name, value in given.items() if value is not None})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m benchmarks", description="Measure the figures Woodoo promises.")
    parser.add_argument("family", nargs="*", choices=[*FAMILIES, []], help=f"default: all of {', '.join(FAMILIES)}")
    parser.add_argument("--quick", action="store_true", help="small sizes, for a trial")
    for field in dataclasses.fields(Sizes):
        parser.add_argument(f"--{field.name}", type=int, metavar="N", help=f"default: {field.default}")
    return parser


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
