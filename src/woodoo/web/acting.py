"""Says who acts while a request is answered, for what is written down of it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from woodoo.connections import audit


class Acting:
    """Middleware that names the person who is signed in; a program's token is named where it is looked at."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with audit.acting(lambda: request.user.get_username(), "panel"):
            return self.get_response(request)
