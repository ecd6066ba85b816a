"""Leads somebody who opens the address of a form by hand, or reloads its answer, to the page it stands on.

Decides that nobody sees an empty page for it: the nearest page above is shown. Programs are told 405, as they expect.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve

from .language import is_for_programs


class WayBack:
    """Middleware that turns "only by POST" into the page above."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        asked = response.status_code == 405 and request.method in ("GET", "HEAD")
        if not asked or is_for_programs(request.path_info):
            return response
        return HttpResponseRedirect(_above(request.path_info))


def _above(path: str) -> str:
    """Return the address of the nearest page above; one that takes forms alone leads on by itself."""
    parts = path.strip("/").split("/")[:-1]
    while parts:
        above = f"/{'/'.join(parts)}/"
        try:
            resolve(above)
        except Resolver404:
            parts.pop()
        else:
            return above
    return "/"
