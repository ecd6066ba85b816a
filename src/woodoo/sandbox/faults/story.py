"""What happens in the shop in one trial: three orders of new customers, then something happens to each of them.

| order     | at first                                                   | later                                       |
|-----------|------------------------------------------------------------|---------------------------------------------|
| paid      | a guest pays for a variation and a product, sent elsewhere | is completed: the goods have left           |
| waiting   | a new customer with an account orders, to be paid by bank  | gets another quantity and address, is paid  |
| cancelled | a company orders, to be paid by bank                       | is cancelled                                |

So the flow makes customers, contacts, addresses, sales orders, invoices and payments, changes and cancels sales orders,
and delivers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ...stores.woocommerce.client import WooClient
from ..store.orders.checkout import Checkout, Wish

if TYPE_CHECKING:
    from .stand import Ground

PHASES = ("new orders", "later changes")
#: Settings an order's whole way needs, beside those that name records of Odoo.
POLICY: dict[str, Any] = {
    "order_becomes": "order_invoice_payment_delivery",
    "timezone": "Europe/Madrid",
    "odoo_slots": 1,  # all orders of a trial in one batch, so that the calls are the same each time
}
#: Payment method → name of the journal it is paid in.
JOURNALS = {"stripe": "Stripe", "bacs": "Bank"}
_VARIATION, _OTHER_VARIATION, _PRODUCT = 42, 48, 40
IN_STOCK = (_VARIATION, _OTHER_VARIATION, _PRODUCT)
SKUS = ("WOO-V-1-1", "WOO-V-2-2", "WOO-S-030")


class Story:
    """The orders of one trial, told apart from all others by the name of the trial."""

    #: What happens one after the other, each followed by a run of the flow.
    phases: ClassVar[tuple[str, ...]] = PHASES
    #: Which flow that is.
    lane: ClassVar[str] = "orders"
    flow: ClassVar[str] = "order"
    #: Whether the store rings once more for what the flow has made there.
    hears_back: ClassVar[bool] = False
    policy: ClassVar[Mapping[str, Any]] = POLICY

    def __init__(self, shared: Ground, trial: str) -> None:
        self._shared, self._store = shared, shared.store
        store = shared.store
        self._client = WooClient(store.url, store.key, store.secret)
        self._trial = trial
        #: Order id → what it is called in the table above.
        self.orders: dict[str, str] = {}
        #: When each was placed, as Odoo writes it (UTC).
        self.placed: dict[str, str] = {}

    def tell(self, phase: str) -> list[str]:
        """Let a phase happen in the shop, and return the orders that have news."""
        if phase == self.phases[0]:
            self._begin()
        else:
            self._go_on()
        return list(self.orders)

    def open(self) -> list[str]:
        """Let happen what has to be there before, and return the orders that are to be brought over first."""
        return []

    def read_store(self) -> dict[str, list[str]]:
        """Return what is in the store that the flow makes there, in a form as that of `books`."""
        return {}

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def _begin(self) -> None:
        home, elsewhere = self._address("paid", "Calle Mayor 1"), self._address("paid", "Calle Nueva 9")
        self._place("paid", Checkout([Wish(_VARIATION, 2), Wish(_PRODUCT)], home, elsewhere, payment_method="stripe"))
        billing = self._address("waiting", "Gran Vía 2")
        names = {name: billing[name] for name in ("email", "first_name", "last_name")}
        customer = self._client.post("customers", {**names, "username": f"waiting-{self._trial}", "billing": billing})
        self._place(
            "waiting", Checkout([Wish(_PRODUCT, 2)], billing, customer_id=customer["id"], payment_method="bacs")
        )
        company = {**self._address("cancelled", "Plaza 3"), "company": f"Prueba {self._trial} SL"}
        self._place("cancelled", Checkout([Wish(_OTHER_VARIATION)], company, payment_method="bacs"))

    def _go_on(self) -> None:
        by_name = {name: order for order, name in self.orders.items()}
        self._store.set_status(int(by_name["paid"]), "completed")
        self._store.set_status(int(by_name["cancelled"]), "cancelled")
        path = f"orders/{by_name['waiting']}"
        line = self._client.get(path)["line_items"][0]
        moved = self._address("waiting", "Gran Vía 22")
        change = {
            "line_items": [{"id": line["id"], "quantity": 3, "subtotal": "38.97", "total": "38.97"}],
            "billing": moved,
            "shipping": {name: moved[name] for name in moved if name not in ("email", "phone")},
            "transaction_id": f"bank-{self._trial}",
        }
        self._client.put(path, change)
        self._store.set_status(int(by_name["waiting"]), "processing")

    def _place(self, name: str, checkout: Checkout) -> None:
        order = self._store.place_order(checkout)
        self.orders[str(order["id"])] = name
        self.placed[str(order["id"])] = order["date_created_gmt"].replace("T", " ")

    def _address(self, name: str, street: str) -> dict[str, str]:
        return {
            "first_name": name.capitalize(),
            "last_name": "Prueba",
            "address_1": street,
            "city": "Madrid",
            "state": "M",
            "postcode": "28013",
            "country": "ES",
            "email": f"{name}@{self._trial}.example",
            "phone": "600123123",
        }
