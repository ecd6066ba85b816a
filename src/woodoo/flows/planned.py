"""What a dry run finds: a plan for each record, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ..domain.errors import WoodooError
from ..domain.plan import Plan


class Plans(Protocol):
    """The answer of a flow that is asked what it would do."""

    @property
    def failures(self) -> Mapping[str, WoodooError]:
        """Why some records cannot be planned."""

    def shown(self) -> Mapping[str, Plan]:
        """Return the plans in words, by record."""


@dataclass(frozen=True)
class PlansInWords:
    """Plans that are in words already."""

    plans: Mapping[str, Plan] = field(default_factory=dict)
    failures: Mapping[str, WoodooError] = field(default_factory=dict)

    def shown(self) -> Mapping[str, Plan]:
        return self.plans
