"""The words of the panel and the command line for what the engine calls by short names.

Decides that the tables are English and the functions answer in the reader's language; on the command line and in the
API that is English.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _


@dataclass(frozen=True)
class StateWord:
    """A state of work: its label, and what it means to the reader."""

    label: str
    meaning: str


#: In the order screens show them: what needs a person first.
STATES: dict[str, StateWord] = {
    "parked": StateWord(_("Parked"), _("Waits until somebody mends the record or a setting")),
    "failed": StateWord(_("Failed"), _("Tried several times without success; nothing happens until it is retried")),
    "waiting": StateWord(_("Retrying"), _("Did not work yet and is tried again by itself")),
    "ready": StateWord(_("Queued"), _("Will be worked on next")),
    "running": StateWord(_("Running"), _("Is being worked on right now")),
    "done": StateWord(_("Done"), _("Both sides agree")),
    "skipped": StateWord(_("Skipped"), _("Needs nothing, or was left out by a person, for the reason shown")),
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
    "order": _("Orders"),
    "products": _("Products to the store"),
    "product": _("Products from the store"),
    "update_stock": _("Stock"),
    "customers": _("Customers to the store"),
    "customer": _("Customers from the store"),
    "fulfil": _("Deliveries and statuses"),
    "refund": _("Refunds"),
    "shipping_methods": _("Shipping methods"),
}


@dataclass(frozen=True)
class FoundWords:
    """What a dry run of many records says of those that would be made, changed, or are as they should be."""

    create: str = _("would be brought over")
    complete: str = _("would be completed or changed in Odoo")
    there: str = _("are in Odoo already")


#: Flow → those words, where they are others than for orders.
_FOUND: dict[str, FoundWords] = {
    "products": FoundWords(
        _("would be created in the store"), _("would be changed in the store"), _("are as they should be")
    ),
    "product": FoundWords(_("would be created in Odoo"), _("would be changed in Odoo"), _("are as they should be")),
}


def found_words(flow: str) -> FoundWords:
    """Return the words in which a dry run of a flow tells what it has found."""
    found = _FOUND.get(flow, FoundWords())
    return FoundWords(gettext(found.create), gettext(found.complete), gettext(found.there))


#: What an import and a test run say of where they stand (`Import.State`, `Trial.State`), translated where shown.
RUN_STATES = (
    _("Listing"),
    _("Working"),
    _("Paused"),
    _("Done"),
    _("Stopped"),
    _("Failed"),
    _("Waiting"),
    _("Running"),
    _("Passed"),
    _("Interrupted"),
)

#: Group of fields → what it holds (`woodoo.domain.ownership.Group`).
GROUPS: dict[str, str] = {
    "names": _("Names and texts"),
    "prices": _("Prices"),
    "images": _("Images"),
    "categories": _("Categories and tags"),
    "stock": _("Stock"),
    "customers": _("Customer data"),
    "statuses": _("Status"),
}


def group_word(name: str) -> str:
    """Return what a group of fields holds."""
    return gettext(GROUPS[name]) if name in GROUPS else name.capitalize()


def side_word(name: str) -> str:
    """Return a side's name within a sentence."""
    return "Odoo" if name == "odoo" else gettext("the store")


def flow_word(name: str) -> str:
    """Return what the records of a flow are, or the flow's own name."""
    return gettext(FLOWS[name]) if name in FLOWS else name.replace("_", " ").capitalize()


def state_word(name: str) -> StateWord:
    """Return the words for a state, or its own name where the engine knows one that the panel does not."""
    if name not in STATES:
        return StateWord(name.capitalize(), "")
    return StateWord(gettext(STATES[name].label), gettext(STATES[name].meaning))


def state_words() -> dict[str, StateWord]:
    """Return the words for every state, in the order screens show them."""
    return {name: state_word(name) for name in STATES}


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
