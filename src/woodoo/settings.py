"""How the service is set up: from a few variables, with safe defaults for the rest.

| variable                 | what it is                                                        | default              |
|--------------------------|-------------------------------------------------------------------|----------------------|
| WOODOO_HOME              | folder of data and secrets                                        | see runtime/home.py  |
| DATABASE_URL             | a PostgreSQL of one's own                                         | the one in the home  |
| WOODOO_URL               | address people and stores reach Woodoo at; https switches on HSTS | http://127.0.0.1:8000 |
| WOODOO_HOSTS             | host names answered to, separated by commas                       | that of WOODOO_URL   |
| WOODOO_PROXY             | 1: a proxy in front sets X-Forwarded-Proto and -For and is trusted | 0                   |
| WOODOO_SECRET_KEYS, WOODOO_SECRET_KEY_FILE | see connections/keys.py                         | a file in the home   |
| WOODOO_PRIVATE_NETWORKS  | private networks stores and Odoo may be in, by commas, or "all"   | none                 |
| WOODOO_KEEP_DAYS         | days events, runs and calls are kept                              | 90                   |
| WOODOO_KEEP_MB           | most megabytes of them that are kept; the oldest go first         | 4096                 |
| WOODOO_SECOND_FACTOR     | who has to have a second factor: "administrators" or "everybody"  | as chosen in People  |
| WOODOO_HOOK_MAX_BYTES    | largest body of a webhook that is read                            | 4194304              |
| WOODOO_REQUEST_SECONDS   | seconds a request to the service may take to arrive; see web/server.py | 30              |
| WOODOO_LEASE_SECONDS     | seconds until the records of a worker that vanished are taken over | 60                  |
| WOODOO_CALL_SECONDS      | seconds after which a call is over, though nobody waits for it    | 130                  |
| WOODOO_METRICS_NETWORKS  | networks that may read /metrics without a token, by commas        | none                 |
| WOODOO_DELAY_MINUTES     | minutes from which on /metrics counts an order as delayed         | 30                   |
| WOODOO_LOG_LEVEL         | least level that is logged; see logs.py                           | INFO                 |
| WOODOO_LOG_FORMAT        | json or text; see logs.py                                         | text on a terminal   |
| WOODOO_DEBUG             | 1: Django's debug pages. Never on a server                        | 0                    |
| WOODOO_HOST, WOODOO_PORT | address and port `woodoo run` listens on; see cli/run.py          | 127.0.0.1, 8000      |
| WOODOO_WEB_PROCESSES     | likewise: its web processes                                       | 2                    |
| WOODOO_WORKERS           | likewise: its worker processes                                    | 2                    |
| WOODOO_CONCURRENCY       | likewise: batches at once of each worker                          | 4                    |
| WOODOO_PG_USER           | account of the embedded PostgreSQL where root starts it           | runtime/accounts.py |
| WOODOO_ADMIN_PASSWORD    | password for `woodoo admin create`, and of the first account    | asked for            |
| WOODOO_STORE_KEY, WOODOO_STORE_SECRET, WOODOO_ODOO_KEY | for `woodoo connection add`         | asked for            |
| WOODOO_ODOO_ADMIN_KEY                                  | for `woodoo connection push`        | asked for            |

Can be imported without a database and without a key: both are looked for when they are first used.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from django.utils.functional import SimpleLazyObject
from psycopg.conninfo import conninfo_to_dict

from woodoo.connections import keys
from woodoo.domain.errors import ConfigError
from woodoo.runtime.addresses import allowed_networks, networks_in
from woodoo.runtime.postgres import DATABASE, ROLE, EmbeddedPostgres


def _flag(name: str) -> bool:
    return os.environ.get(name, "").lower() in {"1", "true", "yes", "on"}


def _one_of(name: str, words: tuple[str, ...]) -> str:
    """Return a variable that is one of these words; the first where it is not set.

    Raises:
        ConfigError: it is something else.
    """
    text = os.environ.get(name, "").strip().lower()
    if text not in words:
        known = ", ".join(word for word in words if word)
        raise ConfigError(f"{name} is {text!r}, which is none of: {known}.", where=name)
    return text


def _number(name: str, default: int) -> int:
    text = os.environ.get(name, "")
    if not text:
        return default
    if not text.isdigit() or int(text) < 1:
        raise ConfigError(f"{name} is {text!r}, which is not a whole number above 0.", where=name)
    return int(text)


def database() -> dict[str, Any]:
    """Return the database as Django wants it: DATABASE_URL, else the embedded server's, started or not."""
    embedded = EmbeddedPostgres()
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        try:
            url = embedded.url()
        except ConfigError:  # never started: commands that need no database still work
            url = f"host='{embedded.socket_dir}' dbname={DATABASE} user={ROLE}"
    try:
        parts = conninfo_to_dict(url)
    except Exception as exc:
        raise ConfigError(
            "DATABASE_URL is not the address of a PostgreSQL database.",
            where="DATABASE_URL",
            fix="Write it as postgresql://user:password@host:5432/database.",
        ) from exc
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", None) or DATABASE,
        "USER": parts.pop("user", None) or "",
        "PASSWORD": parts.pop("password", None) or "",
        "HOST": parts.pop("host", None) or "",
        "PORT": str(parts.pop("port", None) or ""),
        "OPTIONS": {"application_name": "woodoo", **parts},
        # The receiver lives on connections that stay open; a dead one is noticed before it is used.
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


# Keys

SECRET_KEY = cast(str, SimpleLazyObject(lambda: keys.signing_keys()[0]))
SECRET_KEY_FALLBACKS = cast("list[str]", SimpleLazyObject(lambda: keys.signing_keys()[1:]))

# Where it is reached

DEBUG = _flag("WOODOO_DEBUG")
WOODOO_URL = os.environ.get("WOODOO_URL", "http://127.0.0.1:8000").rstrip("/")
_HTTPS = WOODOO_URL.startswith("https://")
_HOSTS = [name.strip() for name in os.environ.get("WOODOO_HOSTS", "").split(",") if name.strip()]
ALLOWED_HOSTS = _HOSTS or [urlsplit(WOODOO_URL).hostname or "127.0.0.1", "127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [WOODOO_URL] if _HTTPS else []
WOODOO_PROXY = _flag("WOODOO_PROXY")
if WOODOO_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# What it is made of

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "axes",
    "django_htmx",
    "ninja",
    "procrastinate.contrib.django",
    "woodoo.engine",
    "woodoo.connections",
    "woodoo.alerts",
    "woodoo.trials",
    "woodoo.web",
]
MIDDLEWARE = [
    "woodoo.headers.KnownHostsOnly",
    "django.middleware.security.SecurityMiddleware",
    "woodoo.headers.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "woodoo.web.language.ReadersLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "woodoo.web.acting.Acting",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "woodoo.web.way_back.WayBack",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "woodoo.web.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Where it goes itself

allowed_networks()  # says at once where WOODOO_PRIVATE_NETWORKS cannot be read

# Language and time: stored in UTC, shown in UTC unless the person chose otherwise

LANGUAGE_CODE = "en"
#: Each in its own words; who reads which is decided in web/language.py. The command line speaks English.
LANGUAGES = [("en", "English"), ("es", "Español"), ("de", "Deutsch"), ("fr", "Français")]
LOCALE_PATHS = [Path(__file__).parent / "web" / "locale"]
LANGUAGE_COOKIE_NAME = "woodoo_language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Static files, served by whitenoise straight from the packages

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

# Who gets in

LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
if WOODOO_PROXY:  # else five wrong tries from anywhere would lock a name for everybody
    AXES_CLIENT_IP_CALLABLE = "woodoo.headers.client_address"

# What browsers are told

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _HTTPS else 0
SECURE_SSL_REDIRECT = _HTTPS and WOODOO_PROXY
#: Beyond what a webhook needs; the receiver has a limit of its own.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# The engine

PROCRASTINATE_IMPORT_PATHS = ["woodoo.engine.schedule"]
#: An order of 1,000 lines with some meta data each comes to about 1.5 MB.
WOODOO_HOOK_MAX_BYTES = _number("WOODOO_HOOK_MAX_BYTES", 4 * 1024 * 1024)
WOODOO_SECOND_FACTOR = _one_of("WOODOO_SECOND_FACTOR", ("", "administrators", "everybody"))
WOODOO_KEEP_DAYS = _number("WOODOO_KEEP_DAYS", 90)
WOODOO_KEEP_MB = _number("WOODOO_KEEP_MB", 4096)
WOODOO_LEASE_SECONDS = _number("WOODOO_LEASE_SECONDS", 60)
#: Who may read /metrics without a token, and from when on an order is delayed.
WOODOO_METRICS_NETWORKS = networks_in("WOODOO_METRICS_NETWORKS")
WOODOO_DELAY_MINUTES = _number("WOODOO_DELAY_MINUTES", 30)
#: More than Odoo's `limit_time_real`, after which it ends a request of its own accord.
WOODOO_CALL_SECONDS = _number("WOODOO_CALL_SECONDS", 130)

# Logs are set up by `woodoo.logs.set_up`, which keeps personal data out of them

LOGGING_CONFIG = None
SILENCED_SYSTEM_CHECKS = [
    "security.W008",  # redirect to https: the proxy in front does it, or there is none
    "security.W021",  # HSTS preload is for the owner of the whole domain to decide
    "security.W005",  # likewise for its subdomains
]
