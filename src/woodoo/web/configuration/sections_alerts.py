"""The section on alerts: what is told when, and what stands in it."""

from __future__ import annotations

from woodoo.alerts.kinds import KINDS

from ..choices import Choice
from .kinds import Number, Pick, Switch, Text
from .section import Section
from .tables import Table

WHEN = {
    "always": "At once, at any hour",
    "now": "At once, but not in quiet hours",
    "digest": "In the digest",
    "never": "Not at all",
}

ALERTS = Section(
    "alerts",
    "Alerts",
    "What is told to the channels of the page Alerts, and when.",
    (
        Table(
            "What needs you",
            (Pick("alert_when", "is told", words=WHEN),),
            fixed=tuple(Choice(name, kind.title, kind.meaning) for name, kind in KINDS.items()),
            fixed_first=True,
        ),
        Number("alert_digest_minutes", "Minutes between digests", "What is not urgent is collected for so long."),
        Text(
            "alert_quiet_hours",
            "Quiet hours",
            "Such as 22:00-07:00, in the time zone of the shop. What comes up then is told when they end.",
        ),
    ),
    (
        Number(
            "alert_outage_minutes",
            "Minutes until an outage is told",
            "So long a side has to be down, or something to keep failing.",
        ),
        Switch(
            "alert_messages",
            "Put the text of errors into alerts",
            "It may name a customer, and alerts pass through the services of others. Off: order numbers and places.",
        ),
    ),
    "outages, text of errors",
)
