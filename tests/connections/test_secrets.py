"""How the keys of a connection are kept."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from django.db import connection as database

from woodoo.connections import keys
from woodoo.connections.models import Connection
from woodoo.connections.secrets import rotate
from woodoo.domain.errors import ConfigError

FIRST, SECOND = keys.new_key(), keys.new_key()


@pytest.fixture(autouse=True)
def one_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WOODOO_SECRET_KEYS", FIRST)


@pytest.fixture
def shop(db: None) -> Connection:
    return Connection.objects.create(
        name="Shop NL",
        store_url="https://shop.example.com/",
        store_key="ck_1",
        store_secret="cs_1",
        odoo_url="https://odoo.example.com",
        odoo_database="shop",
        odoo_login="connector",
        odoo_key="odoo-key-1",
    )


def stored(column: str) -> str:
    with database.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM connections_connection")
        return cursor.fetchone()[0]


def test_secrets_are_locked_in_the_database_and_open_when_read(shop: Connection):
    assert "odoo-key-1" not in stored("odoo_key")
    assert Connection.objects.get().odoo_key == "odoo-key-1"
    assert shop.odoo_key == "odoo-key-1"


def test_a_connection_comes_with_a_webhook_address_and_a_webhook_secret_of_its_own(shop: Connection):
    other = Connection.objects.create(name="B", store_url="http://b", odoo_url="http://b", odoo_database="b")
    assert len(shop.webhook_secret) >= 32
    assert shop.webhook_secret != other.webhook_secret
    assert shop.hook_token != other.hook_token


def test_a_secret_that_is_not_set_is_empty(db: None):
    Connection.objects.create(name="B", store_url="http://b", odoo_url="http://b", odoo_database="b")
    assert stored("odoo_key") == ""
    assert Connection.objects.get().odoo_key == ""


def test_with_a_wrong_key_the_list_can_be_shown_but_no_secret_comes_out(shop: Connection, monkeypatch):
    monkeypatch.setenv("WOODOO_SECRET_KEYS", SECOND)
    (listed,) = Connection.objects.all()
    assert str(listed) == "Shop NL"
    with pytest.raises(ConfigError) as error:
        _ = listed.odoo_key
    assert "Shop NL" in str(error.value)
    assert "Odoo key" in str(error.value)
    assert "WOODOO_SECRET_KEYS" in str(error.value)
    assert error.value.fix
    assert SECOND not in str(error.value)
    with pytest.raises(ConfigError):
        _ = listed.known_secrets


def test_saving_something_else_with_a_wrong_key_destroys_no_secret(shop: Connection, monkeypatch):
    monkeypatch.setenv("WOODOO_SECRET_KEYS", SECOND)
    listed = Connection.objects.get()
    listed.enabled = False
    listed.save()
    monkeypatch.setenv("WOODOO_SECRET_KEYS", FIRST)
    assert Connection.objects.get().odoo_key == "odoo-key-1"
    assert Connection.objects.get().enabled is False


def test_a_secret_can_be_entered_again_with_a_new_key(shop: Connection, monkeypatch):
    monkeypatch.setenv("WOODOO_SECRET_KEYS", SECOND)
    listed = Connection.objects.get()
    listed.odoo_key = "odoo-key-2"
    listed.save()
    assert Connection.objects.get().odoo_key == "odoo-key-2"


def test_a_secret_that_is_not_loaded_yet_is_fetched(shop: Connection):
    assert Connection.objects.defer("odoo_key").get().odoo_key == "odoo-key-1"


def test_a_secret_does_not_show_itself(shop: Connection):
    assert "gAAAA" not in repr(Connection.objects.get().__dict__["odoo_key"])


def test_rotation_locks_everything_with_the_new_key(shop: Connection, monkeypatch):
    monkeypatch.setenv("WOODOO_SECRET_KEYS", f"{SECOND},{FIRST}")
    before = stored("odoo_key")
    assert rotate() == 4
    assert stored("odoo_key") != before
    monkeypatch.setenv("WOODOO_SECRET_KEYS", SECOND)
    read = Connection.objects.get()
    assert (read.store_key, read.store_secret, read.odoo_key) == ("ck_1", "cs_1", "odoo-key-1")
    assert read.webhook_secret == shop.webhook_secret
    monkeypatch.setenv("WOODOO_SECRET_KEYS", FIRST)
    with pytest.raises(ConfigError):
        _ = Connection.objects.get().odoo_key


def test_rotation_without_the_old_key_changes_nothing(shop: Connection, monkeypatch):
    monkeypatch.setenv("WOODOO_SECRET_KEYS", SECOND)
    before = stored("odoo_key")
    with pytest.raises(ConfigError):
        rotate()
    assert stored("odoo_key") == before


def test_all_secrets_are_known_to_whoever_has_to_leave_them_out(shop: Connection):
    assert set(shop.known_secrets) == {"ck_1", "cs_1", "odoo-key-1", shop.webhook_secret}


def test_the_key_file_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path, monkeypatch):
    monkeypatch.delenv("WOODOO_SECRET_KEYS")
    path = tmp_path / "keys"
    monkeypatch.setenv("WOODOO_SECRET_KEY_FILE", str(path))
    first = keys.load_keys()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keys.load_keys() == first
    assert keys.place() == str(path)


def test_without_anything_set_the_key_is_in_the_home_folder(tmp_path: Path, monkeypatch):
    monkeypatch.delenv("WOODOO_SECRET_KEYS")
    monkeypatch.setenv("WOODOO_HOME", str(tmp_path / "home"))
    assert keys.load_keys()
    path = Path(keys.place())
    assert path.is_relative_to(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_key_file_may_hold_several_keys_one_on_each_line(tmp_path: Path, monkeypatch):
    monkeypatch.delenv("WOODOO_SECRET_KEYS")
    path = tmp_path / "keys"
    path.write_text(f"{SECOND}\n\n{FIRST}\n")
    monkeypatch.setenv("WOODOO_SECRET_KEY_FILE", str(path))
    assert keys.load_keys() == (SECOND, FIRST)


@pytest.mark.parametrize("wrong", ["short", "not base64 at all!", "x" * 43])
def test_something_that_is_no_key_is_refused_without_being_shown(wrong: str, monkeypatch):
    monkeypatch.setenv("WOODOO_SECRET_KEYS", wrong)
    with pytest.raises(ConfigError) as error:
        keys.load_keys()
    assert "WOODOO_SECRET_KEYS" in str(error.value)
    assert wrong.split(",")[-1] not in str(error.value)


def test_djangos_signing_keys_follow_the_keys_of_the_installation(monkeypatch):
    (first,) = keys.signing_keys()
    monkeypatch.setenv("WOODOO_SECRET_KEYS", f"{SECOND},{FIRST}")
    assert len(keys.signing_keys()) == 2
    assert keys.signing_keys()[1] == first
    assert FIRST not in first


def test_an_empty_key_file_is_an_error_and_not_a_new_key(tmp_path: Path, monkeypatch):
    monkeypatch.delenv("WOODOO_SECRET_KEYS")
    path = tmp_path / "keys"
    path.touch()
    monkeypatch.setenv("WOODOO_SECRET_KEY_FILE", str(path))
    with pytest.raises(ConfigError):
        keys.load_keys()
    assert os.path.getsize(path) == 0
