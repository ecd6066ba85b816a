"""Tokens of the API: named, made with their key shown once, and revoked."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from woodoo.connections.models import Connection
from woodoo.domain.errors import WoodooError

from .. import tokens
from ..access import Role, needs
from ..forms import dress
from ..models import ApiToken
from ..pages import page

log = logging.getLogger(__name__)

#: Tokens shown, the newest ones.
_SHOWN = 200
_LIVES = (("30", "30 days"), ("90", "90 days"), ("365", "A year"), ("0", "Until it is revoked"))


class TokenForm(forms.Form):
    """What a token is for, what it may do, where, and for how long."""

    name = forms.CharField(label="What it is for", max_length=100, help_text="Such as Grafana.")
    role = forms.ChoiceField(label="Role", choices=[(r.word, r.word.capitalize()) for r in Role if r], initial="viewer")
    connections = forms.ModelMultipleChoiceField(
        label="Where",
        queryset=Connection.objects.order_by("name"),
        required=False,
        help_text="None chosen: everywhere.",
    )
    days = forms.ChoiceField(label="Good for", choices=_LIVES, initial="365")
    personal_data = forms.BooleanField(label="May read what was asked and answered", required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        dress(self)


@dataclass(frozen=True)
class Row:
    """A token as the page shows it."""

    token: ApiToken
    state: str
    where: str


@require_safe
@needs(Role.ADMINISTRATOR, everywhere=True)
def token_list(request: HttpRequest) -> HttpResponse:
    """Show all tokens, and a form for another."""
    return _show(request, TokenForm())


@require_POST
@needs(Role.ADMINISTRATOR, everywhere=True)
def add(request: HttpRequest) -> HttpResponse:
    """Make a token and show its key this once."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _show(request, form)
    role = Role.named(form.cleaned_data["role"])
    assert role is not None
    try:
        made, key = tokens.make(
            form.cleaned_data["name"],
            role,
            connections=[one.pk for one in form.cleaned_data["connections"]],
            days=int(form.cleaned_data["days"]) or None,
            personal_data=form.cleaned_data["personal_data"],
            by=request.user.get_username(),
        )
    except WoodooError as error:
        form.add_error("name", str(error))
        return _show(request, form)
    log.info("token made")
    return _show(request, TokenForm(), made=made, key=key)


@require_POST
@needs(Role.ADMINISTRATOR, everywhere=True)
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """End a token at once."""
    try:
        gone = tokens.revoke(token_id)
    except WoodooError as error:
        messages.warning(request, error.message)
    else:
        log.info("token revoked")
        messages.success(request, f"Token {gone.name} is good no more.")
    return redirect("tokens")


def _show(request: HttpRequest, form: TokenForm, *, made: ApiToken | None = None, key: str = "") -> HttpResponse:
    names = dict(Connection.objects.values_list("pk", "name"))
    rows = [_row(one, names) for one in ApiToken.objects.order_by("-pk")[:_SHOWN]]
    return page(request, "tokens.html", {"section": "tokens", "form": form, "rows": rows, "made": made, "key": key})


def _row(one: ApiToken, names: Mapping[int, str]) -> Row:
    where = ", ".join(names.get(number, "gone") for number in one.connections)
    return Row(one, tokens.state_of(one), where or "everywhere")
