"""A shop's value becomes what the field in Odoo is, or is said not to fit."""

from __future__ import annotations

import contextlib
import re
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from woodoo.mapping.documents.field_values import MOST, DocumentField, as_html, field_value

MADRID = ZoneInfo("Europe/Madrid")
KINDS = ("char", "text", "html", "integer", "float", "monetary", "boolean", "date", "datetime", "selection")


def value(raw: object, kind: str) -> Any:
    return field_value(raw, DocumentField("x_field", kind, ("am", "pm")), MADRID)


@pytest.mark.parametrize(
    ("kind", "raw", "becomes"),
    [
        ("char", " Eva ", "Eva"),
        ("char", 5, "5"),
        ("text", ["a", 1, True], "a, 1, yes"),
        ("char", "a\x00b", "ab"),
        ("html", "A & B\n<b>", "<p>A &amp; B<br>&lt;b&gt;</p>"),
        ("integer", "5", 5),
        ("integer", "5.0", 5),
        ("integer", -7, -7),
        ("float", "2,5", Decimal("2.5")),
        ("float", 2.5, Decimal("2.5")),
        ("monetary", "12.34", Decimal("12.34")),
        ("boolean", "yes", True),
        ("boolean", "0", False),
        ("boolean", True, True),
        ("boolean", False, False),
        ("boolean", "On", True),
        ("date", "2026-12-24", "2026-12-24"),
        ("date", "20261224", "2026-12-24"),
        ("date", "24.12.2026", "2026-12-24"),
        ("date", "1.2.2026", "2026-02-01"),
        ("date", "24/12/2026", "2026-12-24"),
        ("date", "12/24/2026", "2026-12-24"),
        ("date", "5/5/2026", "2026-05-05"),
        ("date", "2026-12-24T23:30:00+00:00", "2026-12-25"),
        ("date", "2026-12-24 23:30", "2026-12-24"),
        ("date", 1782255600, "2026-06-24"),
        ("datetime", "2026-12-24 18:30", "2026-12-24 17:30:00"),
        ("datetime", "2026-12-24T18:30:00Z", "2026-12-24 18:30:00"),
        ("datetime", "2026-12-24", "2026-12-23 23:00:00"),
        ("datetime", "1782255600", "2026-06-23 23:00:00"),
        ("selection", "PM", "pm"),
    ],
)
def test_a_value_becomes_what_the_field_is(kind: str, raw: object, becomes: object) -> None:
    found = value(raw, kind)
    assert (found, type(found)) == (becomes, type(becomes))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("raw", [None, "", [], {}])
def test_nothing_empties_the_field(kind: str, raw: object) -> None:
    assert value(raw, kind) == (False if kind == "boolean" else "")


@pytest.mark.parametrize(
    ("kind", "raw", "says"),
    [
        ("char", {"to": "Eva"}, "it is a structure"),
        ("text", [["a"], {"b": 1}], "it is a structure"),
        ("integer", "three", "'three' is not a number"),
        ("integer", "2.5", "not a whole number"),
        ("integer", MOST + 1, "too large"),
        ("float", "1.234,50", "not a number"),
        ("float", "NaN", "not a number"),
        ("boolean", "maybe", "neither yes nor no"),
        ("date", "03/04/2026", "can be read as two"),
        ("date", "31.02.2026", "is not a date"),
        ("date", "tomorrow", "not a date"),
        ("date", "13/13/2026", "not a date"),
        ("selection", "night", "none of am, pm"),
        ("date", "x" * 500, "…"),
        ("date", "0001-01-01", "not in the years"),
        ("datetime", "9999-12-31T23:59:59-12:00", "not in the years"),
        ("float", 1e308, "too large"),
    ],
)
def test_what_does_not_fit_is_said(kind: str, raw: object, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)) as refused:
        value(raw, kind)
    assert len(str(refused.value)) < 150


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


TYPES = {"integer": int, "boolean": bool, "float": Decimal, "monetary": Decimal}


@given(JSON | st.from_regex(r"\d{1,10}[-./:, ]\d{1,4}[-./]\d{1,4}", fullmatch=True), st.sampled_from(KINDS))
def test_whatever_a_plugin_writes_either_fits_or_is_refused(raw: object, kind: str) -> None:
    with contextlib.suppress(ValueError):
        found = value(raw, kind)
        assert found == "" or type(found) is TYPES.get(kind, str)


def test_text_shows_in_html_as_it_is() -> None:
    assert as_html("  ") == ""
    assert as_html('Say "hi" <3') == '<p>Say "hi" &lt;3</p>'
