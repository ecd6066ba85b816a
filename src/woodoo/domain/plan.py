"""What Woodoo means to do with one record, and why: shown before, followed while, kept after.

A plan is made by pure code, so a dry run shows exactly what a run would do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Step:
    """One thing to do, in the order it is done."""

    #: In the words of the screen: "Create sales order".
    do: str
    #: Why, naming the rule or the observation behind it.
    why: str
    #: The Odoo model it touches, where it touches one.
    model: str = ""
    #: What will be written, as far as a reader needs it.
    detail: str = ""


@dataclass(frozen=True)
class Total:
    """One amount that both sides must agree on, in the order's currency."""

    name: str
    store: Decimal
    #: None as long as Odoo has not been asked.
    odoo: Decimal | None = None

    @property
    def equal(self) -> bool:
        return self.odoo == self.store


@dataclass(frozen=True)
class Plan:
    """The steps for one record. Empty `steps` means: nothing to do, and `summary` says why."""

    title: str
    summary: str
    steps: tuple[Step, ...] = ()
    totals: tuple[Total, ...] = ()
    currency: str = ""
    #: Remarks on how cents were made to fit, and the like.
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the plan as the ledger keeps it. Amounts become decimal strings."""
        return {
            "title": self.title,
            "summary": self.summary,
            "currency": self.currency,
            "steps": [{"do": s.do, "why": s.why, "model": s.model, "detail": s.detail} for s in self.steps],
            "totals": [
                {
                    "name": t.name,
                    "store": str(t.store),
                    "odoo": None if t.odoo is None else str(t.odoo),
                    "equal": None if t.odoo is None else t.equal,
                }
                for t in self.totals
            ],
            "notes": list(self.notes),
        }


def join(parts: Sequence[str]) -> str:
    """Join the parts that say something into one line."""
    return ", ".join(part for part in parts if part)
