"""Reads what programs send: JSON, with nothing in it that a database cannot hold.

Decides that such text is refused as a whole, so that what is stored is what was sent.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote_to_bytes

from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.parser import Parser


class StrictParser(Parser):
    """Refuses what is no JSON, is nested too deep, or holds characters no text has."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return the body."""
        try:
            text = request.body.decode()
            text.encode()
            found = json.loads(text, parse_constant=_refuse_constant)
            if _is_text(text) and "\\ud" in text.lower():  # half of a character, written as an escape
                json.dumps(found, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as exc:
            raise HttpError(400, "The body is no JSON in UTF-8 that can be read.") from exc
        if not _is_text(text) or "\\u0000" in text:
            raise HttpError(400, "The body holds a NUL character.")
        return found


def check_address(request: HttpRequest) -> None:
    """Refuse an address with characters no text has, and one that is no UTF-8.

    Raises:
        HttpError: it has them.
    """
    try:
        text = unquote_to_bytes(request.META.get("QUERY_STRING", "")).decode() + request.path
    except ValueError as exc:
        raise HttpError(400, "The address is no UTF-8.") from exc
    if not _is_text(text):
        raise HttpError(400, "The address holds a NUL character.")


def _is_text(text: str) -> bool:
    return "\x00" not in text


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
