"""The keys that lock every secret of this installation.

Decides where they come from: `WOODOO_SECRET_KEYS` (separated by commas), else the file `WOODOO_SECRET_KEY_FILE`
(one on each line), else `secrets/keys` in the home folder, made at the first start. The first key locks; all of them
open, so a new key can be put in front of the old one (see `woodoo.connections.secrets.rotate`). The key Django
signs sessions with is derived from the same keys: there is one file to keep safe.

A key is 32 random bytes in URL-safe base64, as `cryptography.fernet.Fernet.generate_key` makes it.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import os
from pathlib import Path

from cryptography.fernet import Fernet, MultiFernet

from woodoo.domain.errors import ConfigError
from woodoo.runtime import home

_FILE = "keys"


def new_key() -> str:
    """Make a key."""
    return Fernet.generate_key().decode()


def load_keys() -> tuple[str, ...]:
    """Return the keys of this installation, the one that locks first.

    Raises:
        ConfigError: there is none, or one is not a key.
    """
    text, where = _source()
    keys = tuple(line.strip() for line in text.replace(",", "\n").splitlines() if line.strip())
    if not keys:
        raise ConfigError(
            f"{where} holds no key, so no secret can be opened.",
            where=where,
            fix="Restore the key from your backup.",
        )
    for number, key in enumerate(keys, start=1):
        _check(key, number, where)
    return keys


def locksmith() -> MultiFernet:
    """Return what locks with the first key and opens with any of them."""
    return _locksmith(load_keys())


@functools.lru_cache(maxsize=4)
def _locksmith(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def signing_keys() -> list[str]:
    """Return the keys for Django's signatures, the current one first, one for each key of the installation."""
    return [hmac.new(key.encode(), b"django-signing", hashlib.sha256).hexdigest() for key in load_keys()]


def place() -> str:
    """Return where the keys are kept, for messages."""
    if os.environ.get("WOODOO_SECRET_KEYS"):
        return "WOODOO_SECRET_KEYS"
    return os.environ.get("WOODOO_SECRET_KEY_FILE") or str(home.home() / "secrets" / _FILE)


def _source() -> tuple[str, str]:
    """Return the text with the keys and the place it came from."""
    if given := os.environ.get("WOODOO_SECRET_KEYS"):
        return given, "WOODOO_SECRET_KEYS"
    if path := os.environ.get("WOODOO_SECRET_KEY_FILE"):
        return home.secret_file(Path(path), new_key), path
    return home.secret(_FILE, new_key), place()


def _check(key: str, number: int, where: str) -> None:
    """Refuse what is not a key, without showing it."""
    try:
        good = len(base64.urlsafe_b64decode(key)) == 32
    except ValueError:
        good = False
    if not good:
        raise ConfigError(
            f"Key number {number} of {where} is not 32 bytes in URL-safe base64.",
            where=where,
            fix="Restore it from your backup, or make one for a new installation with `woodoo key new`.",
        )
