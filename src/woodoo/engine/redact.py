"""Takes secrets out of what is kept of requests and answers.

Decides what is a secret: anything under a telling name, anything that looks like a credential in an address, and the
connection's own keys wherever they turn up (JSON-RPC and XML-RPC of Odoo carry the password as a bare argument).
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "•••"

_NAMES = re.compile(
    r"passw(or)?d|passwd|passphrase|secret|token|api[-_]?key|apikey|consumer[-_]key|order[-_]key|private[-_]key"
    r"|authori[sz]ation|cookie|signature|oauth_|session[-_]?id|(^|[-_])(pwd|auth|nonce)$",
    re.IGNORECASE,
)
_IN_ADDRESS = re.compile(
    r"(?P<name>[?&;](?:[a-z_-]*(?:key|secret|token|password|signature|nonce))=)[^&\s\"'#]+", re.IGNORECASE
)
_USERINFO = re.compile(r"(?P<scheme>\b[a-z][a-z0-9+.-]*://)[^/\s@\"']+@", re.IGNORECASE)
#: The signature in an address of a picture (connections/images.py), good for an hour.
_PICTURE = re.compile(r"(?P<place>/pictures/\d+/[a-z]+/\d+/\d+/)[0-9a-f]{64}")
#: Shorter secrets are masked only where they stand alone: as a part they would tear up ordinary words.
_SHORT = 6
#: Longer texts, lists and nests are cut: they are no record of anything a person reads.
_DEPTH = 40


def redact(value: Any, secrets: Sequence[str] = (), *, most: float = math.inf) -> Any:
    """Return `value` as plain JSON without secrets, fit for PostgreSQL's jsonb.

    Args:
        value: anything JSON-able; other types become text.
        secrets: texts that must not appear anywhere.
        most: characters, names among them, after which whatever comes is left out, for those who keep a beginning.
    """
    return _Redactor(secrets, most).clean(value, 0)


@functools.lru_cache(maxsize=4096)
def _is_secret(name: str) -> bool:
    return _NAMES.search(name) is not None


class _Redactor:
    def __init__(self, secrets: Sequence[str], most: float) -> None:
        self._left = most
        self._whole = frozenset(secret for secret in secrets if secret)
        forms = {form for s in self._whole if len(s) >= _SHORT for form in (s, quote(s, safe=""), quote_plus(s))}
        longest_first = sorted(forms, key=len, reverse=True)
        self._parts = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    def clean(self, value: Any, depth: int) -> Any:
        if self._left < 0:
            return "…"
        if isinstance(value, str):
            return self.text(value)
        if value is None or isinstance(value, int):
            return value
        if depth > _DEPTH:
            return "…"
        if isinstance(value, dict):
            return {self.text(str(key)): self._named(str(key), item, depth) for key, item in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.clean(item, depth + 1) for item in value]
        if isinstance(value, float):
            return value if math.isfinite(value) else str(value)
        if isinstance(value, bytes | bytearray | memoryview):
            return f"({len(value)} bytes)"
        if isinstance(value, Mapping):
            return self.clean(dict(value), depth)
        return self.text(str(value))

    def _named(self, key: str, value: Any, depth: int) -> Any:
        if _is_secret(key) and value not in (None, "", False):
            return MASK
        return self.clean(value, depth + 1)

    def text(self, text: str) -> str:
        """Mask secrets inside a text, and drop what jsonb cannot hold."""
        self._left -= len(text)
        if text in self._whole:
            return MASK
        if self._parts is not None:
            text = self._parts.sub(MASK, text)
        if "=" in text:
            text = _IN_ADDRESS.sub(rf"\g<name>{MASK}", text)
        if "://" in text:
            text = _USERINFO.sub(rf"\g<scheme>{MASK}@", text)
            text = _PICTURE.sub(rf"\g<place>{MASK}", text)
        if "\x00" in text:
            text = text.replace("\x00", "")
        return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
