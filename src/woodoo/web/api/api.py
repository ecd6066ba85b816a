"""The API put together: its subjects, how it reads, how it answers, and its description."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from ninja import NinjaAPI
from ninja.operation import Operation

from woodoo import __version__

from . import connections, golive, health, held, imports, personal, portable, probes, service, settings, trials, work
from .answers import speak
from .bodies import StrictParser
from .door import Bearer

_DESCRIPTION = """\
Everything the panel does, for programs. Send `Authorization: Bearer KEY` with the key of a token: `woodoo token add`
or the page Tokens of the panel makes one. A token has a role (viewer, operator, administrator; each may do all that
those before may) everywhere or on single connections. Times are UTC, amounts decimal strings.
"""


class WoodooAPI(NinjaAPI):
    """The API, whose answers nobody keeps a copy of."""

    def create_response(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """Make an answer."""
        response: HttpResponse = super().create_response(*args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response


api = WoodooAPI(
    title="Woodoo",
    version=__version__,
    description=_DESCRIPTION,
    docs_url=None,
    openapi_url="/openapi.json",
    parser=StrictParser(),
    urls_namespace="api",
)
for module in (connections, probes, health, settings, portable, golive, work, held, imports, trials, personal, service):
    api.add_router("", module.router)
speak(api)


def operations() -> list[tuple[str, Operation]]:
    """Return every operation with its path, in the order of the description."""
    return [
        (path, operation)
        for _, router in api._routers
        for path, view in router.path_operations.items()
        for operation in view.operations
    ]


def door_of(operation: Operation) -> Bearer:
    """Return who an operation lets in."""
    (door,) = operation.auth_callbacks
    assert isinstance(door, Bearer)
    return door


for _path, _operation in operations():
    _role = door_of(_operation)
    _operation.openapi_extra = {"x-role": _role.role.word + (" everywhere" if _role.everywhere else "")}
