"""Signing in and out, and the pages that say no.

Decides that a wrong password and a locked account read the same to a guesser, and that nobody is sent to another
site after signing in.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from ..pages import note


class PanelAuthenticationForm(AuthenticationForm):
    """User name and password, with sentences of our own."""

    error_messages = {
        "invalid_login": "This user name and password do not fit. After five wrong tries the account rests for a "
        "quarter of an hour.",
        "inactive": "This user name and password do not fit.",
    }


@method_decorator(never_cache, name="dispatch")
class PanelLogin(LoginView):
    """Asks for name and password; says so where the account rests after too many wrong tries."""

    template_name = "web/login.html"
    authentication_form = PanelAuthenticationForm
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = super().post(request, *args, **kwargs)
        if not getattr(request, "axes_locked_out", False):
            return answer
        # Else the middleware of axes answers in its own words.
        request.axes_locked_out = False  # type: ignore[attr-defined]
        text = "There were too many wrong tries. Wait a quarter of an hour, or ask whoever runs the server."
        return note(request, "Signing in is locked for now", text, status=429)


login = PanelLogin.as_view()
logout = LogoutView.as_view()


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer an address that leads nowhere."""
    return note(request, "Nothing here", "This page does not exist, or its record is gone.", status=404)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request that makes no sense. It may have come too early to say whose it is, so the page asks nothing."""
    return _bare("That did not work", "The request could not be understood.", status=400)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer when we failed. Touches neither database nor templates: they may be what is broken."""
    text = "The mistake is in the server's log. Orders are worked on all the same."
    return _bare("Something went wrong", text, status=500)


def _bare(title: str, text: str, *, status: int) -> HttpResponse:
    page = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Woodoo</title><h1>{title}</h1>'
        f'<p>{text} <a href="/">To the overview</a></p></html>'
    )
    return HttpResponse(page, status=status)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer what a role may not do."""
    return note(request, "Not allowed", "Your account may not do this.", status=403)
