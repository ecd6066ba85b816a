"""Names and addresses as people write them: control characters always removed, spelling tidied where it is wished.

| as entered             | tidied               | rule                                                          |
|------------------------|----------------------|---------------------------------------------------------------|
| `ANA  PRUEBA`          | Ana Prueba           | single blanks; all capitals become capitals at the beginning  |
| `MARÍA DE LA CRUZ`     | María de la Cruz     | particles are small, but at the beginning and the end         |
| `MCDONALD`, `O'BRIEN`  | McDonald, O'Brien    |                                                               |
| `JEAN-PIERRE`          | Jean-Pierre          |                                                               |
| `JUAN CARLOS II`, `JJ` | Juan Carlos II, JJ   | Roman numbers and initials stay                               |
| `Ana` `-`              | Ana                  | a last name of nothing but punctuation is none               |
| `Ana MacArthur`        | Ana MacArthur        | what is not all capitals stays                                |
| `ana@example.net`      | ana@example.net      | an e-mail address that stands for a name stays                |
"""

from __future__ import annotations

import re
import unicodedata

from ...domain.text import clean

#: Bytes of a name: with a company's name in front it still fits into the index of Odoo's database (2704 bytes,
#: addons/base/models/res_partner.py `display_name`).
NAME_BYTES = 1250
#: Bytes of any other field of an address.
TEXT_BYTES = 2000

#: Small in the middle of a name.
_PARTICLE = re.compile(
    "af|al|am|an|auf|av|bin|da|das|de|degli|dei|del|della|den|der|des|di|do|dos|du|e|el|em|en|i|ibn|la|las|le|les|lo"
    "|los|op|'t|te|ten|ter|und|van|vom|von|y|zu|zum|zur"
)
_STAYS = re.compile("II|III|IV|VI|VII|VIII|IX|NE|NO|NW|PO|SE|SO|SW|USA|UK|UAE")
_BREAKS = re.compile("[\t\n\r\x85\u2028\u2029]+")
#: Control characters that XML allows, and invisible ones that turn texts round or have no width; those that join
#: letters and emoji are left.
_INVISIBLE = re.compile("[\x7f-\x84\x86-\x9f\u200b\u202a-\u202e\u2060\ufeff]")
_PARTS = re.compile(r"([-/’'ʼ])")
_VOWELS = frozenset("AEIOUYÀÁÂÃÄÅÆÈÉÊËÌÍÎÏÒÓÔÕÖØÙÚÛÜÝŒ")


def without_controls(text: str) -> str:
    """Return the text on one line without control characters and without blanks around it."""
    return _INVISIBLE.sub("", _BREAKS.sub(" ", clean(text))).strip()


def fitting(text: str, most: int = TEXT_BYTES) -> str:
    """Return the text, shortened with "…" where it takes more than `most` bytes."""
    whole = text.encode()
    return text if len(whole) <= most else f"{whole[: most - 3].decode(errors='ignore')}…"


def tidy_person(first: str, last: str) -> tuple[str, str]:
    """Return first and last name with usual capitals; parts of nothing but punctuation are dropped."""
    parts = ["" if all(_is_mark(one) for one in part) else part for part in (_single(first), _single(last))]
    return tidy(parts[0], ends=not parts[1]), tidy(parts[1], begins=not parts[0])


def tidy(text: str, *, begins: bool = True, ends: bool = True) -> str:
    """Return a text with single blanks, and with usual capitals where it is all capitals.

    `begins`, `ends`: a whole name or address begins and ends here, so its outer words are no particles.
    """
    text = _single(text)
    if not text.isupper() or "@" in text or sum(one.isalpha() for one in text) < 2:
        return text
    words = text.split(" ")
    last = len(words) - 1
    return " ".join(
        _word(word, outer=(begins and index == 0) or (ends and index == last)) for index, word in enumerate(words)
    )


def _single(text: str) -> str:
    return " ".join(text.split())


def _word(word: str, *, outer: bool) -> str:
    """Return one word without blanks: particles small unless `outer`, its parts beginning with a capital."""
    if not outer and _PARTICLE.fullmatch(word.lower()):
        return word.lower()
    if _STAYS.fullmatch(word) or _is_initials(word) or any(one.isdigit() for one in word):
        return word
    parts = _PARTS.split(word)
    return "".join(part if _PARTS.fullmatch(part) else _part(part, parts, index) for index, part in enumerate(parts))


def _part(part: str, parts: list[str], index: int) -> str:
    """Return what stands between hyphens or apostrophes."""
    before = parts[index - 1] if index else ""
    inner = 0 < index < len(parts) - 1
    if before == "-" and inner and _PARTICLE.fullmatch(part.lower()):
        return part.lower()
    if before in ("'", "’", "ʼ") and (len(part) < 2 or len(parts[index - 2]) > 1):
        return _lower(part)
    if part.startswith("MC") and len(part) > 4:
        return f"Mc{part[2]}{_lower(part[3:])}"
    return part[:1] + _lower(part[1:])


def _lower(text: str) -> str:
    # Python lowers the dotted capital I of Turkish to two characters.
    return text.replace("İ", "i").lower()


def _is_mark(one: str) -> bool:
    return unicodedata.category(one)[0] in "PZ"


def _is_initials(word: str) -> bool:
    """Say whether a word is short for something: "J.", "S.A.", "JJ"."""
    return "." in word[:-1] or (len(word.rstrip(".")) <= 3 and not _VOWELS & set(word))
