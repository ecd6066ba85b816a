"""Which kinds of alerts a connection has, and when each is told unless the settings say otherwise.

Decides that money, outages and what keeps orders from arriving are told at once, the rest in a digest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, Field, field_validator

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
    "health",
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
    "health": "now",
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


class AlertSettings(BaseModel):
    """What is told of a connection, when, and how much of it."""

    alert_when: dict[AlertKind, AlertWhen] = Field(
        default_factory=lambda: dict(DEFAULT_ALERT_WHEN),
        description="Kind of alert → when it is told: always (at once, in quiet hours too), now (at once, but after "
        "quiet hours), digest, or never. Kinds that are not named keep their default.",
    )
    alert_digest_minutes: int = Field(
        60,
        ge=5,
        le=10_080,
        description="Minutes for which what is not urgent is collected before it is sent in one message.",
    )
    alert_quiet_hours: str = Field(
        "",
        description="Hours in which nothing is sent, such as 22:00-07:00, in the time zone of the shop. Empty: none.",
    )
    alert_outage_minutes: int = Field(
        15,
        ge=1,
        le=1_440,
        description="Minutes for which a side has to be down, or a chore or a channel to keep failing, before it is "
        "told.",
    )
    alert_messages: bool = Field(
        False,
        description="Put what the error says into alerts. It may name a customer, and alerts pass through the services "
        "of others. Off: order numbers, places and links only.",
    )

    @field_validator("alert_quiet_hours")
    @classmethod
    def _quiet_hours_read(cls, value: str) -> str:
        return check_quiet_hours(value)
