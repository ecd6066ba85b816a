"""What brings much over at once: how far each import has come; pause, resume and stop one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_POST

from woodoo.catalogues import WAYS
from woodoo.connections.models import Connection
from woodoo.domain.errors import WoodooError
from woodoo.engine import imports
from woodoo.engine.models import Import

from ..access import Role, needs
from ..stored_words import said as named
from ..words import FoundWords, found_words, span
from .surveys import PAGES as SURVEY_PAGES

#: Imports shown, the newest ones.
SHOWN = 10
#: Flows whose imports stand on the page of products; all others are history.
PRODUCT_FLOWS = tuple(way.flow.name for way in WAYS.values())
#: State → the state of work in whose colour it is shown.
COLOURS = {
    "listing": "running",
    "working": "running",
    "paused": "waiting",
    "done": "done",
    "stopped": "skipped",
    "failed": "failed",
}
_CHANGES: Mapping[str, Callable[[int], Import]] = {
    "pause": imports.pause,
    "resume": imports.resume,
    "stop": imports.stop,
}
#: What was done → what is said of a look through both sides, and of an import.
_DONE = {
    "pause": (_("The look is paused."), _("Import %(number)s is paused.")),
    "resume": (_("The look goes on."), _("Import %(number)s goes on.")),
    "stop": (_("The look is stopped."), _("Import %(number)s is stopped; what it has brought over stays.")),
}


@dataclass(frozen=True)
class Row:
    """One import as the pages show it."""

    one: Import
    far: imports.Progress
    colour: str
    left: str
    words: FoundWords

    @property
    def can_pause(self) -> bool:
        return self.one.state in ("listing", "working")

    @property
    def can_resume(self) -> bool:
        return self.one.state in ("paused", "failed")

    @property
    def can_stop(self) -> bool:
        return self.can_pause or self.can_resume


def has_begun(one: Import) -> str:
    """Say that an import, or a dry run, has begun."""
    said = gettext("Dry run %(number)s has begun: %(title)s.")
    if not one.dry_run:
        said = gettext("Import %(number)s has begun: %(title)s.")
    return said % {"number": one.pk, "title": named(one.title)}


def rows_of(found: Connection, *, products: bool) -> list[Row]:
    """Return the newest imports of a connection: of its catalogue, or of its history."""
    every = Import.objects.filter(connection_id=found.pk).order_by("-pk")
    others = (*PRODUCT_FLOWS, *SURVEY_PAGES)
    which = every.filter(flow__in=PRODUCT_FLOWS) if products else every.exclude(flow__in=others)
    return list(_rows(which[:SHOWN]))


def _rows(found: Iterable[Import]) -> Iterable[Row]:
    for one in found:
        far = imports.progress(one)
        yield Row(one, far, COLOURS.get(one.state, "ready"), span(far.seconds_left), found_words(one.flow))


@require_POST
@needs(Role.OPERATOR)
def change(request: HttpRequest, import_id: int, what: str) -> HttpResponse:
    """Pause, resume or stop an import and go back to where it is shown."""
    found = get_object_or_404(Import, pk=import_id)
    do = _CHANGES.get(what)
    try:
        if do is None:
            messages.warning(request, gettext("Nothing was changed: an import can be paused, resumed and stopped."))
        else:
            do(found.pk)
            look, brought = _DONE[what]
            said = gettext(look if found.flow in SURVEY_PAGES else brought)
            messages.success(request, said % {"number": found.pk})
    except WoodooError as error:
        messages.warning(request, f"{error.message} {gettext('It has gone on since this page was shown.')}")
    page = "products" if found.flow in PRODUCT_FLOWS else SURVEY_PAGES.get(found.flow, "history")
    return redirect(page, connection_id=found.connection_id)
