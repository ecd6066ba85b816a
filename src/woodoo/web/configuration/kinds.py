"""How one setting is asked for, by what it is: a record of Odoo, one of some words, a switch, a text, a number.

Decides that what is set stays choosable although Odoo does not list it (any more), and that a list which could not be
read becomes a field for the number or the name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext

from woodoo.connections.settings import ConnectionSettings

from ..choices import Choice, Choices

#: What an answer means that leaves a setting to its default.
DEFAULT: Any = None


@dataclass(frozen=True)
class Kind:
    """A setting, or a column of a table of settings."""

    name: str
    label: str
    #: What stands below the field; None: what the schema says of the setting.
    help: str | None = None
    #: The list it is chosen from, in `Choices`.
    source: str = ""

    def field(self, current: Any, choices: Choices, key: str = "") -> forms.Field:
        """Return the field that asks for it. `key` is the row, where it is a column."""
        raise NotImplementedError

    def answer(self, given: Any) -> Any:
        """Return what is stored for what was given; `DEFAULT` where the default holds."""
        return DEFAULT if given in (None, "") else given

    def ids(self, current: Any) -> Iterable[int]:
        """Return the records of Odoo that are set."""
        return ()

    @property
    def said(self) -> str:
        """What stands below the field, in the reader's language."""
        text = ConnectionSettings.model_fields[self.name].description if self.help is None else self.help
        return gettext(text) if text else ""

    @property
    def called(self) -> str:
        """What it is called, in the reader's language."""
        return gettext(self.label)


@dataclass(frozen=True)
class One(Kind):
    """One record of Odoo, by its id."""

    empty: str = "Not set"

    def offered(self, choices: Choices, key: str) -> list[Choice] | None:
        return choices.of(self.source)

    def field(self, current: Any, choices: Choices, key: str = "") -> forms.Field:
        offered = self.offered(choices, key)
        if offered is None:
            return forms.IntegerField(label=self.called, required=False, min_value=1, initial=current)
        options = [("", gettext(self.empty)), *_options(offered)]
        if current and str(current) not in dict(options):
            options.append((str(current), _lost(current)))
        return forms.TypedChoiceField(
            label=self.called,
            required=False,
            choices=options,
            coerce=int,
            empty_value=None,
            initial=str(current or ""),
        )

    def ids(self, current: Any) -> Iterable[int]:
        return [int(current)] if str(current or "").isdigit() else []


@dataclass(frozen=True)
class Pricelist(One):
    """A pricelist in the currency of its row; without a row in that of the company."""

    def offered(self, choices: Choices, key: str) -> list[Choice] | None:
        currency, every = key or choices.company_currency, choices.of(self.source)
        if every is None or not currency:
            return every
        return [choice for choice in every if choice.currency == currency]


@dataclass(frozen=True)
class Several(Kind):
    """Several records of Odoo, by their ids."""

    def field(self, current: Any, choices: Choices, key: str = "") -> forms.Field:
        offered = choices.of(self.source)
        if offered is None:
            text = ", ".join(str(one) for one in current or ())
            wrong = {"invalid": gettext("Numbers (ids), separated by commas.")}
            return forms.RegexField(
                r"^[\d ,]*$",
                label=self.called,
                required=False,
                initial=text,
                error_messages=wrong,
                widget=Numbers,
            )
        options = _options(offered)
        options += [(str(one), _lost(one)) for one in current if str(one) not in dict(options)]
        return boxes(self.called, options, [str(one) for one in current])

    def answer(self, given: Any) -> Any:
        return [int(one) for one in (_parts(given) if isinstance(given, str) else given)]

    def ids(self, current: Any) -> Iterable[int]:
        return [int(one) for one in current or () if str(one).isdigit()]


@dataclass(frozen=True)
class Named(Kind):
    """Something Odoo knows by a name of its own: a field, a language."""

    #: What empty means; None where that is the default.
    empty: str | None = None

    def field(self, current: Any, choices: Choices, key: str = "") -> forms.Field:
        offered = choices.of(self.source)
        if offered is None:
            return forms.CharField(label=self.called, required=False, initial=current)
        options = [] if self.empty is None else [("", self.empty and gettext(self.empty))]
        options += _options(offered)
        if current and current not in dict(options):
            options.append((current, gettext("%(name)s (not found in Odoo)") % {"name": current}))
        return forms.ChoiceField(label=self.called, required=False, choices=options, initial=current)

    def answer(self, given: Any) -> Any:
        return DEFAULT if not given and self.empty is None else given


@dataclass(frozen=True)
class Pick(Kind):
    """One of some words that Woodoo knows."""

    words: Mapping[str, str] = field(default_factory=dict)

    def offered(self) -> dict[str, str]:
        return {key: gettext(word) for key, word in self.words.items()}

    def field(self, current: Any, choices: Choices, key: str = "") -> forms.Field:
        options = self.offered()
        if current not in options and current is not None:
            options[current] = str(current)
        return forms.ChoiceField(label=self.called, required=False, choices=list(options.items()), initial=current)


@dataclass(frozen=True)
class Ticks(Pick):
    """Any of some words that Woodoo knows."""

    def field(self, current: Any, choices: Choices, key: str = "") -> forms.Field:
        return boxes(self.called, list(self.offered().items()), current)

    def answer(self, given: Any) -> Any:
        return given


@dataclass(frozen=True)
class Switch(Kind):
    """Yes or no."""

    def field(self, current: Any, choices: Choices, key: str = "") -> forms.Field:
        return forms.BooleanField(label=self.called, required=False, initial=bool(current))

    def answer(self, given: Any) -> Any:
        return bool(given)


@dataclass(frozen=True)
class Text(Kind):
    """Some words, as they are."""

    def field(self, current: Any, choices: Choices, key: str = "") -> forms.Field:
        return forms.CharField(label=self.called, required=False, initial=current, empty_value="")

    def answer(self, given: Any) -> Any:
        return given


@dataclass(frozen=True)
class Lines(Kind):
    """Several texts, one on each line."""

    def field(self, current: Any, choices: Choices, key: str = "") -> forms.Field:
        rows = forms.Textarea(attrs={"rows": max(2, len(current or ())), "spellcheck": "false"})
        return forms.CharField(label=self.called, required=False, initial="\n".join(current or ()), widget=rows)

    def answer(self, given: Any) -> Any:
        return [line.strip() for line in given.splitlines() if line.strip()]


@dataclass(frozen=True)
class Number(Kind):
    """A whole number."""

    def field(self, current: Any, choices: Choices, key: str = "") -> forms.Field:
        return forms.IntegerField(label=self.called, required=False, initial=current)


@dataclass(frozen=True)
class Fraction(Kind):
    """A number that may have decimals."""

    def field(self, current: Any, choices: Choices, key: str = "") -> forms.Field:
        shown = f"{current:g}" if isinstance(current, float) else current
        return forms.FloatField(label=self.called, required=False, initial=shown)


@dataclass(frozen=True)
class Day(Kind):
    """A date."""

    def field(self, current: Any, choices: Choices, key: str = "") -> forms.Field:
        shown = current.isoformat() if isinstance(current, date) else current
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        return forms.DateField(label=self.called, required=False, initial=shown, widget=widget)

    def answer(self, given: Any) -> Any:
        return given.isoformat() if given else DEFAULT


@dataclass(frozen=True)
class Zone(Kind):
    """A time zone."""

    def field(self, current: Any, choices: Choices, key: str = "") -> forms.Field:
        zones = {one for one in available_timezones() if "/" in one and not one.startswith(("Etc/", "posix/"))}
        options = [(one, _zone_name(one)) for one in ("UTC", *sorted(zones | {current} - {"UTC"}))]
        return forms.ChoiceField(label=self.called, required=False, choices=options, initial=current)


def _zone_name(zone: str) -> str:
    """Return a zone as a person reads it: Etc/GMT-1 is UTC+1, all year round."""
    offset = zone.removeprefix("Etc/GMT")
    return zone if offset == zone or not offset else f"UTC{offset.translate(str.maketrans('+-', '-+'))}"


def boxes(label: str, options: Sequence[tuple[str, str]], current: Iterable[str]) -> forms.Field:
    """Return check boxes of which any may be ticked."""
    return forms.TypedMultipleChoiceField(
        label=label, required=False, choices=options, initial=list(current), widget=Boxes(), empty_value=[]
    )


class Boxes(forms.CheckboxSelectMultiple):
    """Check boxes; the page names them once more with nothing, so that none ticked is told from not asked."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return [part for one in super().value_from_datadict(data, files, name) or [] for part in _parts(one)]


class Numbers(forms.TextInput):
    """Numbers in one line; takes those of check boxes as well, where the page had these."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        many = data.getlist(name) if hasattr(data, "getlist") else [data.get(name)]
        return ", ".join(part for one in many if one for part in _parts(one))


def _lost(odoo_id: Any) -> str:
    return gettext("No. %(number)s (not found in Odoo)") % {"number": odoo_id}


def _parts(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _options(offered: Iterable[Choice]) -> list[tuple[str, str]]:
    return [(one.key, f"{one.title} ({one.hint})" if one.hint else one.title) for one in offered]
