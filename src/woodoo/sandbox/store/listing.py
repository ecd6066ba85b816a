"""How the API lists records: filters by time and id, order, pages, and the headers that count them.

Times follow WooCommerce to the letter: `modified_after` is strictly greater, to the second; a value with an offset is
first brought to the site's own time, and `dates_are_gmt` then compares that with GMT, so that both together are off
by the site's offset (includes/rest-api/Controllers/Version2, WP_Query's date query).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from .rest import Request, Response, page_link
from .state import Record, Shop

Sorter = Callable[[Record], Any]


def moment(shop: Shop, value: str, *, is_gmt: bool) -> str:
    """Return the UTC second a date parameter compares with."""
    time = datetime.fromisoformat(value.replace("Z", "+00:00"))
    if time.tzinfo is not None:
        time = (time.astimezone(UTC) + shop.offset).replace(tzinfo=None)
    if not is_gmt:
        time -= shop.offset
    return time.strftime("%Y-%m-%dT%H:%M:%S")


def by_time(request: Request, rows: Iterable[Record]) -> list[Record]:
    """Keep the records that lie within the time parameters of the call."""
    params = request.params
    tests: list[tuple[str, str, bool]] = []
    for name, column, later in (
        ("after", "date_created", True),
        ("before", "date_created", False),
        ("modified_after", "date_modified", True),
        ("modified_before", "date_modified", False),
    ):
        if params.get(name):
            is_gmt = bool(params.get("dates_are_gmt"))
            tests.append((column, moment(request.shop, params[name], is_gmt=is_gmt), later))
    found = list(rows)
    for column, limit, later in tests:
        found = (
            [r for r in found if (r[column] or "") > limit]
            if later
            else [r for r in found if (r[column] or "") < limit]
        )
    return found


def by_ids(request: Request, rows: Iterable[Record]) -> list[Record]:
    """Apply `include` and `exclude`."""
    include, exclude = set(request.params.get("include") or ()), set(request.params.get("exclude") or ())
    return [r for r in rows if (not include or r["id"] in include) and r["id"] not in exclude]


def ordered(request: Request, rows: Sequence[Record], sorters: dict[str, Sorter]) -> list[Record]:
    """Sort by the call's `orderby` and `order`; ties are broken by id."""
    wanted = request.params.get("orderby") or "date"
    descending = request.params.get("order", "desc") == "desc"
    if wanted == "include" and request.params.get("include"):
        place = {record: index for index, record in enumerate(request.params["include"])}
        return sorted(rows, key=lambda row: place.get(row["id"], 0))
    key = sorters.get(wanted) or sorters["date"]
    return sorted(rows, key=lambda row: (key(row), row["id"]), reverse=descending)


DATE_SORTERS: dict[str, Sorter] = {
    "date": lambda row: row["date_created"] or "",
    "modified": lambda row: row["date_modified"] or "",
    "id": lambda row: row["id"],
    "title": lambda row: str(row.get("name", "")).lower(),
    "slug": lambda row: str(row.get("slug", "")),
}


def page(
    request: Request,
    rows: Sequence[Record],
    show: Callable[[Record], Any],
    *,
    forgets_total: bool = False,
    extra: list[tuple[str, str]] | None = None,
    extra_shown: list[tuple[str, str]] | None = None,
) -> Response:
    """Return one page of a list.

    `forgets_total`: past the last page the totals read 0, as they do for orders. `extra`: parameters that the
    addresses of other pages carry besides those sent; `extra_shown` those they carry once a record was shown.
    """
    size, number = int(request.params.get("per_page") or 10), int(request.params.get("page") or 1)
    offset = request.params.get("offset")
    start = int(offset) if offset is not None else (number - 1) * size
    total = len(rows)
    pages = -(-total // size)
    chosen = rows[start : start + size]
    if forgets_total and not chosen:
        total = pages = 0
    headers = {"X-WP-Total": str(total), "X-WP-TotalPages": str(pages)}
    more = [*(extra or []), *((extra_shown or []) if chosen else [])]
    links = []
    if number > 1:
        links.append(f'<{page_link(request, min(number - 1, pages), more)}>; rel="prev"')
    if number < pages:
        links.append(f'<{page_link(request, number + 1, more)}>; rel="next"')
    if links:
        headers["Link"] = ", ".join(links)
    return Response([show(row) for row in chosen], headers=headers)


def whole(rows: Sequence[Record], show: Callable[[Record], Any]) -> Response:
    """Return a list that is never cut into pages."""
    return Response(
        [show(row) for row in rows], headers={"X-WP-Total": str(len(rows)), "X-WP-TotalPages": "1" if rows else "0"}
    )
