"""The doors Odoo knocks on where it hints at changes: `POST /hooks/odoo/<token>/`, and `…/stock/` for moves of stock.

Decides that a knock says nothing but "look": its body is not read, and however many come, they cost a look every few
seconds at most. What a hint cannot be told apart from, somebody else's knock, costs no more. Stock is looked at at
once, and again a second later, for before 19 Odoo hints before it has written.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from datetime import UTC, datetime
from threading import Lock

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from woodoo.chores.odoo_changes import HINT
from woodoo.chores.push import HINTED
from woodoo.chores.stock import NAME as STOCK
from woodoo.connections.models import Connection
from woodoo.engine import chores
from woodoo.engine.cursors import set_cursor
from woodoo.headers import source_of

from . import throttle

log = logging.getLogger(__name__)

#: Seconds from a hint to the look: before 19 Odoo hints before it has written.
DELAY = 3.0
#: Seconds between two looks, however many hints come.
GAP = 10.0
#: Seconds for which a hint of this process stands for all that follow; shorter than the delay, so that none is lost.
_ONE = 1.0
_MOST = 1024

#: Token → when its last hint was passed on, by the monotonic clock.
_passed: OrderedDict[str, float] = OrderedDict()
_lock = Lock()


@csrf_exempt
def receive(request: HttpRequest, token: str, of: str = "") -> HttpResponse:
    """Take a hint; answer fast, for somebody in Odoo waits. `of` is the door: of stock, or of all else."""
    if request.method != "POST":
        return _answer(405)
    if _passed_on(token + of):
        return _answer(200)
    try:
        number = Connection.objects.filter(odoo_push_token=token).values_list("pk", flat=True).first()
        if number is None:
            return _answer(429 if throttle.refuse(source_of(request)) else 404)
        if of == STOCK:
            # Still due afterwards, so it is rung for again within the second.
            chores.soon(number, STOCK)
        else:
            set_cursor(number, HINT, datetime.now(UTC).isoformat())
            for name in HINTED:
                chores.hint(number, name, delay=DELAY, gap=GAP)
    except DatabaseError:
        log.exception("a hint of Odoo could not be taken")
        return _answer(503)
    _remember(token + of)
    return _answer(200)


def forget() -> None:
    """Forget every hint. For tests."""
    with _lock:
        _passed.clear()


def _passed_on(token: str) -> bool:
    with _lock:
        return time.monotonic() - _passed.get(token, -_ONE) < _ONE


def _remember(token: str) -> None:
    with _lock:
        _passed[token] = time.monotonic()
        _passed.move_to_end(token)
        while len(_passed) > _MOST:
            _passed.popitem(last=False)


_WORDS = {
    200: "Taken.",
    404: "No connection takes hints at this address.",
    405: "This address takes the hints of Odoo, by POST.",
    429: "Too many deliveries from this address were refused.",
    503: "Not now; polling will bring the change.",
}


def _answer(status: int) -> HttpResponse:
    response = HttpResponse(_WORDS[status] + "\n", status=status, content_type="text/plain; charset=utf-8")
    if status == 405:
        response["Allow"] = "POST"
    # Django would log the address, which is a secret, for each refusal.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
