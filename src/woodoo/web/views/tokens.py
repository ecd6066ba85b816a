"""Tokens of the API: named, made with their key shown once, and revoked."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from woodoo.connections.models import Connection
from woodoo.domain.errors import WoodooError

from .. import tokens
from ..access import Role, needs
from ..forms import dress, role_choices
from ..models import ApiToken
from ..pages import page

log = logging.getLogger(__name__)

#: Tokens shown, the newest ones.
_SHOWN = 200
_LIVES = (("30", _("30 days")), ("90", _("90 days")), ("365", _("A year")), ("0", _("Until it is revoked")))
_STATES = {"good": gettext_noop("good"), "revoked": gettext_noop("revoked"), "expired": gettext_noop("expired")}


class TokenForm(forms.Form):
    """What a token is for, what it may do, where, and for how long."""

    name = forms.CharField(label=_("What it is for"), max_length=100, help_text=_("Such as Grafana."))
    role = forms.ChoiceField(label=_("Role"), choices=role_choices, initial="viewer")
    connections = forms.ModelMultipleChoiceField(
        label=_("Where"),
        queryset=Connection.objects.order_by("name"),
        required=False,
        help_text=_("None chosen: everywhere."),
    )
    days = forms.ChoiceField(label=_("Good for"), choices=_LIVES, initial="365")
    personal_data = forms.BooleanField(label=_("May read what was asked and answered"), required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        dress(self)


@dataclass(frozen=True)
class Row:
    """A token as the page shows it."""

    token: ApiToken
    state: str
    #: The state, and the role, in the reader's language.
    word: str
    role: str
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
        messages.success(request, gettext("Token %(name)s is good no more.") % {"name": gone.name})
    return redirect("tokens")


def _show(request: HttpRequest, form: TokenForm, *, made: ApiToken | None = None, key: str = "") -> HttpResponse:
    names = dict(Connection.objects.values_list("pk", "name"))
    rows = [_row(one, names) for one in ApiToken.objects.order_by("-pk")[:_SHOWN]]
    return page(request, "tokens.html", {"section": "tokens", "form": form, "rows": rows, "made": made, "key": key})


def _row(one: ApiToken, names: Mapping[int, str]) -> Row:
    where = ", ".join(names.get(number, gettext("gone")) for number in one.connections)
    state, role = tokens.state_of(one), Role.named(one.role) or Role.NOBODY
    return Row(one, state, gettext(_STATES[state]), role.label, where or gettext("everywhere"))
