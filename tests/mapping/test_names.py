"""Names as people enter them, and as they are tidied."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from woodoo.mapping.customers.names import NAME_BYTES, fitting, tidy, tidy_person, without_controls


@pytest.mark.parametrize(
    ("entered", "tidied"),
    [
        (("ANA", "PRUEBA"), ("Ana", "Prueba")),
        (("  ana  maría ", "prueba"), ("ana maría", "prueba")),
        (("MARÍA", "DE LA CRUZ"), ("María", "de la Cruz")),
        (("", "VAN DEN BERG"), ("", "Van den Berg")),
        (("THI", "LE"), ("Thi", "Le")),
        (("RONALD", "MCDONALD"), ("Ronald", "McDonald")),
        (("PAT", "O'BRIEN"), ("Pat", "O'Brien")),
        (("JEAN-PIERRE", "D’ARC"), ("Jean-Pierre", "D’Arc")),
        (("JUAN CARLOS", "II"), ("Juan Carlos", "II")),
        (("JJ", "ABRAMS"), ("JJ", "Abrams")),
        (("J.", "SMITH"), ("J.", "Smith")),
        (("J", "K"), ("J", "K")),
        (("Ana", "-"), ("Ana", "")),
        (("Ana", "."), ("Ana", "")),
        (("Angus", "MacArthur"), ("Angus", "MacArthur")),
        (("ANA@EXAMPLE.NET", ""), ("ANA@EXAMPLE.NET", "")),
        (("محمد", "علي"), ("محمد", "علي")),
        (("王", "小明"), ("王", "小明")),
        (("😀", "PRUEBA"), ("😀", "Prueba")),
        (("İREM", "STRAẞE"), ("İrem", "Straße")),
    ],
)
def test_names_get_usual_capitals(entered: tuple[str, str], tidied: tuple[str, str]) -> None:
    assert tidy_person(*entered) == tidied


@pytest.mark.parametrize(
    ("entered", "tidied"),
    [
        ("CALLE DE LA MONTERA 3", "Calle de la Montera 3"),
        ("C/MAYOR 12B", "C/Mayor 12B"),
        ("L'HOSPITALET DE LLOBREGAT", "L'Hospitalet de Llobregat"),
        ("KING'S ROAD", "King's Road"),
        ("PO BOX 12", "PO Box 12"),
        ("SAINT-DENIS-DE-LA-RÉUNION", "Saint-Denis-de-la-Réunion"),
        ("gran  vía 1", "gran vía 1"),
    ],
)
def test_addresses_get_usual_capitals(entered: str, tidied: str) -> None:
    assert tidy(entered) == tidied


@given(st.text(max_size=60))
def test_tidying_twice_is_tidying_once_and_loses_no_letter(text: str) -> None:
    once = tidy(text)
    assert tidy(once) == once
    assert "".join(once.split()).casefold() == "".join(text.replace("İ", "i").split()).casefold() or "İ" in text


@given(st.text())
def test_no_control_character_is_left_and_letters_stay(text: str) -> None:
    kept = without_controls(text)
    assert not [one for one in kept if unicodedata.category(one) in {"Cc", "Zl", "Zp", "Cs"}]
    assert "\n" not in kept
    assert [one for one in kept if one.isalnum()] == [one for one in text if one.isalnum()]


def test_what_joins_letters_and_emoji_stays() -> None:
    family, persian, right_to_left = "👨\u200d👩\u200d👧", "می\u200cخواهم", "\u200fعلي"
    assert [without_controls(one) for one in (family, persian, right_to_left)] == [family, persian, right_to_left]
    assert without_controls("a\u202eb\ufeff\u200bc\x85d\r\ne\x00f") == "abc d ef"


@given(st.text(min_size=1), st.integers(4, 200))
def test_a_shortened_name_fits_and_says_so(text: str, most: int) -> None:
    short = fitting(text.encode(errors="ignore").decode(), most)
    assert len(short.encode()) <= most
    assert short == text.encode(errors="ignore").decode() or short.endswith("…")


def test_five_hundred_letters_are_a_name() -> None:
    assert fitting("ñ" * 500, NAME_BYTES) == "ñ" * 500
    assert len(fitting("😀" * 500, NAME_BYTES).encode()) <= NAME_BYTES
