"""Reads what came back over HTTP: JSON where it is JSON, and what else it is where it is not.

Decides that a JSON answer with PHP notices, a byte-order mark or a cache plugin's comment around it is still an answer,
while a page of HTML never is one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

#: How far into an answer JSON may start, and how many places are tried.
NOISE_LIMIT = 20_000
TRIES = 40

_PAGE = re.compile(r"\s*(<!doctype\b|<html\b|<head\b|<\?xml\b)", re.IGNORECASE)
_TAG = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Answer:
    """One HTTP answer. `data` is the JSON value; `noise` what stood around it; `text` the start of a non-JSON body."""

    status: int
    headers: Mapping[str, str]
    data: Any = None
    is_json: bool = True
    noise: str = ""
    text: str = ""

    @property
    def code(self) -> str:
        """WordPress' error code, such as `woocommerce_rest_cannot_view`; empty where there is none."""
        return str(self._error.get("code") or "")

    @property
    def is_error(self) -> bool:
        """Whether WordPress says what is wrong; some parts of WooCommerce give 0 for a code."""
        return bool(self.code) or ("code" in self._error and bool(self.message))

    @property
    def message(self) -> str:
        """WordPress' error message as plain text, in the site's language."""
        return page_text(str(self._error.get("message") or ""))

    @property
    def error_data(self) -> Mapping[str, Any]:
        """The error's `data`, such as `resource_id` of a duplicate SKU or `params` of a validation."""
        data = self._error.get("data")
        return data if isinstance(data, dict) else {}

    @property
    def _error(self) -> Mapping[str, Any]:
        return self.data if isinstance(self.data, dict) else {}


@dataclass(frozen=True)
class Body:
    """The readable part of a body."""

    data: Any = None
    is_json: bool = True
    noise: str = field(default="")
    text: str = field(default="")


def read_body(content: bytes) -> Body:
    """Find the JSON value in a body."""
    try:
        return Body(data=json.loads(content))
    except (ValueError, RecursionError):
        text = content.decode("utf-8-sig", errors="replace")
    if not _PAGE.match(text):
        found = _find_json(text)
        if found is not None:
            return found
    return Body(is_json=False, text=page_text(text)[:300])


def told_time(headers: Mapping[str, str]) -> datetime | None:
    """Return what time it was where an answer was made, in UTC; of one kept by a cache (`Age`), what time it is now."""
    try:
        moment = parsedate_to_datetime(headers.get("date", ""))
    except ValueError:
        return None
    age = headers.get("age", "")
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment + timedelta(seconds=int(age) if age.isdecimal() and len(age) < 10 else 0)


def page_text(text: str) -> str:
    """Return the text of a page without its markup, in one line."""
    return " ".join(_TAG.sub(" ", text).split())


def _find_json(text: str) -> Body | None:
    decoder = json.JSONDecoder()
    for place in list(re.finditer(r"[\[{]", text[:NOISE_LIMIT]))[:TRIES]:
        start = place.start()
        try:
            data, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        before, after = text[:start].strip(), text[end:].strip()
        if isinstance(data, dict | list) and (not after or after.startswith("<")):
            return Body(data=data, noise=page_text(f"{before} {after}")[:300])
    return None
