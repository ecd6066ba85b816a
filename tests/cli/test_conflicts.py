"""A conflict on the command line: the choices stand below the message, one a line."""

from __future__ import annotations

from woodoo.cli.records import _told


def test_the_choices_of_a_conflict_stand_below_each_other() -> None:
    told = _told("It was changed.", "SyncConflict", "Credit it, then retry.\nSkip it.")
    assert told.splitlines() == ["It was changed.", "  - Credit it, then retry.", "  - Skip it."]


def test_any_other_error_is_one_line() -> None:
    assert _told("It has no SKU.", "DataError", "Give it one.") == "It has no SKU. Give it one."
