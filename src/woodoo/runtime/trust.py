"""Whom TLS trusts: the certificates of this machine, read once for all clients of a process.

Decides that they are read anew as soon as their file is another: reading a hundred and more of them takes
a twentieth of a second of processor time, and a client is made for each connection of a store and each check.
"""

from __future__ import annotations

import os
import ssl
from functools import lru_cache
from pathlib import Path

import httpx2


def of_machine() -> ssl.SSLContext:
    """Return what trusts the certificates of this machine, or those `SSL_CERT_FILE` or `SSL_CERT_DIR` name."""
    named = os.environ.get("SSL_CERT_FILE", ""), os.environ.get("SSL_CERT_DIR", "")
    place = Path(named[0] or named[1] or ssl.get_default_verify_paths().openssl_cafile)
    return _read(named, place.stat().st_mtime_ns if place.exists() else 0)


@lru_cache(maxsize=4)
def _read(named: tuple[str, str], changed: int) -> ssl.SSLContext:
    return httpx2.create_ssl_context()
