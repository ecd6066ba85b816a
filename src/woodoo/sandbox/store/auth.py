"""Who calls, and may they: API keys by OAuth 1.0a on http, by Basic or query string on https.

The rules are those of WooCommerce's includes/class-wc-rest-authentication.php: credentials in clear are only looked
at on https; an unknown key is an anonymous caller, a wrong secret is an error; a nonce is good once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote

from .rest import RestError
from .state import Record, Shop

NONCE_SECONDS = 15 * 60
_DIGESTS = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}
_NEEDED = ("oauth_consumer_key", "oauth_timestamp", "oauth_nonce", "oauth_signature", "oauth_signature_method")
_WRITES = {"POST", "PUT", "PATCH", "DELETE"}


@dataclass(frozen=True)
class Call:
    """What authentication needs to know of a request."""

    method: str
    secure: bool
    #: Where the site answers, without a path.
    home: str
    path: str
    query: list[tuple[str, str]]
    headers: Mapping[str, str]


def new_key(shop: Shop, permissions: str = "read_write") -> Record:
    """Make an API key: permissions are read, write or read_write."""
    key = {
        "key": f"ck_{secrets.token_hex(20)}",
        "secret": f"cs_{secrets.token_hex(20)}",
        "permissions": permissions,
        "nonces": {},
    }
    with shop.lock:
        shop.keys.append(key)
        shop.touch()
    return key


def authenticate(shop: Shop, call: Call) -> Record | None:
    """Return the key that calls, or None for an anonymous caller.

    Raises:
        RestError: 401, for a wrong secret, a bad signature, or a key without the permission.
    """
    key = (_in_clear(shop, call) if call.secure else None) or _by_oauth(shop, call)
    if key is not None:
        _check_permission(key, call.method)
    return key


def _refused(message: str) -> RestError:
    return RestError(401, "woocommerce_rest_authentication_error", message, allow=False)


def _check_permission(key: Record, method: str) -> None:
    permissions = key["permissions"]
    if method in _WRITES and permissions not in ("write", "read_write"):
        raise _refused("The API key provided does not have write permissions.")
    if method not in _WRITES and permissions not in ("read", "read_write"):
        raise _refused("The API key provided does not have read permissions.")


def _find(shop: Shop, consumer_key: str) -> Record | None:
    return next((key for key in shop.keys if hmac.compare_digest(key["key"], consumer_key)), None)


def _in_clear(shop: Shop, call: Call) -> Record | None:
    query = dict(call.query)
    name, secret = query.get("consumer_key", ""), query.get("consumer_secret", "")
    scheme, _, encoded = call.headers.get("Authorization", "").partition(" ")
    if not (name and secret) and scheme.lower() == "basic":
        try:
            name, _, secret = base64.b64decode(encoded).decode().partition(":")
        except ValueError:
            return None
    if not (name and secret):
        return None
    key = _find(shop, name)
    if key is None:
        return None
    if not hmac.compare_digest(key["secret"], secret):
        raise _refused("Consumer secret is invalid.")
    return key


def _oauth_params(call: Call) -> dict[str, str]:
    scheme, _, rest = call.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "oauth":
        pairs = (part.strip().partition("=") for part in rest.split(",") if "=" in part)
        return {k.strip(): unquote(v.strip().strip('"')) for k, _, v in pairs if k.strip().startswith("oauth_")}
    return {k: v for k, v in call.query if k.startswith("oauth_")}


def _by_oauth(shop: Shop, call: Call) -> Record | None:
    params = _oauth_params(call)
    if not params:
        return None
    missing = [name for name in _NEEDED if not params.get(name)]
    if missing:
        noun = "parameters" if len(missing) > 1 else "parameter"
        raise _refused(f"Missing OAuth {noun} {', '.join(missing)}")
    key = _find(shop, params["oauth_consumer_key"])
    if key is None:
        raise _refused("Consumer key is invalid.")
    _check_signature(key, call, params)
    _check_nonce(shop, key, params)
    return key


def _enc(text: str) -> str:
    return quote(text, safe="~")


def signature(method: str, url: str, params: list[tuple[str, str]], secret: str, algorithm: str = "HMAC-SHA256") -> str:
    """Sign a call the way WooCommerce does: names and values are encoded twice, the key is the secret and `&`."""
    pairs = sorted((k, v) for k, v in params if k != "oauth_signature")
    joined = "%26".join(_enc(f"{_enc(k)}={_enc(v)}") for k, v in pairs)
    text = f"{method}&{_enc(url)}&{joined}"
    digest = hmac.new(f"{secret}&".encode(), text.encode(), _DIGESTS[algorithm]).digest()
    return base64.b64encode(digest).decode()


def _check_signature(key: Record, call: Call, params: Mapping[str, str]) -> None:
    algorithm = params["oauth_signature_method"]
    if algorithm not in _DIGESTS:
        raise _refused("Invalid signature - signature method is invalid.")
    sent = [(k, v) for k, v in _as_php_reads(call.query) if not k.startswith("oauth_")]
    signed = [*sent, *params.items()]
    expected = signature(call.method, f"{call.home}{call.path}", signed, key["secret"], algorithm)
    if not hmac.compare_digest(expected, params["oauth_signature"]):
        raise _refused("Invalid signature - provided signature does not match.")


def _as_php_reads(query: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Name list parameters as PHP hands them on: `include[]` becomes `include[0]`, `include[1]`…"""
    seen: dict[str, int] = {}
    pairs = []
    for name, value in query:
        if name.endswith("[]"):
            index = seen.get(name, 0)
            seen[name] = index + 1
            name = f"{name[:-2]}[{index}]"
        pairs.append((name, value))
    return pairs


def _check_nonce(shop: Shop, key: Record, params: Mapping[str, str]) -> None:
    now = int(shop.clock())
    try:
        stamp = int(params["oauth_timestamp"])
    except ValueError:
        stamp = 0
    if abs(now - stamp) > NONCE_SECONDS:
        raise _refused("Invalid timestamp.")
    with shop.lock:
        nonces = key["nonces"]
        if params["oauth_nonce"] in nonces:
            raise _refused("Invalid nonce - nonce has already been used.")
        nonces[params["oauth_nonce"]] = stamp
        # Oldest first; each request pays for two, so that no request pays for all.
        for old in [nonce for nonce, _ in zip(nonces, range(2), strict=False)]:
            if now - nonces[old] > NONCE_SECONDS:
                del nonces[old]


def read_query(query_string: str) -> list[tuple[str, str]]:
    """Split a query string into its pairs, empty values kept."""
    return parse_qsl(query_string, keep_blank_values=True)
