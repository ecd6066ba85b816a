"""How the service is set up from its variables."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from woodoo.domain.errors import ConfigError
from woodoo.headers import ContentSecurityPolicy

SHOW = """
import json, sys
from woodoo import settings as s
json.dump({"database": s.DATABASES["default"], "hosts": s.ALLOWED_HOSTS, "hsts": s.SECURE_HSTS_SECONDS,
           "secure": s.SESSION_COOKIE_SECURE, "debug": s.DEBUG, "origins": s.CSRF_TRUSTED_ORIGINS,
           "keep": s.WOODOO_KEEP_DAYS}, sys.stdout, default=str)
"""


def settings_with(home: Path, **variables: str) -> dict[str, object]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("WOODOO_", "DATABASE_"))}
    result = subprocess.run(
        [sys.executable, "-c", SHOW],
        env={**kept, "WOODOO_HOME": str(home), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise ConfigError(result.stderr.splitlines()[-1])
    return json.loads(result.stdout)


def test_the_settings_can_be_read_without_database_and_key_and_leave_nothing_behind(tmp_path: Path):
    home = tmp_path / "home"
    shown = settings_with(home)
    assert shown["database"]["HOST"].startswith("/")
    assert (shown["debug"], shown["secure"], shown["hsts"], shown["keep"]) == (False, False, 0, 90)
    assert not home.exists()


def test_an_own_database_is_used_as_its_address_says(tmp_path: Path):
    shown = settings_with(tmp_path, DATABASE_URL="postgresql://me:p%40ss@db.example.com:5433/shop?sslmode=require")
    database = shown["database"]
    assert [database[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")] == [
        *("shop", "me", "p@ss", "db.example.com", "5433"),
    ]
    assert database["OPTIONS"]["sslmode"] == "require"


def test_https_switches_on_what_belongs_to_it(tmp_path: Path):
    shown = settings_with(tmp_path, WOODOO_URL="https://woodoo.example.com/")
    assert shown["hosts"][0] == "woodoo.example.com"
    assert shown["secure"] is True
    assert shown["hsts"] > 0
    assert shown["origins"] == ["https://woodoo.example.com"]


def test_hosts_can_be_named(tmp_path: Path):
    assert settings_with(tmp_path, WOODOO_HOSTS="a.example.com, b.example.com")["hosts"] == [
        "a.example.com",
        "b.example.com",
    ]


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL"),
        ({"WOODOO_KEEP_DAYS": "soon"}, "WOODOO_KEEP_DAYS"),
        ({"WOODOO_LEASE_SECONDS": "0"}, "WOODOO_LEASE_SECONDS"),
    ],
)
def test_a_variable_that_is_wrong_is_named(tmp_path: Path, variables: dict[str, str], named: str):
    with pytest.raises(ConfigError, match=named):
        settings_with(tmp_path, **variables)


def test_every_answer_tells_browsers_to_load_nothing_from_elsewhere():
    answer = ContentSecurityPolicy(lambda request: HttpResponse())(RequestFactory().get("/"))
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_a_page_may_have_a_policy_of_its_own():
    own = ContentSecurityPolicy(lambda request: HttpResponse(headers={"Content-Security-Policy": "sandbox"}))
    assert own(RequestFactory().get("/")).headers["Content-Security-Policy"] == "sandbox"
