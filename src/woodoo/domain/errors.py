"""What can go wrong, sorted by what happens next.

The class of an error decides the fate of its record:

| class            | what the engine does                                             |
|------------------|------------------------------------------------------------------|
| `DataError`      | parks the record until a person mends it                         |
| `ConfigError`    | parks the record and alerts: a setting or a right is missing     |
| `RemoteError`    | tries again: at once, after 1, 5 and 15 minutes, then failed     |
| `RemoteDown`     | pauses the connection; the record waits and loses no attempt     |
| `OutcomeUnknown` | tries again; flows read the record back before they write        |
"""

from __future__ import annotations


class WoodooError(Exception):
    """An error a person can act on: which record, what, where, and what to do.

    `message` is one plain sentence naming record, field and place; `fix` is the next thing to do.
    Neither may hold secrets.
    """

    def __init__(self, message: str, *, record: str = "", where: str = "", fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        #: The record as a person names it, such as "Order #1054".
        self.record = record
        #: The place: "product.product -> default_code", or an address path.
        self.where = where
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.message} {self.fix}".strip()


class DataError(WoodooError):
    """The record itself cannot be brought over as it is."""


class SyncConflict(DataError):
    """Both sides were changed in ways that do not go together, and only a person can say what shall hold."""

    def __init__(
        self, message: str, *, record: str = "", where: str = "", choices: tuple[str, ...], fix: str = ""
    ) -> None:
        super().__init__(message, record=record, where=where, fix=fix or "\n".join(choices))
        #: What a person can do, each a sentence of its own, the most usual one first; as `fix`, a line each.
        self.choices = choices


class ConfigError(WoodooError):
    """A setting, a mapping, a key or an access right is missing or wrong."""


class RemoteError(WoodooError):
    """The other side refused for now, or failed in a way that may pass."""

    def __init__(
        self,
        message: str,
        *,
        record: str = "",
        where: str = "",
        fix: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, record=record, where=where, fix=fix)
        #: Seconds the other side asked us to wait, where it said so.
        self.retry_after = retry_after


class RemoteDown(RemoteError):
    """The other side cannot be reached at all, or is overloaded (429, 5xx of a proxy, time-outs)."""

    def __init__(
        self,
        message: str,
        *,
        side: str,
        record: str = "",
        where: str = "",
        fix: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, record=record, where=where, fix=fix, retry_after=retry_after)
        #: Which side is down: "odoo" or "store".
        self.side = side


class OutcomeUnknown(RemoteError):
    """The request went out and no answer came back: it may have been carried out."""
