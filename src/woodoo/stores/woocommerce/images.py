"""Downloads pictures of a shop's products.

Decides what is fetched at all: from the shop's own host, or from another one that Woodoo may reach
(`runtime.addresses`; shops keep pictures with a CDN); without the shop's key, not more than so many bytes, and only
what is a picture by its first bytes, whatever it is called.
"""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import httpx2

from ...domain.errors import DataError, RemoteError
from ...runtime.addresses import Guard

#: Odoo shrinks pictures to 1920 pixels; a photo of a shop is far smaller than this.
MOST_BYTES = 10 * 1024 * 1024
_TIMEOUT = httpx2.Timeout(30.0, connect=10.0)
_REDIRECTS = 3
#: What pictures begin with that Odoo can show (odoo/tools/image.py).
_MAGIC = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM")


def download(http: httpx2.Client, src: str, *, most: int = MOST_BYTES) -> bytes:
    """Return the bytes of a picture.

    Raises:
        DataError: it is no picture, or too large, or not there.
        ConfigError: its address leads where this installation may not go.
        RemoteError: it cannot be had for now.
    """
    url = src
    for _ in range(_REDIRECTS + 1):
        if urlsplit(url).scheme not in ("http", "https"):
            raise _refused(src, "its address is none of the web")
        guard = {"trace": Guard(url, "The picture's address", "products -> images")}
        try:
            with http.stream("GET", url, timeout=_TIMEOUT, extensions=guard, headers={"Accept": "image/*"}) as answer:
                if answer.is_redirect:
                    url = urljoin(url, answer.headers.get("location", ""))
                    continue
                return _read(answer, src, most)
        except httpx2.TransportError as error:
            kind = type(error).__name__
            raise RemoteError(f"The picture {src} cannot be had: {kind}.", where="products -> images") from error
    raise _refused(src, "its address leads from one to the next")


def _read(answer: httpx2.Response, src: str, most: int) -> bytes:
    if answer.status_code >= 500:
        raise RemoteError(f"The picture {src} cannot be had (HTTP {answer.status_code}).", where="products -> images")
    if answer.status_code != 200:
        raise _refused(src, f"the store answers HTTP {answer.status_code}")
    data = bytearray()
    for piece in answer.iter_bytes(65536):
        data += piece
        if len(data) > most:
            raise _refused(src, f"it is larger than {most // (1024 * 1024)} MB")
    if not data.startswith(_MAGIC) and not (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        raise _refused(src, "it is no picture that Odoo can show")
    return bytes(data)


def _refused(src: str, why: str) -> DataError:
    return DataError(
        f"The picture {src} was not taken over: {why}.",
        where="products -> images",
        fix="Put another picture on the product in the store, or one on the product in Odoo.",
    )
