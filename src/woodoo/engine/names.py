"""What a record is called before anything of it could be read: by its kind and its number.

Decides that a record that waits for a person because it could not be read says so in its name. A name that was read
once stays, whatever happens later.
"""

from __future__ import annotations

#: Lane → how its records are called, as the flows name them once they were read.
_CALLED = {
    "orders": "Order #{}",
    "fulfilment": "Order #{}",
    "refunds": "Refunds of order #{}",
    "products_in": "Product {}",
    "catalogue": "Product {}",
    "stock": "Product {}",
    "customers_in": "Customer #{}",
    "customers": "Contact {}",
    "shipping": "Delivery method {}",
}
#: Ends the name of one that could not be read.
UNREAD = " (could not be read)"
_WAITS_FOR_A_PERSON = ("parked", "failed")


def name_of(title: str, *, lane: str, record: str, state: str) -> str:
    """Return what a record is called: "Order #1054", or "Order #1054 (could not be read)"."""
    if title:
        return title
    called = _CALLED.get(lane, "{}").format(record)
    return f"{called}{UNREAD}" if state in _WAITS_FOR_A_PERSON else called
