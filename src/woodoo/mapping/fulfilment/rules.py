"""What a connection wants told to its store, as plans see it; each is a setting of the same name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from zoneinfo import ZoneInfo

#: Steps of the status table in which an order waits for goods to be sent.
_AT_WORK = frozenset({"confirm", "invoice"})


@dataclass(frozen=True)
class FulfilRules:
    """The settings of one connection."""

    namespace: str = "woodoo"
    timezone: tzinfo = field(default_factory=lambda: ZoneInfo("UTC"))
    #: Shipments are told.
    shipments: bool = True
    #: Numbers are told, and the status moves.
    statuses: bool = True
    #: The store keeps its statuses, whatever Odoo says.
    store_owns_status: bool = False
    repair_drift: bool = True
    notes: str = "first"
    note: str = ""
    providers: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    delivered_status: str = "completed"
    partial_status: str = ""
    paid_first: bool = False
    paid_status: str = "processing"
    cancel: bool = False
    order_key: str = "_woodoo_order"
    invoice_key: str = "_woodoo_invoice"
    #: The status table: store status → how far orders in it go.
    status_steps: Mapping[str, str] = field(default_factory=dict)

    def is_at_work(self, status: str) -> bool:
        """Say whether an order in this status waits for its goods to be sent."""
        named = status == "processing" or (bool(self.partial_status) and status == self.partial_status)
        return named or self.status_steps.get(status, "") in _AT_WORK
