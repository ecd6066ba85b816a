"""A connection as a file: downloaded, compared with a connection, brought in."""

from __future__ import annotations

import logging
import re

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from woodoo.connections.models import Connection
from woodoo.domain.errors import ConfigError

from ..access import Role, needs
from ..overview import connection_statuses
from ..pages import page
from ..portable.carrying import Prepared, carry_out, prepare
from ..portable.writing import write
from ..portable.yaml_text import MOST_BYTES
from .connections import _saved

log = logging.getLogger(__name__)


@require_safe
@needs(Role.ADMINISTRATOR)
def download(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Send the connection as a file."""
    found = get_object_or_404(Connection, pk=connection_id)
    name = re.sub(r"[^a-z0-9]+", "-", found.name.lower()).strip("-") or "connection"
    response = HttpResponse(write(found), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="woodoo-{name}-{timezone.now():%Y-%m-%d}.yaml"'
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Role.ADMINISTRATOR)
def file(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Show both ways; compare a file; bring it in once it was looked at."""
    found = get_object_or_404(Connection, pk=connection_id)
    if request.method != "POST":
        return _show(request, found)
    text, with_connection = _text(request), "with_connection" in request.POST
    if not text.strip():
        return _show(request, found, problem=_("Choose a file, or paste its text."))
    try:
        prepared = prepare(found, text, with_connection=with_connection)
        if "seen" not in request.POST or prepared.mistakes:
            return _show(request, found, text=text, prepared=prepared, with_connection=with_connection)
        if request.POST["seen"] != prepared.seen:
            messages.warning(request, _("The connection was changed meanwhile. This is the comparison as it is now."))
            return _show(request, found, text=text, prepared=prepared, with_connection=with_connection)
        if prepared.unasked and "anyway" not in request.POST:
            return _show(request, found, text=text, prepared=prepared, with_connection=with_connection)
        again = carry_out(found, prepared, anyway=True)
    except ConfigError as error:
        return _show(request, found, text=text, problem=str(error), with_connection=with_connection)
    log.info("connection brought in from a file", extra={"connection": found.pk})
    messages.success(request, _saved(again))
    return redirect("connection-changes", connection_id=found.pk)


def _text(request: HttpRequest) -> str:
    """Return what was uploaded, else what was pasted."""
    uploaded = request.FILES.get("file")
    if isinstance(uploaded, UploadedFile) and (uploaded.size or 0):
        return bytes(uploaded.read(MOST_BYTES + 1)).decode("utf-8-sig", "replace")
    return request.POST.get("text", "").replace("\r\n", "\n")


def _show(
    request: HttpRequest,
    found: Connection,
    *,
    text: str = "",
    prepared: Prepared | None = None,
    problem: str = "",
    with_connection: bool = False,
) -> HttpResponse:
    context = {
        "section": "connections",
        "connection": found,
        "status": connection_statuses([found])[found.pk],
        "text": text,
        "prepared": prepared,
        "problem": problem,
        "with_connection": with_connection,
    }
    return page(request, "connection_file.html", context)
