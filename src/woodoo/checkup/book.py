"""What the last health check of a connection found: kept with its chore."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from ..engine.models import Chore
from .findings import BAD, OK, WARN, Finding, worst

#: The chore that looks, and the seconds between two looks.
CHORE, EVERY = "health", 900.0


@dataclass(frozen=True)
class Health:
    """The last health check of a connection."""

    at: datetime | None
    findings: Sequence[Finding]

    @property
    def state(self) -> str:
        """The worst of it; empty before the first."""
        return worst(self.findings) if self.at else ""

    @property
    def to_do(self) -> Sequence[Finding]:
        """What does not work, then what to look at."""
        return [one for state in (BAD, WARN) for one in self.findings if one.state == state]

    @property
    def well(self) -> Sequence[Finding]:
        return [one for one in self.findings if one.state == OK]


def as_json(findings: Iterable[Finding]) -> dict[str, Any]:
    """Return findings as they are kept."""
    return {"findings": [asdict(one) for one in findings]}


def read(found: Mapping[str, Any]) -> list[Finding]:
    """Return findings from how they are kept."""
    return [Finding(**one) for one in found.get("findings") or ()]


def health_of(connection_ids: Iterable[int]) -> Mapping[int, Health]:
    """Return the last health check of each connection."""
    ids = list(connection_ids)
    chores = Chore.objects.filter(connection_id__in=ids, name=CHORE)
    rows = {
        number: Health(at, read(found))
        for number, at, found in chores.values_list("connection_id", "ended_at", "found")
    }
    return {number: rows.get(number) or Health(None, ()) for number in ids}


def note(connection_id: int, findings: Iterable[Finding]) -> None:
    """Keep what was found just now, beside the turns of the chore."""
    keep(connection_id, CHORE, as_json(findings))


def keep(connection_id: int, chore: str, found: Mapping[str, Any]) -> None:
    """Keep what somebody saw who looked before the turn of a chore came, as if the chore had."""
    now = timezone.now()
    given = {"found": dict(found), "ended_at": now, "well_at": now, "message": "", "error_kind": "", "fix": ""}
    Chore.objects.update_or_create(connection_id=connection_id, name=chore, defaults=given)
