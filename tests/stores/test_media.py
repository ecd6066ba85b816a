"""The media library of WordPress: pictures are found again by their mark, and each refusal says what to do."""

from __future__ import annotations

import json

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from woodoo.domain.errors import ConfigError, DataError, OutcomeUnknown, RemoteDown
from woodoo.domain.picture import Picture, file_name, make_mark
from woodoo.stores.woocommerce.media import WordPressMedia

MARK = make_mark("a")
NAME = file_name("Green mug", Picture("product", 7, MARK, "image/png"))
PNG = b"\x89PNG\r\n\x1a\n...."


@pytest.fixture
def media(httpserver: HTTPServer) -> WordPressMedia:
    return WordPressMedia(httpserver.url_for(""), "woodoo", "abcd efgh")


def refuse(httpserver: HTTPServer, status: int, code: str, message: str) -> None:
    answer = json.dumps({"code": code, "message": message, "data": {"status": status}})
    httpserver.expect_request("/wp-json/wp/v2/media", method="POST").respond_with_data(
        answer, status=status, content_type="application/json"
    )


def test_a_picture_goes_up_as_it_is_with_the_login(httpserver: HTTPServer, media: WordPressMedia) -> None:
    seen: list[Request] = []

    def take(request: Request) -> Response:
        request.get_data()
        seen.append(request)
        return Response('{"id": 590, "source_url": "x"}', 201, content_type="application/json")

    httpserver.expect_request("/wp-json/wp/v2/media", method="POST").respond_with_handler(take)
    assert media.upload(NAME, PNG, "image/png", "Green mug & saucer") == "590"
    assert seen[0].get_data() == PNG
    assert seen[0].headers["Content-Disposition"] == f'attachment; filename="{NAME}"'
    assert seen[0].authorization is not None
    assert (seen[0].authorization.username, seen[0].authorization.password) == ("woodoo", "abcd efgh")
    assert seen[0].args["alt_text"] == "Green mug & saucer"


def test_a_picture_is_found_by_its_mark_and_no_other(httpserver: HTTPServer, media: WordPressMedia) -> None:
    rows = [
        {"id": 5, "source_url": "https://shop.example.com/wd0000000000000000.png"},
        {"id": 6, "source_url": f"https://shop.example.com/wp-content/uploads/{NAME}"},
    ]
    httpserver.expect_request("/wp-json/wp/v2/media", query_string={
        "search": f"wd{MARK}", "_fields": "id,source_url", "per_page": "20", "orderby": "id",
    }).respond_with_json(rows)  # fmt: skip
    assert media.find([MARK]) == {MARK: "6"}


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (401, "incorrect_password", ConfigError),
        (403, "rest_cannot_create", ConfigError),
        (500, "rest_upload_unknown_error", DataError),
        (400, "rest_upload_file_too_big", DataError),
        (503, "", RemoteDown),
    ],
)
def test_each_refusal_has_its_consequence(
    httpserver: HTTPServer, media: WordPressMedia, status: int, code: str, kind: type[Exception]
) -> None:
    refuse(httpserver, status, code, "Sorry.")
    with pytest.raises(kind):
        media.upload(NAME, PNG, "image/png", "")


def test_after_half_an_answer_the_picture_may_be_there(httpserver: HTTPServer, media: WordPressMedia) -> None:
    httpserver.expect_request("/wp-json/wp/v2/media", method="POST").respond_with_data('{"id": 5, "sour', status=201)
    with pytest.raises(OutcomeUnknown):
        media.upload(NAME, PNG, "image/png", "")


def test_a_password_never_goes_over_an_open_line() -> None:
    with pytest.raises(ConfigError, match="only sent over https"):
        WordPressMedia("http://shop.example.com", "woodoo", "abcd")
