"""One's own account: the password, and the second factor."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from woodoo.connections import audit
from woodoo.domain.errors import WoodooError

from .. import language, second_factor
from ..access import Role, needs, reach_of
from ..forms import dress
from ..pages import page


class CodeForm(forms.Form):
    """A code of the app, or one on paper."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "text", "autofocus": True}),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        dress(self)


@require_safe
@needs(Role.VIEWER)
def own(request: HttpRequest) -> HttpResponse:
    """Show one's own account."""
    return _show(request)


@sensitive_post_parameters()
@require_POST
@needs(Role.VIEWER)
def own_password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; other sessions end."""
    form = PasswordChangeForm(_me(request), request.POST)
    if not form.is_valid():
        return _show(request, form=form)
    form.save()
    update_session_auth_hash(request, _me(request))
    audit.note(f"password of {_me(request).username} changed")
    messages.success(request, gettext("Your password is changed."))
    return redirect("own")


@require_POST
@needs(Role.VIEWER)
def own_language(request: HttpRequest) -> HttpResponse:
    """Choose the language of the panel; empty: that of the browser."""
    code = request.POST.get("language", "")
    if code and not language.is_known(code):
        messages.error(request, gettext("The panel does not speak this language."))
        return redirect("own")
    language.choose(request, _me(request), code)
    messages.success(request, gettext("The panel is in your language from now on."))
    response = redirect("own")
    language.remember(response, code)
    return response


@require_POST
@needs(Role.VIEWER)
def factor_begin(request: HttpRequest) -> HttpResponse:
    """Show what the app is to photograph."""
    return _begun(request)


def _begun(request: HttpRequest) -> HttpResponse:
    try:
        waiting = second_factor.begin(_me(request))
    except WoodooError as error:
        messages.warning(request, str(error))
        return redirect("own")
    return _show(request, waiting=waiting, code=CodeForm())


@sensitive_post_parameters()
@require_POST
@needs(Role.VIEWER)
def factor_confirm(request: HttpRequest) -> HttpResponse:
    """Have it count once the app has made a right code; show the codes on paper this once."""
    form = CodeForm(request.POST)
    codes = second_factor.confirm(_me(request), form.data.get("code", "")) if form.is_valid() else None
    if codes is None:
        said = gettext("This code is not right. Look whether the phone's clock is, and enter the next one.")
        messages.error(request, said)
        return _begun(request)
    return _show(request, codes=codes)


@sensitive_post_parameters()
@require_POST
@needs(Role.VIEWER)
def factor_remove(request: HttpRequest) -> HttpResponse:
    """Take one's own second factor away, with a code of it."""
    found = second_factor.of(_me(request))
    try:
        if found and second_factor.check(found, request.POST.get("code", "")[:40]):
            second_factor.remove(_me(request))
            messages.success(request, gettext("Signing in takes the password alone now."))
        elif found:
            messages.error(request, gettext("This code is not right."))
    except WoodooError as error:
        messages.error(request, str(error))
    return redirect("own")


def _me(request: HttpRequest) -> User:
    return cast(User, request.user)


def _show(request: HttpRequest, **given: Any) -> HttpResponse:
    password = given.pop("form", None) or PasswordChangeForm(_me(request))
    dress(password)
    waiting = given.get("waiting")
    context = {
        "section": "own",
        "languages": settings.LANGUAGES,
        "language": language.chosen_by(_me(request)),
        "password": password,
        "factor": second_factor.of(_me(request)),
        "factor_missing": second_factor.is_missing(_me(request), reach_of(_me(request)).highest),
        "picture": second_factor.picture_of(waiting) if waiting else "",
        **given,
    }
    return page(request, "own.html", context)
