"""What a flow is given to work on, and what it gives back.

Decides the fate of a record from the class of its error (`Outcome.from_error`), so that flows only ever raise
or report errors of `woodoo.domain.errors`. Plain Python: flows can be tried without a database.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from woodoo.domain.calls import CallRecorder
from woodoo.domain.causes import cause_of
from woodoo.domain.errors import ConfigError, DataError, OutcomeUnknown, RemoteDown, RemoteError, WoodooError
from woodoo.domain.search import FoundBy


class OutcomeKind(StrEnum):
    """What came of one record."""

    #: It is where it should be.
    DONE = "done"
    #: It needs nothing, for the reason given.
    SKIPPED = "skipped"
    #: A person has to mend the record or a setting first.
    PARKED = "parked"
    #: It failed in a way that may pass: tried again at once, after 1, 5 and 15 minutes, then failed.
    RETRY = "retry"
    #: A side could not be reached: the connection pauses, the record waits and loses no attempt.
    DOWN = "down"


class LeaseLost(Exception):
    """The batch took so long, or the database was away so long, that others may be at its records: stop at once."""


@dataclass(frozen=True)
class Item:
    """A record to bring to where it should be."""

    work_id: int
    #: The store's id of the record.
    record: str
    #: Grows with every event about the record.
    generation: int
    #: 1 for the first try; connection outages do not count.
    attempt: int
    #: Which flow is asked for, where a lane has several.
    flow: str
    #: How often in a row a side was down when the record was tried.
    trips: int = 0


@dataclass(frozen=True)
class LinkVals:
    """That a store record and an Odoo record are the same thing."""

    #: "order", "customer", "address", "invoice", …
    kind: str
    external_id: str
    odoo_model: str
    odoo_id: int
    odoo_name: str = ""
    odoo_xmlid: str = ""
    #: Hash of what was last read from or written to each side, to recognise our own echo.
    store_hash: str = ""
    odoo_hash: str = ""
    #: What the Odoo record was like when it was looked at last, to tell a person's change from our own.
    odoo_seen: str = ""


@dataclass(frozen=True)
class DriftVals:
    """That a group of fields was changed on the side that does not own it. Holds no personal data."""

    #: Such as "prices" (`woodoo.domain.ownership.Group`).
    group: str
    #: Where it was changed: "odoo" or "store".
    side: str
    #: What differs, in words: "regular price: 12.50 in Odoo, 11.00 in the store".
    detail: str = ""
    #: It was written over.
    repaired: bool = False


@dataclass(frozen=True)
class Outcome:
    """What came of one record, in words for the person who looks at it."""

    kind: OutcomeKind
    message: str = ""
    #: The record as a person names it, such as "Order #1054"; empty keeps the title it has.
    title: str = ""
    error: BaseException | None = None
    #: What was planned, with a reason for each step, as JSON.
    plan: dict[str, Any] | None = None
    links: tuple[LinkVals, ...] = ()
    #: What the record was like in the store when it was looked at, such as `Order.mark`; empty: not known.
    seen: str = ""
    #: Changes on the wrong side; empty: both sides are as they should be. None: that was not looked at.
    drifts: tuple[DriftVals, ...] | None = None
    #: Other records to be looked at because of this one, as (flow, record).
    rings: tuple[tuple[str, str], ...] = ()
    #: What people look for it by, beside its title and the names of its links.
    found_by: FoundBy = field(default_factory=FoundBy)

    @classmethod
    def from_error(
        cls,
        error: BaseException,
        *,
        title: str = "",
        plan: dict[str, Any] | None = None,
        links: tuple[LinkVals, ...] = (),
    ) -> Outcome:
        """Return the outcome that the class of `error` stands for (see `woodoo.domain.errors`).

        Whatever is no `WoodooError` is a mistake of ours: it is tried again like a passing fault, and its text,
        which may hold anything, stays out of the message.
        """
        message = error.message if isinstance(error, WoodooError) else _INTERNAL.format(kind=type(error).__name__)
        return cls(_fate(error), message, title, error, plan, links)

    @property
    def fix(self) -> str:
        """The next thing to do, where the error says so."""
        return self.error.fix if isinstance(self.error, WoodooError) else ""

    @property
    def error_kind(self) -> str:
        """The class of the error: "DataError", "RemoteDown", … or "InternalError"; empty without an error."""
        if self.error is None:
            return ""
        return type(self.error).__name__ if isinstance(self.error, WoodooError) else "InternalError"

    @property
    def where(self) -> str:
        """The place that is wrong, such as "account.payment"; empty where the error names none."""
        return self.error.where if isinstance(self.error, WoodooError) else ""

    @property
    def cause(self) -> str:
        """What the error has in common with those of other records; empty without an error."""
        return cause_of(self.error) if self.error is not None else ""

    @property
    def retry_after(self) -> float | None:
        """Seconds the other side asked us to wait, where it said so."""
        return self.error.retry_after if isinstance(self.error, RemoteError) else None

    @property
    def outcome_unknown(self) -> bool:
        """Whether the other side may still be at work for the record."""
        return isinstance(self.error, OutcomeUnknown)

    @property
    def side(self) -> str:
        """Which side is down: "odoo" or "store"; empty where none is."""
        return self.error.side if isinstance(self.error, RemoteDown) else ""

    @property
    def trace(self) -> str:
        """The stack of an error that is a mistake of ours; empty for all others."""
        if self.error is None or isinstance(self.error, WoodooError):
            return ""
        return "".join(traceback.format_exception(self.error))


_INTERNAL = "Woodoo made a mistake ({kind}); the details are with the run."


def _fate(error: BaseException) -> OutcomeKind:
    if isinstance(error, RemoteDown):
        return OutcomeKind.DOWN
    if isinstance(error, DataError | ConfigError):
        return OutcomeKind.PARKED
    return OutcomeKind.RETRY


def _nothing() -> None:
    return None


@dataclass(frozen=True)
class Batch:
    """The turn in which a flow works on its items."""

    id: UUID
    connection_id: int
    lane: str
    #: Give this to the clients, so that every call of the batch is in the ledger.
    recorder: CallRecorder
    _renew: Callable[[], None] = field(default=_nothing, repr=False)

    def renew(self) -> None:
        """Say that the batch is still at work. Call it between the steps of a long batch.

        Raises:
            LeaseLost: others may be at the records already, or the worker is to stop: write nothing more.
        """
        self._renew()


#: Works on all items at once and says of each, by `work_id`, what came of it. An item left out is tried again.
Handler = Callable[[Sequence[Item], Batch], Mapping[int, Outcome]]
