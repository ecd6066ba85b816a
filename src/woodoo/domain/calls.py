"""How a client tells the ledger of each remote request and its answer."""

from __future__ import annotations

from typing import Any, Protocol


class CallRecorder(Protocol):
    """Takes note of remote calls. Clients call `begin` before sending and `end` once they know how it went."""

    def begin(self, *, system: str, summary: str, request: Any) -> int:
        """Note that a request goes out. `system` is "odoo" or "store"; `request` is JSON-able, without secrets."""

    def end(self, token: int, *, status: str, response: Any = None, error: str = "") -> None:
        """Note the answer of the request noted as `token`: its status as the protocol names it, and its body."""


class NullRecorder:
    """Notes nothing. For checks and tools that run outside the engine."""

    def begin(self, *, system: str, summary: str, request: Any) -> int:
        return 0

    def end(self, token: int, *, status: str, response: Any = None, error: str = "") -> None:
        return None
