"""Guards the door: what is read from the headers of a request before anything else, and what browsers are told.

Decides that a request for a host name nobody set up is turned away without a word in the log, since anybody can send
thousands; that behind a trusted proxy a client is known by the address the proxy saw; and that the policy of
`settings.CONTENT_SECURITY_POLICY` is on every answer that has none of its own, so that a slip in a page cannot send
data away.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse

_UNKNOWN_HOST = (
    "Woodoo is not set up for this host name.\n"
    "Whoever runs it can name it in WOODOO_URL or WOODOO_HOSTS, and restart the service.\n"
)


class KnownHostsOnly:
    """Middleware that answers 400 to a `Host` header outside of `settings.ALLOWED_HOSTS`. Has to be the first one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            request.get_host()
        except DisallowedHost:
            answer = HttpResponse(_UNKNOWN_HOST, status=400, content_type="text/plain; charset=utf-8")
            # Else Django writes a line for every 4xx (django/utils/log.py, `log_response`).
            answer._has_been_logged = True  # type: ignore[attr-defined]
            return answer
        return self.get_response(request)


class ContentSecurityPolicy:
    """Middleware that adds the policy (https://www.w3.org/TR/CSP3/)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", settings.CONTENT_SECURITY_POLICY)
        return response


def client_address(request: HttpRequest) -> str:
    """Return the address of the client as the trusted proxy in front saw it: the last one in `X-Forwarded-For`.

    Whatever stands before it was sent by the client and may be made up. Without a usable one, the proxy's own address.
    """
    last = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    if last.startswith("["):  # [2001:db8::1]:4711
        last = last[1:].partition("]")[0]
    elif last.count(":") == 1:  # 192.0.2.1:4711
        last = last.partition(":")[0]
    try:
        return str(ip_address(last))
    except ValueError:
        return str(request.META.get("REMOTE_ADDR", ""))


def source_of(request: HttpRequest) -> str:
    """Return the address a request comes from; behind a trusted proxy, the one the proxy saw."""
    return client_address(request) if settings.WOODOO_PROXY else str(request.META.get("REMOTE_ADDR", ""))
