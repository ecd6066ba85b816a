"""Which products the commands about stock look at, and what they say meanwhile: a SKU Odoo lacks holds up no other."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast
from unittest import mock

import pytest
import typer

from woodoo.cli.stock import _pages, _records_of

SIDES = cast(Any, SimpleNamespace(odoo=None, settings=SimpleNamespace(sku_field="default_code")))


def records(*skus: str) -> list[str]:
    found = {"MUG": [(7, "Mug")]} if "MUG" in skus else {}
    with mock.patch("woodoo.odoo.quantities.sharing_skus", return_value=found):
        return _records_of(SIDES, skus)


def test_a_sku_odoo_does_not_have_is_told_and_the_others_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert records("NOPE", "MUG", "NADA") == ["7"]
    said = capsys.readouterr().err
    assert "SKU NOPE" in said
    assert "SKU NADA" in said


def test_where_none_is_there_the_command_ends_with_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        records("NOPE")
    assert "default_code" in capsys.readouterr().err


def test_a_walk_through_all_products_says_how_far_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    pages = {0: [3, 5], 5: [8], 8: []}
    with mock.patch("woodoo.chores.stock_compare.next_page", side_effect=lambda _, after: pages[after]):
        assert list(_pages(SIDES)) == [["3", "5"], ["8"]]
    said = capsys.readouterr()
    assert "2 products looked at" in said.err
    assert "3 products looked at" in said.err
    assert not said.out
