"""How far somebody reaches: which role a person or a token has, everywhere and on single connections.

Decides that what is given for one connection never lowers what is given for all, and that lists show what is reached
and nothing else.

| given                                  | on that connection | on the others | the installation itself      |
|----------------------------------------|--------------------|---------------|------------------------------|
| a role everywhere                      | that role          | that role     | an administrator sets it up  |
| a role on one connection               | that role          | nothing       | nothing                      |
| both                                   | the higher one     | that of all   | that of all                  |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _


class Role(IntEnum):
    """What somebody is to the service; each may do all that those before may."""

    NOBODY = 0
    #: Sees work, journeys and connections; no settings, no content of calls.
    VIEWER = 1
    #: Retries and skips records as well.
    OPERATOR = 2
    #: Adds, tests and changes connections as well. Django's `is_staff`.
    ADMINISTRATOR = 3

    @property
    def word(self) -> str:
        return self.name.lower()

    @property
    def label(self) -> str:
        """What the panel calls it, in the reader's language."""
        return gettext(_LABELS[self.name])

    @classmethod
    def named(cls, word: str) -> Role | None:
        """Return the role of that name; None where there is none that can be given."""
        return next((role for role in (cls.VIEWER, cls.OPERATOR, cls.ADMINISTRATOR) if role.word == word), None)


#: Role → what the panel calls it.
_LABELS = {
    "NOBODY": _("no role"),
    "VIEWER": _("viewer"),
    "OPERATOR": _("operator"),
    "ADMINISTRATOR": _("administrator"),
}


@dataclass(frozen=True)
class Reach:
    """What a person or a token may do, and where."""

    #: On every connection, and on the installation.
    role: Role = Role.NOBODY
    #: On single connections.
    on_connections: Mapping[int, Role] = field(default_factory=dict)
    #: May read what was asked and answered.
    personal_data: bool = False
    #: May read it on these connections, at least.
    data_on: frozenset[int] = frozenset()
    #: Who it is, for what is written down.
    name: str = ""

    def on(self, connection_id: int | None) -> Role:
        """Return the role on one connection; None: on the installation."""
        if connection_id is None:
            return self.role
        return max(self.role, self.on_connections.get(connection_id, Role.NOBODY))

    def reads_data(self, connection_id: int | None) -> bool:
        """Return whether what was asked and answered on a connection may be read."""
        return self.personal_data or connection_id in self.data_on

    @property
    def highest(self) -> Role:
        """The highest role anywhere."""
        return max(self.role, *self.on_connections.values(), Role.NOBODY)

    def connections(self, role: Role = Role.VIEWER) -> list[int] | None:
        """Return the connections reached in at least that role; None: all there are."""
        if self.role >= role:
            return None
        return sorted(number for number, given in self.on_connections.items() if given >= role)

    def among(self, connection_ids: Iterable[int], role: Role = Role.VIEWER) -> list[int]:
        """Return those of the connections that are reached in at least that role."""
        return [number for number in connection_ids if self.on(number) >= role]
