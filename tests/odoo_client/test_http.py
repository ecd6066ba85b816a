"""What it means when Odoo does not answer, or not in full."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pytest_httpserver import HTTPServer

from woodoo.domain.errors import ConfigError, OutcomeUnknown, RemoteDown
from woodoo.odoo.client import OdooClient
from woodoo.odoo.detect import Server
from woodoo.odoo.endpoint import Endpoint
from woodoo.odoo.http import Http, retry_after
from woodoo.odoo.json2 import Json2


def client_of(url: str, **options: object) -> OdooClient:
    endpoint = Endpoint(url, "db", "api@example.com", "sesame-key", **options)  # type: ignore[arg-type]
    http = Http(endpoint)
    return OdooClient(endpoint, http, Server("19.0", (19, 0), "community"), Json2(http, endpoint))


@contextmanager
def raw_server(answer: bytes, *, hang: bool = False) -> Iterator[str]:
    """A server that reads a request, sends those bytes and hangs up (or keeps silent)."""
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                read_request(connection)
                connection.sendall(answer)
                if hang:
                    done.wait(300)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        done.set()
        thread.join(300)


def read_request(connection: socket.socket) -> None:
    """Read all of a request: to hang up in the middle of it would be another accident."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
    left = int(length[1]) - len(body) if length else 0
    while left > 0:
        left -= len(connection.recv(65536))


def test_nobody_listening_is_down_and_nothing_was_done() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and not listened on: nobody else gets this port meanwhile
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with client_of(url) as client, pytest.raises(RemoteDown) as caught:
            client.call("sale.order", "action_confirm", ids=[1])
    assert caught.value.side == "odoo"
    assert "cannot be reached" in caught.value.message


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_an_overloaded_host_is_left_alone_as_long_as_it_asks(status: int, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/json/2/res.partner/search").respond_with_data(
        "<html>", status=status, headers={"Retry-After": "3700"}
    )
    with client_of(httpserver.url_for("")) as client:
        with pytest.raises(RemoteDown) as caught:
            client.call("res.partner", "search", domain=[])
        assert caught.value.retry_after == 3700
        with pytest.raises(RemoteDown, match="asked to be left alone") as again:
            client.call("res.partner", "search", domain=[])
        assert 0 < (again.value.retry_after or 0) <= 3700
    assert len(httpserver.log) == 1


@pytest.mark.parametrize(
    ("method", "kind"), [("create", OutcomeUnknown), ("action_confirm", OutcomeUnknown), ("read", RemoteDown)]
)
@pytest.mark.parametrize(
    ("answer", "hang"),
    [
        (b"", False),
        (b"", True),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n[1, 2", False),
        (b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n[1, 2", False),
    ],
    ids=["hangs up", "keeps silent", "stops halfway", "stops halfway without a length"],
)
def test_a_lost_answer_leaves_the_outcome_of_a_change_unknown(
    method: str, kind: type[Exception], answer: bytes, hang: bool
) -> None:
    patience = 0.4 if hang else 300
    with (
        raw_server(answer, hang=hang) as url,
        client_of(url, timeout=patience) as client,
        pytest.raises(kind) as caught,
    ):
        client.call("sale.order", method, ids=[1])
    assert type(caught.value) is kind


def test_a_redirect_is_not_followed_but_named(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/json/2/res.partner/search").respond_with_data(
        "", status=301, headers={"Location": "https://erp.example.com/json/2/res.partner/search?key=x"}
    )
    with client_of(httpserver.url_for("")) as client, pytest.raises(ConfigError, match="leads on to https://erp"):
        client.call("res.partner", "search", domain=[])


def test_a_redirect_within_another_website_is_no_way_to_odoo(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/json/2/res.partner/search").respond_with_data(status=302, headers={"Location": "/x/"})
    with client_of(httpserver.url_for("")) as client, pytest.raises(ConfigError, match="There is no Odoo at http"):
        client.call("res.partner", "search", domain=[])


def test_another_website_at_the_address_is_a_matter_of_settings(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/json/2/res.partner/search").respond_with_data(
        "<html>hi</html>", content_type="text/html"
    )
    with client_of(httpserver.url_for("")) as client, pytest.raises(ConfigError, match="something else answers"):
        client.call("res.partner", "search", domain=[])


def test_no_session_is_kept(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/json/2/res.partner/search").respond_with_json(
        [], headers={"Set-Cookie": "session_id=abc; Path=/"}
    )
    with client_of(httpserver.url_for("")) as client:
        client.call("res.partner", "search", domain=[])
        client.call("res.partner", "search", domain=[])
    assert all("Cookie" not in request.headers for request, _ in httpserver.log)


def test_retry_after_gives_seconds_or_a_date() -> None:
    now = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
    assert retry_after("120") == 120
    assert retry_after("Thu, 01 Jan 2026 12:01:30 GMT", now) == 90
    assert retry_after("Thu, 01 Jan 2026 11:00:00 GMT", now) == 0
    assert retry_after("") is None
    assert retry_after("soon") is None


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that nobody but its owner trusts, with its key in the same file."""
    import ipaddress

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + private)
    return path


@pytest.fixture
def secure_server(certificate: Path) -> Iterator[HTTPServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with HTTPServer(host="127.0.0.1", ssl_context=context) as server:
        server.expect_request("/json/2/res.partner/search").respond_with_json([1])
        yield server


def test_an_untrusted_certificate_is_explained(secure_server: HTTPServer) -> None:
    with client_of(secure_server.url_for("")) as client, pytest.raises(ConfigError, match="not trusted") as caught:
        client.call("res.partner", "search", domain=[])
    assert "Private certificate authority" in caught.value.fix


def test_a_private_authority_is_trusted_by_its_bundle(secure_server: HTTPServer, certificate: Path) -> None:
    with client_of(secure_server.url_for(""), ca_bundle=str(certificate)) as client:
        assert client.call("res.partner", "search", domain=[]) == [1]


def test_a_bundle_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        client_of("https://127.0.0.1", ca_bundle="/no/such/file.pem")
    (tmp_path / "empty.pem").write_text("hello")
    with pytest.raises(ConfigError, match="holds no certificate"):
        client_of("https://127.0.0.1", ca_bundle=str(tmp_path / "empty.pem"))
