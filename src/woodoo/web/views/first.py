"""The page of the first administrator, behind the link that `woodoo run` prints."""

from __future__ import annotations

import logging
from typing import Any

from django import forms
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from woodoo.connections import audit
from woodoo.domain.errors import WoodooError

from .. import first
from ..forms import dress
from ..pages import note, page

log = logging.getLogger(__name__)


class FirstForm(forms.Form):
    """Name and password of the first administrator."""

    username = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=150,
        initial="admin",
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=200,
        help_text=gettext_lazy("At least 8 characters, and none of those everybody has."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=gettext_lazy("Once more"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)

    def clean(self) -> dict[str, Any]:
        """Hold the password to the rules, and to being typed twice."""
        data = super().clean() or self.cleaned_data
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            self.add_error("again", _("This is another one than above."))
        elif data.get("password"):
            try:
                validate_password(data["password"], User(username=data.get("username", "")))
            except ValidationError as exc:
                self.add_error("password", exc)
        return data


@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def first_administrator(request: HttpRequest, token: str) -> HttpResponse:
    """Make the first account and sign in with it; then on to the first connection."""
    if not first.is_wanted():
        text = _("There is an account already, so this link has done its work. Sign in with it.")
        return note(request, _("This link was used"), text, status=410)
    if not first.is_good(token):
        text = _("A link is good for a day. `woodoo admin link` on the server prints a new one.")
        return note(request, _("This link is not good (any more)"), text, status=410)
    form = FirstForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["username"].strip()
        try:
            with audit.acting(lambda: name, "panel"):
                made = first.make(name, form.cleaned_data["password"])
        except WoodooError as error:
            form.add_error("username", str(error))
        else:
            login(request, made, backend="django.contrib.auth.backends.ModelBackend")
            log.info("first administrator made")
            return redirect("connection-add")
    return page(request, "first.html", {"form": form})
