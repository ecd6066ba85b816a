"""Lists as files for a spreadsheet, sent row by row, however long they are.

Decides that what a customer wrote never becomes a formula: a cell that begins with =, +, -, @, a tab or a line's end
gets an apostrophe before it, so that spreadsheets take it for text (OWASP, "CSV Injection"). Numbers stay numbers.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from django.http import StreamingHttpResponse

#: How formulas begin.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
#: Tells spreadsheets that the file is UTF-8.
_MARK = "\ufeff"


def cell(value: object) -> str:
    """Return a value as it is written: times in ISO form with their zone, nothing for None, never a formula."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    text = str(value)
    number = isinstance(value, int | float | Decimal)
    return f"'{text}" if text.startswith(_FORMULA) and not number else text


def lines(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield the lines of a file, the column's names first."""
    writer = csv.writer(_Echo())
    yield _MARK + writer.writerow([cell(name) for name in head])
    for row in rows:
        yield writer.writerow([cell(value) for value in row])


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
