"""A connection: one store, one company of one Odoo database, and how they are kept in step.

Decides that an address is plain http(s) without a name or password in it, and that secrets are locked at rest.
"""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now

from woodoo.connections.secrets import EncryptedTextField, encrypted_fields
from woodoo.connections.settings import ConnectionSettings
from woodoo.domain.errors import ConfigError
from woodoo.runtime.addresses import check_typed


def new_hook_token() -> str:
    """Make the unguessable part of a connection's webhook address."""
    return secrets.token_urlsafe(24)


def new_webhook_secret() -> str:
    """Make the secret the store signs its webhooks with."""
    return secrets.token_urlsafe(32)


def check_address(value: str) -> None:
    """Refuse an address that is not plain http(s), that carries credentials, which would end up in logs, or that is
    written as one of a private network Woodoo may not go to.

    Raises:
        ValidationError: says what is wrong.
    """
    try:
        parts = urlsplit(value)
        host, _port = parts.hostname, parts.port
    except ValueError as exc:
        raise ValidationError("This is not an address: %(why)s.", params={"why": str(exc)}) from exc
    if parts.scheme not in {"http", "https"}:
        raise ValidationError("The address has to begin with https:// (or http://).")
    if not host:
        raise ValidationError("The address names no host.")
    if parts.username is not None or parts.password is not None:
        raise ValidationError("Leave name and password out of the address; they have fields of their own.")
    if parts.query or parts.fragment:
        raise ValidationError("Leave out everything from ? or # on.")
    try:
        check_typed(value, whose="This address:", where="address")
    except ConfigError as exc:
        raise ValidationError(str(exc)) from exc


class Connection(models.Model):
    """One store and one Odoo company."""

    name = models.CharField(max_length=100, unique=True, help_text="What you call it, such as Shop NL.")
    hook_token = models.CharField(max_length=64, unique=True, default=new_hook_token, editable=False)
    store_platform = models.CharField(max_length=40, default="woocommerce")
    store_url = models.CharField(
        "store address", max_length=500, validators=[check_address], help_text="Such as https://shop.example.com"
    )
    store_key = EncryptedTextField("store key", default="", blank=True, help_text="Consumer key, ck_…")
    store_secret = EncryptedTextField("store secret", default="", blank=True, help_text="Consumer secret, cs_…")
    webhook_secret = EncryptedTextField("webhook secret", default=new_webhook_secret, blank=True)
    #: The one before, which deliveries under way are still signed with; empty where there is none.
    previous_webhook_secret = EncryptedTextField("previous webhook secret", default="", blank=True)
    webhook_secret_renewed_at = models.DateTimeField(null=True, blank=True, editable=False)
    store_ca_bundle = models.CharField(
        max_length=500,
        default="",
        blank=True,
        help_text="Certificate authority file of the store, if private.",
    )
    store_login = models.CharField(
        "WordPress login", max_length=200, default="", blank=True, help_text="Of a user who may upload pictures."
    )
    store_password = EncryptedTextField(
        "application password", default="", blank=True, help_text="Of that user, made in WordPress."
    )
    odoo_url = models.CharField(
        "Odoo address", max_length=500, validators=[check_address], help_text="Such as https://company.odoo.com"
    )
    odoo_database = models.CharField(max_length=200, help_text="Name of the Odoo database.")
    odoo_login = models.CharField(max_length=200, default="", blank=True, help_text="Login of the Odoo user.")
    odoo_key = EncryptedTextField("Odoo key", default="", blank=True, help_text="API key of the user, or the password.")
    odoo_company_id = models.IntegerField(default=1, help_text="Id of the company (res.company) the orders belong to.")
    odoo_ca_bundle = models.CharField(
        max_length=500, default="", blank=True, help_text="Certificate authority file of Odoo, if private."
    )
    #: The unguessable part of the address at which Odoo may hint at news; empty where it does not.
    odoo_push_token = models.CharField(max_length=64, default="", blank=True, editable=False)
    #: Addresses alerts go to, in the form of Apprise, one a line. They hold passwords.
    alert_channels = EncryptedTextField("alert channels", default="", blank=True)
    #: What was saved though a test failed, in words; empty where all was tried, or a test has passed since.
    unchecked = models.CharField(max_length=500, default="", blank=True, editable=False)
    enabled = models.BooleanField(default=True, help_text="Off: events are still taken in, and wait.")
    settings = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name

    @property
    def rules(self) -> ConnectionSettings:
        """The settings, checked.

        Raises:
            ConfigError: one of them is not right.
        """
        return ConnectionSettings.parse(self.settings, connection=self.name)

    @property
    def known_secrets(self) -> tuple[str, ...]:
        """The secrets in clear text, so that the ledger can leave them out.

        Raises:
            ConfigError: one of them cannot be opened.
        """
        return tuple(value for field in encrypted_fields(type(self)) if (value := getattr(self, field.attname)))

    def clean(self) -> None:
        """Check the settings together with the fields.

        Raises:
            ValidationError: a setting is not right.
        """
        super().clean()
        try:
            ConnectionSettings.parse(self.settings, connection=self.name)
        except ConfigError as exc:
            raise ValidationError({"settings": exc.message}) from exc

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it, with addresses in one form, no slash at the end, and a name of one line: mails are headed by it."""
        self.name = " ".join(self.name.split())
        self.store_url = self.store_url.rstrip("/")
        self.odoo_url = self.odoo_url.rstrip("/")
        super().save(*args, **kwargs)


class Checklist(models.Model):
    """What stands between a connection and its going live, as it was looked at last; and what people have accepted."""

    connection_id = models.IntegerField(primary_key=True)
    #: When both sides were asked last.
    checked_at = models.DateTimeField(null=True)
    #: Point → what was found: state, evidence, what to do.
    points = models.JSONField(default=dict)
    #: Point → who has accepted or done it, and when (ISO).
    ticks = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"checklist of connection {self.connection_id}"


class Change(models.Model):
    """Something that somebody changed (`audit.py`). Holds no secret; kept for good."""

    at = models.DateTimeField(db_default=Now())
    #: Name of the person, or "token NAME"; empty: Woodoo itself.
    who = models.CharField(max_length=200, default="")
    #: "panel", "api", "command"; empty: Woodoo itself.
    how = models.CharField(max_length=20, default="")
    #: None: the installation.
    connection_id = models.IntegerField(null=True)
    what = models.CharField(max_length=200)
    #: Name → value, of what was changed alone.
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        indexes = [models.Index(fields=["connection_id", "-id"], name="connections_change_recent")]

    def __str__(self) -> str:
        return f"{self.who or 'Woodoo'}: {self.what}"
