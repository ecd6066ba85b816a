"""Sending to Odoo's server. Owns what it means when no proper answer comes back.

| what happened                                   | reading a record | changing one     |
|-------------------------------------------------|------------------|------------------|
| not reached: refused, unknown host, no connect  | `RemoteDown`     | `RemoteDown`     |
| turned away: 429, 503                           | `RemoteDown`     | `RemoteDown`     |
| a proxy gave up waiting: 502, 504               | `RemoteDown`     | `OutcomeUnknown` |
| sent, but no or half an answer                  | `RemoteDown`     | `OutcomeUnknown` |
| certificate not trusted                         | `ConfigError`    | `ConfigError`    |
| leads into a network Woodoo may not go to       | `ConfigError`    | `ConfigError`    |
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path

import httpx2

from .. import __version__
from ..domain.errors import ConfigError, OutcomeUnknown, RemoteDown, WoodooError
from ..runtime import trust
from ..runtime.addresses import Guard
from .endpoint import Endpoint

_TURNED_AWAY = {429, 503}
_GAVE_UP = {502, 504}
#: Seconds after which a request is done or undone, even where nobody waits for it any more: Odoo ends what lasts longer
#: (`limit_time_real`, 120 by default, odoo/tools/config.py).
ENDED_BY_THEN = 130.0
_CONNECT_SECONDS = 10.0
#: Failures that come before the request has left.
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)


class Http:
    """One pool of connections to one Odoo server, shared by all threads."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._client = httpx2.Client(
            headers={"User-Agent": f"woodoo/{__version__}"},
            timeout=httpx2.Timeout(endpoint.timeout, connect=_CONNECT_SECONDS),
            # Short: a server that closes an idle connection while a request is on its way leaves its outcome unknown.
            limits=httpx2.Limits(max_keepalive_connections=10, keepalive_expiry=3.0),
            verify=_ssl_context(endpoint.ca_bundle),
            follow_redirects=False,
            # A session cookie would outlive the key it was made with.
            cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
        )

    @property
    def url(self) -> str:
        return self._endpoint.url

    def close(self) -> None:
        self._client.close()

    def get(self, path: str, *, timeout: float | None = None) -> httpx2.Response:
        """Read a page. Raises as in the table above."""
        return self._send("GET", path, b"", {}, writes=False, timeout=timeout)

    def post(
        self,
        path: str,
        content: bytes,
        headers: Mapping[str, str],
        *,
        writes: bool,
        timeout: float | None = None,
    ) -> httpx2.Response:
        """Send a call. `writes` tells whether it may change anything. Raises as in the table above."""
        return self._send("POST", path, content, headers, writes=writes, timeout=timeout)

    def _send(
        self, method: str, path: str, content: bytes, headers: Mapping[str, str], *, writes: bool, timeout: float | None
    ) -> httpx2.Response:
        try:
            response = self._client.request(
                method,
                f"{self.url}{path}",
                content=content,
                headers=dict(headers),
                timeout=timeout or httpx2.USE_CLIENT_DEFAULT,
                extensions={"trace": Guard(self.url, "Odoo's address", "odoo_url")},
            )
        except httpx2.HTTPError as error:
            raise self._no_answer(error, writes) from None
        except (httpx2.InvalidURL, UnicodeError):
            raise ConfigError(
                f"{self.url} is not a valid address.", where="odoo_url", fix="Correct the address of Odoo."
            ) from None
        if response.status_code in _GAVE_UP and writes:
            raise outcome_unknown(f"A proxy in front of Odoo gave up waiting (HTTP {response.status_code}).")
        if response.status_code in _TURNED_AWAY | _GAVE_UP:
            raise overloaded(response)
        return response

    def _no_answer(self, error: httpx2.HTTPError, writes: bool) -> WoodooError:
        certificate = _certificate_problem(error)
        if certificate:
            return ConfigError(
                f"The certificate of {self.url} is not trusted: {certificate}.",
                where="odoo_url",
                fix="Use the name that is in the certificate; where Odoo's certificate is of an authority of your own, "
                "enter its file under 'Private certificate authority'.",
            )
        if isinstance(error, _NOT_SENT):
            return RemoteDown(
                f"Odoo at {self.url} cannot be reached: {_reason(error)}.",
                side="odoo",
                fix="Look whether Odoo runs, and whether the address is right, with its port and http or https.",
            )
        message = f"Odoo at {self.url} did not answer in full: {_reason(error)}."
        if writes:
            return outcome_unknown(message)
        return RemoteDown(message, side="odoo")


def outcome_unknown(what: str) -> OutcomeUnknown:
    """Return the error of a change that Odoo may still be at: to be looked at again once it must have ended."""
    return OutcomeUnknown(f"{what} What was asked may have been done.", retry_after=ENDED_BY_THEN)


def overloaded(response: httpx2.Response) -> RemoteDown:
    """Return the error of an answer that means: not now."""
    return RemoteDown(
        f"Odoo is not available now (HTTP {response.status_code}).",
        side="odoo",
        retry_after=retry_after(response.headers.get("Retry-After", "")),
    )


def retry_after(header: str, now: datetime | None = None) -> float | None:
    """Return the seconds a `Retry-After` header asks for, whether it gives seconds or a date (RFC 9110, 10.2.3)."""
    text = header.strip()
    if text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())


def _ssl_context(ca_bundle: str) -> ssl.SSLContext:
    if not ca_bundle:
        return trust.of_machine()
    if not Path(ca_bundle).is_file():
        raise ConfigError(
            f"The file {ca_bundle} of Odoo's private certificate authority does not exist.",
            where="odoo_ca_bundle",
            fix="Correct the path of the file.",
        )
    try:
        return ssl.create_default_context(cafile=ca_bundle)
    except (ssl.SSLError, OSError):
        raise ConfigError(
            f"The file {ca_bundle} of Odoo's private certificate authority holds no certificate.",
            where="odoo_ca_bundle",
            fix="Give a file with certificates in PEM form.",
        ) from None


def _certificate_problem(error: BaseException) -> str:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return seen.verify_message.rstrip(".") or "verification failed"
        seen = seen.__cause__ or seen.__context__
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return "verification failed"
    return ""


def _reason(error: httpx2.HTTPError) -> str:
    words: dict[type[httpx2.HTTPError], str] = {
        httpx2.ConnectTimeout: "no connection within 10 seconds",
        httpx2.ReadTimeout: "time-out while waiting for the answer",
        httpx2.WriteTimeout: "time-out while sending",
        httpx2.PoolTimeout: "no free connection",
    }
    text = words.get(type(error)) or str(error).strip().rstrip(".") or type(error).__name__
    if "Name or service not known" in text or "getaddrinfo failed" in text or "name resolution" in text:
        return "the host name is not known (check the address)"
    if "Connection refused" in text:
        return "the connection is refused"
    if "SSL" in text:
        return "no secure connection can be made; it may speak http only"
    return text
