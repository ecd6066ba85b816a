"""How pictures go to the store, and the addresses at which it may fetch them from Woodoo.

Decides that such an address shows one picture of one record for an hour, and nothing else: it is signed with the key
of the installation, and a change of any part of it makes it worthless.
"""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass
from hashlib import sha256

from django.conf import settings
from pydantic import BaseModel, Field

from . import keys

#: Seconds for which an address is good. A store fetches within seconds; a later try gets an address of its own.
LIFE = 3600


class ImageSettings(BaseModel):
    """The pictures of products in the store, and the language they are entered in."""

    image_max_mb: int = Field(
        10, ge=1, le=50, description="Pictures of more megabytes than that are not sent; the product goes without them."
    )
    store_language: str = Field(
        "",
        pattern=r"^([A-Za-z]{2,3}([-_][A-Za-z]{2,4})?)?$",
        description="Where the store has WPML or Polylang: the language as it is called there, such as es, in which "
        "new products are entered. Empty: nothing is said of it.",
    )


@dataclass(frozen=True)
class Shown:
    """One picture of one connection: `place` is "product", "variant" or "gallery"."""

    connection_id: int
    place: str
    odoo_id: int
    #: As the store is to call the file.
    file_name: str


def picture_address(shown: Shown, *, now: float | None = None) -> str:
    """Return an address from which the store may fetch a picture during the next hour."""
    expires = int(now or time.time()) + LIFE
    signature = _sign(shown, expires, keys.signing_keys()[0])
    return (
        f"{settings.WOODOO_URL}/pictures/{shown.connection_id}/{shown.place}/{shown.odoo_id}/{expires}/{signature}/"
        f"{shown.file_name}"
    )


def is_signed(shown: Shown, expires: int, signature: str) -> bool:
    """Say whether an address was made here, with one of the keys of this installation, however long ago."""
    given = signature.encode()
    return any(hmac.compare_digest(_sign(shown, expires, key).encode(), given) for key in keys.signing_keys())


def _sign(shown: Shown, expires: int, key: str) -> str:
    text = f"picture\n{shown.connection_id}\n{shown.place}\n{shown.odoo_id}\n{expires}\n{shown.file_name}"
    return hmac.new(key.encode(), text.encode(), sha256).hexdigest()
