"""The words of the panel and the command line for what the engine calls by short names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StateWord:
    """A state of work: its label, and what it means to the reader."""

    label: str
    meaning: str


#: In the order screens show them: what needs a person first.
STATES: dict[str, StateWord] = {
    "parked": StateWord("Parked", "Waits until somebody mends the record or a setting"),
    "failed": StateWord("Failed", "Tried several times without success; nothing happens until it is retried"),
    "waiting": StateWord("Retrying", "Did not work yet and is tried again by itself"),
    "ready": StateWord("Queued", "Will be worked on next"),
    "running": StateWord("Running", "Is being worked on right now"),
    "done": StateWord("Done", "Both sides agree"),
    "skipped": StateWord("Skipped", "Needs nothing, or was left out by a person, for the reason shown"),
}

#: States in which a retry makes sense.
RETRYABLE = ("parked", "failed", "waiting", "skipped", "done")

#: States in which a person may leave a record out.
SKIPPABLE = ("parked", "failed", "waiting", "ready")

#: Longest reason for it, in characters.
LONGEST_REASON = 300

#: States that ask for a person.
ATTENTION = ("parked", "failed")


#: Flow → what its records are, as headings name them.
FLOWS: dict[str, str] = {
    "order": "Orders",
    "products": "Products to the store",
    "product": "Products from the store",
    "update_stock": "Stock",
    "customers": "Customers to the store",
    "customer": "Customers from the store",
    "fulfil": "Deliveries and statuses",
    "refund": "Refunds",
    "shipping_methods": "Shipping methods",
}


@dataclass(frozen=True)
class FoundWords:
    """What a dry run of many records says of those that would be made, changed, or are as they should be."""

    create: str = "would be brought over"
    complete: str = "would be completed or changed in Odoo"
    there: str = "are in Odoo already"


#: Flow → those words, where they are others than for orders.
_FOUND: dict[str, FoundWords] = {
    "products": FoundWords("would be created in the store", "would be changed in the store", "are as they should be"),
    "product": FoundWords("would be created in Odoo", "would be changed in Odoo", "are as they should be"),
}


def found_words(flow: str) -> FoundWords:
    """Return the words in which a dry run of a flow tells what it has found."""
    return _FOUND.get(flow, FoundWords())


#: Group of fields → what it holds (`woodoo.domain.ownership.Group`).
GROUPS: dict[str, str] = {
    "names": "Names and texts",
    "prices": "Prices",
    "images": "Images",
    "categories": "Categories and tags",
    "stock": "Stock",
    "customers": "Customer data",
    "statuses": "Status",
}


def group_word(name: str) -> str:
    """Return what a group of fields holds."""
    return GROUPS.get(name, name.capitalize())


def side_word(name: str) -> str:
    """Return a side's name within a sentence."""
    return "Odoo" if name == "odoo" else "the store"


def flow_word(name: str) -> str:
    """Return what the records of a flow are, or the flow's own name."""
    return FLOWS.get(name, name.replace("_", " ").capitalize())


def state_word(name: str) -> StateWord:
    """Return the words for a state, or its own name where the engine knows one that the panel does not."""
    return STATES.get(name, StateWord(name.capitalize(), ""))


def choices_of(error_kind: str, fix: str) -> list[str]:
    """Return what a person can choose between, where a conflict is to be settled; nothing for any other error."""
    return fix.splitlines() if error_kind == "SyncConflict" else []


def skipped_because(reason: str, by: str = "") -> str:
    """Return what stands on a record that a person has left out; empty where no reason is given."""
    told = " ".join(reason.replace("\x00", "").split())[:LONGEST_REASON]
    return f"Skipped by {by or 'hand'}: {told}" if told else ""


def span(seconds: float | None) -> str:
    """Return a span of time, roughly: "3 h 20 min", "12 min", "40 s"; empty for None."""
    if seconds is None:
        return ""
    minutes = int(seconds // 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes} min" if minutes else f"{int(seconds)} s"
