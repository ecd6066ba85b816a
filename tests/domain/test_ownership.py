"""Which side has the say, and what follows where both differ."""

from __future__ import annotations

import pytest

from woodoo.domain.ownership import (
    Decision,
    Group,
    Look,
    Owner,
    Owners,
    decide,
    print_of,
    read_prints,
    write_prints,
)

ODOO, STORE = Owner.ODOO, Owner.STORE


@pytest.mark.parametrize(
    ("owner", "look", "follows"),
    [
        (ODOO, Look("a", "a", equal=True), Decision()),
        (ODOO, Look("a", "b"), Decision(write=STORE)),
        (STORE, Look("a", "b"), Decision(write=ODOO)),
        (ODOO, Look("new", "b", "a", "b"), Decision(write=STORE)),
        (ODOO, Look("new", "other", "a", "b"), Decision(write=STORE, drift=STORE)),
        (ODOO, Look("a", "other", "a", "b"), Decision(write=STORE, drift=STORE)),
        (ODOO, Look("a", "b", "a", "b"), Decision()),
        (STORE, Look("a", "other", "a", "b"), Decision(write=ODOO)),
        (STORE, Look("new", "other", "a", "b"), Decision(write=ODOO, drift=ODOO)),
        (STORE, Look("new", "b", "a", "b"), Decision(write=ODOO, drift=ODOO)),
        (STORE, Look("new", "b", "a", "b", equal=True), Decision()),
    ],
)
def test_what_follows(owner: Owner, look: Look, follows: Decision) -> None:
    assert decide(owner, look) == follows


def test_drift_may_be_told_only() -> None:
    assert decide(ODOO, Look("a", "other", "a", "b"), repair=False) == Decision(drift=STORE)
    assert decide(ODOO, Look("new", "other", "a", "b"), repair=False) == Decision(write=STORE, drift=STORE)


def test_no_group_is_ever_written_on_its_owners_side() -> None:
    owners = Owners({Group.PRICES: STORE})
    assert owners.of(Group.NAMES) is ODOO
    assert not owners.may_write(Group.PRICES, STORE)
    assert owners.may_write(Group.PRICES, ODOO)
    assert not owners.may_write(Group.NAMES, ODOO)
    for owner in Owner:
        for look in (Look("1", "2"), Look("1", "2", "3", "4"), Look("1", "2", "1", "4"), Look("1", "2", "3", "2")):
            assert decide(owner, look).write is not owner


def test_prints_go_by_content() -> None:
    assert print_of({"a": 1, "b": ["x"]}) == print_of({"b": ["x"], "a": 1})
    assert print_of({"a": 1}) != print_of({"a": "1"})
    kept = write_prints({Group.PRICES: "p", Group.NAMES: "n"})
    assert read_prints(kept) == {Group.NAMES: "n", Group.PRICES: "p"}


@pytest.mark.parametrize("text", ["", "[]", "not json", '{"unheard": "x"}', "2026-11-01T10:00:00+00:00"])
def test_what_is_no_print_is_none(text: str) -> None:
    assert read_prints(text) == {}
