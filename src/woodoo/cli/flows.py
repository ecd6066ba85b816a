"""Finds the flow a command names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .output import fail

if TYPE_CHECKING:
    from woodoo.flows.table import Flow


def flow_named(name: str) -> Flow:
    """Return the flow of that name.

    Raises:
        Stop: there is none; that has been said.
    """
    from woodoo.flows.table import FLOWS

    if name not in FLOWS:
        raise fail(f"There is no flow '{name}'.", f"There are: {', '.join(FLOWS)}.")
    return FLOWS[name]
