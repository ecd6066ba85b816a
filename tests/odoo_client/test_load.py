"""The importer's grid, and what its answers mean."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from woodoo.domain.errors import ConfigError, DataError, RemoteError
from woodoo.odoo.errors import Conflict
from woodoo.odoo.load import Row, cell, create_grid, judge, update_grid

CONFLICT = "could not serialize access due to concurrent update\n"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("", ""),
        (True, "1"),
        (False, "0"),
        (0, "0"),
        (Decimal("0.00001"), "0.00001"),
        (Decimal("1E+2"), "100"),
        (8.264463, "8.264463"),
        (1e-07, "0.0000001"),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "2026-01-02 03:04:05"),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2))), "2026-01-02 01:04:05"),
        (date(2026, 1, 2), "2026-01-02"),
        ([4, 5], "4,5"),
        ((), ""),
        ({"a": 1}, '{"a": 1}'),
        ("a\x00b\x1fc\ttab\nline", "abc\ttab\nline"),
    ],
)
def test_cells_are_text_the_importer_reads(value: Any, text: str) -> None:
    assert cell(value) == text


def test_a_cell_of_something_else_is_a_mistake() -> None:
    with pytest.raises(TypeError):
        cell(object())


def test_lines_go_on_rows_of_their_own_below_the_header() -> None:
    lines = [{"name": "a", "qty": 1}, {"name": "b", "qty": 2, "note": "x"}]
    first = Row("sale_order_1", {"partner_id/.id": 9, "ref": None}, {"order_line": lines})
    second = Row("sale_order_2", {"partner_id/.id": 8, "ref": "r"}, {"order_line": [{"name": "c", "qty": 3}]})
    third = Row("sale_order_3", {"partner_id/.id": 7, "ref": ""})
    grid = create_grid("sale.order", "woodoo_1", [first, second, third])
    assert grid.columns == ("id", "partner_id/.id", "ref", "order_line/name", "order_line/qty", "order_line/note")
    assert grid.data([0, 1, 2]) == [
        ["woodoo_1.sale_order_1", "9", "", "a", "1", ""],
        ["", "", "", "b", "2", "x"],
        ["woodoo_1.sale_order_2", "8", "r", "c", "3", ""],
        ["woodoo_1.sale_order_3", "7", "", "", "", ""],
    ]
    assert grid.data([2])[0][0] == "woodoo_1.sale_order_3"


@pytest.mark.parametrize("external_id", ["1054", "sale_order", "res_partner_1", "sale_order_a b", "sale_order_a.b"])
def test_an_external_id_names_its_model(external_id: str) -> None:
    with pytest.raises(ValueError):
        create_grid("sale.order", "woodoo_1", [Row(external_id, {"name": "x"})])


def test_updates_are_by_database_id() -> None:
    grid = update_grid({5: {"ref": "a"}, 6: {"ref": None}})
    assert grid.columns == (".id", "ref")
    assert grid.data([0, 1]) == [["5", "a"], ["6", ""]]


def test_ids_of_all_records_mean_success() -> None:
    assert judge({"ids": [3, 4], "messages": [], "nextrow": 0}, 2, "res.partner").ids == (3, 4)
    warning = {"type": "warning", "message": "assuming yes", "record": 0}
    assert judge({"ids": [3], "messages": [warning]}, 1, "res.partner").ids == (3,)


def test_fewer_ids_than_records_are_not_taken_for_success() -> None:
    verdict = judge({"ids": [3], "messages": []}, 2, "res.partner")
    assert not verdict.ids
    assert isinstance(verdict.unclear, ConfigError)


def test_bad_records_are_told_by_their_index() -> None:
    messages = [
        {"type": "error", "record": 2, "rows": {"from": 4, "to": 5}, "field": "country_id", "message": "No match"},
        {"type": "warning", "record": 1, "message": "hm"},
        {"type": "error", "record": 2, "message": "and another"},
    ]
    verdict = judge({"ids": False, "messages": messages}, 4, "res.partner")
    assert list(verdict.bad) == [2]
    assert isinstance(verdict.bad[2], DataError)
    assert (verdict.bad[2].message, verdict.bad[2].where) == ("No match", "res.partner -> country_id")


def test_the_first_record_is_not_blamed_for_another() -> None:
    # Odoo 17 and later put the error of loading all at once on the first record.
    messages = [
        {"type": "error", "record": 0, "message": "Contacts require a name"},
        {"type": "error", "record": 3, "message": "Contacts require a name"},
    ]
    assert list(judge({"ids": False, "messages": messages}, 4, "res.partner").bad) == [3]
    assert list(judge({"ids": False, "messages": messages[:1]}, 4, "res.partner").bad) == [0]


@pytest.mark.parametrize(
    "message",
    [
        CONFLICT,
        "deadlock detected",
        "Unknown database error: 'current transaction is aborted, commands ignored until end of transaction block'",
        'duplicate key value violates unique constraint "ir_model_data_module_name_uniq_index"',
        "The values for the fields 'Module, External Identifier' already exist",
    ],
)
def test_somebody_elses_transaction_is_a_conflict(message: str) -> None:
    verdict = judge({"ids": False, "messages": [{"type": "error", "record": 0, "message": message}]}, 1, "sale.order")
    assert isinstance(verdict.bad[0], Conflict)


def test_messages_of_right_and_load_keep_their_meaning() -> None:
    denied = {
        "type": "error",
        "record": 0,
        "message": "You are not allowed to create 'Sales Order' (sale.order) records.",
    }
    busy = {"type": "error", "record": 0, "message": "The Connection Pool Is Full"}
    error = judge({"ids": False, "messages": [denied]}, 1, "sale.order").bad[0]
    assert isinstance(error, ConfigError)
    assert "Sales / User" in error.fix
    assert type(judge({"ids": False, "messages": [busy]}, 1, "sale.order").bad[0]) is RemoteError


def test_an_error_without_a_record_is_unclear() -> None:
    verdict = judge({"ids": False, "messages": [{"type": "error", "message": "Something"}]}, 3, "sale.order")
    assert not verdict.bad
    assert verdict.unclear is not None
    assert judge({"ids": False, "messages": []}, 3, "sale.order").unclear is not None
