"""Where an Odoo database is. Owns the decision which typed addresses are understood and which are refused."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from ..domain.errors import ConfigError

#: Path segments that belong to Odoo's screens and interfaces, not to where it is mounted.
_ODOO_PATHS = {"odoo", "web", "app", "jsonrpc", "xmlrpc", "json"}
_ODOO_ONLINE = re.compile(r"^(?P<name>[a-z0-9][a-z0-9-]*)\.odoo\.com$")


@dataclass(frozen=True)
class Endpoint:
    """One Odoo database and the user Woodoo works as.

    `url` may be given as typed (`shop.odoo.com`, `https://shop.odoo.com/odoo/sales`); an empty `database` is guessed
    from the host where Odoo Online names it so.

    Raises:
        ConfigError: for an address that cannot be one of Odoo.
    """

    url: str
    database: str
    login: str
    #: API key, or the user's password.
    secret: str = field(repr=False)
    #: PEM file of the authority that signed the server's certificate, where it is a private one.
    ca_bundle: str = ""
    #: Seconds to wait for an answer. Above Odoo's own limit of 120 s for a request.
    timeout: float = 150.0
    #: None: one a second for hosts of odoo.com, else unlimited.
    requests_per_second: float | None = None

    def __post_init__(self) -> None:
        url = normalise_url(self.url)
        object.__setattr__(self, "url", url)
        object.__setattr__(self, "database", self.database.strip() or guess_database(url))
        object.__setattr__(self, "login", self.login.strip())
        object.__setattr__(self, "secret", self.secret.strip())

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def is_hosted_by_odoo(self) -> bool:
        """True on Odoo Online and Odoo.sh, where the host sets the pace."""
        return self.host.endswith((".odoo.com", ".odoo.sh"))

    @property
    def is_encrypted(self) -> bool:
        return self.url.startswith("https://")

    @property
    def is_local(self) -> bool:
        """True where the traffic does not leave this computer."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def key(self) -> str:
        """What rate limits are counted by: the database, whoever works in it."""
        return f"{self.url}#{self.database}"


def normalise_url(typed: str) -> str:
    """Return the base address without a trailing slash.

    A missing scheme means https; paths of Odoo's own screens are cut off (`/web#action=…`, `/odoo/sales`), so an
    address copied from the browser will do. Where Odoo lives below a path, that path is kept.

    Raises:
        ConfigError: where it is no address, has another scheme than http or https, or holds a password.
    """
    text = typed.strip()
    if not text:
        raise ConfigError("The address of Odoo is empty.", where="odoo_url", fix="Enter it as in the browser.")
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _bad_url("is not a valid address") from None
    if parts.scheme.lower() not in ("http", "https"):
        raise _bad_url(f"starts with '{parts.scheme}://'")
    if parts.username is not None or parts.password is not None:
        raise _bad_url("holds a user name or password, which belong into their own fields")
    host = (parts.hostname or "").lower()
    if not host or any(character.isspace() for character in text):
        raise _bad_url("has no host name")
    scheme = "https" if host.endswith(".odoo.com") else parts.scheme.lower()
    netloc = f"[{host}]" if ":" in host else host
    if port and port != {"http": 80, "https": 443}[scheme]:
        netloc = f"{netloc}:{port}"
    return f"{scheme}://{netloc}{_mount_path(parts.path)}"


def guess_database(url: str) -> str:
    """Return the database an address of Odoo Online implies (`https://name.odoo.com` → `name`), else ""."""
    match = _ODOO_ONLINE.match(urlsplit(url).hostname or "")
    return match["name"] if match and match["name"] != "www" else ""


def _mount_path(path: str) -> str:
    segments = []
    for segment in path.split("/"):
        if segment in _ODOO_PATHS:
            break
        if segment:
            segments.append(segment)
    return "".join(f"/{segment}" for segment in segments)


def _bad_url(what: str) -> ConfigError:
    # The address itself stays out of the message: it may hold a password.
    return ConfigError(
        f"The address of Odoo {what}.",
        where="odoo_url",
        fix="Enter it as in the browser, such as https://shop.odoo.com or https://erp.example.com.",
    )
