"""What answers at an address that is said to be a shop's, before there is a key.

Decides from the index of WordPress' REST API, which anybody may read, whether a shop is there and under which address
(https://developer.wordpress.org/rest-api/using-the-rest-api/discovery/).

| asked                   | answer                              | means                                            |
|-------------------------|-------------------------------------|--------------------------------------------------|
| `/wp-json/`             | JSON with `wc/v3` in `namespaces`   | a shop                                           |
|                         | the same on http, `home` on https   | a shop, taken on https where it answers there    |
|                         | JSON without it                     | WordPress, but WooCommerce is not active         |
|                         | a redirect to such an address       | the shop has that address: taken where it is the |
|                         |                                     | same shop by name, else told                     |
| `/?rest_route=/`        | JSON, where `/wp-json/` has none    | permalinks are on Plain                          |
|                         | JSON that names another `home`      | the shop is there: `rest_route` is heard at any  |
|                         |                                     | address, a wrong one, too                        |
| `/`                     | a `Link` to another `/wp-json/`     | the shop is there: another folder                |
|                         | no sign of WordPress                | no WordPress                                     |
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx2

from ... import __version__
from ...domain.errors import ConfigError, WoodooError
from ...runtime.addresses import Guard, check_typed
from . import address, errors
from .answers import Answer, read_body
from .transport import trusted

_SECONDS = 15.0
#: No index is longer; whoever sends more is no shop.
_MOST_BYTES = 4 * 1024 * 1024
_HOPS = 4
_INDEX = "/wp-json/?_fields=name,url,home,namespaces,timezone_string,gmt_offset"
_PLAIN_INDEX = "/?rest_route=/&_fields=name,home,namespaces"
_LINK = re.compile(r'<([^>]+)>;\s*rel="https://api\.w\.org/"')
_MARKS = ("wp-content/", "wp-includes/", "api.w.org")


@dataclass(frozen=True)
class ShopFound:
    """A shop that answers."""

    #: The address to keep: normalised, and the one it redirects to.
    url: str
    #: What it calls itself; may be empty.
    name: str = ""
    #: Such as Europe/Madrid; of a shop that has whole hours only, Etc/GMT-1 for UTC+1; empty where neither is told.
    timezone: str = ""
    #: The address that was typed leads there.
    moved: bool = False

    @property
    def is_secure(self) -> bool:
        """Whether what is said with it is encrypted."""
        return address.is_secure(self.url)


def probe(typed: str, *, ca_bundle: str = "") -> ShopFound:
    """Look whether a shop answers at an address, in any form a person pastes.

    Raises:
        ConfigError: no shop is there, says what is instead and what to do; or Woodoo may not go there.
        RemoteDown: nothing answers.
    """
    url = address.normalise(typed)
    check_typed(url, whose="The store's address", where="store address")
    with httpx2.Client(
        verify=trusted(ca_bundle),
        timeout=httpx2.Timeout(_SECONDS, connect=10.0),
        headers={"User-Agent": f"Woodoo/{__version__}", "Accept": "application/json"},
        follow_redirects=False,
    ) as http:
        look = _Look(http)
        found = look.at(url)
    return replace(found, moved=found.url != url)


class _Look:
    """The questions of one probe."""

    def __init__(self, http: httpx2.Client) -> None:
        self._http = http

    def at(self, url: str, hops: int = _HOPS) -> ShopFound:
        answer = self._get(url, _INDEX)
        if 300 <= answer.status < 400:
            return self._follow(url, answer, hops)
        if _wants_tls(url, answer):
            raise _other_scheme(url)
        if answer.status in errors.TURNED_AWAY | errors.GATEWAY:
            raise errors.answer_error(answer, method="GET", where="wp-json", store=url)
        index = answer.data if answer.is_json and isinstance(answer.data, dict) else {}
        if answer.status == 200 and isinstance(index.get("namespaces"), list):
            return self._encrypted(url, index) or _shop(url, index)
        if answer.status in (401, 403):
            raise _closed(answer, url)
        raise self._why_not(url, answer)

    def _follow(self, url: str, answer: Answer, hops: int) -> ShopFound:
        """Go where the shop says it is, as long as it is the same one by its name; else say so."""
        target = urljoin(f"{url}/wp-json/", answer.headers.get("location", ""))
        base = target.split("?")[0].split("/wp-json")[0]
        if hops <= 0 or "/wp-json" not in target or _bare(base) != _bare(url):
            raise errors.answer_error(answer, method="GET", where="wp-json", store=url)
        new = address.normalise(base)
        if new == url or (address.is_secure(url) and not address.is_secure(new)):
            raise errors.answer_error(answer, method="GET", where="wp-json", store=url)
        return self.at(new, hops - 1)

    def _encrypted(self, url: str, index: Mapping[str, Any]) -> ShopFound | None:
        """Find the shop on https where it was asked on http, and says itself that it is on https."""
        home = _home(index)
        if address.is_secure(url) or home != url.replace("http:", "https:", 1):
            return None
        try:
            return self.at(home, 0)
        except WoodooError:
            return None

    def _why_not(self, url: str, answer: Answer) -> ConfigError:
        """Say what is there in place of the API."""
        plain = self._get(url, _PLAIN_INDEX)
        index = plain.data if plain.status == 200 and isinstance(plain.data, dict) else {}
        home = _home(index)
        if "namespaces" in index and home in ("", url):
            return ConfigError(
                "WordPress is there, but its permalinks are on Plain, so WooCommerce's API has no addresses.",
                where="store address",
                fix="In WordPress, open Settings > Permalinks, choose Post name, and save.",
            )
        front = self._get(url, "/")
        link = _LINK.search(front.headers.get("link", ""))
        elsewhere = home or (address.normalise(urljoin(url + "/", link[1]).split("?")[0]) if link else "")
        if elsewhere and elsewhere != url:
            return ConfigError(
                f"The shop's API is not at {url}.", where="store address", fix=f"Use the address {elsewhere}."
            )
        if link or any(mark in self._page for mark in _MARKS):
            return ConfigError(
                f"WordPress is at {url}, but its API answers {answer.status} with a page in place of data.",
                where="store address",
                fix="Look for a security, maintenance or cache plugin that covers /wp-json.",
            )
        return ConfigError(
            f"There is no WordPress at {url}.",
            where="store address",
            fix="Enter the address of the shop's front page, with its folder if it is in one, such as "
            "https://example.com/shop.",
        )

    def _get(self, url: str, path: str) -> Answer:
        guard = {"trace": Guard(url, "The store's address", "store address")}
        content = b""
        try:
            with self._http.stream("GET", url + path, extensions=guard) as response:
                for chunk in response.iter_bytes():
                    content += chunk
                    if len(content) > _MOST_BYTES:
                        break
        except httpx2.TransportError as error:
            raise errors.transport_error(error, method="GET", where="wp-json", store=url) from error
        except httpx2.RequestError as error:
            raise errors.transport_error(
                httpx2.ReadError(str(error)), method="GET", where="wp-json", store=url
            ) from error
        self._page = content[:200_000].decode("utf-8", "replace")
        body = read_body(content)
        return Answer(response.status_code, response.headers, body.data, body.is_json, body.noise, body.text)


def _wants_tls(url: str, answer: Answer) -> bool:
    """Say whether a port that speaks TLS was spoken to without: nginx and Apache answer 400 with these words."""
    said = answer.text.lower()
    return (
        answer.status == 400
        and not address.is_secure(url)
        and ("plain http request was sent to https port" in said or "speaking plain http to an ssl-enabled" in said)
    )


def _other_scheme(url: str) -> ConfigError:
    secure = url.replace("http:", "https:", 1)
    return ConfigError(f"At {url} the shop speaks https only.", where="store address", fix=f"Use the address {secure}.")


def _home(index: Mapping[str, Any]) -> str:
    """Return the address a shop gives as its own; empty where it gives none that can be used."""
    try:
        return address.normalise(str(index.get("home") or ""))
    except ConfigError:
        return ""


def _shop(url: str, index: Mapping[str, Any]) -> ShopFound:
    if "wc/v3" not in index["namespaces"]:
        raise ConfigError(
            f"WordPress is at {url}, but WooCommerce is not active in it, or older than version 3.5.",
            where="store address",
            fix="Activate WooCommerce under Plugins, or enter the address of the site that has the shop.",
        )
    name = str(index.get("name") or "")
    return ShopFound(url, " ".join(name.split())[:100], _zone(index)[:60])


def _zone(index: Mapping[str, Any]) -> str:
    """Return the shop's time zone; WordPress has a place, or an offset from UTC without summer time."""
    if place := str(index.get("timezone_string") or ""):
        return place
    try:
        hours = float(index.get("gmt_offset") or 0)
    except (TypeError, ValueError):
        return ""
    # The names of these zones have the sign of POSIX: west is positive.
    return f"Etc/GMT{-int(hours):+d}" if hours and hours == int(hours) and -12 <= hours <= 14 else ""


def _closed(answer: Answer, url: str) -> ConfigError:
    said = ""
    if answer.is_json and answer.is_error:
        said = f' It says: "{json.dumps(answer.message, ensure_ascii=False)[1:-1][:200]}"'
    return ConfigError(
        f"The shop at {url} does not let its API be read ({answer.status}).{said}",
        where="store address",
        fix="A firewall, a security plugin or a password on the site keeps Woodoo out: let this server's address "
        "reach /wp-json.",
    )


def _bare(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")
