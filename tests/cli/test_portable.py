"""`woodoo connection export` and `import`: written to be kept, compared before it changes anything, never a secret."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from woodoo.connections.models import Change, Connection
from woodoo.domain.errors import RemoteDown
from woodoo.engine.models import Work

from ..web import scene
from ..web.test_portable import SETTINGS, Odoo
from .conftest import Said

Woodoo = Callable[..., Said]


@pytest.fixture
def shop(both_sides: mock.Mock, db: None) -> Connection:
    both_sides.return_value = Odoo()
    shop = scene.connection()
    shop.settings = dict(SETTINGS)
    shop.save()
    return shop


@pytest.fixture
def file(woodoo: Woodoo, shop: Connection, tmp_path: Path) -> Path:
    """The connection as a file."""
    written = tmp_path / "shop.yaml"
    assert woodoo("connection", "export", "Shop NL", "-o", str(written)).code == 0
    return written


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def settings_of(shop: Connection) -> dict[str, Any]:
    shop.refresh_from_db()
    return dict(shop.settings)


# Out


def test_it_is_printed_alone_so_that_it_can_be_piped(woodoo: Woodoo, shop: Connection) -> None:
    said = woodoo("connection", "export")
    assert said.code == 0
    assert said.out.startswith("# ")
    assert said.out.endswith("\n")
    assert "tax_map:\n    '1': {id: 7, name: IVA 21 %}" in said.out
    for secret in (*scene.SECRETS.values(), shop.hook_token):
        assert secret not in said.out + said.err


def test_it_is_written_to_a_file_and_is_the_same_as_printed(woodoo: Woodoo, shop: Connection, tmp_path: Path) -> None:
    written = tmp_path / "shop.yaml"
    said = woodoo("connection", "export", "Shop NL", "--output", str(written))
    assert (said.code, "Shop NL is written to" in said.out.replace("\n", " ")) == (0, True)
    assert written.read_text("utf-8") == woodoo("connection", "export").out


def test_a_file_that_cannot_be_written_is_a_sentence(woodoo: Woodoo, shop: Connection, tmp_path: Path) -> None:
    said = woodoo("connection", "export", "-o", str(tmp_path / "nowhere" / "shop.yaml"))
    assert said.code == 1
    assert "cannot be written: No such file or directory" in said.err.replace("\n", " ")


def test_which_connection_has_to_be_said_where_there_are_several(woodoo: Woodoo, shop: Connection) -> None:
    scene.connection("Shop DE", hook_token="x" * 32)
    said = woodoo("connection", "export")
    assert said.code == 1
    assert "There are several connections." in said.err


# In


def test_the_same_file_changes_nothing(woodoo: Woodoo, shop: Connection, file: Path) -> None:
    said = woodoo("connection", "import", str(file))
    assert (said.code, "Shop NL is as the file says." in said.out) == (0, True)
    assert settings_of(shop) == SETTINGS


def test_a_dry_run_tells_old_and_new_and_writes_nothing(woodoo: Woodoo, shop: Connection, file: Path) -> None:
    change(file, "post_invoices_from: '2026-01-01'", "post_invoices_from: '2026-02-01'")
    said = woodoo("connection", "import", str(file), "--dry-run")
    assert said.code == 0
    assert "2026-01-01 → 2026-02-01" in said.out
    assert settings_of(shop) == SETTINGS


def test_it_asks_before_it_changes_anything(woodoo: Woodoo, shop: Connection, file: Path) -> None:
    change(file, "post_invoices_from: '2026-01-01'", "post_invoices_from: '2026-02-01'")
    refused = woodoo("connection", "import", str(file), given="n\n")
    assert refused.code == 1
    assert settings_of(shop) == SETTINGS
    work = scene.work(shop, "1", "parked", error_kind="ConfigError")
    taken = woodoo("connection", "import", str(file), given="y\n")
    assert taken.code == 0
    assert "1 record that waited is tried again" in taken.out
    assert settings_of(shop)["post_invoices_from"] == "2026-02-01"
    assert Work.objects.get(pk=work.pk).state == "ready"
    assert Change.objects.filter(what="settings changed", how="command").exists()


def test_with_yes_nobody_is_asked(woodoo: Woodoo, shop: Connection, file: Path) -> None:
    change(file, "warehouse_id: {id: 1, name: Main}\n", "")
    assert woodoo("connection", "import", str(file), "--yes").code == 0
    assert "warehouse_id" not in settings_of(shop), "what the file leaves out is the default again"


def test_every_mistake_comes_with_its_line_and_nothing_is_changed(woodoo: Woodoo, shop: Connection, file: Path) -> None:
    change(file, "post_invoices_from: '2026-01-01'", "post_invoices_from: someday\n  nonsense: 1")
    said = woodoo("connection", "import", str(file), "--yes")
    assert said.code == 1
    lines = file.read_text("utf-8").splitlines()
    for words in ("post_invoices_from", "nonsense"):
        number = next(n for n, line in enumerate(lines, 1) if line.strip().startswith(words))
        assert f"Line {number}: " in said.out + said.err
    assert settings_of(shop) == SETTINGS


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "woodoo: 1"),
        ("just words", "Line 1"),
        ("woodoo: 1\nsettings: {a: 1", "Line "),
        ("woodoo: 1\nsettings: &a {b: 1}\n", "Line 2"),
        ("woodoo: 99\n", "has to begin with 'woodoo: 1'"),
    ],
)
def test_what_is_no_such_file_is_a_sentence(
    woodoo: Woodoo, shop: Connection, tmp_path: Path, text: str, says: str
) -> None:
    file = tmp_path / "other.yaml"
    file.write_text(text, "utf-8")
    said = woodoo("connection", "import", str(file), "--yes")
    assert said.code == 1
    assert says in said.out + said.err
    assert "Traceback" not in said.out + said.err
    assert settings_of(shop) == SETTINGS


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00", "folder"])
def test_a_file_that_cannot_be_read_is_a_sentence(
    woodoo: Woodoo, shop: Connection, tmp_path: Path, content: Any
) -> None:
    file = tmp_path / "shop.yaml"
    if content == "folder":
        file.mkdir()
    elif content is not None:
        file.write_bytes(content)
    said = woodoo("connection", "import", str(file))
    assert said.code == 1
    assert "cannot be read" in said.err.replace("\n", " ")


def test_it_is_read_from_the_input_with_yes(woodoo: Woodoo, shop: Connection, file: Path) -> None:
    change(file, "post_invoices_from: '2026-01-01'", "post_invoices_from: '2026-02-01'")
    said = woodoo("connection", "import", "-", "Shop NL", "--yes", given=file.read_text("utf-8"))
    assert said.code == 0
    assert settings_of(shop)["post_invoices_from"] == "2026-02-01"


def test_from_the_input_nobody_can_be_asked(woodoo: Woodoo, shop: Connection, file: Path) -> None:
    change(file, "post_invoices_from: '2026-01-01'", "post_invoices_from: '2026-02-01'")
    said = woodoo("connection", "import", "-", given=file.read_text("utf-8"))
    assert said.code == 1
    assert "--yes" in said.err
    assert settings_of(shop) == SETTINGS


def test_addresses_and_the_switch_only_where_that_is_asked_for(woodoo: Woodoo, shop: Connection, file: Path) -> None:
    change(file, "name: Shop NL", "name: Shop of the north")
    woodoo("connection", "import", str(file), "--yes")
    shop.refresh_from_db()
    assert shop.name == "Shop NL"
    woodoo("connection", "import", str(file), "--yes", "--with-connection")
    shop.refresh_from_db()
    assert shop.name == "Shop of the north"


def test_an_address_on_another_host_is_never_taken(woodoo: Woodoo, shop: Connection, file: Path) -> None:
    change(file, "odoo_url: https://example.odoo.com", "odoo_url: https://elsewhere.example.com")
    said = woodoo("connection", "import", str(file), "--yes", "--with-connection")
    assert said.code == 1
    assert "another host" in said.out
    shop.refresh_from_db()
    assert shop.odoo_url == "https://example.odoo.com"


def test_a_record_of_another_database_is_found_by_its_name(
    woodoo: Woodoo, shop: Connection, file: Path, both_sides: mock.Mock
) -> None:
    both_sides.return_value = Odoo({**Odoo().rows, "account.tax": {7: "Exempt", 70: "IVA 21 %"}})
    said = woodoo("connection", "import", str(file), "--yes")
    assert said.code == 0
    assert "70" in said.out
    assert settings_of(shop)["tax_map"] == {"1": 70}


def test_where_odoo_is_down_it_is_said_and_taken_with_a_yes_alone_and_marked(
    woodoo: Woodoo, shop: Connection, file: Path, both_sides: mock.Mock
) -> None:
    both_sides.side_effect = RemoteDown("Odoo does not answer.", side="odoo")
    before = settings_of(shop)
    change(file, "warehouse_id: {id: 1, name: Main}", "warehouse_id: {id: 2, name: Other}")
    said = woodoo("connection", "import", str(file), "--yes")
    assert said.code == 1
    assert "add --anyway" in said.err
    assert settings_of(shop) == before
    said = woodoo("connection", "import", str(file), "--yes", "--anyway")
    assert said.code == 0
    assert "Odoo does not answer." in said.out
    shop.refresh_from_db()
    assert shop.settings["warehouse_id"] == 2
    assert "Odoo does not answer." in shop.unchecked


def test_markup_in_a_file_is_text(woodoo: Woodoo, shop: Connection, file: Path) -> None:
    change(file, "order_number_format: 'NO-{number}: # x'", "order_number_format: '[red]{number}[/nonsense]'")
    said = woodoo("connection", "import", str(file), "--yes")
    assert said.code == 0
    assert "[red]{number}[/nonsense]" in said.out


def test_a_broken_pipe_is_no_mistake_of_ours(shop: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    from woodoo.cli.main import guarded

    monkeypatch.setattr(sys, "stdout", Closed())
    assert guarded(["connection", "export"]) in (0, 1, 141)
