"""Lists as files for a spreadsheet."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from woodoo.web.csv import cell, csv_file, lines


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=cmd|' /C calc'!A0"])
def test_what_would_be_a_formula_is_text(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Ann", "1+1", "a=b", "", " =1", "<script>alert(1)</script>"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert cell(text) == text


def test_numbers_stay_numbers_and_times_tell_their_zone() -> None:
    assert [cell(Decimal("-12.50")), cell(-3), cell(None)] == ["-12.50", "-3", ""]
    assert cell(datetime(2025, 1, 31, 12, 5, 7, 123, tzinfo=UTC)) == "2025-01-31T12:05:07+00:00"


def test_a_file_is_read_back_as_it_was_written() -> None:
    rows = [["1054", 'A "quoted", long\nname'], ["1055", "Zoë"]]
    written = "".join(lines(["Order", "Name"], rows))
    assert written.startswith("\ufeff")
    assert list(csv.reader(written.removeprefix("\ufeff").splitlines(keepends=True))) == [["Order", "Name"], *rows]


def test_rows_are_asked_for_while_they_are_sent() -> None:
    asked: list[int] = []

    def rows() -> object:
        for number in range(3):
            asked.append(number)
            yield [number]

    answer = csv_file("records.csv", ["Number"], rows())  # type: ignore[arg-type]
    assert answer["Content-Disposition"] == 'attachment; filename="records.csv"'
    assert not asked
    assert b"".join(answer.streaming_content).decode() == "\ufeffNumber\r\n0\r\n1\r\n2\r\n"  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["de", "es", "fr"])
def test_a_spreadsheet_of_the_reader_s_language_finds_the_cells(language: str) -> None:
    with translation.override(language):
        written = lines(["Order", "Total"], [["#1; paid", Decimal("12.50")]])
    assert "".join(written) == '\ufeffOrder;Total\r\n"#1; paid";12,50\r\n'


@pytest.mark.parametrize("text", ["Mug;=1+1", "Mug\t@SUM(A1)", "Mug\n-1"])
def test_nothing_is_a_formula_where_a_spreadsheet_divides_otherwise(text: str) -> None:
    assert cell(text) == f"{text[:4]}'{text[4:]}"
