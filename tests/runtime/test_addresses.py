"""Where Woodoo may knock: private networks only as far as the operator lets it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from unittest import mock

import httpx2
import pytest
from django.core.exceptions import ValidationError

from woodoo.connections.models import check_address
from woodoo.domain.calls import NullRecorder
from woodoo.domain.errors import ConfigError
from woodoo.odoo.client import connect
from woodoo.odoo.endpoint import Endpoint
from woodoo.runtime import addresses
from woodoo.runtime.addresses import Guard, allowed_networks, check_typed, may_reach
from woodoo.stores.woocommerce.client import WooClient


class _Greeter(BaseHTTPRequestHandler):
    seen: list[str] = []

    def do_GET(self) -> None:
        self.seen.append(self.path)
        body = b"[]"
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    """Something that listens on this computer."""
    _Greeter.seen.clear()
    with HTTPServer(("127.0.0.1", 0), _Greeter) as here:
        thread = threading.Thread(target=here.serve_forever)
        thread.start()
        yield here
        here.shutdown()
        thread.join()


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator has allowed no private network, as is the default."""
    monkeypatch.delenv(addresses.ALLOWED)


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1", True),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("127.0.0.1", False),
        ("0.0.0.0", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False),
        ("64:ff9b::808:808", True),
    ],
)
def test_only_the_public_internet_may_be_reached_by_default(address: str, may: bool) -> None:
    assert may_reach(address) is may


def test_the_operator_opens_networks_and_single_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(addresses.ALLOWED, "192.168.1.0/24, 10.0.0.5,fd00::/8")
    reached = ["192.168.1.77", "10.0.0.5", "fd00::7", "::ffff:10.0.0.5"]
    assert [one for one in [*reached, "192.168.2.1", "10.0.0.6", "127.0.0.1"] if may_reach(one)] == reached


def test_all_opens_everything_that_is_one_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(addresses.ALLOWED, "all")
    assert may_reach("10.0.0.1")
    assert may_reach("169.254.169.254")
    assert not may_reach("224.0.0.1")
    assert not may_reach("0.0.0.0")


def test_a_network_that_is_none_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(addresses.ALLOWED, "192.168.1.0/24, intranet")
    with pytest.raises(ConfigError, match="'intranet' does not appear"):
        allowed_networks()


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize(
    "url", ["http://10.0.0.5", "https://localhost:8069", "http://[::1]/", "http://shop.localhost", "http://127.0.0.1."]
)
def test_an_address_written_as_a_private_one_is_refused_when_it_is_entered(url: str) -> None:
    with pytest.raises(ConfigError, match="in a private network") as refused:
        check_typed(url, whose="The store's address", where="store address")
    assert "WOODOO_PRIVATE_NETWORKS=" in refused.value.fix
    with pytest.raises(ValidationError, match="in a private network"):
        check_address(url)


@pytest.mark.usefixtures("closed")
def test_a_name_is_not_looked_up_when_it_is_entered() -> None:
    with mock.patch("socket.getaddrinfo", side_effect=AssertionError("asked a name server")):
        check_address("https://shop.example.com")


@pytest.mark.usefixtures("closed")
def test_a_name_that_leads_into_a_private_network_is_found_out_before_anything_is_sent(server: HTTPServer) -> None:
    url = f"http://localhost:{server.server_port}"
    guard = {"trace": Guard(url, "The store's address", "store address")}
    with httpx2.Client() as client, pytest.raises(ConfigError, match=r"localhost leads to \S+, which is in a private"):
        client.get(url, extensions=guard)
    assert _Greeter.seen == []


@pytest.mark.usefixtures("closed")
def test_neither_transport_goes_where_it_may_not(server: HTTPServer) -> None:
    url = f"http://localhost:{server.server_port}"
    with pytest.raises(ConfigError, match="The store's address localhost leads to"):
        WooClient(url, "ck_1", "cs_1").recording(NullRecorder()).get("orders")
    with pytest.raises(ConfigError, match="Odoo's address localhost leads to"):
        connect(Endpoint(url, "shop", "api", "key")).search_read("res.partner", [], ["id"])
    assert _Greeter.seen == []


def test_what_the_operator_allows_is_reached(server: HTTPServer) -> None:
    url = f"http://127.0.0.1:{server.server_port}"
    assert WooClient(url, "ck_1", "cs_1").get("orders") == []
    assert len(_Greeter.seen) == 1


@pytest.mark.usefixtures("closed")
def test_a_proxy_of_the_operator_may_be_anywhere(server: HTTPServer) -> None:
    """The connection then leads to the proxy, which decides itself how far it goes."""
    guard = {"trace": Guard("http://shop.example.com", "The store's address", "store address")}
    with httpx2.Client(proxy=f"http://127.0.0.1:{server.server_port}") as client:
        assert client.get("http://shop.example.com/", extensions=guard).status_code == 200
