"""Stock by hand: how a figure comes about, a comparison now, the opening count.

Decides that the opening count is a dry run until it is asked for, and how much of it goes together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from .connections import find
from .output import as_json, complain, err, fail, plain, say, table
from .service import service

if TYPE_CHECKING:
    from woodoo.flows.opening_count import Count
    from woodoo.flows.sides import Sides

app = typer.Typer(help="Stock figures: how they come about, compare them, take them over once.", no_args_is_help=True)

Where = Annotated[str, typer.Argument(metavar="[CONNECTION]", help="Name or number.", show_default=False)]
Skus = Annotated[list[str] | None, typer.Option("--sku", help="Only this one; may be given several times.")]
Json = Annotated[bool, typer.Option("--json", help="For other programs.")]


def add_to(parent: typer.Typer) -> None:
    """Add the commands of this module."""
    parent.add_typer(app, name="stock")


@app.command()
def show(
    skus: Annotated[list[str], typer.Argument(metavar="SKU...", help="SKUs as Odoo has them.")],
    connection: Annotated[str, typer.Option("--connection", "-c", help="Name or number.")] = "",
    json: Json = False,
) -> None:
    """Say what would be sent of these products, and how it comes about. Writes nothing."""
    with service():
        from woodoo.flows.stock import plan_stock

        sides = _sides(connection)
        records = _records_of(sides, skus)
        planned = plan_stock(sides, records)
    if json:
        shown = {record: plan.to_json() for record, plan in planned.plans.items()}
        as_json({**shown, **{record: {"error": str(error)} for record, error in planned.failures.items()}})
        return
    for record in records:
        if record in planned.failures:
            complain(planned.failures[record])
        else:
            plan = planned.plans[record]
            say(f"[bold]{plain(plan.title)}[/bold]  {plain(plan.summary)}")
            for step in plan.steps:
                say(f"  would write: {plain(step.detail)}")


@app.command()
def compare(connection: Where = "", json: Json = False) -> None:
    """Compare all figures of both sides now; what differs is written by the worker."""
    with service():
        from woodoo.chores.stock_compare import compare_page

        sides = _sides(connection)
        found: Counter[str] = Counter()
        for page in _pages(sides):
            found.update(compare_page(sides, page))
    if json:
        as_json(found)
        return
    say(
        f"{found['looked']} products: {found['equal']} equal, {found['changed_in_store']} changed in the store, "
        f"{found['behind']} to be written, {found['without']} without a figure there."
    )


@app.command()
def take(
    connection: Where = "",
    sku: Skus = None,
    location: Annotated[
        int, typer.Option("--location", help="Odoo location (stock.location); else the first warehouse's stock.")
    ] = 0,
    apply: Annotated[bool, typer.Option("--apply", help="Set the quantities in Odoo; else it is only told.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Also what was counted before.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Also what has moved in Odoo.")] = False,
    json: Json = False,
) -> None:
    """Take the store's figures over to Odoo, once: the opening count. Without --apply nothing is written."""
    with service():
        from woodoo.flows.opening_count import Asked, first_location, plan_count, take_count

        sides = _sides(connection)
        asked = Asked(location or first_location(sides), again, force)
        rows: list[Count] = []
        for page in _pages(sides, sku):
            planned = plan_count(sides, page, asked)
            done = {one.product_id: one for one in (take_count(sides, planned, asked) if apply else ())}
            rows += [done.get(one.product_id, one) for one in planned]
    if json:
        as_json([vars(one) for one in rows])
        return
    table(
        ["SKU", "Store", "Odoo", "Then", "What"],
        [
            (plain(one.sku or one.name), "—" if one.store is None else one.store, one.odoo, one.then, plain(one.why))
            for one in rows
        ],
        right=["Store", "Odoo", "Then"],
    )
    counted = sum(one.counted for one in rows)
    word = "counted" if apply else "would be counted; nothing is written without --apply"
    say(f"\n{counted} of {len(rows)} products {word}.")


def _sides(connection: str) -> Sides:
    from woodoo.domain.calls import NullRecorder
    from woodoo.live import live_connection

    return live_connection(find(connection).pk).sides(NullRecorder())


def _records_of(sides: Sides, skus: Sequence[str]) -> list[str]:
    from woodoo.odoo.quantities import sharing_skus

    found = sharing_skus(sides.odoo, skus, sides.settings.sku_field)
    fix = f"It is looked for in the field {sides.settings.sku_field}."
    missing = [fail(f"Odoo has no product with the SKU {sku}.", fix) for sku in skus if sku not in found]
    if missing and not found:
        raise missing[0]
    return [str(odoo_id) for sku in skus if sku in found for odoo_id, _ in found[sku]]


def _pages(sides: Sides, skus: Sequence[str] | None = None) -> Iterator[list[str]]:
    """Yield the products of these SKUs, else all, page by page; says on stderr how many are through."""
    from woodoo.chores.stock_compare import next_page

    if skus:
        yield _records_of(sides, skus)
        return
    after = through = 0
    while ids := next_page(sides, after):
        yield [str(one) for one in ids]
        after, through = ids[-1], through + len(ids)
        err.print(f"[bright_black]{through} products looked at …[/bright_black]")
