"""What Woodoo itself keeps of one customer: looked for, handed over, erased."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from woodoo.domain.errors import WoodooError

from .. import personal
from ..access import Role, needs, reach_of, refused
from ..forms import dress
from ..pages import page

#: What is kept (`personal.Found.counts`) → its word.
_KEPT = {
    "records": gettext_noop("records"),
    "events": gettext_noop("events"),
    "calls": gettext_noop("calls"),
    "runs": gettext_noop("runs"),
    "links": gettext_noop("links"),
}


class EmailForm(forms.Form):
    """Whose data."""

    email = forms.CharField(label=_("E-mail address"), max_length=254, widget=forms.EmailInput())

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        dress(self)


@require_safe
@needs(Role.ADMINISTRATOR, everywhere=True)
def person(request: HttpRequest) -> HttpResponse:
    """Ask whose data is meant."""
    return page(request, "person.html", {"section": "person", "form": EmailForm()})


@sensitive_post_parameters()
@require_POST
@needs(Role.ADMINISTRATOR, everywhere=True)
def person_find(request: HttpRequest) -> HttpResponse:
    """Say how much is kept."""
    return _show(request)


@sensitive_post_parameters()
@require_POST
@needs(Role.ADMINISTRATOR, everywhere=True)
def person_export(request: HttpRequest) -> HttpResponse:
    """Hand all of it over as a file, to those who may see personal data."""
    if not reach_of(request.user).personal_data:
        return refused(request)
    try:
        told = personal.export(request.POST.get("email", ""))
    except WoodooError:
        return _show(request)
    text = json.dumps(told, indent=2, ensure_ascii=False, cls=DjangoJSONEncoder)
    headers = {"Content-Disposition": 'attachment; filename="woodoo-person.json"', "Cache-Control": "no-store"}
    return HttpResponse(text, content_type="application/json", headers=headers)


@sensitive_post_parameters()
@require_POST
@needs(Role.ADMINISTRATOR, everywhere=True)
def person_erase(request: HttpRequest) -> HttpResponse:
    """Erase all of it."""
    try:
        counts = personal.erase(request.POST.get("email", ""))
    except WoodooError:
        return _show(request)
    told = ", ".join(f"{gettext(_KEPT[name])}: {count}" for name, count in counts.items())
    messages.success(request, gettext("Erased (%(what)s). Store and Odoo keep their own.") % {"what": told})
    return page(request, "person.html", {"section": "person", "form": EmailForm()})


def _show(request: HttpRequest) -> HttpResponse:
    form, context = EmailForm(request.POST), dict[str, Any]()
    if form.is_valid():
        try:
            context["found"] = found = personal.find(form.cleaned_data["email"])
            context["counts"] = [(gettext(_KEPT[name]), count) for name, count in found.counts.items()]
        except WoodooError as error:
            form.add_error("email", str(error))
    dress(form)
    return page(request, "person.html", {"section": "person", "form": form, **context})
