"""Badly set up sites print around the JSON; pages of HTML are not data."""

import json

import pytest

from woodoo.stores.woocommerce.answers import Answer, read_body

ROWS = [{"id": 1, "name": "Käse [mild] {new}"}]
JSON = json.dumps(ROWS)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("\ufeff", ""),
        ("\n\n", "\n"),
        ("<br />\n<b>Notice</b>:  Undefined index: x[0] in <b>/var/www/a.php</b> on line <b>3</b><br />\n", ""),
        ("PHP Deprecated: Optional parameter {a} before [required] in /x.php on line 3\n", ""),
        ("", "\n<!-- Performance optimized by a cache plugin -->"),
    ],
)
def test_json_is_read_through_the_noise(before, after):
    body = read_body(f"{before}{JSON}{after}".encode())
    assert body.is_json
    assert body.data == ROWS


def test_the_noise_is_kept_to_be_shown():
    assert read_body(b"<b>Warning</b>: disk full\n[]").noise == "Warning : disk full"


@pytest.mark.parametrize(
    "page",
    [
        '<!DOCTYPE html><html><script type="application/ld+json">{"a": 1}</script></html>',
        "<html><head><title>503</title></head></html>",
        "\n <HTML>[]</HTML>",
        "error establishing a database connection",
        "[1, 2",
        "",
        '{"a": 1} and more',
    ],
)
def test_anything_else_is_no_data(page):
    body = read_body(page.encode())
    assert not body.is_json
    assert body.data is None
    assert "<" not in body.text


@pytest.mark.parametrize("inside", ["[" * 200_000 + "]" * 200_000, "9" * 5000], ids=["a nest", "an endless number"])
def test_json_that_cannot_be_taken_apart_is_no_data(inside):
    assert not read_body(f'[{{"id": 1, "x": {inside}}}]'.encode()).is_json


def test_bytes_that_are_no_text_are_no_data():
    assert not read_body(b"\xff\xfe\x00\x80").is_json


def test_an_error_object_is_taken_apart():
    answer = Answer(400, {}, data={"code": "a", "message": "<p>No.</p>", "data": {"resource_id": 3}})
    assert (answer.code, answer.message, answer.error_data) == ("a", "No.", {"resource_id": 3})
    assert (Answer(200, {}, data=[1]).code, Answer(200, {}, data={"data": "x"}).error_data) == ("", {})
