"""Small words for the panel's templates: icons, states, times and durations, each shown one way everywhere."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.template import Context
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import ngettext

from ..check_words import answer_said, name_said
from ..need_words import need_said as said_of_need
from ..reach import Role
from ..sheet_words import sheet_said as said_on_sheet
from ..stored_words import said
from ..trial_words import step_said as said_of_step
from ..words import STATES, span, state_word

register = template.Library()
_ICONS = Path(__file__).resolve().parent.parent / "icons"


@cache
def _svg(name: str) -> str:
    text = (_ICONS / f"{name}.svg").read_text(encoding="utf-8")
    start = text.index(">") + 1
    return " ".join(text[start : text.index("</svg>")].split())


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """Draw one of the icons of `web/icons`, hidden from screen readers: the words beside it say the same."""
    return mark_safe(  # noqa: S308 - our own files and literals of our own templates
        f'<svg class="icon {css}" width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        f'stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{_svg(name)}</svg>'
    )


@register.simple_tag
def state(name: str) -> SafeString:
    """Draw a work state as a pill in plain words."""
    word = state_word(name)
    return format_html('<span class="state s-{}" title="{}">{}</span>', name, word.meaning, word.label)


@register.simple_tag
def when(moment: datetime | None, show: str = "short") -> SafeString:
    """Write a time in UTC, which the page's script turns into the reader's own zone."""
    if moment is None:
        return mark_safe('<span class="text-secondary">—</span>')
    utc = moment.astimezone(UTC)
    return format_html(
        '<time datetime="{}" data-show="{}">{} UTC</time>',
        utc.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        show,
        utc.strftime("%Y-%m-%d %H:%M:%S" if show != "clock" else "%H:%M:%S"),
    )


@register.filter
def duration(milliseconds: float | None) -> str:
    """Write how long something took: 48 ms, 1.2 s, 3 min 20 s."""
    if milliseconds is None:
        return ""
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    seconds = milliseconds / 1000
    return f"{number_format(seconds, 1)} s" if seconds < 60 else f"{int(seconds // 60)} min {int(seconds % 60)} s"


@register.filter
def number(value: float) -> str:
    """Write a count as the reader's language does: 12,345 or 12.345."""
    return str(number_format(value, force_grouping=True))


@register.filter
def amount(value: str | None) -> str:
    """Write an amount, a decimal string, as the reader's language does: 1,234.50 or 1.234,50."""
    try:
        return str(number_format(Decimal(value or ""), use_l10n=True, force_grouping=True))
    except InvalidOperation:
        return value or ""


@register.filter
def seconds(number: float | None) -> str:
    """Write how long something has lasted, from its seconds: 40 s, 12 min, 3 h 20 min."""
    return span(number)


@register.filter
def pretty(value: Any) -> str:
    """Write a request or an answer as indented JSON, or as it is where it is text."""
    if isinstance(value, str):
        return value
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


@register.filter
def titled(name: str) -> str:
    """Write the stored name of a record or an import in the reader's language."""
    return said(str(name))


@register.filter
def check_name(name: str) -> str:
    """Write what a test looked at in the reader's language."""
    return name_said(name)


@register.filter
def check_answer(answer: str) -> str:
    """Write a good answer to a test in the reader's language."""
    return answer_said(answer)


@register.filter
def need_said(text: str) -> str:
    """Write what a switch lacks in the reader's language."""
    return said_of_need(text)


@register.filter
def step_said(text: str) -> str:
    """Write the name of a step of a test run, or why it is left out, in the reader's language."""
    return said_of_step(text)


@register.filter
def sheet_said(text: str) -> str:
    """Write what the sheet of mappings says in the reader's language."""
    return said_on_sheet(text)


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    """Look up a key that is itself a variable."""
    return mapping.get(key)


@register.simple_tag
def states() -> tuple[str, ...]:
    """Name every state, in the order the panel shows them."""
    return tuple(STATES)


@register.simple_tag(takes_context=True)
def may(context: Context, role: str, connection_id: int) -> bool:
    """Say whether the reader has at least a role on a connection."""
    reach, least = context.get("reach"), Role.named(role)
    return bool(reach and least and reach.on(connection_id) >= least)


@register.simple_tag(takes_context=True)
def connection_tabs(context: Context, connection_id: int, here: str) -> dict[str, Any]:
    """Return the tabs of a connection, and the pages below the one that is open, as the reader may open them."""
    from ..tabs import tabs

    reach = context.get("reach")
    upper, lower = tabs(connection_id, here, reach.on(connection_id) if reach else Role.NOBODY)
    return {"upper": upper, "lower": lower}


@register.simple_tag(takes_context=True)
def open_alerts(context: Context) -> SafeString:
    """Draw how many alerts are open, where there are any."""
    from ..access import reach_of
    from ..alertlist import open_count

    request = context.get("request")
    count = open_count(reach_of(request.user).connections()) if request else 0
    if not count:
        return mark_safe("")
    title = ngettext("%(n)s open", "%(n)s open", count) % {"n": count}
    return format_html('<span class="count" title="{}">{}</span>', title, count)
