"""Each fault of a store becomes a sentence that says what to do."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime

import httpx2
import pytest

from woodoo.domain.errors import ConfigError, DataError, OutcomeUnknown, RemoteDown, RemoteError
from woodoo.stores.woocommerce.answers import Answer
from woodoo.stores.woocommerce.errors import (
    NoRoute,
    NotFound,
    Refused,
    answer_error,
    item_error,
    retry_after,
    transport_error,
)

from .samples import names, sample

STORE = "https://shop.example.com"


def judge(name: str, *, proven: bool = False):
    recording = sample(name)
    method, url = recording["request"]["method"], recording["request"]["url"]
    where = url.split("/wp-json/wc/v3/")[-1].split("?")[0]
    answer = Answer(recording["status"], recording["headers"], recording["body"])
    return answer_error(answer, method=method, where=where, store=STORE, proven=proven)


def page(status: int, text: str = "", method: str = "GET", **headers: str):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = Answer(status, named, is_json=False, text=text)
    return answer_error(answer, method=method, where="orders", store=STORE)


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("err_401_bad_key", ConfigError, "does not know the consumer key"),
        ("err_401_no_auth", ConfigError, "does not know the consumer key"),
        ("err_401_bad_secret", ConfigError, "secret is wrong"),
        ("err_401_http_basic_refused", ConfigError, "does not know the consumer key"),
        ("err_401_readonly_key_write", ConfigError, "may not write"),
        ("err_401_writeonly_key_read", ConfigError, "may not read"),
        ("err_404_no_route", NoRoute, "no route nonsense"),
        ("err_404_order", NotFound, "no record orders/999999"),
        ("err_404_product", NotFound, "no record products/999999"),
        ("err_404_customer", NotFound, "no record customers/999999"),
        ("err_404_variation_wrong_parent", NotFound, "products/11/variations/42"),
        ("err_400_per_page_101", Refused, "per_page must be between"),
        ("err_400_duplicate_sku", Refused, "SKU"),
        ("err_413_batch_101", Refused, "100 items"),
        ("err_500_order_zero_qty", OutcomeUnknown, "failed in the middle of POST orders"),
        ("err_refund_too_much", Refused, "Invalid refund amount"),
        ("err_refund_api_refund_true_no_gateway", Refused, "gateway"),
        ("webhook_bad_topic", Refused, "topic"),
        ("webhook_bad_url", Refused, "URL"),
    ],
)
def test_recorded_errors(name, kind, words):
    error = judge(name)
    assert type(error) is kind
    assert words in error.message
    assert error.fix


def test_every_recorded_refusal_names_the_place_and_what_to_do():
    refused = [name for name in names("err_*") if sample(name)["status"] >= 400]
    assert len(refused) > 30
    for name in refused:
        error = judge(name)
        assert isinstance(error, DataError | ConfigError | OutcomeUnknown), name
        assert error.where, name
        assert error.where in error.message or isinstance(error, ConfigError), name
        assert error.fix.endswith("."), name
        assert "<" not in error.message, name


def test_a_duplicate_sku_tells_who_has_it():
    error = judge("err_400_duplicate_sku")
    assert isinstance(error, Refused)
    assert error.code == "product_invalid_sku"
    assert error.data["resource_id"] == sample("err_400_duplicate_sku")["body"]["data"]["resource_id"]


def test_a_key_that_worked_before_was_deleted():
    error = judge("err_401_bad_key", proven=True)
    assert isinstance(error, ConfigError)
    assert error.message == "The store does not know the consumer key any more."


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("Consumer key is invalid.", "does not know the consumer key"),
        ("Invalid signature - provided signature does not match.", STORE),
        ("Invalid timestamp.", "clock says 03:00"),
        ("Clave secreta no es correcta", "Clave secreta no es correcta."),
    ],
)
def test_what_a_signature_check_says(message, words):
    body = {"code": "woocommerce_rest_authentication_error", "message": message, "data": {"status": 401}}
    answer = Answer(401, {"date": "Sat, 21 Nov 2026 03:00:00 GMT"}, body)
    error = answer_error(answer, method="GET", where="orders", store=STORE)
    assert isinstance(error, ConfigError)
    assert words in error.message


def test_overload_is_the_moment_not_the_record():
    error = page(429, retry_after="7")
    assert isinstance(error, RemoteDown)
    assert (error.side, error.retry_after) == ("store", 7.0)
    assert isinstance(page(503, "Maintenance"), RemoteDown)
    assert isinstance(page(503, "Maintenance", method="POST"), RemoteDown)
    assert isinstance(page(429, method="POST"), RemoteDown)


@pytest.mark.parametrize("status", [502, 504, 524])
def test_a_proxy_that_gave_up_on_a_write_leaves_its_outcome_open(status):
    assert isinstance(page(status, "Bad gateway", method="POST"), OutcomeUnknown)
    assert isinstance(page(status, "Bad gateway"), RemoteDown)


def test_a_fatal_error_is_no_outage():
    error = page(500, "There has been a critical error on this website.")
    assert type(error) is RemoteError
    assert "critical error" in error.message
    assert isinstance(page(500, "critical", method="POST"), OutcomeUnknown)


def test_a_page_in_place_of_data():
    assert isinstance(page(404, "Not found"), NoRoute)
    assert isinstance(page(403, "Access denied"), RemoteDown)
    assert isinstance(page(200, "Coming soon"), ConfigError)
    assert 'It says: "Coming soon"' in page(200, "Coming soon").message


@pytest.mark.parametrize(
    ("location", "fix"),
    [
        ("https://www.shop.example.com/wp-json/wc/v3/orders?x=1", "to https://www.shop.example.com."),
        ("https://other.example/shop/wp-json/wc/v3/orders", "to https://other.example/shop."),
        ("/wp-login.php?redirect_to=x", "leave https://shop.example.com/wp-json alone"),
        ("/wp-json/wc/v3/orders/", "leave https://shop.example.com/wp-json alone"),
    ],
)
def test_a_redirect_names_the_address_to_use(location, fix):
    error = page(301, location=location)
    assert isinstance(error, ConfigError)
    assert fix in error.fix


def test_a_redirect_never_repeats_what_stood_in_the_query():
    error = page(302, location="https://x.example/wp-json/wc/v3/orders?consumer_secret=cs_1")
    assert "cs_1" not in str(error)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("12", 12.0), ("0", 0.0), ("Sat, 21 Nov 2026 10:00:30 GMT", 30.0), ("Sat, 21 Nov 2026 09:00:00 GMT", 0.0),
     ("soon", None), ("", None)],
)  # fmt: skip
def test_retry_after_as_seconds_or_as_a_date(value, seconds):
    assert retry_after({"retry-after": value}, now=datetime(2026, 11, 21, 10, tzinfo=UTC)) == seconds


def raised(error: httpx2.TransportError, *causes: BaseException) -> httpx2.TransportError:
    """Chain an error as the HTTP library does."""
    link: BaseException = error
    for cause in causes:
        link.__cause__ = cause
        link = cause
    return error


def certificate(message: str) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = message
    return error


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (raised(httpx2.ConnectError("x"), OSError(), socket.gaierror(-2, "x")), RemoteDown, "cannot be found"),
        (raised(httpx2.ConnectError("x"), ConnectionRefusedError()), RemoteDown, "refuses the connection"),
        (raised(httpx2.ConnectError("x"), OSError(113, "no route")), RemoteDown, "cannot be reached"),
        (httpx2.ConnectTimeout("x"), RemoteDown, "does not answer"),
        (httpx2.PoolTimeout("x"), RemoteDown, "busy"),
        (raised(httpx2.ConnectError("x"), certificate("certificate has expired")), RemoteDown, "expired"),
        (raised(httpx2.ConnectError("x"), certificate("self-signed certificate")), ConfigError, "not trusted"),
        (raised(httpx2.ConnectError("x"), ssl.SSLError(1, "wrong version number")), RemoteDown, "secure"),
        (httpx2.ReadTimeout("x"), RemoteDown, "took too long to answer GET orders"),
        (httpx2.RemoteProtocolError("x"), RemoteDown, "broke off its answer to GET orders"),
    ],
)
def test_a_line_that_does_not_work(error, kind, words):
    judged = transport_error(error, method="GET", where="orders", store=STORE)
    assert type(judged) is kind
    assert words in judged.message
    assert judged.fix


@pytest.mark.parametrize("error", [httpx2.ReadTimeout("x"), httpx2.WriteTimeout("x"), httpx2.ReadError("x")])
def test_a_write_without_an_answer_may_have_been_carried_out(error):
    assert isinstance(transport_error(error, method="POST", where="orders", store=STORE), OutcomeUnknown)


@pytest.mark.parametrize("error", [httpx2.ConnectError("x"), httpx2.ConnectTimeout("x"), httpx2.PoolTimeout("x")])
def test_a_write_that_never_left_was_not_carried_out(error):
    assert isinstance(transport_error(error, method="POST", where="orders", store=STORE), RemoteDown)


def test_items_of_a_batch_are_judged_alone():
    rows = sample("err_batch_partial")["body"]
    errors = [row["error"] for kind in rows.values() for row in kind if "error" in row]
    assert errors
    for error in errors:
        status = error["data"].get("status", 400)
        judged = item_error(error["code"], error["message"], error["data"], status=status, where="products/batch")
        assert isinstance(judged, Refused)
        assert judged.code == error["code"]
