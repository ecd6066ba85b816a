"""Surveys: begun from a page, and how far each has come."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from woodoo import surveys
from woodoo.connections.models import Connection
from woodoo.domain.errors import WoodooError
from woodoo.engine import imports
from woodoo.engine.models import Import

from ..access import Role, needs
from ..health import workers_alive
from ..words import span

#: Kind of survey → the page it is shown on.
PAGES = {"usage": "mapping", "rehearsal": "rehearsal", "hygiene": "hygiene"}


@dataclass(frozen=True)
class SurveyRow:
    """A survey as the pages show it."""

    one: Import
    far: imports.Progress
    left: str
    #: Nobody is there to carry it out.
    idle: bool

    @property
    def goes_on(self) -> bool:
        return self.one.state in ("listing", "working")

    @property
    def is_open(self) -> bool:
        """Whether it has not ended: it goes on, is paused, or has failed."""
        return self.one.state in imports.OPEN


def survey_row(one: Import) -> SurveyRow:
    """Return a survey as the pages show it."""
    far = imports.progress(one)
    open_ = one.state in ("listing", "working")
    return SurveyRow(one, far, span(far.seconds_left), open_ and not workers_alive())


@require_POST
@needs(Role.OPERATOR)
def start(request: HttpRequest, connection_id: int, kind: str) -> HttpResponse:
    """Begin a survey; where it cannot begin, say why."""
    on = get_object_or_404(Connection, pk=connection_id)
    if kind not in surveys.KINDS:
        raise Http404
    try:
        newest = _number(request.POST.get("newest", ""))
        surveys.start(on, surveys.KINDS[kind], started_by=request.user.get_username(), newest=newest)
    except WoodooError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It has begun, and changes nothing on either side."))
    return redirect(PAGES[kind], connection_id=on.pk)


def _number(text: str) -> int | None:
    """Read how many orders; None where nothing was given.

    Raises:
        WoodooError: it is no number.
    """
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise WoodooError("This is no number of orders.", fix="Write digits alone, such as 200.")
    return int(text)
