"""Which orders ring for their refunds: those that have some, and those that had some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

from tests.mapping.orders import make_rules
from woodoo.engine.flow import LinkVals
from woodoo.flows.context import Context
from woodoo.flows.order import Planned, _rings
from woodoo.mapping.rules import Rules


def context(rules: Rules, *credited: str) -> Context:
    def find(kind: str, external_ids: Sequence[str]) -> Mapping[str, LinkVals]:
        known = {one: LinkVals("refund", one, "account.move", 8) for one in credited} if kind == "refund" else {}
        return {one: known[one] for one in external_ids if one in known}

    return Context(cast(Any, None), cast(Any, None), rules, cast(Any, SimpleNamespace(find=find)))


def test_orders_with_refunds_and_orders_that_had_some_ring() -> None:
    planned = Planned({}, {}, dict.fromkeys("123", "mark"), refunded=frozenset({"1"}))
    rings = _rings(context(make_rules(), "2"), planned)
    assert rings == {"1": (("refund", "1"),), "2": (("refund", "2"),)}


def test_none_rings_where_refunds_are_not_taken() -> None:
    rules = make_rules()
    off = replace(rules, refunds=replace(rules.refunds, take_refunds=False))
    planned = Planned({}, {}, dict.fromkeys("12", "mark"), refunded=frozenset({"1"}))
    assert _rings(context(off, "2"), planned) == {}
