"""The four tabs of a connection, and the pages below each.

Decides where every page of a connection hangs, and that a tab leads to the first of its pages the reader may open.

| tab           | what it is for                                                                    |
|---------------|-----------------------------------------------------------------------------------|
| Connection    | addresses and keys of both sides, each with its test; who changed what; as a file |
| Configuration | what becomes of what: every setting, mappings; what is tried before it goes live  |
| Features      | which flows are on; whole catalogues and orders of the past                       |
| Monitor       | how it is doing: work, health, webhooks, alerts                                   |
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .reach import Role


@dataclass(frozen=True)
class Leaf:
    """A page of a connection."""

    #: What templates call it.
    key: str
    title: str | Promise
    #: Name of its address.
    url: str
    role: Role = Role.VIEWER
    #: Behind the address.
    query: str = ""


@dataclass(frozen=True)
class Tab:
    """One of the four, with its pages."""

    title: str | Promise
    leaves: tuple[Leaf, ...]


TABS = (
    Tab(
        _("Connection"),
        (
            Leaf("edit", _("Addresses and keys"), "connection-edit", Role.ADMINISTRATOR),
            Leaf("changes", _("Who changed what"), "connection-changes", Role.ADMINISTRATOR),
            Leaf("file", _("As a file"), "connection-file", Role.ADMINISTRATOR),
        ),
    ),
    Tab(
        _("Configuration"),
        (
            Leaf("configuration", _("Settings"), "configuration", Role.ADMINISTRATOR),
            Leaf("mapping", _("Mappings"), "mapping", Role.ADMINISTRATOR),
            Leaf("hygiene", _("Clean-up"), "hygiene"),
            Leaf("rehearsal", _("Dry run"), "rehearsal"),
            Leaf("golive", _("Go live"), "golive"),
        ),
    ),
    Tab(
        _("Features"),
        (
            Leaf("features", _("Switches"), "features", Role.ADMINISTRATOR),
            Leaf("products", _("Products"), "products"),
            Leaf("history", _("Orders of the past"), "history"),
        ),
    ),
    Tab(
        _("Monitor"),
        (
            Leaf("monitor", _("How it is doing"), "connection"),
            Leaf("alerts", _("Alerts"), "connection-alerts"),
            Leaf("work", _("Work"), "work", query="?connection={}"),
        ),
    ),
)


@dataclass(frozen=True)
class Shown:
    """A tab or page as it is shown."""

    title: str | Promise
    address: str
    here: bool


def tabs(connection_id: int, here: str, role: Role) -> tuple[list[Shown], list[Shown]]:
    """Return the tabs, and the pages below the one that is open; `here` is the key of the page."""
    upper: list[Shown] = []
    lower: list[Shown] = []
    for tab in TABS:
        pages = list(_pages(tab, connection_id, here, role))
        if pages:
            is_open = any(page.here for page in pages)
            upper.append(Shown(tab.title, pages[0].address, is_open))
            lower = pages if is_open else lower
    return upper, lower if len(lower) > 1 else []


def _pages(tab: Tab, connection_id: int, here: str, role: Role) -> Iterator[Shown]:
    for leaf in tab.leaves:
        if role >= leaf.role:
            address = reverse(leaf.url) if leaf.query else reverse(leaf.url, args=[connection_id])
            yield Shown(leaf.title, address + leaf.query.format(connection_id), leaf.key == here)
