"""A program that uses the API with a token."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.test import Client

from woodoo.web import tokens
from woodoo.web.reach import Role


class Program:
    """Asks the API with one token; with none, as a stranger."""

    def __init__(self, key: str = "") -> None:
        self.client = Client(headers={"authorization": f"Bearer {key}"} if key else {}, raise_request_exception=False)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask, and return the answer."""
        given = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        return self.client.generic(method.upper(), f"/api/v1{path}", **given)

    def get(self, path: str) -> Any:
        return self._told(self.ask("get", path))

    def post(self, path: str, body: Any = None) -> Any:
        return self._told(self.ask("post", path, body))

    def patch(self, path: str, body: Any) -> Any:
        return self._told(self.ask("patch", path, body))

    def _told(self, answer: Any) -> Any:
        assert answer.status_code < 300, answer.content
        return answer.json()


def program(role: str = "administrator", *, on: Sequence[int] = (), personal_data: bool = False) -> Program:
    """A program with a token of that role, everywhere or on these connections."""
    given = Role.named(role)
    assert given is not None
    name = f"{role} {tokens.usable().count()}"
    _, key = tokens.make(name, given, connections=on, personal_data=personal_data)
    return Program(key)
