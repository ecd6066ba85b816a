"""What an order was like in the store when it was looked at last, in one line short enough to be kept for each order.

Decides what is compared to find the changes the store tells nobody of: content, status, time of the change, refunds.
"""

from __future__ import annotations

from dataclasses import dataclass

#: In place of a mark: the store had no such record any more.
GONE = "gone"


@dataclass(frozen=True)
class Mark:
    """One look at an order."""

    #: `Order.content_hash`.
    content: str
    status: str = ""
    #: When it was changed last by the store's clock, as ISO text in UTC.
    modified: str = ""
    #: Ids of its refunds.
    refunds: frozenset[str] = frozenset()

    def text(self) -> str:
        """Return it as it is kept."""
        return "|".join([self.content, self.status.replace("|", "/"), self.modified, ",".join(sorted(self.refunds))])

    @classmethod
    def read(cls, text: str) -> Mark | None:
        """Read what `text` wrote; None where nothing is known, or the record was gone."""
        parts = text.split("|")
        if len(parts) != 4:
            return None
        content, status, modified, refunds = parts
        return cls(content, status, modified, frozenset(filter(None, refunds.split(","))))
