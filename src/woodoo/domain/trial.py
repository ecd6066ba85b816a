"""What records of a test run look like, so that nobody ever takes them for real ones.

Decides the marks. All of them lie where no shopper and no person comes by chance:

| record            | is one of a test run where                                                            |
|-------------------|---------------------------------------------------------------------------------------|
| product           | its SKU begins with `WOODOO-TEST-` and the connection's own sign                        |
| customer, partner | its e-mail address lies in `woodoo-test.invalid`, a domain nobody can have (RFC 2606)  |
| order             | its customer is one, and its meta data names the connection and the run               |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .order import Order

META_KEY = "_woodoo_test"
EMAIL_DOMAIN = "woodoo-test.invalid"
SKU_START = "WOODOO-TEST-"


@dataclass(frozen=True)
class TrialMark:
    """Which connection a test record belongs to, and which of its runs."""

    #: Of the connection's external ids.
    namespace: str
    #: Of the run: small letters and digits.
    token: str
    #: Its order is invoiced and paid, too.
    books: bool = False

    @property
    def sign(self) -> str:
        """The connection's own sign."""
        return sha256(self.namespace.encode()).hexdigest()[:8]

    @property
    def text(self) -> str:
        """What the meta data of its order says."""
        return f"{self.namespace}/{self.token}/{'books' if self.books else 'order'}"

    @property
    def email(self) -> str:
        return f"{self.token}@{self.sign}.{EMAIL_DOMAIN}"

    @property
    def sku(self) -> str:
        return f"{SKU_START}{self.sign}-{self.token}".upper()

    @property
    def name(self) -> str:
        """What its product and its customer are called."""
        return f"Woodoo test {self.token}"


def read_mark(text: object) -> TrialMark | None:
    """Return the mark that a text holds; None where it is none."""
    parts = text.split("/") if isinstance(text, str) else []
    if len(parts) != 3 or not all(parts) or parts[2] not in ("books", "order"):
        return None
    return TrialMark(parts[0], parts[1], parts[2] == "books")


def mark_of(meta: Mapping[str, Any], email: str) -> TrialMark | None:
    """Return the mark of an order by its meta data and its customer's address; None: it is a real one."""
    mark = read_mark(meta.get(META_KEY))
    return mark if mark and email.strip().lower() == mark.email else None


def trial_of(order: Order) -> TrialMark | None:
    """Return the mark of an order; None: it is a real one."""
    return mark_of(order.meta, order.billing.email)
