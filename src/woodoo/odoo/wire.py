"""Values on their way to Odoo: what every protocol can carry, and nothing that breaks one.

Odoo 14 stores characters that XML forbids and then breaks every XML-RPC answer that holds one, so they are never
written, over whatever protocol.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from ..domain.text import clean


def utc_text(moment: datetime) -> str:
    """Return the moment the way Odoo writes it, in UTC. A naive one is taken to be UTC."""
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC)
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def plain(value: Any) -> Any:
    """Return the value as JSON and XML-RPC both carry it.

    Decimals become floats (Odoo rounds by its own precision), datetimes UTC text, tuples and sets lists.
    """
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {clean(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} cannot be sent to Odoo")
