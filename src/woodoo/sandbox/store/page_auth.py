"""The pages on which a shop's manager lets another program have a key: asked, made, sent to where the program said.

Source: includes/class-wc-auth.php and templates/auth/form-grant-access.php. Nobody signs in here. A key that cannot be
handed over is deleted again.
"""

from __future__ import annotations

import http.client
import json
import secrets
from collections.abc import Callable, Mapping
from html import escape
from urllib.parse import urlencode, urlsplit

from .auth import new_key
from .deliveries import https_or_http
from .http_messages import WebRequest
from .page_keys import PERMISSIONS
from .state import Shop

FOLDER = "/wc-auth/v1/"
_ASKED = ("app_name", "user_id", "return_url", "callback_url", "scope")
_SECONDS = 60.0
_UNSENT = "An error occurred in the request and at the time were unable to send the consumer data"
#: WordPress hands on what cURL says.
_UNREACHED = "cURL error 7: Failed to connect"
#: Sends a body to an address; returns the status, 0 where nobody answered.
Send = Callable[[str, bytes], int]


class AuthRefused(Exception):
    """Why no key is made."""


def answer(shop: Shop, web: WebRequest, send: Send | None = None) -> tuple[int, str]:
    """Answer a request below `FOLDER`: a status with the text of a page, or 302 with where to go."""
    asked = dict(web.query)
    try:
        _check(asked)
        route = web.path.removeprefix(FOLDER).strip("/")
        if route == "authorize":
            return 200, _question(shop, asked)
        if route == "access_granted":
            return 302, _grant(shop, asked, send or _post)
        raise AuthRefused("You do not have permission to access this page")
    except AuthRefused as refused:
        return 401, f"<main><p>Error: {escape(str(refused))}.</p></main>"


def _check(asked: Mapping[str, str]) -> None:
    for name in _ASKED:
        if not asked.get(name):
            raise AuthRefused(f"Missing parameter {name}")
    if asked["scope"] not in PERMISSIONS:
        raise AuthRefused(f"Invalid scope {asked['scope']}")
    if not asked["callback_url"].lower().startswith("https://"):
        raise AuthRefused("The callback_url needs to be over SSL")


def _question(shop: Shop, asked: Mapping[str, str]) -> str:
    nonce = secrets.token_hex(5)
    with shop.lock:
        shop.auth_nonces.add(nonce)
    yes = f"{FOLDER}access_granted/?{urlencode({**{name: asked[name] for name in _ASKED}, 'wc_auth_nonce': nonce})}"
    app, host = escape(asked["app_name"]), escape(urlsplit(asked["callback_url"]).hostname or "")
    return (
        f'<main><section class="box"><h1>{app} would like to connect to your store</h1>'
        f"<p>This will give “{app}” {PERMISSIONS[asked['scope']]} access. Approving will share credentials with "
        f'<b>{host}</b>.</p><p><a href="{escape(yes)}">Approve</a> · <a href="{escape(_back(asked, 0))}">Deny</a></p>'
        "</section></main>"
    )


def _grant(shop: Shop, asked: Mapping[str, str], send: Send) -> str:
    with shop.lock:
        if asked.get("wc_auth_nonce") not in shop.auth_nonces:
            raise AuthRefused("Invalid nonce verification")
        shop.auth_nonces.discard(asked["wc_auth_nonce"])
        key = new_key(shop, asked["scope"])
        number = len(shop.keys)
    sent = {
        "key_id": number,
        "user_id": asked["user_id"],
        "consumer_key": key["key"],
        "consumer_secret": key["secret"],
        "key_permissions": key["permissions"],
    }
    status = send(asked["callback_url"], json.dumps(sent).encode())
    if status != 200:
        with shop.lock:
            shop.keys.remove(key)
        raise AuthRefused(_UNSENT if status else _UNREACHED)
    return _back(asked, 1)


def _back(asked: Mapping[str, str], success: int) -> str:
    there = asked["return_url"]
    return f"{there}{'&' if '?' in there else '?'}{urlencode({'success': success, 'user_id': asked['user_id']})}"


def _post(url: str, body: bytes) -> int:
    parts = urlsplit(url)
    try:
        connection = https_or_http(url, _SECONDS)
        connection.request("POST", parts.path or "/", body, {"Content-Type": "application/json;charset=UTF-8"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException, ValueError):
        return 0
