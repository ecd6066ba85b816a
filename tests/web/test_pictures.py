"""The address at which a store fetches a picture of Odoo: who gets it, and who does not."""

from __future__ import annotations

import base64
import time
from typing import Any

import pytest
from django.test import Client

from woodoo.connections.images import LIFE, Shown, picture_address
from woodoo.connections.models import Connection
from woodoo.domain.errors import RemoteDown
from woodoo.live import Live
from woodoo.web import pictures

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
NAME = "green-mug-wd0123456789abcdef.png"


class OdooOfPictures:
    """An Odoo that has one picture, of product 7."""

    def __init__(self) -> None:
        self.content: bytes | None = PNG
        self.down = False

    def read(self, model: str, ids: list[int], fields: list[str], context: Any = None) -> list[dict[str, Any]]:
        if self.down:
            raise RemoteDown("Odoo is down.", side="odoo")
        assert (model, fields) == ("product.template", ["image_1920"])
        found = base64.b64encode(self.content).decode() if self.content is not None else False
        return [{"id": 7, "image_1920": found}] if ids == [7] else []


@pytest.fixture
def odoo(monkeypatch: pytest.MonkeyPatch) -> OdooOfPictures:
    there = OdooOfPictures()
    monkeypatch.setattr(Live, "odoo", lambda self, recorder: there)
    return there


def path_of(shop: Connection, *, odoo_id: int = 7, now: float | None = None, name: str = NAME) -> str:
    address = picture_address(Shown(shop.pk, "product", odoo_id, name), now=now)
    return "/" + address.split("/", 3)[3]


def get(path: str, method: str = "get") -> Any:
    return getattr(Client(), method)(path)


def test_a_store_gets_the_picture_as_it_is_in_odoo(shop: Connection, odoo: OdooOfPictures) -> None:
    answer = get(path_of(shop))
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, PNG, "image/png")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert "Set-Cookie" not in answer


def test_a_head_request_tells_type_and_length_without_the_picture(shop: Connection, odoo: OdooOfPictures) -> None:
    answer = get(path_of(shop), "head")
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, b"", "image/png")
    assert answer["Content-Length"] == str(len(PNG))


@pytest.mark.parametrize("part", ["connection", "product", "expiry", "signature", "name"])
def test_an_address_that_was_changed_shows_nothing(shop: Connection, odoo: OdooOfPictures, part: str) -> None:
    parts = path_of(shop).split("/")
    place = {"connection": 2, "product": 4, "expiry": 5, "signature": 6, "name": 7}[part]
    parts[place] = {2: "999", 4: "8", 5: str(int(parts[5]) + 1), 6: "0" * 64, 7: "other.png"}[place]
    assert get("/".join(parts)).status_code == 403


def test_the_product_of_another_connection_is_not_shown(shop: Connection, odoo: OdooOfPictures) -> None:
    other = Connection.objects.get(pk=shop.pk)
    other.pk, other.name, other.hook_token = None, "Another shop", "another-token"
    other.save()
    path = path_of(shop).replace(f"/pictures/{shop.pk}/", f"/pictures/{other.pk}/")
    assert get(path).status_code == 403


def test_an_address_is_good_for_an_hour(shop: Connection, odoo: OdooOfPictures) -> None:
    assert get(path_of(shop, now=time.time() - LIFE + 60)).status_code == 200
    assert get(path_of(shop, now=time.time() - LIFE - 1)).status_code == 410


def test_a_picture_that_is_gone_is_told(shop: Connection, odoo: OdooOfPictures) -> None:
    odoo.content = None
    assert get(path_of(shop)).status_code == 404
    assert get(path_of(shop, odoo_id=8)).status_code == 404


def test_a_connection_that_is_switched_off_shows_nothing(shop: Connection, odoo: OdooOfPictures) -> None:
    shop.enabled = False
    shop.save()
    assert get(path_of(shop)).status_code == 404


def test_what_is_too_big_is_not_shown(shop: Connection, odoo: OdooOfPictures) -> None:
    shop.settings = {**shop.settings, "image_max_mb": 1}
    shop.save()
    odoo.content = PNG + bytes(1024 * 1024)
    assert get(path_of(shop)).status_code == 413


@pytest.mark.parametrize("content", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"hello", b"<html></html>"])
def test_nothing_but_pictures_is_shown(shop: Connection, odoo: OdooOfPictures, content: bytes) -> None:
    odoo.content = content
    answer = get(path_of(shop))
    assert answer.status_code == 415
    assert answer["Content-Type"].startswith("text/plain")


def test_while_odoo_is_down_the_store_is_told_to_come_again(shop: Connection, odoo: OdooOfPictures) -> None:
    odoo.down = True
    assert get(path_of(shop)).status_code == 503


def test_a_picture_can_only_be_fetched(shop: Connection, odoo: OdooOfPictures) -> None:
    assert get(path_of(shop), "post").status_code == 405


def test_who_guesses_addresses_is_slowed_down(shop: Connection, odoo: OdooOfPictures) -> None:
    wrong = path_of(shop).replace("/product/7/", "/product/8/")
    assert {get(wrong).status_code for _ in range(70)} == {403, 429}
    assert get(path_of(shop)).status_code == 200


def test_the_name_of_the_file_goes_along(shop: Connection, odoo: OdooOfPictures) -> None:
    assert get(path_of(shop))["Content-Disposition"] == f'inline; filename="{NAME}"'
    assert pictures._HEADERS["Content-Security-Policy"] == "default-src 'none'; sandbox"
