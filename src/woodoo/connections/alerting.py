"""Which kinds of alerts a connection has, and when each is told unless the settings say otherwise.

Decides that money, outages and what keeps orders from arriving are told at once, the rest in a digest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

AlertKind = Literal[
    "payment",
    "invoice",
    "record",
    "outage",
    "webhooks",
    "gap",
    "chore",
    "import",
    "setup",
    "service",
    "channel",
]
#: always: at once, in quiet hours too; now: at once, but after quiet hours; digest: with others; never: not at all.
AlertWhen = Literal["always", "now", "digest", "never"]

DEFAULT_ALERT_WHEN: Mapping[AlertKind, AlertWhen] = {
    "payment": "now",
    "invoice": "now",
    "record": "digest",
    "outage": "now",
    "webhooks": "now",
    "gap": "now",
    "chore": "digest",
    "import": "digest",
    "setup": "now",
    "service": "now",
    "channel": "digest",
}

_CLOCK = r"([01]\d|2[0-3]):[0-5]\d"
_SPAN = re.compile(rf"({_CLOCK})-({_CLOCK})")


def check_quiet_hours(value: str) -> str:
    """Return quiet hours as they are stored: "22:00-07:00", or empty for none.

    Raises:
        ValueError: they are neither.
    """
    text = value.replace(" ", "").replace("–", "-")
    found = _SPAN.fullmatch(text)
    if text and not found:
        raise ValueError("write it as 22:00-07:00, or leave it empty")
    if found and found[1] == found[3]:
        raise ValueError("begin and end are the same; for no quiet hours leave it empty")
    return text
