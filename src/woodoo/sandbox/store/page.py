"""The shop's page for people: what there is to buy, a checkout, the latest orders and what can be done with them.

Ordering here goes the way of the storefront, so the webhooks are those of a real buyer; changing a status or giving
money back goes the way of the back office.
"""

from __future__ import annotations

import re
from decimal import Decimal
from html import escape, unescape
from importlib import resources
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from . import catalogue, page_auth, page_keys
from .auth import read_query
from .engine.numbers import shown
from .http_messages import WebRequest, WebResponse
from .orders.checkout import CheckoutRefused
from .orders.refunds import RefundRefused
from .orders.status import NAMES
from .page_forms import FIELDS, ROWS, checkout_of, payment_methods, refund_of
from .resources.money import plain_symbol
from .state import Record, Shop, load_data

if TYPE_CHECKING:
    from .double import StoreDouble

STATUSES = ("pending", "processing", "on-hold", "completed", "cancelled", "failed", "refunded")
#: Where WordPress has an order's page for its staff; ours is the page for everybody.
_BACK_OFFICE = "/wp-admin/post.php"
_ORDER = re.compile(r"/orders/(?P<id>\d+)(?P<action>/status|/refund)?")


class Page:
    """Answers everything outside the API."""

    def __init__(self, store: StoreDouble) -> None:
        self.store = store

    @property
    def shop(self) -> Shop:
        return self.store.shop

    def answer(self, web: WebRequest) -> WebResponse:
        """Answer one request of a browser."""
        if web.method == "POST":
            return self._post(web)
        if web.path.startswith(page_auth.FOLDER):
            status, said = page_auth.answer(self.shop, web)
            if status == 302:
                return WebResponse(302, b"", {"Location": said})
            return _html(_frame("Access", said), status)
        notes = dict(web.query)
        with self.shop.lock:
            if web.path == "/":
                return _html(self._front(notes))
            if web.path == _BACK_OFFICE and notes.get("post", "").isdigit():
                return WebResponse(303, b"", {"Location": f"/orders/{notes['post']}"})
            if web.path == page_keys.PATH and notes.get("section") == page_keys.SECTION:
                return _html(_frame("Key details", page_keys.key_form()))
            found = _ORDER.fullmatch(web.path)
            order = self.shop.tables["orders"].get(int(found["id"])) if found else None
            if order is not None:
                return _html(self._order(order, notes))
        return _html(_frame("Not found", "<p>There is nothing at this address.</p>"), 404)

    def _post(self, web: WebRequest) -> WebResponse:
        origin = web.headers.get("Origin", "")
        if origin and urlsplit(origin).netloc != urlsplit(web.home).netloc:
            return _html(_frame("Refused", "<p>This form was not sent from the shop's own page.</p>"), 403)
        sent = dict(read_query(web.body.decode("utf-8", "replace")))
        found = _ORDER.fullmatch(web.path)
        try:
            if web.path == "/checkout":
                order = self.store.place_order(checkout_of(self.shop, sent))
                return _go(f"/orders/{order['id']}", f"Order {order['id']} is placed.")
            if web.path == page_keys.PATH:
                return _html(_frame("Key details", page_keys.made_key(page_keys.make_key(self.shop, sent))))
            if found and int(found["id"]) in self.shop.tables["orders"]:
                return self._act(int(found["id"]), found["action"], sent)
        except (CheckoutRefused, RefundRefused) as refused:
            back = web.path.removesuffix("/refund") if found else "/"
            return _go(back, str(refused), bad=True)
        return _html(_frame("Not found", "<p>There is nothing at this address.</p>"), 404)

    def _act(self, order_id: int, action: str | None, sent: dict[str, str]) -> WebResponse:
        if action == "/status" and sent.get("status") in STATUSES:
            self.store.set_status(order_id, sent["status"])
            return _go(f"/orders/{order_id}", f"The order is now “{NAMES[sent['status']]}”.")
        if action == "/refund":
            made = self.store.refund(order_id, **refund_of(self.shop, order_id, sent))
            return _go(f"/orders/{order_id}", f"{made['amount']} was given back.")
        return _go(f"/orders/{order_id}", "Nothing was changed.", bad=True)

    # -- pages --------------------------------------------------------------------------------------------------

    def _front(self, notes: dict[str, str]) -> str:
        body = f'{_message(notes)}<main class="two">{self._form()}<div>{self._latest()}{self._goods()}</div></main>'
        return _frame("Demo shop", body)

    def _form(self) -> str:
        goods = "".join(
            f'<option value="{p["id"]}">{escape(catalogue.full_name(self.shop, p))} · '
            f"{self._money(catalogue.amount(self.shop, p))}</option>"
            for p in _buyable(self.shop)
        )
        rows = "".join(
            f'<div class="row"><select name="product{n}" aria-label="Product {n}">'
            f"{'' if n == 1 else '<option></option>'}{goods}</select>"
            f'<input name="quantity{n}" type="number" min="1" max="99" value="1" aria-label="Quantity {n}"></div>'
            for n in range(1, ROWS + 1)
        )
        customers = "".join(
            f'<option value="{c["id"]}">{escape(_name_and_email(c))}</option>'
            for c in self.shop.tables["customers"].values()
            if c["role"] == "customer"
        )
        fields = "".join(
            f'<label>{label}<input name="{name}" value="{escape(value)}"></label>' for name, label, value in FIELDS
        )
        methods = "".join(
            f'<option value="{key}">{escape(title)}</option>' for key, title in payment_methods(self.shop)
        )
        return (
            '<form class="box" method="post" action="/checkout"><h1>Place an order</h1>'
            f"<fieldset><legend>Goods</legend>{rows}</fieldset>"
            '<fieldset><legend>Buyer</legend><label>Customer<select name="customer">'
            f'<option value="0">Guest, with the address below</option>{customers}</select></label>'
            f'<div class="pair">{fields}{_countries()}</div></fieldset>'
            f'<fieldset><legend>Payment</legend><div class="pair"><label>Method<select name="payment">{methods}'
            '</select></label><label>Coupon<input name="coupon" placeholder="pct10"></label></div></fieldset>'
            "<button>Place order</button></form>"
        )

    def _latest(self) -> str:
        orders = sorted(self.shop.tables["orders"].values(), key=lambda order: -order["id"])[:15]
        rows = "".join(
            f'<tr><td><a href="/orders/{o["id"]}">{o["id"]}</a></td><td>{escape(_buyer(o))}</td>'
            f"<td>{_badge(o)}</td><td>{self._time(o)}</td>"
            f'<td class="n">{self._money(Decimal(o["total"]), o["currency"])}</td></tr>'
            for o in orders
        )
        rows = rows or '<tr><td colspan="5" class="dim">No orders yet. Place the first one.</td></tr>'
        head = "<tr><th>Order</th><th>Buyer</th><th>Status</th><th>Placed</th><th class=n>Total</th></tr>"
        return f'<h2>Latest orders</h2><div class="scroll"><table>{head}{rows}</table></div><br>'

    def _goods(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(catalogue.full_name(self.shop, p))}</td><td>{escape(catalogue.sku(self.shop, p))}</td>"
            f'<td class="n">{_stock(self.shop, p)}</td>'
            f'<td class="n">{self._money(catalogue.amount(self.shop, p))}</td></tr>'
            for p in _buyable(self.shop)
        )
        head = "<tr><th>Product</th><th>SKU</th><th class=n>In stock</th><th class=n>Price</th></tr>"
        return f'<h2>Catalogue</h2><div class="scroll"><table>{head}{rows}</table></div>'

    def _order(self, order: Record, notes: dict[str, str]) -> str:
        title = f"Order {order['id']}"
        about = f"{_buyer(order)} · {order['payment_method_title']} · {self._time(order)}"
        parts = [
            f'<section class="box"><h1>{title} {_badge(order)}</h1><p>{escape(about)}</p>',
            self._lines(order),
            "</section>",
            f'<section class="box"><h2>Change the status</h2>{_status_form(order)}</section>',
            self._refund_form(order),
            self._notes(order),
        ]
        return _frame(title, f"{_message(notes)}<main>{''.join(parts)}</main>")

    def _lines(self, order: Record) -> str:
        def row(name: str, quantity: object, net: str, tax: str) -> str:
            amounts = "".join(f'<td class="n">{self._money(Decimal(v), order["currency"])}</td>' for v in (net, tax))
            return f'<tr><td>{name}</td><td class="n">{quantity}</td>{amounts}</tr>'

        rows = [row(escape(i["name"]), i["quantity"], i["total"], i["total_tax"]) for i in order["line_items"]]
        rows += [row(escape(i["method_title"]), "", i["total"], i["total_tax"]) for i in order["shipping_lines"]]
        rows += [row(escape(i["name"]), "", i["total"], i["total_tax"]) for i in order["fee_lines"]]
        head = "<tr><th>Line</th><th class=n>Quantity</th><th class=n>Net</th><th class=n>Tax</th></tr>"
        sum_of_all = self._money(Decimal(order["total"]), order["currency"])
        total = f'<tr><th>Total</th><td></td><td></td><td class="n"><b>{sum_of_all}</b></td></tr>'
        return f'<div class="scroll"><table>{head}{"".join(rows)}{total}</table></div>'

    def _refund_form(self, order: Record) -> str:
        given = [self.shop.tables["refunds"][refund_id] for refund_id in order["refund_ids"]]
        done = "".join(
            f"<li>{self._money(Decimal(r['amount']), order['currency'])} {escape(r['reason'])}</li>" for r in given
        )
        lines = "".join(
            f'<label>{escape(i["name"])} (of {i["quantity"]})<input name="line{i["id"]}" type="number" min="0" '
            f'max="{i["quantity"]}" value="0"></label>'
            for i in order["line_items"]
        )
        return (
            f'<form class="box" method="post" action="/orders/{order["id"]}/refund"><h2>Give money back</h2>'
            f"{f'<ul>{done}</ul>' if done else ''}<fieldset>{lines}"
            '<label>Or an amount, without lines<input name="amount" inputmode="decimal"></label>'
            '<label>Reason<input name="reason"></label></fieldset><button>Refund</button></form>'
        )

    def _notes(self, order: Record) -> str:
        notes = [n for n in self.shop.tables["notes"].values() if n["order_id"] == order["id"]]
        rows = "".join(f"<tr><td>{self._time(n)}</td><td>{_plain(n['note'])}</td></tr>" for n in notes)
        return (
            f'<section class="box"><h2>Notes</h2><div class="scroll"><table>{rows}</table></div></section>'
            if rows
            else ""
        )

    def _time(self, row: Record) -> str:
        return str(self.shop.local(row["date_created"])).replace("T", " ")

    def _money(self, amount: Decimal, currency: str = "") -> str:
        sign = plain_symbol(currency or str(self.shop.option("woocommerce_currency")))
        return f"{escape(sign)}&nbsp;{shown(amount, self.shop.decimals)}"


# -- pieces ---------------------------------------------------------------------------------------------------------


def _plain(note: str) -> str:
    return escape(note.replace("&rarr;", "→"))


def _buyable(shop: Shop) -> list[Record]:
    rows = shop.tables["products"].values()
    return [
        p
        for p in rows
        if p["type"] in ("simple", "variation") and p["status"] == "publish" and catalogue.price(shop, p)
    ]


def _stock(shop: Shop, product: Record) -> str:
    owner = catalogue.stock_owner(shop, product)
    return str(owner["stock_quantity"]) if owner else "–"


def _countries() -> str:
    names = load_data("countries")["countries"]
    options = "".join(
        f'<option value="{code}"{" selected" if code == "ES" else ""}>{escape(unescape(names[code]["name"]))}</option>'
        for code in sorted(names, key=lambda code: str(names[code]["name"]))
    )
    return f'<label>Country<select name="country">{options}</select></label>'


def _name_and_email(customer: Record) -> str:
    return f"{customer['first_name']} {customer['last_name']} · {customer['email']}"


def _buyer(order: Record) -> str:
    address = order["billing"]
    name = f"{address['first_name']} {address['last_name']}".strip()
    return f"{name or address['email'] or 'Nobody yet'}{'' if order['customer_id'] else ' (guest)'}"


def _badge(order: Record) -> str:
    return f'<span class="status">{escape(str(NAMES.get(order["status"], order["status"])))}</span>'


def _status_form(order: Record) -> str:
    options = "".join(
        f'<option value="{s}"{" selected" if s == order["status"] else ""}>{NAMES[s]}</option>' for s in STATUSES
    )
    return (
        f'<form class="inline" method="post" action="/orders/{order["id"]}/status">'
        f'<select name="status" aria-label="Status">{options}</select><button>Change</button></form>'
    )


def _message(notes: dict[str, str]) -> str:
    if not notes.get("said"):
        return ""
    kind = " bad" if notes.get("bad") else ""
    return f'<p class="message{kind}" role="status">{escape(notes["said"])}</p>'


def _frame(title: str, body: str) -> str:
    css = resources.files(__package__).joinpath("data", "page.css").read_text("utf-8")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{css}</style></head><body>'
        '<header><a href="/">Demo shop</a><span>Speaks wc/v3 as WooCommerce 10.2 does. Nothing here is real.</span>'
        f"</header>{body}</body></html>"
    )


def _html(text: str, status: int = 200) -> WebResponse:
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
        "X-Content-Type-Options": "nosniff",
    }
    return WebResponse(status, text.encode(), headers)


def _go(path: str, said: str, *, bad: bool = False) -> WebResponse:
    """Send the browser on, with a sentence to show there."""
    return WebResponse(303, b"", {"Location": f"{path}?said={quote(said)}{'&bad=1' if bad else ''}"})
