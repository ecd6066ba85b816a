"""Proves to the shop that a request is ours.

Decides how each request carries the key: HTTP Basic over https, a one-legged OAuth 1.0a signature over http, and, for
hosts that drop the Authorization header or a proxy that hides https from WordPress, the ways that still work there.
The rules are those of `includes/class-wc-rest-authentication.php`; our own measurements are in docs/facts.md.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from urllib.parse import quote, urlsplit

from oauthlib import oauth1

Pairs = list[tuple[str, str]]


class Scheme(StrEnum):
    """A way to carry the key."""

    #: HTTP Basic. https only: WooCommerce ignores it on plain http.
    BASIC = "basic"
    #: OAuth 1.0a signature in the query string. Needs no header and shows no secret.
    OAUTH = "oauth"
    #: Key and secret in the query string. https only; they end up in the shop's access log.
    QUERY = "query"
    #: OAuth 1.0a over https, signed as http: for a proxy that ends TLS without telling WordPress.
    OAUTH_AS_HTTP = "oauth-as-http"


#: What to try when the shop treats a request as anonymous, until one is accepted.
LADDER = (Scheme.BASIC, Scheme.OAUTH, Scheme.QUERY, Scheme.OAUTH_AS_HTTP)


def schemes_for(secure: bool) -> tuple[Scheme, ...]:
    """Return the ways that may be tried, best first. No secret ever goes over plain http."""
    return LADDER if secure else (Scheme.OAUTH,)


def prepare(
    scheme: Scheme, method: str, url: str, params: Pairs, *, key: str, secret: str
) -> tuple[str, dict[str, str]]:
    """Return the full address of the request and the headers that prove who we are."""
    if scheme is Scheme.BASIC:
        token = base64.b64encode(f"{key}:{secret}".encode()).decode()
        return with_query(url, params), {"Authorization": f"Basic {token}"}
    if scheme is Scheme.QUERY:
        return with_query(url, [*params, ("consumer_key", key), ("consumer_secret", secret)]), {}
    signed_as = url if scheme is Scheme.OAUTH else "http://" + url.removeprefix("https://")
    return f"{url}?{_signed_query(method, with_query(signed_as, params), key, secret)}", {}


def encode_params(params: Mapping[str, object]) -> Pairs:
    """Write parameters the way `wc/v3` reads them.

    Lists become comma lists: `include[]=1` fails WooCommerce's signature check, `include=1,2` passes. Times become
    naive UTC, which goes with `dates_are_gmt=true`; None leaves a parameter out.
    """
    return [(name, _encode(value)) for name, value in params.items() if value is not None]


def with_query(url: str, params: Iterable[tuple[str, str]]) -> str:
    """Append parameters, percent-encoded by RFC 3986 as the signature wants them."""
    query = "&".join(f"{_quote(name)}={_quote(value)}" for name, value in params)
    return f"{url}?{query}" if query else url


def _encode(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    if isinstance(value, str | int | float | Decimal | date):
        return str(value)
    if isinstance(value, Iterable):
        return ",".join(_encode(item) for item in value)
    raise TypeError(f"{type(value).__name__} is not a parameter")


def _signed_query(method: str, url: str, key: str, secret: str) -> str:
    """Sign by RFC 5849 with HMAC-SHA256; a JSON body is not signed. Each call has a new nonce and time."""
    client = oauth1.Client(
        key,
        client_secret=secret,
        signature_method=oauth1.SIGNATURE_HMAC_SHA256,
        signature_type=oauth1.SIGNATURE_TYPE_QUERY,
    )
    signed, _, _ = client.sign(url, http_method=method)  # type: ignore[arg-type]
    return urlsplit(signed).query


def _quote(text: str) -> str:
    return quote(text, safe="~")
