"""The client against a shop that answers as recorded: keys, pages, batches, waiting, and what goes wrong."""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import threading
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from woodoo.domain.errors import ConfigError, OutcomeUnknown, RemoteDown, RemoteError
from woodoo.stores.woocommerce.auth import Scheme
from woodoo.stores.woocommerce.client import WooClient
from woodoo.stores.woocommerce.errors import NoRoute, NotFound, Refused

from .conftest import API, KEY, SECRET, Notes, Shop, listed, recorded
from .samples import sample

# --- keys ---


def test_over_http_requests_are_signed_and_carry_no_secret(shop: Shop):
    shop.on("orders/97", sample("order_97_excl_variations")["body"])
    assert shop.client().get("orders/97")["id"] == 97
    request = shop.asked[0]
    assert request.args["oauth_signature_method"] == "HMAC-SHA256"
    assert request.args["oauth_consumer_key"] == KEY
    assert "Authorization" not in request.headers
    assert SECRET not in request.url


def test_over_https_the_key_goes_in_the_header(secure_shop: Shop, authority):
    secure_shop.on("orders", [])
    client = secure_shop.client(ca_bundle=str(authority.bundle))
    client.get("orders")
    assert client.scheme is Scheme.BASIC
    request = secure_shop.asked[0]
    assert (request.authorization.username, request.authorization.password) == (KEY, SECRET)
    assert request.query_string == b""


def anonymous(_: object = None) -> Response:
    return recorded("err_401_bad_key")


def known_without_right(_: object = None) -> Response:
    body = {"code": "woocommerce_rest_cannot_view", "message": "Sorry, you cannot.", "data": {"status": 403}}
    return Response(json.dumps(body), 403, content_type="application/json")


def refusal(message: str) -> Response:
    body = {"code": "woocommerce_rest_authentication_error", "message": message, "data": {"status": 401}}
    return Response(json.dumps(body), 401, content_type="application/json")


def test_a_host_that_drops_the_header_gets_signatures_from_then_on(secure_shop: Shop, authority):
    secure_shop.on("orders", lambda request: [{"id": 1}] if "oauth_signature" in request.args else anonymous())
    client = secure_shop.client(ca_bundle=str(authority.bundle))
    assert client.get("orders") == client.get("orders") == [{"id": 1}]
    assert client.scheme is Scheme.OAUTH
    assert client.calls == 3


def test_where_a_signature_fails_too_the_key_goes_into_the_query(secure_shop: Shop, authority):
    def answer(request):
        if "oauth_signature" in request.args:
            return refusal("Invalid signature - provided signature does not match.")
        return [{"id": 1}] if request.args.get("consumer_secret") == SECRET else anonymous()

    secure_shop.on("orders", answer)
    client = secure_shop.client(ca_bundle=str(authority.bundle))
    notes = Notes()
    assert client.recording(notes).get("orders", {"per_page": 1}) == [{"id": 1}]
    client.get("orders")
    assert client.scheme is Scheme.QUERY
    assert client.calls == 4
    assert SECRET not in json.dumps(notes.begun)
    assert KEY not in json.dumps(notes.begun)


def test_behind_a_proxy_that_hides_https_requests_are_signed_as_http(secure_shop: Shop, authority):
    signed = []

    def answer(request):
        if "oauth_signature" not in request.args:
            return anonymous()
        signed.append(request)
        return refusal("Invalid signature - provided signature does not match.") if len(signed) == 1 else [{"id": 1}]

    secure_shop.on("orders", answer)
    client = secure_shop.client(ca_bundle=str(authority.bundle))
    assert client.get("orders") == [{"id": 1}]
    assert client.scheme is Scheme.OAUTH_AS_HTTP


def test_an_unknown_key_is_told_by_the_signature_check(secure_shop: Shop, authority):
    secure_shop.on(
        "orders",
        lambda request: refusal("Consumer key is invalid.") if "oauth_signature" in request.args else anonymous(),
    )
    client = secure_shop.client(ca_bundle=str(authority.bundle))
    with pytest.raises(ConfigError, match="does not know the consumer key"):
        client.get("orders")
    assert client.scheme is Scheme.BASIC
    assert not any("consumer_secret" in request.args for request in secure_shop.asked)


def test_a_wrong_secret_is_not_tried_in_other_ways(secure_shop: Shop, authority):
    secure_shop.on("orders", recorded("err_401_bad_secret"))
    client = secure_shop.client(ca_bundle=str(authority.bundle))
    with pytest.raises(ConfigError, match="secret is wrong"):
        client.get("orders")
    assert client.calls == 1


def test_once_the_key_worked_a_missing_right_is_named_at_once(secure_shop: Shop, authority):
    secure_shop.on("orders", [])
    secure_shop.on("settings/general", known_without_right)
    client = secure_shop.client(ca_bundle=str(authority.bundle))
    client.get("orders")
    with pytest.raises(ConfigError, match="user of the store's key may not read settings/general"):
        client.get("settings/general")
    assert client.calls == 2


@pytest.mark.parametrize(("key", "secret"), [("", SECRET), (KEY, " ")])
def test_an_empty_key_is_refused_before_anything_is_sent(key, secret):
    with pytest.raises(ConfigError, match="empty"):
        WooClient("https://shop.example.com", key, secret)


def test_key_and_secret_in_each_others_place_are_noticed():
    with pytest.raises(ConfigError, match="each other's place"):
        WooClient("https://shop.example.com", SECRET, KEY)


# --- certificates ---


def test_a_certificate_of_ones_own_needs_its_bundle(secure_shop: Shop, authority):
    with pytest.raises(ConfigError, match="not trusted") as caught:
        secure_shop.client().get("orders")
    assert "Private certificate authority" in caught.value.fix
    secure_shop.on("orders", [])
    assert secure_shop.client(ca_bundle=authority.bundle.read_text()).get("orders") == []


@pytest.mark.parametrize(
    ("host", "days", "kind", "words"),
    [("shop.invalid", (-1, 1), ConfigError, "not trusted"), ("localhost", (-5, -2), RemoteDown, "expired")],
)
def test_certificates_of_another_name_or_time(authority, host, days, kind, words):
    with HTTPServer(ssl_context=authority.context(host, days=days)) as server:
        client = WooClient(server.url_for(""), KEY, SECRET, ca_bundle=str(authority.bundle))
        with pytest.raises(kind, match=words):
            client.get("orders")


def test_an_unreadable_bundle_is_a_setting_to_mend(tmp_path):
    for bundle in (str(tmp_path / "none.pem"), "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----"):
        with pytest.raises(ConfigError, match="private certificate authority"):
            WooClient("https://shop.example.com", KEY, SECRET, ca_bundle=bundle)


# --- lists ---


def test_it_reads_a_list_page_by_page(shop: Shop):
    pages = [listed([{"id": 1}, {"id": 2}], total_pages=2), listed([{"id": 3}], total_pages=2)]
    shop.on("products", *pages)
    rows = list(shop.client().iterate("products", {"_fields": ["id", "sku"], "status": None}))
    assert [row["id"] for row in rows] == [1, 2, 3]
    assert shop.queries() == [
        {"_fields": "id,sku", "per_page": "100", "page": "1"},
        {"_fields": "id,sku", "per_page": "100", "page": "2"},
    ]


def test_past_the_last_page_it_stops(shop: Shop):
    shop.on("orders", recorded("orders_list_beyond"))
    assert list(shop.client().pages("orders")) == []


def test_without_totals_a_short_page_is_the_last(shop: Shop):
    shop.on("orders", listed([{"id": 1}, {"id": 2}]), listed([{"id": 3}]))
    assert [len(page) for page in shop.client().pages("orders", per_page=2)] == [2, 1]


def test_a_route_that_knows_no_pages_is_read_once(shop: Shop):
    shop.on("payment_gateways", listed([{"id": "a"}, {"id": "b"}]))
    assert len(list(shop.client().pages("payment_gateways", per_page=2))) == 1


def test_pages_are_read_only_as_needed(shop: Shop):
    shop.on("orders", listed([{"id": 1}], total_pages=9))
    next(shop.client().iterate("orders"))
    assert len(shop.asked) == 1


def test_ids_are_asked_for_a_hundred_at_a_time_as_comma_lists(shop: Shop):
    shop.on("orders", lambda request: [{"id": int(one)} for one in request.args["include"].split(",")])
    ids = [str(number) for number in range(1, 251)]
    chunks = list(shop.client().by_ids("orders", ids, {"status": "any"}))
    assert [len(rows) for rows in chunks] == [100, 100, 50]
    assert {one["per_page"] for one in shop.queries()} == {"100"}


def test_something_that_is_no_list_is_an_error(shop: Shop):
    shop.on("orders", {"id": 1})
    with pytest.raises(RemoteError, match="no list"):
        list(shop.client().pages("orders"))


# --- batches ---


def test_a_batch_judges_each_item_alone(shop: Shop):
    recording = sample("err_batch_partial")
    answered = recording["body"]
    shop.on("products/batch", recorded("err_batch_partial"), method="POST")
    sent = {kind: [{"id": 1}] * len(answered.get(kind, [])) for kind in ("create", "update", "delete")}
    result = shop.client().batch("products", **sent, size=100)
    for kind in sent:
        items = getattr(result, kind)
        assert [item.data is None for item in items] == ["error" in row for row in answered.get(kind, [])]
    refused = [item.error for kind in sent for item in getattr(result, kind) if item.error]
    assert refused
    assert all(isinstance(error, Refused) for error in refused)


def test_a_large_batch_is_cut_and_stays_in_order(shop: Shop):
    def answer(request):
        return {kind: [{"id": item["id"]} for item in items] for kind, items in request.get_json().items()}

    shop.on("products/batch", answer, method="POST")
    items = [{"id": number} for number in range(120)]
    result = shop.client().batch("products", create=items[:20], update=items[20:])
    assert [item.data["id"] for item in [*result.create, *result.update]] == list(range(120))
    assert [sum(map(len, request.get_json().values())) for request in shop.asked] == [50, 50, 20]


def test_nothing_to_write_sends_nothing(shop: Shop):
    assert shop.client().batch("products").create == []
    assert shop.asked == []


def test_an_answer_that_does_not_fit_the_batch_is_an_error(shop: Shop):
    shop.on("products/batch", {"update": []}, method="POST")
    with pytest.raises(RemoteError, match="does not fit"):
        shop.client().batch("products", update=[{"id": 1}])


# --- waiting and trying again ---


def busy(status: int, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response("<html>busy</html>", status, named, content_type="text/html")


def test_a_read_waits_as_long_as_the_shop_asks(shop: Shop):
    shop.on("orders", busy(429, Retry_After="3"), busy(503), [{"id": 1}])
    client = shop.client()
    assert client.get("orders") == [{"id": 1}]
    assert shop.pauses == [3.0, 4.0]
    assert client.calls == 3
    nonces = {request.args["oauth_nonce"] for request in shop.asked}
    assert len(nonces) == 3


def test_it_gives_up_after_a_few_tries(shop: Shop):
    shop.on("orders", busy(502))
    with pytest.raises(RemoteDown) as caught:
        shop.client().get("orders")
    assert caught.value.side == "store"
    assert shop.pauses == [1.0, 4.0]


def test_a_long_wait_is_left_to_the_engine(shop: Shop):
    shop.on("orders", busy(429, Retry_After="900"))
    with pytest.raises(RemoteDown) as caught:
        shop.client().get("orders")
    assert caught.value.retry_after == 900
    assert shop.pauses == []


def test_a_write_is_sent_again_only_where_it_was_turned_away(shop: Shop):
    shop.on("orders", busy(429, Retry_After="1"), {"id": 7}, method="POST")
    assert shop.client().post("orders", {})["id"] == 7
    assert shop.pauses == [1.0]


@pytest.mark.parametrize(("status", "kind"), [(502, OutcomeUnknown), (504, OutcomeUnknown), (503, RemoteDown)])
def test_a_write_that_may_be_carried_out_is_never_sent_again(shop: Shop, status, kind):
    shop.on("orders", busy(status), method="POST")
    with pytest.raises(kind):
        shop.client().post("orders", {})
    assert len(shop.asked) == 1


def test_a_fatal_error_is_not_waited_for(shop: Shop):
    shop.on("orders", recorded("err_500_order_zero_qty"))
    with pytest.raises(RemoteError, match="critical error"):
        shop.client().get("orders")
    assert len(shop.asked) == 1


class RawServer:
    """Accepts connections and does with each what the test says; for answers no web server would give."""

    def __init__(self, *behaviours: Any) -> None:
        self._behaviours = list(behaviours)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.requests: list[bytes] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> RawServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _serve(self) -> None:
        for behave in self._behaviours:
            connection, _ = self._listener.accept()
            with connection:
                self.requests.append(connection.recv(65536))
                behave(connection)


def hang_up(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)


def stay_silent(connection: socket.socket) -> None:
    """Until the other side has had enough."""
    connection.settimeout(300)
    with contextlib.suppress(ConnectionError):
        while connection.recv(65536):
            pass


def answer_list(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]")


def answer_half(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n[")


@pytest.mark.parametrize("broken", [hang_up, answer_half])
def test_a_read_on_a_broken_line_is_sent_once_more(broken):
    with RawServer(broken, answer_list) as server, WooClient(server.url, KEY, SECRET, timeout=300) as client:
        assert client.get("orders") == []
        assert client.calls == 2


def test_a_read_that_breaks_twice_is_an_outage():
    with RawServer(hang_up, hang_up) as server, pytest.raises(RemoteDown, match="broke off"):
        WooClient(server.url, KEY, SECRET, timeout=300).get("orders")


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_a_write_on_a_broken_line_leaves_its_outcome_open(method):
    with RawServer(hang_up) as server, WooClient(server.url, KEY, SECRET, timeout=300) as client:
        arguments = () if method == "delete" else ({"status": "completed"},)
        with pytest.raises(OutcomeUnknown):
            getattr(client, method)("orders/1", *arguments)
        assert client.calls == 1


def test_time_outs():
    with RawServer(stay_silent) as server, pytest.raises(OutcomeUnknown):
        WooClient(server.url, KEY, SECRET, timeout=0.2).post("orders", {})
    with (
        RawServer(stay_silent) as server,
        WooClient(server.url, KEY, SECRET, timeout=600) as client,
        pytest.raises(RemoteDown, match="too long"),  # and not that the server hung up, as it does after 300 s
    ):
        client.request("GET", "orders", timeout=0.2)


def test_a_closed_port_is_an_outage():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and not listened on: nobody else gets this port meanwhile
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        for method in ("GET", "POST"):
            with pytest.raises(RemoteDown, match="refuses the connection"):
                WooClient(url, KEY, SECRET).request(method, "orders")


def test_a_name_nobody_knows(monkeypatch: pytest.MonkeyPatch):
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(RemoteDown, match="cannot be found"):
        WooClient("https://no-such-shop.invalid", KEY, SECRET).get("orders")


def test_an_http_port_spoken_to_in_https(shop: Shop):
    with pytest.raises(RemoteDown, match="secure connection"):
        shop.client(url=shop.url.replace("http://", "https://")).get("orders")


# --- answers that are none ---


def test_a_missing_record(shop: Shop):
    shop.on("orders/999999", recorded("err_404_order"))
    with pytest.raises(NotFound):
        shop.client().get("orders/999999")


def test_no_woocommerce_at_this_address(shop: Shop):
    shop.on("orders", Response("<html>Not found</html>", 404, content_type="text/html"))
    with pytest.raises(NoRoute, match="no WooCommerce API"):
        shop.client().get("orders")


def test_a_page_in_place_of_data(shop: Shop):
    shop.on("orders", Response("<!doctype html><title>Coming soon</title>", content_type="text/html"))
    with pytest.raises(ConfigError, match="Coming soon"):
        shop.client().get("orders")


def test_notices_before_the_data_are_read_through_and_noted(shop: Shop):
    shop.on("orders", Response('<br />\n<b>Notice</b>: x in y.php\n[{"id": 1}]', content_type="text/html"))
    notes = Notes()
    assert shop.client(recorder=notes).get("orders") == [{"id": 1}]
    assert "Notice" in notes.ended[0]["error"]


def test_it_follows_no_redirect(shop: Shop):
    shop.on("orders", Response("", 301, {"Location": f"https://www.example.com{API}/orders"}))
    with pytest.raises(ConfigError, match=r"redirects orders to https://www\.example\.com") as caught:
        shop.client().get("orders")
    assert "https://www.example.com." in caught.value.fix


def test_a_shop_in_a_sub_folder(shop: Shop):
    asked = []
    shop.server.clear()
    shop.server.expect_request(f"/shop{API}/orders").respond_with_handler(
        lambda request: asked.append(request.path) or Response("[]", content_type="application/json")
    )
    assert shop.client(url=f"{shop.url}/shop/wp-admin/").get("orders") == []
    assert asked == [f"/shop{API}/orders"]


# --- what the ledger hears, and what the log must not ---


def test_the_recorder_hears_each_call(shop: Shop):
    shop.on("orders", busy(503), {"id": 1}, method="GET")
    shop.on("orders", recorded("err_400_order_bad_status"), method="POST")
    notes = Notes()
    client = shop.client().recording(notes)
    client.get("orders", {"page": 1})
    with pytest.raises(Refused):
        client.post("orders", {"status": "x"})
    assert [one["summary"] for one in notes.begun] == ["GET orders", "GET orders", "POST orders"]
    assert notes.begun[0]["request"] == {"method": "GET", "path": "orders", "params": {"page": "1"}}
    assert notes.begun[2]["request"]["body"] == {"status": "x"}
    assert [one["status"] for one in notes.ended] == ["503", "200", "400"]
    assert notes.ended[1]["response"] == {"id": 1}
    assert {one["system"] for one in notes.begun} == {"store"}


def test_the_recorder_hears_of_calls_without_an_answer():
    notes = Notes()
    with RawServer(hang_up) as server, pytest.raises(OutcomeUnknown):
        WooClient(server.url, KEY, SECRET, recorder=notes).post("orders", {})
    assert notes.ended == [{"token": 0, "status": "no answer", "response": None, "error": "RemoteProtocolError"}]


def test_nothing_of_a_request_gets_into_the_log(shop: Shop, caplog: pytest.LogCaptureFixture):
    shop.on("customers", [])
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, logger="httpcore2"):
        shop.client().get("customers", {"email": "eva@example.com"})
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name != "werkzeug")
    assert "httpcore2" in {record.name.split(".")[0] for record in caplog.records}
    assert "eva" not in ours
    assert "oauth_signature" not in ours


def test_many_threads_share_one_client(httpserver: HTTPServer):
    shop = Shop(httpserver)
    shop.on("orders", [])
    client = shop.client()
    threads = [threading.Thread(target=lambda: [client.get("orders") for _ in range(10)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert client.calls == len(shop.asked) == 80
