"""Knocks at a side's address without a key: what time it is there, and when its certificate ends.

Decides that the certificate is only looked at here, whether it is trusted or not; the clients refuse one that is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

import httpx2
from cryptography import x509

from .. import __version__
from ..runtime.addresses import Guard


@dataclass(frozen=True)
class Probe:
    """What a server says to anybody."""

    #: Aware; None where it does not tell.
    time: datetime | None = None
    certificate_ends: datetime | None = None


def probe(url: str, *, whose: str) -> Probe:
    """Ask for the front page and read no more than its head; nothing where it does not answer."""
    try:
        with (
            httpx2.Client(verify=False, timeout=10.0, headers={"User-Agent": f"woodoo/{__version__}"}) as client,
            client.stream("GET", url, extensions={"trace": Guard(url, whose, "address")}) as answer,
        ):
            return Probe(_time(answer), _ends(answer))
    except (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError):
        return Probe()


def _time(answer: httpx2.Response) -> datetime | None:
    try:
        found = parsedate_to_datetime(answer.headers.get("date", ""))
    except (ValueError, TypeError):
        return None
    return found if found.tzinfo else None


def _ends(answer: httpx2.Response) -> datetime | None:
    stream = answer.extensions.get("network_stream")
    tls = stream.get_extra_info("ssl_object") if stream is not None else None
    raw = tls.getpeercert(True) if tls is not None else None
    return x509.load_der_x509_certificate(raw).not_valid_after_utc if raw else None
