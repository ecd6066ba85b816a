"""An Odoo that answers what it is told to, at the transport, so that the real client runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from woodoo.odoo.client import OdooClient
from woodoo.odoo.detect import Server
from woodoo.odoo.endpoint import Endpoint
from woodoo.odoo.http import Http
from woodoo.odoo.records import Records

Answer = Callable[..., Any]


class ScriptedTransport:
    """Calls `answers["model.method"](ids=…, context=…, **arguments)` for each call."""

    name = "json2"
    needs_login = False

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self.answers = answers
        self.seen: list[tuple[str, Sequence[int] | None, dict[str, Any]]] = []

    def login(self) -> int:
        return 7

    def call(
        self, model: str, method: str, ids: Sequence[int] | None, context: Mapping[str, Any], arguments: dict[str, Any]
    ) -> Any:
        self.seen.append((f"{model}.{method}", ids, arguments))
        return self.answers[f"{model}.{method}"](ids=ids, context=context, **arguments)


def scripted_client(answers: Mapping[str, Answer], *, version: int = 19, **options: Any) -> OdooClient:
    endpoint = Endpoint("http://127.0.0.1:9", "db", "api@example.com", "sesame-key")
    server = Server(f"{version}.0", (version, 0), "community")
    client = OdooClient(endpoint, Http(endpoint), server, ScriptedTransport(answers), **options)
    client._learnt.dialect = client.version_dialect
    return client


def scripted_records(answers: Mapping[str, Answer], *, version: int = 19) -> Records:
    """Return records whose pauses take no time; they are kept in `records.pauses`."""
    pauses: list[float] = []
    records = Records(scripted_client(answers, version=version), 1, namespace="woodoo_1", sleep=pauses.append)
    records.pauses = pauses  # type: ignore[attr-defined]
    return records
