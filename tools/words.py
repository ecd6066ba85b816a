"""Find the words of the panel and keep a catalogue of them for each language: `make words`.

Words stand in templates ({% translate %}, {% blocktranslate %}), in Python (calls of gettext and its kin), and in what
describes the Configuration page, which is translated where it is shown. New ones come into the catalogues empty, those
nobody uses any more go, and the compiled form is renewed. Decides that no word is guessed: templates are read by
Django's own engine, Python by its own parser, so that GNU gettext is needed nowhere.

| command                    | what it does                                                                        |
|----------------------------|-------------------------------------------------------------------------------------|
| tools/words.py             | renew the catalogues; end with 1 and name them where words have no translation      |
| tools/words.py LANGUAGE    | begin a catalogue for one language more, as in `settings.LANGUAGES`, then the same  |
"""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polib

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "woodoo"
LOCALE = SOURCE / "web" / "locale"
#: Which form of a word goes with a number, as gettext writes it.
PLURALS = {
    "de": "nplurals=2; plural=(n != 1);",
    "es": "nplurals=2; plural=(n != 1);",
    "fr": "nplurals=2; plural=(n > 1);",
}
#: Function of django.utils.translation → what its arguments are.
_CALLS = {
    "gettext": ("one",),
    "gettext_lazy": ("one",),
    "gettext_noop": ("one",),
    "ngettext": ("one", "many"),
    "ngettext_lazy": ("one", "many"),
    "pgettext": ("context", "one"),
    "pgettext_lazy": ("context", "one"),
    "npgettext": ("context", "one", "many"),
}


@dataclass(frozen=True)
class Word:
    """A word, or a sentence, as English has it."""

    one: str
    #: For other numbers than one; empty where no number matters.
    many: str = ""
    context: str | None = None

    @property
    def key(self) -> tuple[str | None, str]:
        return self.context, self.one


class Unreadable(Exception):
    """A word that cannot be found, for it is put together while the program runs."""


def every_word() -> dict[Word, list[str]]:
    """Return each word with the files it stands in.

    Raises:
        Unreadable: a call is given something that is put together, or a word has two forms for many.
    """
    found: dict[Word, list[str]] = {}
    for file, word in [*_in_python(), *_in_templates(), *_in_settings()]:
        places = found.setdefault(word, [])
        if file not in places:
            places.append(file)
    return _joined(found)


def _joined(found: dict[Word, list[str]]) -> dict[Word, list[str]]:
    """Return one word for what stands alone here and with a number there."""
    by_key: dict[tuple[str | None, str], tuple[Word, list[str]]] = {}
    for word, places in found.items():
        known, at = by_key.get(word.key, (word, []))
        if known.many and word.many and known.many != word.many:
            raise Unreadable(f"{word.one!r} has two forms for many: {', '.join(sorted({*at, *places}))}")
        by_key[word.key] = (known if known.many else word, sorted({*at, *places}))
    return dict(sorted(by_key.values(), key=lambda pair: (pair[1][0], pair[0].one)))


# Python


def _in_python() -> Iterator[tuple[str, Word]]:
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "django.utils.translation" in text:
            for word in words_of_python(text, _name(path)):
                yield _name(path), word


def words_of_python(text: str, name: str = "") -> Iterator[Word]:
    """Yield the words a module gives to gettext and its kin, under whatever names it imports them."""
    tree = ast.parse(text)
    functions: dict[str, tuple[str, ...]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            functions |= {one.asname or one.name: _CALLS[one.name] for one in node.names if one.name in _CALLS}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Name) and called.id in functions:
            roles = functions[called.id]
        elif isinstance(called, ast.Attribute) and ast.unparse(called.value) == "translation":
            roles = _CALLS.get(called.attr, ())
        else:
            continue
        given = dict(zip(roles, node.args, strict=False))
        if any(isinstance(one, ast.JoinedStr | ast.BinOp) for one in given.values()):
            raise Unreadable(f"{name}:{node.lineno}: a word that is put together; use %(name)s and fill it in after.")
        # What comes from a table is written there as gettext_noop, or is among the settings.
        if all(isinstance(one, ast.Constant) for one in given.values()) and given:
            values = {role: one.value for role, one in given.items() if isinstance(one, ast.Constant)}
            yield Word(**values)


# Templates


def _in_templates() -> Iterator[tuple[str, Word]]:
    from django.template import engines

    engine = engines["django"].engine
    for path in sorted((SOURCE / "web" / "templates").rglob("*.html")):
        for word in words_of_template(engine.from_string(path.read_text(encoding="utf-8"))):
            yield _name(path), word


def words_of_template(template: Any) -> Iterator[Word]:
    """Yield the words of a template that Django has read."""
    from django.template.base import Node
    from django.templatetags.i18n import BlockTranslateNode, TranslateNode

    for node in template.nodelist.get_nodes_by_type(Node):
        if isinstance(node, BlockTranslateNode):
            context = _literal(node.message_context)
            one, _ = node.render_token_list(node.singular)
            many = node.render_token_list(node.plural)[0] if node.plural else ""
            yield Word(one, many, context)
        elif isinstance(node, TranslateNode) and (said := _literal(node.filter_expression)) is not None:
            yield Word(said.replace("%", "%%"), "", _literal(node.message_context))


def _literal(expression: Any) -> str | None:
    said = getattr(expression, "var", None)
    said = getattr(said, "literal", said)
    return str(said) if isinstance(said, str) else None


# What describes the Configuration page, and other tables whose words are translated where they are shown


def _in_settings() -> Iterator[tuple[str, Word]]:
    from woodoo.web.configuration.words import words_of_page

    for word in words_of_page():
        yield "web/configuration", Word(word)


# Catalogues


def languages() -> list[str]:
    """Return the languages that have a catalogue."""
    return sorted(path.name for path in LOCALE.iterdir() if path.is_dir())


def catalogue(language: str) -> polib.POFile:
    """Return the catalogue of a language as it is kept; an empty one where there is none."""
    path = LOCALE / language / "LC_MESSAGES" / "django.po"
    return polib.pofile(str(path)) if path.exists() else polib.POFile()


def merged(language: str, words: dict[Word, list[str]]) -> polib.POFile:
    """Return the catalogue of a language with these words and none besides; what was translated stays."""
    known = {(entry.msgctxt, entry.msgid): entry for entry in catalogue(language)}
    new = polib.POFile(wrapwidth=100)
    new.metadata = {
        "Project-Id-Version": "Woodoo",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURALS[language],
    }
    for word, places in words.items():
        entry = polib.POEntry(msgid=word.one, msgctxt=word.context, occurrences=[(place, "") for place in places])
        was = known.get(word.key)
        if word.many:
            entry.msgid_plural = word.many
            entry.msgstr_plural = (was.msgstr_plural if was else None) or {0: was.msgstr if was else "", 1: ""}
        else:
            entry.msgstr = (was.msgstr or was.msgstr_plural.get(0, "")) if was else ""
        new.append(entry)
    return new


def save(language: str, entries: polib.POFile) -> None:
    """Write a catalogue, as text and compiled."""
    folder = LOCALE / language / "LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    entries.save(str(folder / "django.po"))
    entries.save_as_mofile(str(folder / "django.mo"))


def untranslated(entries: polib.POFile) -> list[polib.POEntry]:
    """Return the words without a translation."""
    return [entry for entry in entries if not entry.translated()]


def _name(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def set_up() -> None:
    """Have Django read templates."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "woodoo.settings")
    import django

    django.setup()


def main(arguments: list[str]) -> int:
    set_up()
    words = every_word()
    missing = 0
    for language in sorted({*languages(), *arguments}):
        entries = merged(language, words)
        save(language, entries)
        for entry in untranslated(entries):
            print(f"{language}: {entry.msgid!r} ({entry.occurrences[0][0]})")
            missing += 1
    print(f"{len(words)} words in {', '.join(languages())}; {missing} translations are missing.")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
