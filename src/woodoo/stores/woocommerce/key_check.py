"""Whether a shop's key may do what Woodoo does: read settings and orders, and write.

Decides that writing is tried with a batch of nothing: the shop judges the key before it looks at what was sent
(`check_permissions` in includes/class-wc-rest-authentication.php, then the user's role), and nothing is changed.
"""

from __future__ import annotations

from .client import WooClient

#: Lists in which Woodoo writes; the roles of WordPress tell them apart.
WRITTEN = ("orders", "products")


def check_writing(client: WooClient) -> None:
    """Make sure that the key may write.

    Raises:
        ConfigError: it may not; says which right is missing.
    """
    for path in WRITTEN:
        client.post(f"{path}/batch", {})
