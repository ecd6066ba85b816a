"""Names of attributes and options that change: renamed, exchanged, in each other's way, changed by the store."""

from __future__ import annotations

import pytest

from woodoo.domain.ownership import print_of
from woodoo.mapping.catalogue.renames import Linked, Renames, plan_renames


def plan(was: dict[int, str], now: dict[int, str], there: dict[str, str] | None = None) -> Renames:
    """Plan for values that were linked with options of their numbers and names; `there` differs from that."""
    linked = {one: Linked(str(one), print_of(name), print_of(name)) for one, name in was.items()}
    options = {str(one): name for one, name in was.items()} | (there or {})
    return plan_renames("option of Colour", now, linked, {one: name for one, name in options.items() if name})


@pytest.mark.parametrize(
    ("was", "now", "names"),
    [
        ({1: "Navy"}, {1: "Navy"}, {}),
        ({1: "Navy"}, {1: "Navy Blue"}, {"1": "Navy Blue"}),
        ({1: "navy"}, {1: "Navy"}, {"1": "Navy"}),
        ({1: "Red", 2: "Blue"}, {1: "Blue", 2: "Red"}, {"1": "Blue", "2": "Red"}),
        ({1: "A", 2: "B", 3: "C"}, {1: "B", 2: "C", 3: "D"}, {"1": "B", "2": "C", "3": "D"}),
    ],
)
def test_names_change_alone_in_their_spelling_and_in_turn(
    was: dict[int, str], now: dict[int, str], names: dict[str, str]
) -> None:
    assert plan(was, now) == Renames(names)


def test_a_name_another_one_keeps_stops_all_that_wait_for_it() -> None:
    found = plan({1: "A", 2: "B", 3: "D"}, {1: "B", 2: "C", 3: "E"}, {"9": "c"})
    assert found.names == {"3": "E"}
    assert found.left == {
        2: "The store has the option of Colour 'C' beside 'B': products go to that one, and 'B' stays as it is.",
        1: "The store has the option of Colour 'B' beside 'A': products go to that one, and 'A' stays as it is.",
    }


def test_of_two_that_are_to_be_called_the_same_the_first_is_renamed() -> None:
    found = plan({1: "Red", 2: "Rose"}, {1: "Crimson", 2: "CRIMSON"})
    assert (found.names, list(found.left)) == ({"1": "Crimson"}, [2])


def test_what_the_store_renamed_deleted_or_calls_so_already() -> None:
    was, now = {1: "Red", 2: "Blue", 3: "Sand"}, {1: "Rust", 2: "Sea", 3: "Dune"}
    found = plan(was, now, {"1": "Tomato", "2": "", "3": "Dune"})
    assert found.names == {}
    assert found.left == {
        1: "Somebody renamed the option of Colour to 'Tomato' in the store: it stays so, and 'Rust' is found or made "
        "beside it.",
        2: "",
    }
