"""Tries the channels of a connection out."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from woodoo.connections.audit import note
from woodoo.connections.models import Connection

from .channels import Channel, channels_of, send_all
from .standing import try_again
from .words import test_letter

#: What is written down of a test that got through.
TESTED = "alerts tested"


def try_channels(connection: Connection, mark: str = "") -> Sequence[tuple[Channel, str]]:
    """Send a test message to each channel, or to one, and return for each why it failed; empty where it did not.

    What waits for a channel that works goes out with the next round.
    """
    text = test_letter(connection.name, f"{settings.WOODOO_URL}/alerts/")
    channels = [one for one in channels_of(connection) if mark in ("", one.mark)]
    errors = send_all([(one, text.title, text.body) for one in channels])
    for one, error in zip(channels, errors, strict=True):
        if not error:
            try_again(connection.pk, one.mark)
            note(TESTED, connection_id=connection.pk, after={"channel": one.label})
    return list(zip(channels, errors, strict=True))
