"""The page on which a shop's manager makes an API key, which is shown once.

Its address and words are those of WooCommerce (includes/admin/settings/views/html-keys-edit.php). Nobody signs in here:
the double is everybody's who reaches it.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from .auth import new_key
from .state import Record, Shop

#: Address of the page, and what its query says.
PATH, SECTION = "/wp-admin/admin.php", "keys"
PERMISSIONS = {"read": "Read", "write": "Write", "read_write": "Read/Write"}
_DONE = (
    "API Key generated successfully. Make sure to copy your new keys now as the secret key will be hidden once you "
    "leave this page."
)


def key_form() -> str:
    """Return the form that asks what the key is for and what it may do."""
    options = "".join(f'<option value="{name}">{words}</option>' for name, words in PERMISSIONS.items())
    return (
        f'<main><form class="box" method="post" action="{PATH}"><h1>Key details</h1><fieldset>'
        '<label>Description<input name="description"></label>'
        f'<label>Permissions<select name="permissions">{options}</select></label>'
        "</fieldset><button>Generate API key</button></form></main>"
    )


def make_key(shop: Shop, sent: Mapping[str, str]) -> Record:
    """Make the key that was asked for; it may only read, as in WooCommerce, unless more was chosen."""
    wanted = sent.get("permissions", "")
    return new_key(shop, wanted if wanted in PERMISSIONS else "read")


def made_key(key: Record) -> str:
    """Return the page that shows a key just made."""
    fields = (("Consumer key", "consumer_key", key["key"]), ("Consumer secret", "consumer_secret", key["secret"]))
    shown = "".join(
        f'<label>{words}<input id="key_{name}" readonly value="{escape(value)}"></label>'
        for words, name, value in fields
    )
    return (
        f'<main><section class="box"><h1>Key details</h1><p class="message" role="status">{_DONE}</p>'
        f"<fieldset>{shown}</fieldset><p>Permissions: {PERMISSIONS[key['permissions']]}</p></section></main>"
    )
