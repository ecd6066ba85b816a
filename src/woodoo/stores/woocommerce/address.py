"""The address of a shop, out of whatever a person pastes.

Decides which part of a pasted address is the shop (scheme, host, port, sub-folder) and which part is a page of it.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from ...domain.errors import ConfigError

#: Where the shop's address ends: everything from such a segment on is a page of WordPress.
PAGES = ("wp-json", "wp-admin", "wp-login.php", "wp-content", "wp-includes", "index.php", "xmlrpc.php")
DEFAULT_PORTS = {"http": 80, "https": 443}
_FIX = 'Enter the address of the shop\'s front page, such as "https://shop.example.com".'
_HOST = re.compile(r"[^\s/?#@\\<>\"'%|^`{}]+")


def normalise(url: str) -> str:
    """Return `scheme://host[:port][/folder]` without a trailing slash; `https` where the scheme is missing.

    Raises:
        ConfigError: for anything that is no web address of a shop.
    """
    parts = _split(url.strip())
    path: list[str] = []
    for segment in parts.path.split("/"):
        if segment in PAGES:
            break
        if segment:
            path.append(segment)
    return "/".join([f"{parts.scheme}://{_authority(parts)}", *path])


def keys_page(url: str) -> str:
    """Return the page of a shop on which a key is made (includes/admin/class-wc-admin-api-keys.php)."""
    return f"{url}/wp-admin/admin.php?page=wc-settings&tab=advanced&section=keys&create-key=1"


def is_secure(url: str) -> bool:
    """Say whether the shop is spoken to over TLS."""
    return url.startswith("https://")


def same_store(source: str, store_url: str) -> bool:
    """Say whether two addresses are the same shop: host and folder, whatever the scheme, `www.` or trailing slash.

    Ports are compared only under the same scheme, since a shop's http and https ports differ.
    """
    try:
        left, right = _split(normalise(source)), _split(normalise(store_url))
    except ConfigError:
        return False
    if _bare_host(left) != _bare_host(right) or left.path != right.path:
        return False
    return left.scheme != right.scheme or _port(left) == _port(right)


def _split(text: str) -> SplitResult:
    if not text:
        raise ConfigError("The store's address is empty.", where="store address", fix=_FIX)
    if "://" not in text:
        text = "https://" + text.lstrip("/")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _bad(text) from None
    if parts.scheme.lower() not in DEFAULT_PORTS:
        raise _bad(text, f'"{parts.scheme}" is not a scheme of web pages.')
    if parts.username is not None or parts.password is not None:
        raise ConfigError(
            "The store's address holds a user name or a password.",
            where="store address",
            fix="Leave them out of the address; key and secret have their own fields.",
        )
    if not parts.hostname or port == 0 or not _HOST.fullmatch(parts.hostname):
        raise _bad(text)
    return parts._replace(scheme=parts.scheme.lower())


def _bad(text: str, why: str = "") -> ConfigError:
    shown = text if "@" not in text else "the text entered"
    return ConfigError(f'"{shown}" is not a web address. {why}'.strip(), where="store address", fix=_FIX)


def _authority(parts: SplitResult) -> str:
    host = _host(parts)
    shown = f"[{host}]" if ":" in host else host
    return shown if _port(parts) == DEFAULT_PORTS[parts.scheme] else f"{shown}:{_port(parts)}"


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        raise _bad(host) from None


def _bare_host(parts: SplitResult) -> str:
    return _host(parts).removeprefix("www.")


def _port(parts: SplitResult) -> int:
    return parts.port or DEFAULT_PORTS[parts.scheme]
