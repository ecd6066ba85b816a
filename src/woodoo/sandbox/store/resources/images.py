"""Images of products, variations and categories: by the id of a picture in the library, or by an address to fetch it.

Source: `set_product_images`, `set_variation_image` and `update_term_meta_fields` of WooCommerce's controllers
(Version3). An id wins over an address; whoever refuses one picture refuses the whole record.
"""

from __future__ import annotations

from html import escape

from .. import media
from ..rest import Request, RestError
from ..state import Record, Shop


def product_images(shop: Shop, sent: list[Record], product: int) -> list[int]:
    """Return the pictures of a product, the main one first. Empty entries are passed over.

    Raises:
        RestError: 400, for a picture that cannot be had; those fetched for a new product are deleted again.
    """
    fetched: list[Record] = []
    kept = []
    for one in filter(None, sent):
        try:
            kept.append(_picture(shop, one, "product", product, fetched))
        except RestError:
            for row in fetched if not product else ():
                media.delete(shop, row)
            raise
    return kept


def variation_image(shop: Shop, sent: Record, variation: int) -> int | None:
    """Return the picture of a variation, None where neither id nor address is sent.

    Raises:
        RestError: 400, for a picture that cannot be had.
    """
    if not sent or not (sent.get("id") or "src" in sent):
        return None
    return _picture(shop, sent, "variation", variation, [])


def _picture(shop: Shop, sent: Record, noun: str, owner: int, fetched: list[Record]) -> int:
    number = int(sent.get("id") or 0)
    if not number and sent.get("src") is not None:
        try:
            row = media.sideload(shop, _with_scheme(sent["src"]), owner)
        except media.NotTaken as refused:
            raise RestError(400, f"woocommerce_{noun}_image_upload_error", _words(sent["src"], refused)) from None
        fetched.append(row)
        number = row["id"]
    known = shop.tables["media"].get(number)
    if known is None:
        message = f"#{number} is an invalid image ID."
        raise RestError(400, f"woocommerce_{noun}_invalid_image_id", message)
    _describe(shop, known, sent)
    return number


def _with_scheme(url: str) -> str:
    return url if not url or ":" in url else f"http://{url}"


def _words(url: str, refused: media.NotTaken) -> str:
    if isinstance(refused, media.NotFetched):
        return f"Error getting remote image {_with_scheme(url)}. Error: {refused}"
    return f"Invalid image: {refused}"


def _describe(shop: Shop, row: Record, sent: Record) -> None:
    """Write name and alternative text, which belong to the picture wherever it is shown."""
    if sent.get("alt"):
        row["alt"] = media_text(sent["alt"])
    if sent.get("name"):
        row["title"] = str(sent["name"])
        row["date_modified"] = shop.now()


def media_text(text: str) -> str:
    """Return a text without tags."""
    return media.TAGS.sub("", str(text)).strip()


def category_image(shop: Shop, sent: Record) -> int | None:
    """Return the picture of a category; None takes it away.

    Raises:
        RestError: 400, for a picture that cannot be had.
    """
    number = int(sent.get("id") or 0)
    if not number and sent.get("src"):
        try:
            number = media.sideload(shop, _with_scheme(sent["src"]))["id"]
        except media.NotTaken as refused:
            code = "invalid_remote_image_url" if isinstance(refused, media.NotFetched) else "invalid_image"
            raise RestError(400, f"woocommerce_rest_{code}", _words(sent["src"], refused)) from None
    row = shop.tables["media"].get(number)
    if row is None:
        return None
    _describe(shop, row, sent)
    return number


def image_view(request: Request, number: int | None, *, in_full: bool = False) -> Record | None:
    """Return a picture as records show it; `in_full` with its sizes, as products do."""
    row = request.shop.tables["media"].get(number) if number else None
    if row is None:
        return None
    src = media.address(request.home, row)
    view = {
        "id": row["id"],
        **request.shop.stamps("date_created", row["date_created"]),
        **request.shop.stamps("date_modified", row["date_modified"]),
        "src": src,
        "name": escape(row["title"], quote=False).replace("&amp;", "&#038;"),
        "alt": row["alt"],
    }
    return {**view, "srcset": "", "sizes": "", "thumbnail": src} if in_full else view
