"""The media library: pictures with their bytes, sent to the shop or fetched by it.

Sources: WooCommerce's `wc_rest_upload_image_from_url`, WordPress' `wp_handle_sideload`. What a picture is, its first
bytes say, not its name nor its Content-Type; a name without one of the known endings is refused all the same. Only this
machine is asked for pictures.
"""

from __future__ import annotations

import base64
import re
import ssl
import urllib.error
import urllib.request
from urllib.parse import quote, unquote, urlsplit

from .state import WP_VERSION, Record, Shop
from .texts import without_accents

NOT_ALLOWED = "Sorry, you are not allowed to upload this file type."
EMPTY = (
    "File is empty. Please upload something more substantial. This error could also be caused by uploads being "
    "disabled in your php.ini file or by post_max_size being defined as smaller than upload_max_filesize in php.ini."
)
FOLDER = "/wp-content/uploads/"
TAGS = re.compile(r"<[^>]*>")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
TIMEOUT = 60.0
#: First bytes of the kinds of pictures the shop takes, the type they mean and the ending it keeps them under.
KINDS = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png", ("png",)),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg", ("jpg", "jpeg", "jpe")),
    (re.compile(rb"GIF8[79]a"), "image/gif", ("gif",)),
    (re.compile(rb"RIFF....WEBP", re.S), "image/webp", ("webp",)),
    (re.compile(rb"BM"), "image/bmp", ("bmp",)),
    (re.compile(rb"II\*\x00|MM\x00\*"), "image/tiff", ("tiff", "tif")),
    (re.compile(rb"\x00\x00\x01\x00"), "image/x-icon", ("ico",)),
)
ENDINGS = frozenset(ending for _, _, endings in KINDS for ending in endings)


class NotTaken(Exception):
    """A picture the shop does not take, in the words of WordPress."""


class NotFetched(NotTaken):
    """A picture that could not be had from its address."""


def fetch(url: str) -> bytes:
    """Fetch what lies at an address of this machine, following redirects.

    Raises:
        NotFetched: naming the reason the other side gave.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise NotFetched("A valid URL was not provided." if url else "No URL Provided.")
    if parts.hostname not in LOOPBACK:
        raise NotFetched("User has blocked requests through HTTP.")
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
    request = urllib.request.Request(quote(url, safe=":/?&=%@+,;~#!$'()*[]"))
    request.add_header("User-Agent", f"WordPress/{WP_VERSION}; {parts.scheme}://{parts.hostname}")
    try:
        with opener.open(request, timeout=TIMEOUT) as answer:
            found: bytes = answer.read()
            return found
    except urllib.error.HTTPError as error:
        error.close()
        raise NotFetched(error.reason) from None
    except (OSError, ValueError) as error:
        raise NotFetched(f"cURL error 7: Failed to connect to {parts.hostname} port {parts.port}: {error}") from None


def sideload(shop: Shop, url: str, parent: int = 0) -> Record:
    """Fetch a picture and put it into the library; the same address twice makes two.

    Raises:
        NotFetched: nothing came from the address.
        NotTaken: what came is no picture.
    """
    content = fetch(url)
    name = url.split("?")[0].rstrip("/").rsplit("/", 1)[-1]
    row = keep(shop, unquote(name) if "%" in name else name, content, parent=parent)
    row["title"] = row["file"]
    return row


def keep(shop: Shop, name: str, content: bytes, *, parent: int = 0) -> Record:
    """Put a picture into the library under a free name, titled after it.

    Raises:
        NotTaken: for nothing, for what is no picture, and for a name with another ending than a picture's.
    """
    if not content:
        raise NotTaken(EMPTY)
    stem, _, ending = name.rpartition(".")
    kind = next((kind for kind in KINDS if kind[0].match(content)), None)
    if kind is None or ending.lower() not in ENDINGS:
        raise NotTaken(NOT_ALLOWED)
    _, mime, endings = kind
    ending = ending.lower() if ending.lower() in endings else endings[0]
    row: Record = {
        "id": shop.next_id("media"),
        "file": _free_name(shop, _plain(stem), ending),
        "folder": shop.now()[:7].replace("-", "/"),
        "mime": mime,
        "alt": "",
        "caption": "",
        "description": "",
        "post": parent,
        "date_created": shop.now(),
        "date_modified": shop.now(),
        "content": base64.b64encode(content).decode(),
    }
    row["title"] = row["file"].rpartition(".")[0]
    shop.tables["media"][row["id"]] = row
    shop.touch()
    return row


def _plain(stem: str) -> str:
    return re.sub(r"[\s-]+", "-", re.sub(r"[^\w.\s-]", "", without_accents(stem))).strip("-.") or "unnamed-file"


def _free_name(shop: Shop, stem: str, ending: str) -> str:
    taken = {row["file"] for row in shop.tables["media"].values()}
    name, number = f"{stem}.{ending}", 0
    while name in taken:
        number += 1
        name = f"{stem}-{number}.{ending}"
    return name


def address(home: str, row: Record) -> str:
    """Return where a picture lies."""
    return f"{home}{FOLDER}{row['folder']}/{quote(row['file'])}"


def at(shop: Shop, path: str) -> tuple[str, bytes] | None:
    """Return type and bytes of the picture at a path of the site."""
    for row in shop.tables["media"].values():
        if path == f"{FOLDER}{row['folder']}/{row['file']}":
            return row["mime"], base64.b64decode(row["content"])
    return None


def delete(shop: Shop, row: Record) -> None:
    """Delete a picture; what showed it shows it no more."""
    del shop.tables["media"][row["id"]]
    for product in shop.tables["products"].values():
        product["images"] = [held for held in product["images"] if held != row["id"]]
        if product["image"] == row["id"]:
            product["image"] = None
    for category in shop.tables["categories"].values():
        if category["image"] == row["id"]:
            category["image"] = None
    shop.touch()
