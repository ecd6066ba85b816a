"""What goes wrong between the shop and those it talks to: webhooks lost, doubled or late, a site slow or not there.

Decides that everything is off until somebody switches it on, and that the same seed brings the same troubles.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from .http_messages import WebResponse
from .pace import Pace

#: What WordPress answers while it is being updated (`wp_maintenance`, wp-includes/load.php).
_MAINTENANCE = b"<!DOCTYPE html><title>Maintenance</title><p>Briefly unavailable for scheduled maintenance.</p>"


class Down(StrEnum):
    """How a site is down."""

    #: It answers 503 and asks to come back in ten minutes.
    MAINTENANCE = "maintenance"
    #: It hangs up without a word.
    UNREACHABLE = "unreachable"


@dataclass
class Troubles:
    """The switches. Shares are from 0 to 1, of the webhooks that would be sent."""

    #: Never sent: the job of the shop's scheduler is gone. The shop notices nothing.
    lost: float = 0.0
    #: Sent twice.
    doubled: float = 0.0
    #: Sent up to `lateness` seconds late, so that later ones overtake them.
    late: float = 0.0
    lateness: float = 10.0
    down: Down | None = None
    pace: Pace = field(default_factory=Pace)
    seed: int = 0
    #: How often each has happened: lost, doubled, late, and requests refused.
    happened: Counter[str] = field(default_factory=Counter)
    #: Webhook and record of each that was lost, in order.
    lost_ones: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        # Each kind has its own, or it would depend on threads what strikes whom.
        self._chances = {what: random.Random(f"{what} {self.seed}") for what in ("lost", "doubled", "late")}

    def loses(self, webhook_id: int, record: int) -> bool:
        """Whether this webhook is never sent."""
        if not self._strikes("lost", self.lost):
            return False
        self.lost_ones.append((webhook_id, record))
        return True

    def delay(self) -> float:
        """Return how many seconds the next webhook is late."""
        return self._chances["late"].uniform(0.0, self.lateness) if self._strikes("late", self.late) else 0.0

    def copies(self) -> int:
        """Return how often the next webhook is sent."""
        return 2 if self._strikes("doubled", self.doubled) else 1

    def answer(self) -> WebResponse | None:
        """Return what a site that is down answers to everything; None: it hangs up."""
        self.happened["refused"] += 1
        if self.down is Down.UNREACHABLE:
            return None
        return WebResponse(503, _MAINTENANCE, {"Content-Type": "text/html; charset=utf-8", "Retry-After": "600"})

    def _strikes(self, what: str, share: float) -> bool:
        if not share or self._chances[what].random() >= share:
            return False
        self.happened[what] += 1
        return True
