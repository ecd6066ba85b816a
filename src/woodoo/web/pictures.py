"""Shows a store one picture of Odoo: `GET /pictures/…`, an address Woodoo made and signed (connections/images.py).

Decides what each request is answered, in this order: another method 405, not signed here 403, expired 410, connection
gone or switched off 404, Odoo does not answer 503, no such picture 404, too big 413, no image a store takes 415, else
the picture as it is in Odoo at that moment. There is no session and no cookie; nothing of a picture is kept.
"""

from __future__ import annotations

import base64
import binascii
import time

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from woodoo.connections.images import Shown, is_signed
from woodoo.domain.calls import NullRecorder
from woodoo.domain.errors import WoodooError
from woodoo.domain.picture import ENDINGS, PLACES, kind_of
from woodoo.headers import source_of
from woodoo.live import live_connection

from . import throttle

_MIB = 1024 * 1024
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


class NoPicture(Exception):
    """There is none, or it is not to be shown (any more)."""


def show(
    request: HttpRequest, connection_id: int, place: str, odoo_id: int, expires: int, signature: str, name: str
) -> HttpResponse:
    """Answer with the picture, or with a status and a sentence for whoever reads the store's log."""
    if request.method not in ("GET", "HEAD"):
        return _refuse(405, "A picture can only be fetched.")
    if not is_signed(Shown(connection_id, place, odoo_id, name), expires, signature):
        if throttle.refuse(source_of(request)):
            return _refuse(429, "Too many wrong addresses came from here.")
        return _refuse(403, "This address was not made by this Woodoo.")
    if expires < time.time():
        return _refuse(410, "This address has expired. Woodoo gives a new one with the next try.")
    try:
        content, limit = _read(connection_id, place, odoo_id)
    except NoPicture:
        return _refuse(404, "There is no such picture (any more).")
    except (WoodooError, DatabaseError):
        return _refuse(503, "The picture cannot be read right now.")
    if len(content) > limit:
        return _refuse(413, "The picture is larger than the limit in the connection's settings.")
    kind = kind_of(content)
    if kind not in ENDINGS:
        return _refuse(415, "What Odoo has there is no image a store takes.")
    response = HttpResponse(content, content_type=kind, headers=_HEADERS)
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _read(connection_id: int, place: str, odoo_id: int) -> tuple[bytes, int]:
    """Return the bytes of a picture in Odoo, and how many may be shown.

    Raises:
        NoPicture: there is none.
        WoodooError: Odoo does not answer.
    """
    live = live_connection(connection_id)
    if not live.connection.enabled:
        raise NoPicture
    model, _, field = PLACES[place].partition(" -> ")
    rows = live.odoo(NullRecorder()).read(model, [odoo_id], [field], context={"active_test": False})
    try:
        content = base64.b64decode(rows[0][field] or b"") if rows else b""
    except binascii.Error:
        content = b""
    if not content:
        raise NoPicture
    return content, live.settings.image_max_mb * _MIB


def _refuse(status: int, message: str) -> HttpResponse:
    response = HttpResponse(message + "\n", status=status, content_type="text/plain; charset=utf-8", headers=_HEADERS)
    if status == 405:
        response["Allow"] = "GET, HEAD"
    # Django would log the address, which is a secret while it lasts.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
