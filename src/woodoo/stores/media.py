"""What a flow may ask of a store's media library, where a person has given a login for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol


class Media(Protocol):
    """The pictures of a store. Raises the errors of `woodoo.domain.errors`."""

    def find(self, marks: Iterable[str]) -> Mapping[str, str]:
        """Return the ids of pictures that were uploaded before, by the mark in their file names."""

    def upload(self, file_name: str, content: bytes, mimetype: str, alt: str) -> str:
        """Put a picture into the library and return its id. A repeat makes another one: `find` first.

        Raises:
            DataError: the store does not take this file.
            ConfigError: the login is refused.
            OutcomeUnknown: no answer came; it may be there.
        """
