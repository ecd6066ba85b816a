"""The words by which records are found: cut the same way for what is kept and for what is asked."""

from __future__ import annotations

import pytest

from woodoo.domain.search import LONGEST_WORD, MOST_ASKED, MOST_WORDS, asked, words_of


def test_a_number_is_found_as_a_whole_and_in_its_parts():
    assert words_of(["INV/2026/00412"]) == ["inv/2026/00412", "inv", "2026", "00412"]
    assert words_of(["Order #1054"]) == ["order", "1054"]
    assert words_of(["ana@example.com"]) == ["ana@example.com", "ana", "example", "com"]


@pytest.mark.parametrize(("kept", "sought"), [("García", "garcia"), ("GARCÍA", "Garcia"), ("straße", "STRASSE")])
def test_case_and_accents_do_not_matter(kept: str, sought: str):
    assert words_of([kept]) == [one.whole for one in asked(sought)]


def test_each_word_is_kept_once_and_none_is_endless():
    assert words_of(["mug mug", "Mug"]) == ["mug"]
    assert len(words_of(["x" * 5000])[0]) == LONGEST_WORD
    assert len(words_of(str(number) for number in range(5000))) == MOST_WORDS


@pytest.mark.parametrize("text", ["", "  ", "#", "—", "\x00", "@@@", "' | !"])
def test_what_has_no_letter_and_no_number_is_no_word(text: str):
    assert words_of([text]) == []
    assert asked(text) == []


def test_a_reader_asks_for_so_many_words_at_most():
    assert len(asked("a " * 500)) == MOST_ASKED
