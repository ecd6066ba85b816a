"""The media library of WordPress: pictures put there with an application password.

Decides that a picture is looked for by the mark in its name before it is uploaded, so that a lost answer brings no
second one, and that a password never goes over a line without TLS. Sources: WordPress,
`wp-includes/rest-api/endpoints/class-wp-rest-attachments-controller.php`; application passwords,
https://make.wordpress.org/core/2020/11/05/application-passwords-integration-guide/
"""

from __future__ import annotations

import base64
import copy
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx2

from ... import __version__
from ...domain.calls import CallRecorder, NullRecorder
from ...domain.errors import ConfigError, DataError, WoodooError
from ...domain.picture import mark_in
from ...runtime.addresses import Guard
from . import address, errors
from .answers import Answer, read_body
from .transport import CONNECT_TIMEOUT, trusted

#: Seconds for an upload: the store makes smaller pictures of it before it answers.
TIMEOUT = 120.0
_WHERE = "wp/v2/media"


class WordPressMedia:
    """Implements `stores.media.Media`."""

    def __init__(self, url: str, login: str, password: str, *, ca_bundle: str = "") -> None:
        """Prepare a client; nothing is sent yet.

        Raises:
            ConfigError: the address is one a password may not be sent to.
        """
        self.url = address.normalise(url)
        if not address.is_secure(self.url) and not _is_loopback(self.url):
            raise ConfigError(
                "The WordPress login is only sent over https, and the store's address begins with http.",
                where="store address",
                fix="Use the https address of the store, or leave the WordPress login empty: pictures are fetched from "
                "Woodoo then.",
            )
        token = base64.b64encode(f"{login.strip()}:{password.strip()}".encode()).decode()
        self._http = httpx2.Client(
            verify=trusted(ca_bundle),
            timeout=httpx2.Timeout(TIMEOUT, connect=CONNECT_TIMEOUT),
            headers={
                "User-Agent": f"Woodoo/{__version__}",
                "Accept": "application/json",
                "Authorization": f"Basic {token}",
            },
            follow_redirects=False,
        )
        self._recorder: CallRecorder = NullRecorder()

    def recording(self, recorder: CallRecorder) -> WordPressMedia:
        """Return this client, connections shared, telling `recorder` of each call."""
        twin = copy.copy(self)
        twin._recorder = recorder
        return twin

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def find(self, marks: Iterable[str]) -> Mapping[str, str]:
        """Look for pictures by mark, one request each: the library's search looks for one word."""
        found: dict[str, str] = {}
        for mark in dict.fromkeys(marks):
            params = {"search": f"wd{mark}", "_fields": "id,source_url", "per_page": "20", "orderby": "id"}
            rows = self._send("GET", params)
            for row in rows if isinstance(rows, list) else []:
                if isinstance(row, dict) and mark_in(str(row.get("source_url") or "")) == mark:
                    found[mark] = str(row["id"])
        return found

    def upload(self, file_name: str, content: bytes, mimetype: str, alt: str) -> str:
        headers = {"Content-Type": mimetype, "Content-Disposition": f'attachment; filename="{file_name}"'}
        row = self._send("POST", {"alt_text": alt}, content, headers, shown=file_name)
        return str(row["id"])

    def _send(
        self,
        method: str,
        params: Mapping[str, str],
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        shown: str = "",
    ) -> Any:
        noted = {"method": method, "path": _WHERE, "params": dict(params), "file": shown}
        token = self._recorder.begin(system="store", summary=f"{method} {_WHERE}", request=noted)
        guard = {"trace": Guard(self.url, "The store's address", "store address")}
        try:
            response = self._http.request(
                method,
                f"{self.url}/wp-json/{_WHERE}",
                params=dict(params),
                content=content,
                headers=dict(headers or {}),
                extensions=guard,
            )
        except WoodooError as error:
            self._recorder.end(token, status="not sent", error=error.message)
            raise
        except httpx2.TransportError as error:
            self._recorder.end(token, status="no answer", error=type(error).__name__)
            raise errors.transport_error(error, method=method, where=_WHERE, store=self.url) from error
        body = read_body(response.content)
        answer = Answer(response.status_code, response.headers, body.data, body.is_json, body.noise, body.text)
        self._recorder.end(token, status=str(answer.status), response=_short(answer))
        if answer.status >= 300:
            raise _error(answer, method, shown, self.url)
        if not answer.is_json:
            raise errors.not_json(answer, method=method, where=_WHERE, store=self.url)
        return answer.data


def _error(answer: Answer, method: str, file_name: str, store: str) -> WoodooError:
    if answer.status in (401, 403):
        return ConfigError(
            f"WordPress does not let this login put pictures into its media library: {_said(answer)}.",
            where="store login",
            fix="Make an application password in WordPress > Users > Profile for a user who may upload files (Author "
            "or above), and enter it with the connection.",
        )
    if answer.code.startswith("rest_upload_") or answer.status in (413, 415):
        return DataError(
            f"WordPress does not take the picture {file_name}: {_said(answer)}.",
            where=_WHERE,
            fix="Give the product another picture in Odoo, or raise the limits of uploads in WordPress.",
        )
    return errors.answer_error(answer, method=method, where=_WHERE, store=store, proven=True)


def _said(answer: Answer) -> str:
    return (answer.message or answer.text or f"HTTP {answer.status}").rstrip(".")


def _short(answer: Answer) -> Any:
    """Return what the ledger keeps of an answer: an attachment's is long."""
    if isinstance(answer.data, dict) and "id" in answer.data:
        return {name: answer.data.get(name) for name in ("id", "source_url", "mime_type")}
    return answer.data if answer.is_json else answer.text


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
