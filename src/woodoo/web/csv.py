"""Lists as files for a spreadsheet, sent row by row, however long they are.

Decides that what a customer wrote never becomes a formula: a cell that begins with =, +, -, @, a tab or a line's end
gets an apostrophe before it, so that spreadsheets take it for text (OWASP, "CSV Injection"), and so does what would
begin a cell where a spreadsheet divides at ; or tabs. Numbers stay numbers.

| reader's language       | cells end with | decimals      |
|-------------------------|----------------|---------------|
| English                 | ,              | 12.50         |
| German, French, Spanish | ;              | 12,50         |

That is how spreadsheets of these languages read a file that is opened with a double click.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from django.http import StreamingHttpResponse
from django.utils.translation import get_language

#: How formulas begin.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
#: The same within a text, where a spreadsheet may see the end of a cell.
_INSIDE = re.compile(r"(?!\A)([;\t\r\n])(?=[=+\-@])")
#: Languages that write decimals with a comma.
_WITH_COMMA = frozenset({"de", "es", "fr"})
#: Tells spreadsheets that the file is UTF-8.
_MARK = "\ufeff"


def cell(value: object, *, comma: bool = False) -> str:
    """Return a value as it is written: times in ISO form with their zone, nothing for None, never a formula.

    `comma`: decimals after a comma.
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    text = str(value)
    if isinstance(value, int | float | Decimal):
        return text.replace(".", ",") if comma else text
    text = _INSIDE.sub(r"\1'", text)
    return f"'{text}" if text.startswith(_FORMULA) else text


def lines(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Return the lines of a file as the reader's spreadsheet takes it, the column's names first."""
    return _lines(head, rows, comma=(get_language() or "en").split("-")[0] in _WITH_COMMA)


def _lines(head: Sequence[str], rows: Iterable[Sequence[object]], *, comma: bool) -> Iterator[str]:
    writer = csv.writer(_Echo(), delimiter=";" if comma else ",")
    yield _MARK + writer.writerow([cell(name) for name in head])
    for row in rows:
        yield writer.writerow([cell(value, comma=comma) for value in row])


def csv_file(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """Return an answer that a browser saves as `name`; no copy is kept on the way.

    Args:
        name: of our own making, such as "records.csv"; nothing a customer wrote.
        head: the names of the columns.
        rows: asked for while they are sent.
    """
    response = StreamingHttpResponse(lines(head, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


class _Echo:
    """A file that returns what is written to it."""

    def write(self, text: str) -> str:
        return text
