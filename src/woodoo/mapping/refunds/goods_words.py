"""What happens to the goods of an order, in words."""

from __future__ import annotations

from ...domain.plan import Step
from .goods_plan import GoodsPlan, Reduction, Return


def goods_steps(plan: GoodsPlan | None) -> tuple[Step, ...]:
    """Return what is done about the goods, as the plan shows it."""
    if plan is None:
        return ()
    return (
        *(
            Step(f"Take {one.words} off {name_of(plan, one)}", "refunded before they were delivered", "stock.move")
            for one in plan.reductions
        ),
        *(
            Step(
                "Make a return" if one.waits else "Receive a return",
                f"refund {one.refund_id} put the goods back on the store's shelf",
                "stock.picking",
                f"{', '.join(one.words)} of {one.picking.name}{f'; {one.waits}' if one.waits else ''}",
            )
            for one in plan.returns
        ),
        *(
            Step(
                f"Receive {one.name}",
                f"refund {one.refund_id} put its goods back on the store's shelf",
                "stock.picking",
            )
            for one in plan.receive
        ),
        *(
            Step(f"Cancel {one.name}", f"refund {one.refund_id} was deleted in the store", "stock.picking")
            for one in plan.cancel
        ),
    )


def name_of(plan: GoodsPlan, one: Reduction) -> str:
    """Return the name of the delivery that shrinks."""
    return plan.goods.pickings[one.move.picking_id].name


def return_said(one: Return, name: str) -> str:
    """Say what was done about a return: "WH/IN/00007 brings back 1 × Belt"."""
    goods = ", ".join(one.words)
    return f"{name} is to bring back {goods} ({one.waits})" if one.waits else f"{name} brought back {goods}"
