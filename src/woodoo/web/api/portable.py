"""A connection as a file: written, compared, brought in."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Router, Schema
from pydantic import Field

from woodoo.domain.errors import ConfigError

from ..portable.carrying import Prepared, carry_out, prepare
from ..portable.writing import write
from .answers import says
from .door import ADMINISTRATOR, ApiRequest
from .shapes import Anyway, ConnectionId, get_connection

router = Router(tags=["Settings"])

_Yaml = Annotated[str, Field(max_length=600_000, description="The file.")]


class ConnectionFile(Schema):
    """A connection as YAML, without its secrets."""

    yaml: str


class FileToCompare(Schema):
    """A file, and how much of it is meant."""

    yaml: _Yaml
    with_connection: bool = Field(False, description="Name, addresses, logins, company and the switch, too.")


class FileToTake(FileToCompare):
    """A file that was compared."""

    seen: str = Field(max_length=100, description="From the comparison.")


class FileMistake(Schema):
    """Something wrong with a file."""

    line: int
    message: str


class FileChange(Schema):
    """One thing that would change."""

    name: str
    title: str
    was: str
    now: str


class Comparison(Schema):
    """What a file would change; `seen` goes back with it when it is brought in."""

    mistakes: list[FileMistake]
    changes: list[FileChange]
    moved: list[str] = Field(description="Records of Odoo that have another number here.")
    unasked: list[str] = Field(description="Sides that could not be asked, or refuse what is new of them.")
    seen: str


class FileTaken(Schema):
    """A file that was brought in."""

    changed: int
    retried: int


@router.get(
    "/connections/{connection_id}/file",
    auth=ADMINISTRATOR,
    response=says(ConnectionFile),
    operation_id="export_connection",
)
def export_connection(request: ApiRequest, connection_id: ConnectionId) -> dict[str, str]:
    """Write a connection as YAML, with the names of Odoo's records beside their numbers."""
    return {"yaml": write(get_connection(connection_id))}


@router.post(
    "/connections/{connection_id}/file/compare",
    auth=ADMINISTRATOR,
    response=says(Comparison),
    operation_id="compare_connection_file",
)
def compare_file(request: ApiRequest, connection_id: ConnectionId, body: FileToCompare) -> dict[str, Any]:
    """Say what a file would change, and what is wrong with it, line by line. Changes nothing."""
    return _told(prepare(get_connection(connection_id), body.yaml, with_connection=body.with_connection))


@router.post(
    "/connections/{connection_id}/file",
    auth=ADMINISTRATOR,
    response=says(FileTaken),
    operation_id="import_connection_file",
)
def import_file(
    request: ApiRequest, connection_id: ConnectionId, body: FileToTake, anyway: Anyway = False
) -> dict[str, int]:
    """Bring a file in that was compared, if it still would change the same."""
    on = get_connection(connection_id)
    prepared = prepare(on, body.yaml, with_connection=body.with_connection)
    if not prepared.mistakes and prepared.seen != body.seen:
        raise ConfigError(
            "The connection was changed meanwhile.", where="settings", fix="Compare the file with it once more."
        )
    return {"retried": carry_out(on, prepared, anyway=anyway), "changed": len(prepared.changes)}


def _told(prepared: Prepared) -> dict[str, Any]:
    return {
        "mistakes": [{"line": one.line, "message": one.message} for one in prepared.mistakes],
        "changes": [{"name": w.name, "title": str(w.title), "was": w.was, "now": w.now} for w in prepared.changes],
        "moved": prepared.file.moved,
        "unasked": prepared.unasked,
        "seen": prepared.seen,
    }
