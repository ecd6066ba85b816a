"""Sends single requests to one shop and brings back its answers.

Decides how often a request is sent: a read again when the shop is overloaded or the line broke, a write only when it
is certain that the first one was not carried out. And which way of carrying the key works for this shop: once found
out it is kept.
"""

from __future__ import annotations

import json
import logging
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx2

from ... import __version__
from ...domain.calls import CallRecorder
from ...domain.errors import ConfigError, WoodooError
from ...runtime import trust
from ...runtime.addresses import Guard
from . import address, auth, errors, images
from .answers import Answer, read_body, told_time
from .auth import Scheme

#: Seconds before a repeated request, where the shop does not say.
PAUSES = (1.0, 4.0)
#: Seconds one request may spend waiting in all; a longer wait is the engine's business.
MAX_WAIT = 20.0
TIMEOUT = 60.0
CONNECT_TIMEOUT = 10.0
_BROKEN_LINE = (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError)

# These log every address with what stands in its query: e-mails, signatures, at worst a key.
for _talkative in ("httpx2", "oauthlib"):
    logging.getLogger(_talkative).setLevel(logging.WARNING)


@dataclass(frozen=True)
class Ask:
    """A request as the caller means it, before the key is added. `where` is the path below `wp-json/wc/v3/`."""

    method: str
    where: str
    pairs: auth.Pairs = field(default_factory=list)
    #: The JSON body.
    content: bytes | None = None
    #: Seconds to wait for the answer; None for the usual.
    timeout: float | None = None

    @property
    def is_read(self) -> bool:
        """Whether sending it twice changes nothing."""
        return self.method in errors.READS

    def noted(self) -> dict[str, Any]:
        """Return what the ledger keeps of it: neither key nor signature."""
        noted: dict[str, Any] = {"method": self.method, "path": self.where, "params": dict(self.pairs)}
        if self.content is not None:
            noted["body"] = json.loads(self.content)
        return noted


class Transport:
    """The line to one shop, for any number of threads; connections are kept and reused."""

    def __init__(
        self,
        url: str,
        key: str,
        secret: str,
        *,
        ca_bundle: str = "",
        timeout: float = TIMEOUT,
        max_wait: float = MAX_WAIT,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Prepare the line; nothing is sent yet. `WooClient` says what the arguments mean.

        Raises:
            ConfigError: for an address, a key or a CA bundle that cannot be used.
        """
        self.url = address.normalise(url)
        self._key, self._secret = key.strip(), secret.strip()
        if not self._key or not self._secret:
            raise ConfigError(
                "The store's consumer key or secret is empty.",
                where="store key",
                fix=f"Make a key with Read/Write permission in {errors.KEYS_PAGE}.",
            )
        if self._key.startswith("cs_") and self._secret.startswith("ck_"):
            raise ConfigError(
                "The store's consumer key and secret are in each other's place.",
                where="store key",
                fix="The key begins with ck_, the secret with cs_.",
            )
        self._max_wait, self._sleep = max_wait, sleep
        self._schemes = auth.schemes_for(secure=address.is_secure(self.url))
        #: The way the key is carried at present; `_proven` says whether the shop has accepted it so.
        self.scheme = self._schemes[0]
        self._proven = False
        self.calls = 0
        #: What time an answer told, and when that was by our own clock that never jumps.
        self._told: tuple[datetime, float] | None = None
        self._lock = threading.Lock()
        self._http = httpx2.Client(
            verify=trusted(ca_bundle),
            timeout=httpx2.Timeout(timeout, connect=min(timeout, CONNECT_TIMEOUT)),
            limits=httpx2.Limits(max_connections=20, max_keepalive_connections=10, keepalive_expiry=15.0),
            headers={"User-Agent": f"Woodoo/{__version__}", "Accept": "application/json"},
            follow_redirects=False,
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def picture(self, src: str) -> bytes:
        """Download a picture; without the key."""
        return images.download(self._http, src)

    def clock(self) -> datetime | None:
        """Return what time it is for the shop, in UTC, by its last answer; None where none told."""
        with self._lock:
            told = self._told
        return told[0] + timedelta(seconds=time.monotonic() - told[1]) if told else None

    def _look_at_clock(self, answer: Answer) -> None:
        moment = told_time(answer.headers)
        if moment is not None:
            with self._lock:
                self._told = (moment, time.monotonic())

    def request(self, ask: Ask, recorder: CallRecorder) -> Answer:
        """Send until there is an answer to go by, and return it if it is a success.

        Raises:
            WoodooError: as errors.py sorts it, with `side="store"`.
        """
        waited = 0.0
        for pause in (*PAUSES, None):
            answer = self._authenticated(ask, recorder)
            if answer.status < 300:
                return answer
            wait = self._wait(ask, answer, pause, waited)
            if wait is None:
                break
            self._sleep(wait)
            waited += wait
        raise errors.answer_error(answer, method=ask.method, where=ask.where, store=self.url, proven=self._proven)

    def _wait(self, ask: Ask, answer: Answer, pause: float | None, waited: float) -> float | None:
        """Return the seconds to wait before sending again; None to give up."""
        overloaded = answer.status in errors.TURNED_AWAY or (ask.is_read and answer.status in errors.GATEWAY)
        if not overloaded or pause is None:
            return None
        asked = errors.retry_after(answer.headers)
        wait = pause if asked is None else asked
        return wait if waited + wait <= self._max_wait else None

    def _authenticated(self, ask: Ask, recorder: CallRecorder) -> Answer:
        """Send in the way that works for this shop; where that is not known yet, find it out."""
        proven = self._proven
        scheme, answer = self.scheme, self._attempt(self.scheme, ask, recorder)
        if not proven and answer.status == 401:
            scheme, answer = self._climb(scheme, answer, ask, recorder)
        if not proven and answer.status < 300:
            with self._lock:
                self.scheme, self._proven = scheme, True
        return answer

    def _climb(self, scheme: Scheme, first: Answer, ask: Ask, recorder: CallRecorder) -> tuple[Scheme, Answer]:
        """Try the other ways to carry the key, when the shop took the request for an anonymous one.

        A signature needs no header and is always looked at, so its refusal tells why: an unknown key, or (any other
        code) a known key without the right. Only where the signature itself is in doubt, the key goes into the query.
        """
        telling = first
        if first.code == errors.AUTH_ERROR:
            return scheme, first
        for other in self._schemes[self._schemes.index(scheme) + 1 :]:
            answer = self._attempt(other, ask, recorder)
            if answer.status != 401:
                return other, answer
            if other is Scheme.OAUTH:
                telling = answer
                if answer.code != errors.AUTH_ERROR or "consumer key is invalid" in answer.message.lower():
                    break
        return scheme, telling

    def _attempt(self, scheme: Scheme, ask: Ask, recorder: CallRecorder) -> Answer:
        """Send once, and a read once more where the line broke: a kept connection may have been closed meanwhile."""
        try:
            return self._send(scheme, ask, recorder)
        except httpx2.TransportError as error:
            if not ask.is_read or not isinstance(error, _BROKEN_LINE):
                raise errors.transport_error(error, method=ask.method, where=ask.where, store=self.url) from error
        try:
            return self._send(scheme, ask, recorder)
        except httpx2.TransportError as error:
            raise errors.transport_error(error, method=ask.method, where=ask.where, store=self.url) from error

    def _send(self, scheme: Scheme, ask: Ask, recorder: CallRecorder) -> Answer:
        url, headers = auth.prepare(
            scheme,
            ask.method,
            f"{self.url}/wp-json/wc/v3/{ask.where}",
            ask.pairs,
            key=self._key,
            secret=self._secret,
        )
        if ask.content is not None:
            headers["Content-Type"] = "application/json"
        timeout = httpx2.USE_CLIENT_DEFAULT if ask.timeout is None else ask.timeout
        token = recorder.begin(system="store", summary=f"{ask.method} {ask.where}", request=ask.noted())
        with self._lock:
            self.calls += 1
        guard = {"trace": Guard(self.url, "The store's address", "store address")}
        try:
            response = self._http.request(
                ask.method, url, headers=headers, content=ask.content, timeout=timeout, extensions=guard
            )
        except WoodooError as error:
            recorder.end(token, status="not sent", error=error.message)
            raise
        except httpx2.RequestError as error:
            recorder.end(token, status="no answer", error=type(error).__name__)
            if isinstance(error, httpx2.TransportError):
                raise
            raise httpx2.ReadError(str(error)) from error
        answer = _read(response)
        self._look_at_clock(answer)
        noise = f"Around the JSON stood: {answer.noise}" if answer.noise else ""
        shown = answer.data if answer.is_json else answer.text
        recorder.end(token, status=str(answer.status), response=shown, error=noise)
        if answer.status < 300 and not answer.is_json:
            raise errors.not_json(answer, method=ask.method, where=ask.where, store=self.url)
        return answer


def trusted(ca_bundle: str) -> ssl.SSLContext:
    """Return what TLS trusts: the system's certificates, and those of `ca_bundle` (a file, or PEM text).

    Raises:
        ConfigError: where the bundle cannot be read.
    """
    bundle = ca_bundle.strip()
    if not bundle:
        return trust.of_machine()
    context = ssl.create_default_context()
    try:
        if bundle.startswith("-----BEGIN"):
            context.load_verify_locations(cadata=bundle)
        else:
            context.load_verify_locations(cafile=bundle)
    except (OSError, ValueError):
        raise ConfigError(
            "The file of the store's private certificate authority cannot be read.",
            where="store_ca_bundle",
            fix="Give a file this server can read, or the text, of certificates in PEM form.",
        ) from None
    return context


def _read(response: httpx2.Response) -> Answer:
    body = read_body(response.content)
    return Answer(
        status=response.status_code,
        headers=response.headers,
        data=body.data,
        is_json=body.is_json,
        noise=body.noise,
        text=body.text,
    )
