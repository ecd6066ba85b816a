"""The table of versions, and what a database's own fields change about it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from woodoo.odoo.dialect import TABLE, Dialect

DIFFERENCES: dict[str, Any] = json.loads(
    (Path(__file__).parent.parent / "data" / "odoo" / "fields_diff_14_19.json").read_text()
)
#: Fields that neither of the recorded versions has.
IN_BETWEEN = {"detailed_type", "reserved_uom_qty"}
PROBED = sorted({row.model for row in TABLE.values() if row.model})


def test_each_row_is_a_field_of_the_dialect() -> None:
    assert list(TABLE) == [field.name for field in fields(Dialect)]


@pytest.mark.parametrize(
    ("version", "taxes", "memo", "confirmed", "moves"),
    [
        (14, "tax_id", "ref", ("sale", "done"), "move_lines"),
        (15, "tax_id", "ref", ("sale", "done"), "move_lines"),
        (16, "tax_id", "ref", ("sale", "done"), "move_ids"),
        (17, "tax_id", "ref", ("sale",), "move_ids"),
        (18, "tax_id", "memo", ("sale",), "move_ids"),
        (19, "tax_ids", "memo", ("sale",), "move_ids"),
        (23, "tax_ids", "memo", ("sale",), "move_ids"),
    ],
)
def test_a_version_speaks_as_the_table_says(version: int, taxes: str, memo: str, confirmed: Any, moves: str) -> None:
    dialect = Dialect.of_version(version)
    found = (dialect.order_line_taxes, dialect.payment_memo, dialect.order_confirmed_states, dialect.picking_moves)
    assert found == (taxes, memo, confirmed, moves)


def recorded_fields(version: int) -> Any:
    """Answer as the databases did whose differences were recorded: what both or neither have is not in the file."""
    mine, other = ("only14", "only19") if version == 14 else ("only19", "only14")

    def names(model: str, wanted: Sequence[str]) -> frozenset[str] | None:
        if model not in DIFFERENCES:
            return None
        return frozenset(wanted) - frozenset(DIFFERENCES[model][other]) - IN_BETWEEN

    assert mine in DIFFERENCES["sale.order.line"]
    return names


@pytest.mark.parametrize("version", [14, 19])
def test_the_table_agrees_with_recorded_databases(version: int) -> None:
    table, probed = Dialect.of_version(version), Dialect.of_version(version).probed(recorded_fields(version))
    differing = {f.name for f in fields(Dialect) if getattr(table, f.name) != getattr(probed, f.name)}
    # 14 lacks the longer name, 19 has both.
    assert differing <= {"tax_price_include"}


def test_what_the_database_has_beats_the_version() -> None:
    def early_19(model: str, wanted: Sequence[str]) -> frozenset[str]:
        return frozenset({"tax_ids", "product_uom_id", "extra_tax_data", "memo", "ref", "is_storable"} & set(wanted))

    dialect = Dialect.of_version(18).probed(early_19)
    assert dialect.order_line_taxes == "tax_ids"
    assert dialect.can_pin_taxes
    assert dialect.payment_memo == "memo"
    assert not dialect.order_carrier
    assert dialect.product_storable == {"type": "consu", "is_storable": True}


def test_apps_that_are_not_there_have_nothing() -> None:
    dialect = Dialect.of_version(19).probed(lambda model, wanted: None)
    assert not dialect.picking_carrier
    assert not dialect.order_carrier
    assert dialect.order_line_taxes == "tax_ids"


def test_each_model_is_asked_once() -> None:
    asked: list[str] = []

    def names(model: str, wanted: Sequence[str]) -> frozenset[str]:
        asked.append(model)
        return frozenset(wanted)

    Dialect.of_version(19).probed(names)
    assert sorted(asked) == PROBED
