"""A shop's value, such as an entry of an order's meta data, as a field of Odoo takes it.

| field                     | takes                                                                                   |
|---------------------------|-----------------------------------------------------------------------------------------|
| char, text                | any text or number, a list of them joined                                               |
| html                      | the same, with everything that HTML would read as its own escaped                       |
| integer, float, monetary  | a number, also as text; a comma may stand for the point                                 |
| boolean                   | yes/no, true/false, on/off, 1/0                                                         |
| date, datetime            | ISO, 20261224, 24.12.2026, 24/12/2026 where only one reading is a date, a Unix time     |
| selection                 | one of the field's keys, in any case                                                    |

An empty value empties the field. What does not fit is said, never guessed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from ...domain.money import to_decimal
from ...domain.text import clean, shortened

#: What Odoo's integer columns hold.
MOST = 2**31 - 1
#: Beyond, dates are marks of plugins such as 0001-01-01, which zones drive out of the calendar.
FIRST_YEAR, LAST_YEAR = 1900, 2200
#: What a number may come to: more is no amount, and not finite in Odoo's columns.
MOST_DIGITS = 15
_YES = frozenset({"yes", "true", "on", "1", "y"})
_NO = frozenset({"no", "false", "off", "0", "n"})
_COMMA = re.compile(r"[+-]?\d+,\d+")
_COMPACT = re.compile(r"\d{8}")
_UNIX = re.compile(r"\d{9,10}")
_NUMERIC = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})")


@dataclass(frozen=True)
class DocumentField:
    """A field of a sales order or an invoice that a setting names."""

    name: str
    type: str
    #: Keys of a selection.
    selection: tuple[str, ...] = ()


def field_value(value: object, field: DocumentField, timezone: ZoneInfo) -> Any:
    """Return the value as the importer and `write` both take it; times without a zone are in the shop's.

    Raises:
        ValueError: where the value does not fit; the message ends a sentence: "'abc' is not a number".
    """
    if value is None or value == "" or value == [] or value == {}:
        return False if field.type == "boolean" else ""
    text = as_text(value).strip()
    if field.type == "html":
        return as_html(text)
    if field.type == "selection":
        return _selection(text, field)
    if field.type in ("date", "datetime"):
        moment = _moment(text, timezone)
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise ValueError(f"'{_shown(text)}' is not in the years {FIRST_YEAR} to {LAST_YEAR}")
        return _day(moment, timezone) if field.type == "date" else f"{_utc(moment, timezone):%Y-%m-%d %H:%M:%S}"
    return _PLAIN[field.type](text) if field.type in _PLAIN else text


def as_text(value: object) -> str:
    """Return a text for a value of the store.

    Raises:
        ValueError: where it is a structure.
    """
    if isinstance(value, list | tuple):
        return ", ".join(as_text(one) for one in value)
    if isinstance(value, Mapping):
        raise ValueError("it is a structure, not a value")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return clean(str(value))


def as_html(text: str) -> str:
    """Return plain text as HTML that shows it as it is."""
    lines = html.escape(text.strip(), quote=False).splitlines()
    return f"<p>{'<br>'.join(lines)}</p>" if lines else ""


def _integer(text: str) -> int:
    number = _number(text)
    if number != number.to_integral_value():
        raise ValueError(f"'{_shown(text)}' is not a whole number")
    if abs(number) > MOST:
        raise ValueError(f"{_shown(text)} is too large")
    return int(number)


def _number(text: str) -> Decimal:
    try:
        number = to_decimal(text.replace(",", ".") if _COMMA.fullmatch(text) else text)
    except ValueError:
        raise ValueError(f"'{_shown(text)}' is not a number") from None
    if number.adjusted() >= MOST_DIGITS:
        raise ValueError(f"{_shown(text)} is too large")
    return number


def _boolean(text: str) -> bool:
    word = text.casefold()
    if word not in _YES | _NO:
        raise ValueError(f"'{_shown(text)}' is neither yes nor no")
    return word in _YES


_PLAIN: Mapping[str, Callable[[str], Any]] = {
    "integer": _integer,
    "float": _number,
    "monetary": _number,
    "boolean": _boolean,
}


def _selection(text: str, field: DocumentField) -> str:
    key = next((key for key in field.selection if key.casefold() == text.casefold()), None)
    if key is None:
        raise ValueError(f"'{_shown(text)}' is none of {', '.join(field.selection)}")
    return key


def _moment(text: str, timezone: ZoneInfo) -> date | datetime:
    """Read a day or a moment."""
    if _UNIX.fullmatch(text):
        return datetime.fromtimestamp(int(text), UTC).astimezone(timezone)
    try:
        if _COMPACT.fullmatch(text) or re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text)
        numeric = _NUMERIC.fullmatch(text)
        return _numeric(numeric) if numeric else datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise ValueError(f"'{_shown(text)}' is not a date, or can be read as two") from None


def _numeric(match: re.Match[str]) -> date:
    """Read 24.12.2026 as day and month, 24/12/2026 and 12/24/2026 where only one of both is a date."""
    first, mark, second, year = int(match[1]), match[2], int(match[3]), int(match[4])
    if mark != "." and first != second and max(first, second) <= 12:
        raise ValueError
    return date(year, first, second) if mark != "." and second > 12 else date(year, second, first)


def _day(moment: date | datetime, timezone: ZoneInfo) -> str:
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        moment = moment.astimezone(timezone)
    return f"{moment:%Y-%m-%d}"


def _utc(moment: date | datetime, timezone: ZoneInfo) -> datetime:
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(), timezone)
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone)).astimezone(UTC)


def _shown(text: str) -> str:
    return shortened(text, 60)
