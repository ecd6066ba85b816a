"""WordPress' own part of the API: the media library, behind an application password.

Source: wp-includes/rest-api/endpoints/class-wp-rest-attachments-controller.php. Pictures may be read by anybody; to
upload, change or delete one takes a login. The keys of the shop's own API are no login here.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from html import escape
from typing import Any

from .. import media
from ..http_messages import WebRequest
from ..listing import page
from ..rest import Request, Response, RestError, no_route
from ..state import Record, Shop

ALL = "/wp/v2/media"
_ONE = re.compile(r"/wp/v2/media/(\d+)")
#: What a caller may write besides the picture itself, and the field it is kept in.
TEXTS = {"title": "title", "alt_text": "alt", "caption": "caption", "description": "description"}


def answer(shop: Shop, web: WebRequest, path: str) -> Response:
    """Answer a call under /wp/v2/.

    Raises:
        RestError: as WordPress words it.
    """
    user = _login(shop, web)
    params = {name: value for name, value in web.query if not name.startswith("_")}
    request = Request(shop, web.method, path, web.home, {}, list(params.items()), params, set(params))
    found = _ONE.fullmatch(path)
    if path == ALL and web.method == "GET":
        return _list(request)
    if path == ALL and web.method == "POST":
        _need(user, "rest_cannot_create", "Sorry, you are not allowed to create posts as this user.")
        return _upload(request, web)
    if path == "/wp/v2/users/me" and web.method == "GET":
        _need(user, "rest_not_logged_in", "You are not currently logged in.")
        return Response({"id": 1, "name": user, "slug": user})
    if found:
        return _one(request, web, user, int(found[1]))
    raise no_route()


# -- who calls ------------------------------------------------------------------------------------------------------


def _login(shop: Shop, web: WebRequest) -> str:
    """Return who calls by an application password, nobody for none.

    Raises:
        RestError: 401, for a name or password that is wrong.
    """
    scheme, _, encoded = web.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        name, _, password = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    known = shop.application_passwords.get(name)
    if known is None:
        message = "<strong>Error:</strong> Unknown username. Check again or try your email address."
        raise RestError(401, "invalid_username", message, allow=False)
    if not hmac.compare_digest(known, re.sub(r"[^a-zA-Z0-9]", "", password)):
        message = "The provided password is an invalid application password."
        raise RestError(401, "incorrect_password", message, allow=False)
    return name


def _need(user: str, code: str, message: str) -> None:
    if not user:
        raise RestError(401, code, message, allow=False)


# -- pictures -------------------------------------------------------------------------------------------------------


def _list(request: Request) -> Response:
    params = request.params
    rows = list(request.shop.tables["media"].values())
    if params.get("search"):
        words = params["search"].lower().split()
        rows = [row for row in rows if all(word in f"{row['title']} {row['file']}".lower() for word in words)]
    if params.get("include"):
        wanted = {part.strip() for part in params["include"].split(",")}
        rows = [row for row in rows if str(row["id"]) in wanted]
    rows.sort(key=lambda row: (row["date_created"], row["id"]), reverse=params.get("order", "desc") == "desc")
    return page(request, rows, lambda row: media_view(request, row))


def _upload(request: Request, web: WebRequest) -> Response:
    if not web.body:
        raise RestError(400, "rest_upload_no_data", "No data supplied.")
    name = _file_name(web.headers.get("Content-Disposition", ""))
    digest = web.headers.get("Content-MD5")
    if digest and digest != hashlib.md5(web.body, usedforsecurity=False).hexdigest():
        raise RestError(412, "rest_upload_hash_mismatch", "Content hash did not match expected.")
    try:
        row = media.keep(request.shop, name, web.body)
    except media.NotTaken as refused:
        raise RestError(500, "rest_upload_sideload_error", str(refused)) from None
    _write(request, row, request.params)
    return Response(media_view(request, row, raw=True), 201, {"Location": _address(request, row)})


def _file_name(disposition: str) -> str:
    if not disposition:
        raise RestError(400, "rest_upload_no_content_disposition", "No Content-Disposition supplied.")
    found = re.search(r'filename\s*=\s*"?([^";]+)"?', disposition)
    if not found:
        raise RestError(
            400,
            "rest_upload_invalid_disposition",
            "Invalid Content-Disposition supplied. Content-Disposition needs to be formatted as "
            '`attachment; filename="image.png"` or similar.',
        )
    return found[1].strip()


def _one(request: Request, web: WebRequest, user: str, number: int) -> Response:
    row = request.shop.tables["media"].get(number)
    if row is None:
        raise RestError(404, "rest_post_invalid_id", "Invalid post ID.")
    if web.method == "GET":
        return Response(media_view(request, row))
    if web.method == "DELETE":
        _need(user, "rest_cannot_delete", "Sorry, you are not allowed to delete this post.")
        if request.params.get("force") not in ("true", "1"):
            message = "The post does not support trashing. Set 'force=true' to delete."
            raise RestError(501, "rest_trash_not_supported", message)
        view = media_view(request, row, raw=True)
        media.delete(request.shop, row)
        return Response({"deleted": True, "previous": view})
    _need(user, "rest_cannot_edit", "Sorry, you are not allowed to edit this post.")
    _write(request, row, {**request.params, **_sent(web)})
    return Response(media_view(request, row, raw=True))


def _sent(web: WebRequest) -> Record:
    try:
        sent = json.loads(web.body or b"{}")
    except ValueError:
        raise RestError(400, "rest_invalid_json", "Invalid JSON body passed.") from None
    return sent if isinstance(sent, dict) else {}


def _write(request: Request, row: Record, sent: Record) -> None:
    for name, field in TEXTS.items():
        if sent.get(name) is not None:
            value = sent[name]
            row[field] = str(value.get("raw", "")) if isinstance(value, dict) else str(value)
    row["date_modified"] = request.shop.now()
    request.shop.touch()


def _address(request: Request, row: Record) -> str:
    return f"{request.home}/wp-json{ALL}/{row['id']}"


def media_view(request: Request, row: Record, *, raw: bool = False) -> Record:
    """Return a picture as the library shows it; texts `raw` to whoever writes them."""
    slug = row["file"].rpartition(".")[0].lower()

    def text(value: str, shown: str) -> Record:
        return {**({"raw": value} if raw else {}), "rendered": shown}

    def stamped(name: str, time: str) -> dict[str, Any]:
        return {name: request.shop.local(time), f"{name}_gmt": time}

    source = media.address(request.home, row)
    title = escape(row["title"], quote=False).replace("&amp;", "&#038;")
    return {
        "id": row["id"],
        **stamped("date", row["date_created"]),
        **stamped("modified", row["date_modified"]),
        "guid": text(source, source),
        "slug": slug,
        "status": "inherit",
        "type": "attachment",
        "link": f"{request.home}/{slug}/",
        "title": text(row["title"], title),
        "author": 1,
        "alt_text": row["alt"],
        "caption": text(row["caption"], f"<p>{row['caption']}</p>\n" if row["caption"] else ""),
        "media_type": "image",
        "mime_type": row["mime"],
        "media_details": {"file": f"{row['folder']}/{row['file']}", "sizes": {}},
        "post": row["post"] or None,
        "source_url": source,
        "_links": {"self": [{"href": _address(request, row)}]},
    }
