"""Signing in and out, and the pages that say no.

Decides that a wrong password and a locked account read the same to a guesser, and that nobody is sent to another
site after signing in.
"""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import login as auth_login
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, LogoutView, RedirectURLMixin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from woodoo.domain.errors import WoodooError

from .. import first, second_factor
from ..pages import note, page
from .own import CodeForm

#: Where a session remembers whose password was right, and for how many seconds the code may take.
_PENDING, _PATIENCE = "second_factor", 300


class PanelAuthenticationForm(AuthenticationForm):
    """User name and password, with sentences of our own."""

    error_messages = {
        "invalid_login": _(
            "This user name and password do not fit. After five wrong tries the account rests for a quarter of an hour."
        ),
        "inactive": _("This user name and password do not fit."),
    }


@method_decorator(never_cache, name="dispatch")
class PanelLogin(LoginView):
    """Asks for name and password; says so where the account rests after too many wrong tries."""

    template_name = "web/login.html"
    authentication_form = PanelAuthenticationForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "nobody_yet": first.is_wanted()}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = super().post(request, *args, **kwargs)
        if not getattr(request, "axes_locked_out", False):
            return answer
        # Else the middleware of axes answers in its own words.
        request.axes_locked_out = False  # type: ignore[attr-defined]
        text = gettext("There were too many wrong tries. Wait a quarter of an hour, or ask whoever runs the server.")
        return note(request, gettext("Signing in is locked for now"), text, status=429)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Sign in, or ask for the second factor first."""
        user = form.get_user()
        if not second_factor.of(user):
            return super().form_valid(form)
        self.request.session.cycle_key()
        self.request.session[_PENDING] = [user.pk, int(time.time())]
        return redirect(f"{reverse('login-code')}?{urlencode({'next': self.get_success_url()})}")


@method_decorator(never_cache, name="dispatch")
class CodeLogin(RedirectURLMixin, View):
    """Asks for a code, where the password was right a moment ago."""

    next_page = "/"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._show(request) if self._pending(request) else redirect("login")

    def post(self, request: HttpRequest) -> HttpResponse:
        user = self._pending(request)
        factor = second_factor.of(user) if user else None
        if user is None or factor is None:
            return redirect("login")
        try:
            good = second_factor.check(factor, request.POST.get("code", "")[:40])
        except WoodooError as error:
            return self._show(request, str(error), status=429)
        if not good:
            return self._show(request, gettext("This code is not right, or was used already."))
        del request.session[_PENDING]
        auth_login(request, user, backend="django.contrib.auth.backends.ModelBackend")
        return HttpResponseRedirect(self.get_success_url())

    def _pending(self, request: HttpRequest) -> User | None:
        """Return whose password was right within the last minutes."""
        number, at = request.session.get(_PENDING, (0, 0))
        if time.time() - at > _PATIENCE:
            return None
        return User.objects.filter(pk=number, is_active=True).first()

    def _show(self, request: HttpRequest, problem: str = "", status: int = 200) -> HttpResponse:
        context = {"form": CodeForm(), "problem": problem, "next": self.get_redirect_url()}
        return page(request, "login_code.html", context, status=status)


login = PanelLogin.as_view()
login_code = sensitive_post_parameters()(CodeLogin.as_view())
logout = LogoutView.as_view()


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer an address that leads nowhere."""
    text = gettext("This page does not exist, or its record is gone.")
    return note(request, gettext("Nothing here"), text, status=404)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request that makes no sense. It may have come too early to say whose it is, so the page asks nothing."""
    return _bare(gettext("That did not work"), gettext("The request could not be understood."), status=400)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer when we failed. Touches neither database nor templates: they may be what is broken."""
    text = gettext("The mistake is in the server's log. Orders are worked on all the same.")
    return _bare(gettext("Something went wrong"), text, status=500)


def _bare(title: str, text: str, *, status: int) -> HttpResponse:
    page = (
        f'<!doctype html><html lang="{get_language() or "en"}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>Woodoo</title>'
        '<script src="/static/web/theme.js"></script><link rel="stylesheet" href="/static/web/vendor/tabler.min.css">'
        '<link rel="stylesheet" href="/static/web/panel.css"></head><body><main class="login"><div class="empty">'
        f'<h1 class="empty-title h2">{title}</h1><p class="empty-subtitle text-secondary">{text}</p>'
        f'<div class="empty-action"><a class="btn btn-primary" href="/">{gettext("To the overview")}</a></div>'
        "</div></main></body></html>"
    )
    return HttpResponse(page, status=status)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer what a role may not do."""
    return note(request, gettext("Not allowed"), gettext("Your account may not do this."), status=403)
