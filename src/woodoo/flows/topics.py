"""Which topics of the store are followed, and by which flow.

Decides it from the table of flows: a resource that no flow of the connection brings over is not followed.
"""

from __future__ import annotations

from functools import lru_cache

from ..connections.settings import ConnectionSettings
from .table import FLOWS, Flow, wanted_flows

#: Statuses of a checkout that is still going on (woocommerce `src/Blocks/Domain/Services/DraftOrders.php`).
UNFINISHED = frozenset({"checkout-draft", "auto-draft"})

#: Hooks of the store whose argument is the id of such a record.
ACTIONS = {"action.woocommerce_order_refunded": "order"}

#: Events of a resource that can change what Odoo should hold.
EVENTS = ("created", "updated", "deleted", "restored")
#: Events a resource does not have (woocommerce `includes/class-wc-webhook.php`).
_NEVER = frozenset({"customer.restored"})

#: What Woodoo calls its own test deliveries; no store has such a topic.
TEST = "woodoo.test"
#: What the receiver answers to one that was in order.
TEST_ANSWER = "The test has come in."


@lru_cache(maxsize=64)
def flow_of(topic: str) -> Flow | None:
    """Return the flow that follows a topic such as "order.updated"; None where none does."""
    resource, _, event = topic.partition(".")
    resource = ACTIONS.get(topic) or (resource if event in EVENTS else "")
    return next((flow for flow in FLOWS.values() if resource and flow.resource == resource), None)


def followed_topics(settings: ConnectionSettings) -> tuple[str, ...]:
    """Return the topics a store's webhooks should have, in the order the instructions name them."""
    resources = dict.fromkeys(flow.resource for flow in wanted_flows(settings) if flow.resource)
    topics = (f"{resource}.{event}" for resource in resources for event in EVENTS)
    return tuple(topic for topic in topics if topic not in _NEVER)
