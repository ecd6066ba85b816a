"""The door a store knocks on: `POST /hooks/<token>/`, one address per connection.

Decides what each delivery is answered, in this order: unknown address 404, too big 413, compressed 415, ping 200, wrong
content type 415, bad signature 401, another store's delivery 409, our own test 200, not JSON 400, nothing we follow
200, and 200 for the rest only once the event is safely in the inbox. Where a source has had its share of refusals
(throttle.py), 429 stands in for them, and what is not even signed is not read any more. A store never repeats a
delivery and gives a webhook up after some failures in a row (woocommerce `includes/class-wc-webhook.php`), so whatever
is in order is answered 200 even where it brings no work. Nothing of a refused delivery is kept but a count (`tallies`).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from woodoo.domain.errors import ConfigError, DataError
from woodoo.engine import door as at_the_door
from woodoo.engine import inbox
from woodoo.flows.topics import TEST, TEST_ANSWER, UNFINISHED, flow_of
from woodoo.headers import source_of
from woodoo.stores.woocommerce import webhooks

from . import repeats, throttle
from .doors import Door, find_door, look_again
from .tallies import Reason, tally

log = logging.getLogger(__name__)

_CHUNK = 64 * 1024
_SLOWER = "Too many deliveries from this address were refused. One with the right signature is always taken."
#: Bytes of the largest ping: "webhook_id=" and a number.
_PING_BYTES = 100


class Refused(Exception):
    """A delivery that is not taken: the HTTP status, and one sentence for whoever reads the store's log."""

    def __init__(self, status: int, message: str, reason: Reason | None = None, detail: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.reason = reason
        self.detail = detail


@csrf_exempt
def receive(request: HttpRequest, token: str) -> HttpResponse:
    """Take one delivery of a store and answer 200 once it cannot be lost any more."""
    door: Door | None = None
    try:
        if request.method != "POST":
            raise Refused(405, "This address takes the webhooks of a store, by POST.")
        door = find_door(token)
        if door is None:
            raise Refused(404, "No connection has this webhook address.")
        return _answer(200, _take(request, door))
    except Refused as refused:
        if door is not None and refused.reason:
            tally(door.connection_id, refused.reason, refused.detail)
        if throttle.refuse(source_of(request)):
            return _answer(429, _SLOWER)
        return _answer(refused.status, refused.message)
    except (DatabaseError, ConfigError):
        # The log names no header and no body: both come from strangers.
        log.exception("a webhook delivery could not be taken")
        return _answer(503, "The delivery cannot be taken right now; polling will bring the change.")


def _take(request: HttpRequest, door: Door) -> str:
    """Check a delivery, put it in the inbox and return what to answer.

    Raises:
        Refused: it is not taken.
    """
    _check_worth_reading(request)
    raw = _read_body(request)
    if ping := _ping(request, raw):
        tally(door.connection_id, Reason.PING, ping)
        return "Pong."
    _check_content_type(request)
    _check_signature(request, door, raw)
    _check_source(request, door)
    if _topic(request) == TEST:
        return _note_test(door, raw)
    try:
        event = webhooks.parse(request.headers, raw)
    except DataError as exc:
        raise Refused(400, exc.message, Reason.MALFORMED, _topic(request)) from exc
    return _store(request, door, event, raw)


def limit() -> int:
    """Return the largest body taken, in bytes."""
    return int(settings.WOODOO_HOOK_MAX_BYTES)


def _check_worth_reading(request: HttpRequest) -> None:
    """Turn away what cannot be in order whatever its body is."""
    coding = request.headers.get("Content-Encoding", "").strip().lower()
    if coding not in ("", "identity"):  # no store compresses; what a body might unfold to is never found out
        raise Refused(415, "The body has to be sent as it is, not compressed.", Reason.COMPRESSED, coding)
    length = request.META.get("CONTENT_LENGTH") or ""
    may_be_ping = length.isdigit() and int(length) <= _PING_BYTES
    if not may_be_ping and not _signature(request) and throttle.is_hot(source_of(request)):
        raise Refused(429, _SLOWER, Reason.SIGNATURE, "not signed")


def _signature(request: HttpRequest) -> str:
    return request.headers.get("X-WC-Webhook-Signature", "")


def _read_body(request: HttpRequest) -> bytes:
    """Read the body, chunked or not, and give up as soon as it is too big."""
    most = limit()
    declared = request.META.get("CONTENT_LENGTH") or ""
    if declared and (not declared.isdigit() or int(declared) > most):
        raise _too_big(most, f"{declared} bytes")
    body = bytearray()
    for chunk in _chunks(request, int(declared) if declared else None):
        body += chunk
        if len(body) > most:
            raise _too_big(most, "sent in chunks")
    return bytes(body)


def _chunks(request: HttpRequest, length: int | None) -> Iterator[bytes]:
    """Yield the body piece by piece. Django itself takes a chunked body for an empty one."""
    stream = request.META.get("wsgi.input")
    if stream is None or (length is None and not request.META.get("wsgi.input_terminated")):
        return
    left = length
    while left is None or left > 0:
        chunk = stream.read(_CHUNK if left is None else min(_CHUNK, left))
        if not chunk:
            if left:
                raise Refused(400, "The body ended before its announced length.", Reason.MALFORMED)
            return
        left = None if left is None else left - len(chunk)
        yield chunk


def _too_big(most: int, detail: str) -> Refused:
    return Refused(413, f"The body is larger than {most} bytes (WOODOO_HOOK_MAX_BYTES).", Reason.TOO_BIG, detail)


def _topic(request: HttpRequest) -> str:
    return request.headers.get("X-WC-Webhook-Topic", "")


def _ping(request: HttpRequest, raw: bytes) -> str:
    """Return the webhook's id where the store only tries the address out: an unsigned form without our headers."""
    if _topic(request) or _signature(request):
        return ""
    try:
        event = webhooks.parse(request.headers, raw)
    except DataError:
        return ""
    return event.webhook_id if isinstance(event, webhooks.Ping) else ""


def _note_test(door: Door, raw: bytes) -> str:
    """Note that a test of our own has come in by this address (`woodoo.chores.hook_test`)."""
    try:
        word = str(json.loads(raw)["test"])
    except (ValueError, KeyError, TypeError) as exc:
        raise Refused(400, "This is no test of Woodoo's.", Reason.MALFORMED, TEST) from exc
    at_the_door.note(door.connection_id, at_the_door.TEST, word[:64])
    return TEST_ANSWER


def _check_content_type(request: HttpRequest) -> None:
    if request.content_type != "application/json":
        sent = request.content_type or "none"
        raise Refused(415, "The body has to be application/json.", Reason.CONTENT_TYPE, sent)


def _check_signature(request: HttpRequest, door: Door, raw: bytes) -> None:
    """Compare in constant time; a secret changed a moment ago counts at once, the one before it for some days."""
    signature = _signature(request)
    if door.secret is None:
        raise ConfigError("The webhook secret cannot be opened with this installation's keys.")
    if _fits(door, raw, signature):
        return
    renewed = look_again(door)
    if renewed and _fits(renewed, raw, signature):
        return
    raise Refused(
        401,
        "The signature does not fit the body. The webhook's secret has to be the one of this connection.",
        None if _topic(request) == TEST else Reason.SIGNATURE,
        _topic(request) if signature else "not signed",
    )


def _fits(door: Door, raw: bytes, signature: str) -> bool:
    return any(webhooks.verify(raw, signature, secret) for secret in (door.secret, door.previous) if secret)


def _check_source(request: HttpRequest, door: Door) -> None:
    source = request.headers.get("X-WC-Webhook-Source", "")
    if source and not webhooks.same_store(source, door.store_url):
        raise Refused(409, f"This address belongs to the connection of {door.store_url}.", Reason.OTHER_STORE, source)


def _store(request: HttpRequest, door: Door, event: webhooks.StoreEvent | webhooks.Ping, raw: bytes) -> str:
    """Put an event we follow into the inbox; tell apart those that bring no work."""
    if isinstance(event, webhooks.Ping):
        return "Pong."
    ignored = _ignored(event, door)
    if ignored:
        reason, answer = ignored
        tally(door.connection_id, reason, event.topic)
        return answer
    flow = flow_of(event.topic)
    assert flow is not None
    inbox.receive(
        door.connection_id,
        source="webhook",
        topic=event.topic,
        lane=flow.lane,
        flow=flow.name,
        record=event.external_id,
        raw=b"" if repeats.is_repeat(door.connection_id, _signature(request)) else raw,
        headers=_kept_headers(request),
    )
    return "Taken."


def _ignored(event: webhooks.StoreEvent, door: Door) -> tuple[Reason, str] | None:
    """Say why a delivery in good order brings no work; None where it does."""
    flow = flow_of(event.topic)
    if flow is None or (door.flows is not None and flow.name not in door.flows):
        return Reason.TOPIC, "This topic is not followed."
    if event.problem or not event.external_id.isdigit():
        return Reason.GONE, "The delivery names no record any more."
    if event.status in UNFINISHED:
        return Reason.DRAFT, "An unfinished checkout is no order yet."
    return None


def _kept_headers(request: HttpRequest) -> dict[str, str]:
    """Return what the event keeps of the headers: the store's own, each cut short, without the signature."""
    kept = ("Source", "Topic", "Resource", "Event", "Id", "Delivery-Id")
    given = {f"X-WC-Webhook-{name}": request.headers.get(f"X-WC-Webhook-{name}", "") for name in kept}
    return {name: value[:300] for name, value in given.items() if value}


def _answer(status: int, message: str) -> HttpResponse:
    response = HttpResponse(message + "\n", status=status, content_type="text/plain; charset=utf-8")
    if status == 405:
        response["Allow"] = "POST"
    # Django would log the address, which is half of a secret, for each refusal; they are tallied instead.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
