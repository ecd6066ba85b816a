"""People: who may sign in, in which role, everywhere and on single connections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from woodoo.connections.models import Connection
from woodoo.domain.errors import WoodooError

from .. import people, second_factor
from ..access import Role, needs
from ..forms import dress, role_choices
from ..pages import page

FACTOR_WORDS = {"": _("Nobody"), "administrators": _("Administrators"), "everybody": _("Everybody")}


def _roles_or_none() -> list[tuple[str, str]]:
    return [*role_choices(), ("nobody", gettext("None"))]


class RoleForm(forms.Form):
    """A role, and where."""

    role = forms.ChoiceField(label=_("Role"), choices=_roles_or_none, initial="viewer")
    connection = forms.ModelChoiceField(
        label=_("Where"), queryset=Connection.objects.order_by("name"), required=False, empty_label=_("Everywhere")
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = field.label
        dress(self)

    def given(self) -> tuple[Role, int | None]:
        """Return the role and the connection, once the form is valid."""
        on = self.cleaned_data["connection"]
        return Role.named(self.cleaned_data["role"]) or Role.NOBODY, on.pk if on else None


class PersonForm(RoleForm):
    """Somebody new."""

    name = forms.CharField(label=_("User name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    field_order = ("name", "role", "connection")


@require_safe
@needs(Role.ADMINISTRATOR, everywhere=True)
def people_list(request: HttpRequest) -> HttpResponse:
    """Show who may sign in, and a form for somebody new."""
    return _show(request, PersonForm())


@require_POST
@needs(Role.ADMINISTRATOR, everywhere=True)
def add(request: HttpRequest) -> HttpResponse:
    """Make an account and show its password this once."""
    form = PersonForm(request.POST)
    if not form.is_valid():
        return _show(request, form)
    role, on = form.given()
    try:
        made, secret = people.make(form.cleaned_data["name"], role, connections=[on] if on else [])
    except WoodooError as error:
        form.add_error("name", str(error))
        return _show(request, form)
    return _show(request, PersonForm(), named=made.username, secret=secret)


@require_POST
@needs(Role.ADMINISTRATOR, everywhere=True)
def role(request: HttpRequest, user_id: int) -> HttpResponse:
    """Give somebody a role, everywhere or on a connection."""
    user, form = get_object_or_404(User, pk=user_id), RoleForm(request.POST)
    if not form.is_valid():
        messages.warning(request, gettext("Nothing was changed: choose a role, and where."))
        return redirect("people")
    said = gettext("The role of %(name)s is changed.") % {"name": user.username}
    return _done(request, lambda: people.give(user, *form.given()), said)


@require_POST
@needs(Role.ADMINISTRATOR, everywhere=True)
def switch(request: HttpRequest, user_id: int) -> HttpResponse:
    """Switch an account off, or on again."""
    user, on = get_object_or_404(User, pk=user_id), "on" in request.POST
    said = gettext("%(name)s may sign in.") if on else gettext("%(name)s may not sign in any more.")
    return _done(request, lambda: people.switch(user, on=on), said % {"name": user.username})


@require_POST
@needs(Role.ADMINISTRATOR, everywhere=True)
def password(request: HttpRequest, user_id: int) -> HttpResponse:
    """Give somebody another password and show it this once."""
    user = get_object_or_404(User, pk=user_id)
    return _show(request, PersonForm(), named=user.username, secret=people.renew_password(user))


@require_POST
@needs(Role.ADMINISTRATOR, everywhere=True)
def factor(request: HttpRequest, user_id: int) -> HttpResponse:
    """Take somebody's second factor away, whose phone and paper are lost."""
    user = get_object_or_404(User, pk=user_id)
    said = gettext("%(name)s signs in with the password alone.") % {"name": user.username}
    return _done(request, lambda: second_factor.remove(user), said)


@require_POST
@needs(Role.ADMINISTRATOR, everywhere=True)
def factor_rule(request: HttpRequest) -> HttpResponse:
    """Choose who has to have a second factor."""
    wanted = request.POST.get("of", "")
    return _done(request, lambda: second_factor.ask_of(wanted), gettext("Saved."))


def _done(request: HttpRequest, do: Callable[[], Any], said: str) -> HttpResponse:
    try:
        do()
    except WoodooError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, said)
    return redirect("people")


def _show(request: HttpRequest, form: PersonForm, *, named: str = "", secret: str = "") -> HttpResponse:
    names = dict(Connection.objects.values_list("pk", "name"))
    gone = gettext("gone")
    rows = [
        (
            one,
            [(names.get(number, gone), given.label) for number, given in one.reach.on_connections.items()],
            _form(one),
        )
        for one in people.everybody()
    ]
    context: dict[str, Any] = {"section": "people", "form": form, "rows": rows}
    context |= {
        "rule": second_factor.asked_of(),
        "rules": [(key, FACTOR_WORDS[key]) for key in second_factor.CHOICES],
        "forced": second_factor.is_forced(),
        "without": sum(second_factor.is_wanted(one.reach.highest) and not one.second_factor for one, *_ in rows),
    }
    return page(request, "people.html", {**context, "named": named, "secret": secret})


def _form(one: people.Person) -> RoleForm:
    """Return the form that gives somebody another role, with the one that is given everywhere."""
    return RoleForm(auto_id=False, initial={"role": one.reach.role.word})
