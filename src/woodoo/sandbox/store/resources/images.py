"""Images of products, variations and categories."""

from __future__ import annotations

from ..rest import RestError
from ..state import Record, Shop


def image(shop: Shop, sent: Record) -> Record:
    """Return an image: one that is there by its id, or a new one for every `src` sent. Nothing is downloaded.

    Raises:
        RestError: 400 for an id that no image has.
    """
    known = {i["id"]: i for product in shop.tables["products"].values() for i in product["images"]}
    found = known.get(sent.get("id") or 0)
    if found is None and not sent.get("src"):
        message = f"#{sent.get('id') or 0} is an invalid image ID."
        raise RestError(400, "woocommerce_product_invalid_image_id", message)
    if found is None:
        stamps = {**shop.stamps("date_created", shop.now()), **shop.stamps("date_modified", shop.now())}
        name = str(sent["src"]).rsplit("/", 1)[-1].rsplit(".", 1)[0]
        found = {"id": shop.next_id("product"), **stamps, "src": sent["src"], "name": name, "alt": ""}
    return {**found, **{key: sent[key] for key in ("name", "alt") if sent.get(key)}}


def image_of_category(shop: Shop, sent: Record) -> Record | None:
    """Return a category's image; None takes it away."""
    return image(shop, sent) if sent.get("id") or sent.get("src") else None
