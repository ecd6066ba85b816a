"""Who comes in: a program with a token, and what it may do on the connection it asks about.

Decides that a token that does not reach a connection is told that there is nothing, and that wrong keys are slowed
down by the address they come from, never the right ones.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest
from ninja.errors import HttpError
from ninja.security import HttpBearer

from woodoo.connections import audit
from woodoo.headers import source_of

from .. import throttle, tokens
from ..access import connection_asked
from ..reach import Reach, Role
from .bodies import check_address


class ApiRequest(HttpRequest):
    """A request whose token was looked at."""

    auth: Reach


class Bearer(HttpBearer):
    """Lets those in that have at least a role: on the connection the address is about, else anywhere."""

    def __init__(self, role: Role, *, everywhere: bool = False) -> None:
        """Begin.

        Args:
            role: what is needed.
            everywhere: needed on all connections, as for what concerns the installation.
        """
        super().__init__()
        self.role = role
        self.everywhere = everywhere

    def authenticate(self, request: HttpRequest, token: str) -> Reach | None:
        """Return how far the token reaches; None where there is none with that key."""
        found = tokens.find(token)
        if found is None:
            if throttle.refuse(source_of(request)):
                raise HttpError(429, "Too many wrong tokens came from this address. Wait a minute.")
            return None
        check_address(request)
        reach = tokens.reach_of(found)
        self._check(reach, request)
        audit.acts(reach.name, "api")
        return reach

    def _check(self, reach: Reach, request: HttpRequest) -> None:
        match = request.resolver_match
        on = connection_asked(match.kwargs if match else {})
        if on is not None and reach.on(on) is Role.NOBODY:
            raise Http404
        has = reach.role if self.everywhere else reach.highest if on is None else reach.on(on)
        if has < self.role:
            where = " on all connections" if self.everywhere else ""
            raise HttpError(403, f"This token may not do that: it takes the role {self.role.word}{where}.")


VIEWER, OPERATOR, ADMINISTRATOR = Bearer(Role.VIEWER), Bearer(Role.OPERATOR), Bearer(Role.ADMINISTRATOR)
#: Of the installation.
OWNER = Bearer(Role.ADMINISTRATOR, everywhere=True)
