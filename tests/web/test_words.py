"""The panel in its reader's language: every word is found, translated in each language, and shown."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import polib
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.template import engines
from django.test import Client
from django.urls import reverse
from django.utils import translation

from woodoo.trials import story
from woodoo.web import check_words, stored_words
from woodoo.web.models import Preference
from woodoo.web.need_words import need_said
from woodoo.web.sheet_words import sheet_said
from woodoo.web.trial_words import step_said

LANGUAGES = [code for code, _ in settings.LANGUAGES if code != "en"]
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}")
_TAG = re.compile(r"</?[a-z]+|href=\"[^\"]*\"")


def _load_tool() -> ModuleType:
    path = Path(__file__).resolve().parents[2] / "tools" / "words.py"
    spec = importlib.util.spec_from_file_location("tools_words", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


tool = _load_tool()


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    translation.activate(settings.LANGUAGE_CODE)


@cache
def every_word() -> dict[Any, list[str]]:
    words: dict[Any, list[str]] = tool.every_word()
    return words


def entries(language: str) -> dict[tuple[str | None, str], polib.POEntry]:
    return {(entry.msgctxt, entry.msgid): entry for entry in tool.catalogue(language)}


def forms(entry: polib.POEntry) -> list[tuple[str, str]]:
    """Each form of a word in English with its translation."""
    if not entry.msgid_plural:
        return [(entry.msgid, entry.msgstr)]
    return [(entry.msgid, entry.msgstr_plural[0]), (entry.msgid_plural, entry.msgstr_plural[1])]


# What the tool finds


def test_words_of_python_are_found_under_the_names_they_are_imported_by() -> None:
    text = """
from django.utils.translation import gettext, gettext_lazy as _, ngettext, pgettext
gettext("One"); _("Two"); pgettext("of a month", "May"); ngettext("%(n)s order", "%(n)s orders", 2) % {"n": 2}
print("Not this"); gettext(TABLE["this neither"])
"""
    assert set(tool.words_of_python(text)) == {
        tool.Word("One"),
        tool.Word("Two"),
        tool.Word("May", "", "of a month"),
        tool.Word("%(n)s order", "%(n)s orders"),
    }


def test_a_word_that_is_put_together_is_refused_for_nobody_could_translate_it() -> None:
    text = 'from django.utils.translation import gettext\ngettext(f"{count} orders")'
    with pytest.raises(tool.Unreadable, match=r"x\.py:2"):
        list(tool.words_of_python(text, "x.py"))


def test_words_of_templates_are_found_as_django_looks_them_up() -> None:
    template = engines["django"].engine.from_string(
        '{% load i18n %}{% if x %}{% translate "100 % sure" %}{% endif %}'
        "{% blocktranslate trimmed count n=n %}\n {{ n }} order\n of {{ who }}{% plural %}{{ n }} orders"
        '{% endblocktranslate %}{% translate "May" context "of a month" %}{% translate x %}'
    )
    assert set(tool.words_of_template(template)) == {
        tool.Word("100 %% sure"),
        tool.Word("%(n)s order of %(who)s", "%(n)s orders"),
        tool.Word("May", "", "of a month"),
    }


def test_the_words_of_the_configuration_page_are_among_them() -> None:
    found = {word.one for word in every_word()}
    assert {"Customers", "Companies with contacts", "Day of the payment"} <= found


# The catalogues


def test_each_language_of_the_panel_has_a_catalogue() -> None:
    assert tool.languages() == sorted(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_panel_has_a_translation(language: str) -> None:
    lacking = [entry.msgid for entry in tool.untranslated(tool.merged(language, every_word()))]
    assert not lacking, "run `make words`, and write what it names into the .po files"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_holds_the_words_of_the_panel_and_no_others(language: str) -> None:
    kept = {(key, entry.msgid_plural) for key, entry in entries(language).items()}
    assert kept == {(word.key, word.many) for word in every_word()}, "run `make words`"


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_and_tags_of_a_translation_are_those_of_the_english(language: str) -> None:
    wrong = [
        (english, said)
        for entry in tool.catalogue(language)
        for english, said in forms(entry)
        if said
        and (
            not set(_PLACEHOLDER.findall(said)) <= set(_PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
            or (not entry.msgid_plural and sorted(_PLACEHOLDER.findall(english)) != sorted(_PLACEHOLDER.findall(said)))
            or sorted(_TAG.findall(english)) != sorted(_TAG.findall(said))
            or english[:1].isspace() != said[:1].isspace()
            or english[-1:].isspace() != said[-1:].isspace()
        )
    ]
    assert not wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    compiled = polib.mofile(str(tool.LOCALE / language / "LC_MESSAGES" / "django.mo"))
    written = {key: forms(entry) for key, entry in entries(language).items() if entry.translated()}
    assert {(entry.msgctxt, entry.msgid): forms(entry) for entry in compiled} == written


# What a reader sees


def _page(client: Client, name: str = "own", **headers: str) -> str:
    return client.get(reverse(name), headers=headers).content.decode()


def test_a_page_is_in_the_first_language_of_the_browser_that_there_is(viewer: Client) -> None:
    assert '<html lang="de">' in _page(viewer, **{"accept-language": "pl, de-AT;q=0.8, fr;q=0.5"})
    assert '<html lang="en">' in _page(viewer, **{"accept-language": "pl"})
    assert '<html lang="en">' in _page(viewer)


def test_a_choice_holds_for_the_person_and_for_the_page_to_sign_in_on(db: None) -> None:
    user = User.objects.create_superuser("ana", password="correct-horse-battery")
    client = Client(headers={"accept-language": "de"})
    client.force_login(user)
    answer = client.post(reverse("own-language"), {"language": "fr"}, follow=True)
    assert '<html lang="fr">' in answer.content.decode()
    client.post(reverse("logout"))
    assert '<html lang="fr">' in _page(client, "login")

    elsewhere = Client(headers={"accept-language": "de"})
    assert '<html lang="de">' in _page(elsewhere, "login")
    elsewhere.post(reverse("login"), {"username": "ana", "password": "correct-horse-battery"})
    assert '<html lang="fr">' in _page(elsewhere)

    elsewhere.post(reverse("own-language"), {"language": ""})
    assert '<html lang="de">' in _page(elsewhere)
    assert Preference.objects.get(user=user).language == ""


def test_a_language_nobody_speaks_is_refused(viewer: Client) -> None:
    for code in ("tlh", "de\x00", "../de"):
        assert (
            "does not speak" in viewer.post(reverse("own-language"), {"language": code}, follow=True).content.decode()
        )
    assert not Preference.objects.exists()
    assert '<html lang="en">' in _page(Client(headers={"cookie": "woodoo_language=../de"}), "login")


def test_programs_are_answered_in_english(administrator: Client) -> None:
    answer = administrator.get("/api/v1/connections", headers={"accept-language": "de", "authorization": "Bearer x"})
    assert answer["Content-Language"] == "en"


def test_a_word_without_a_translation_stays_english() -> None:
    with translation.override("de"):
        assert translation.gettext("No catalogue has this.") == "No catalogue has this."


def test_numbers_and_times_are_written_as_the_language_does() -> None:
    template = engines["django"].from_string("{% load panel %}{{ 1200|duration }} {{ 12345|number }}")
    said = {}
    for language in ("en", "de"):
        with translation.override(language):
            said[language] = template.render()
    assert said == {"en": "1.2 s 12,345", "de": "1,2 s 12.345"}


@pytest.mark.parametrize(
    ("stored", "german"),
    [
        ("Order #1054", "Bestellung #1054"),
        ("Product Tea, green (TEA-1)", "Produkt Tea, green (TEA-1)"),
        ("orders of 2025-01-01 to 2025-12-31, completed or processing", None),
        ("Something the engine made up", "Something the engine made up"),
        ("", ""),
    ],
)
def test_names_of_records_are_stored_in_english_and_shown_in_the_readers_language(
    stored: str, german: str | None
) -> None:
    assert stored_words.said(stored) == stored
    with translation.override("de"):
        said = stored_words.said(stored)
    if german is None:
        assert said != stored
        assert said.endswith(", completed or processing")
    else:
        assert said == german


@pytest.mark.parametrize(
    "answer",
    [
        "Shop NL is at https://shop.example.com.",
        "Shop NL is at https://shop.example.com. The address that was entered leads there.",
        "WooCommerce 9.4.1 at https://shop.example.com, prices in EUR with 2 decimals.",
        "Odoo 19.0 (Community), spoken with over JSON-2.",
        "Logged in to 'prod' as Woodoo (woodoo@example.com).",
        "Working in Tienda S.L.. The user may also work in 3 other companies, which are left alone.",
        "Inventory is installed.",
        "Odoo keeps prices with 6 decimals.",
    ],
)
def test_a_good_answer_of_a_test_is_in_the_readers_language(answer: str) -> None:
    assert check_words.answer_said(answer) == answer
    with translation.override("fr"):
        assert check_words.answer_said(answer) != answer
        assert check_words.name_said("Odoo: rights") == "Odoo: droits"


def test_a_bad_answer_of_a_test_stays_as_it_was_given() -> None:
    with translation.override("de"):
        for said in ("Odoo lacks the apps Sales.", "The name shop.example.com cannot be found."):
            assert check_words.answer_said(said) == said
        assert check_words.name_said("Something new") == "Something new"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Sales order, invoice and payment", "Pedido de venta, factura y pago"),
        ("95 % of 20 SKUs sold are in default_code", "el 95 % de 20 SKU vendidos está en default_code"),
        ("it is the one sales tax of ES with 21 %, included in prices", None),
        ("Shop delivery", "Shop delivery"),
    ],
)
def test_the_sheet_of_mappings_is_in_the_readers_language(text: str, said: str | None) -> None:
    with translation.override("es"):
        found = sheet_said(text)
    assert found == said if said else "incluido en los precios" in found and "it is" not in found


def test_what_a_switch_lacks_is_in_the_readers_language() -> None:
    lacks = "Odoo lacks the app Inventory. The day from which on credit notes and returns are refunded is not set. X."
    with translation.override("es"):
        assert need_said(lacks) == (
            "A Odoo le falta la aplicación Inventory. No está fijado el día desde el que se reembolsan facturas "
            "rectificativas y devoluciones. X."
        )


def test_every_step_of_a_test_run_has_a_name_in_the_readers_language() -> None:
    with translation.override("de"):
        assert [step.title for step in story.fresh() if step_said(step.title) == step.title] == []
