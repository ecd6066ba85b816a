"""The form for a connection.

Decides that a secret goes in and never comes out: an empty field keeps what is stored, and a stored secret is not
sent to a new address unless it is entered again. And that a form that stood open while somebody else changed the
connection writes nothing over.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django import forms
from django.db import transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from woodoo.connections.changing import Meanwhile
from woodoo.connections.models import Connection

from .reach import Role

if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[Connection]
else:
    _ModelForm = forms.ModelForm


@dataclass(frozen=True)
class Group:
    """Fields that stand together on a card."""

    title: str
    fields: list[forms.BoundField]
    hint: str = ""
    wide: bool = False
    #: "store" or "odoo", where it can be tried by itself.
    side: str = ""


def dress(form: forms.Form | forms.ModelForm[Any]) -> None:
    """Give every field the look of the panel."""
    for name, field in form.fields.items():
        widget = field.widget
        css = {
            "checkbox": "form-check-input",
            "select": "form-select",
        }.get(getattr(widget, "input_type", ""), "form-control")
        if form.is_bound and name in form.errors:
            css += " is-invalid"
        widget.attrs["class"] = css


def role_choices() -> list[tuple[str, str]]:
    """Return the roles that can be given, with what the panel calls them in the reader's language."""
    return [(role.word, capfirst(role.label)) for role in (Role.VIEWER, Role.OPERATOR, Role.ADMINISTRATOR)]


class SecretInput(forms.PasswordInput):
    """A field that never shows what it holds, and that browsers do not take for the person's own password."""

    def __init__(self) -> None:
        super().__init__(attrs={"autocomplete": "new-password", "spellcheck": "false"}, render_value=False)


class ConnectionForm(_ModelForm):
    """Name, both sides, and their secrets."""

    store_key = forms.CharField(
        label=_("Consumer key"), required=False, strip=True, widget=SecretInput(), max_length=200
    )
    store_secret = forms.CharField(
        label=_("Consumer secret"), required=False, strip=True, widget=SecretInput(), max_length=200
    )
    webhook_secret = forms.CharField(
        label=_("Webhook secret"), required=False, strip=True, widget=SecretInput(), min_length=16, max_length=200
    )
    store_password = forms.CharField(
        label=_("Application password"), required=False, strip=True, widget=SecretInput(), max_length=200
    )
    odoo_key = forms.CharField(
        label=_("API key or password"), required=False, strip=True, widget=SecretInput(), max_length=500
    )
    #: What the connection was like when the page was opened; programs leave it out.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Connection
        fields = (
            "name",
            "enabled",
            "store_url",
            "store_ca_bundle",
            "store_login",
            "odoo_url",
            "odoo_database",
            "odoo_login",
            "odoo_company_id",
            "odoo_ca_bundle",
        )
        labels = {
            "name": _("Name"),
            "enabled": _("Switched on"),
            "store_url": _("Store address"),
            "store_ca_bundle": _("Private certificate authority"),
            "store_login": _("WordPress login for pictures"),
            "odoo_url": _("Odoo address"),
            "odoo_database": _("Database"),
            "odoo_login": _("Login"),
            "odoo_company_id": _("Company"),
            "odoo_ca_bundle": _("Private certificate authority"),
        }
        help_texts = {
            "name": _("What you call it, such as Shop NL."),
            "enabled": _("Off: events are still taken in, and wait."),
            "store_ca_bundle": _("Certificate authority file of the store, if private."),
            "odoo_ca_bundle": _("Certificate authority file of Odoo, if private."),
            "store_url": _("As in the browser, with the folder if the shop lives in one: https://shop.example.com"),
            "store_login": _("Only to put pictures into the media library. Empty: the store fetches them from Woodoo."),
            "odoo_url": _("https://company.odoo.com, https://odoo.example.com, …"),
            "odoo_database": _("On Odoo Online it is the first part of the address."),
            "odoo_login": _("The user Woodoo works as. Best one of its own, so that Odoo's log tells you two apart."),
            "odoo_company_id": _("Number (id) of the company in Odoo. 1 is the first one."),
        }

    #: Secret → the address it is sent to.
    SENT_TO = {
        "store_key": "store_url",
        "store_secret": "store_url",
        "store_password": "store_url",
        "odoo_key": "odoo_url",
    }
    _HELP = {
        "store_key": _(
            "WooCommerce → Settings → Advanced → REST API → Add key, permission Read/Write. Begins with ck_."
        ),
        "store_secret": _("Shown next to the key, once. Begins with cs_."),
        "webhook_secret": _("Signs what the store sends. Empty: one is made."),
        "store_password": _("WordPress → Users → Profile → Application Passwords. Only together with that login."),
        "odoo_key": _("Odoo → your picture → My Profile → Account Security → New API Key."),
    }

    #: Side → what decides how it is spoken to.
    SIDES = {
        "store": ("store_url", "store_key", "store_secret", "store_ca_bundle"),
        "odoo": ("odoo_url", "odoo_database", "odoo_login", "odoo_key", "odoo_company_id", "odoo_ca_bundle"),
    }
    _OPTIONAL = frozenset({"webhook_secret", "store_password"})

    def __init__(self, *args: Any, typed: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        """Make the form. `typed`: secrets that were typed before and are not saved."""
        super().__init__(*args, **kwargs)
        self._typed = dict(typed or {})
        self._stored = self.initial["seen"] = _fields_of(self.instance)
        for name, text in self._HELP.items():
            self.fields[name].help_text = text
            if self._typed.get(name):
                self.fields[name].widget.attrs["placeholder"] = gettext("•••••••• as typed, not saved yet")
            elif self._has(name):
                self.fields[name].widget.attrs["placeholder"] = gettext("•••••••• kept")
                self.fields[name].help_text = gettext("Kept. Enter a new one only to change it.")
            elif name not in self._OPTIONAL and not self._typed.get(name):
                self.fields[name].required = True
        dress(self)

    def _has(self, name: str) -> bool:
        """Whether a secret is stored, without opening it."""
        return bool(self.instance.pk and self.instance.__dict__.get(name))

    def clean(self) -> dict[str, Any]:
        """Refuse to send a kept secret to another host."""
        data = super().clean() or self.cleaned_data
        if data.get("seen") and data["seen"] != self._stored:
            self.changed_meanwhile()
        for secret, address in self.SENT_TO.items():
            if not self._has(secret) or self.entered(secret) or address not in data:
                continue
            if _host(data[address]) != _host(str(self.initial.get(address, ""))):
                self.add_error(secret, gettext("The address is another one now: enter this again."))
        if data.get("store_login") and not (self.entered("store_password") or self._has("store_password")):
            self.add_error("store_password", gettext("A login needs its application password."))
        return data

    def entered(self, name: str) -> str:
        """Return the secret that was typed now, or before; empty where the stored one stays."""
        return str(self.cleaned_data.get(name) or self._typed.get(name) or "")

    def typed_secrets(self) -> dict[str, str]:
        """Return the secrets that were typed now and are right as far as that is seen."""
        return {name: entered for name in self._HELP if (entered := str(self.cleaned_data.get(name) or ""))}

    def changed_sides(self) -> tuple[str, ...]:
        """Return the sides, "store" and "odoo", that would be spoken to in another way than before."""
        return tuple(
            side
            for side, fields in self.SIDES.items()
            if any(self._differs(name) or (name in self._HELP and self.entered(name)) for name in fields)
        )

    def _differs(self, name: str) -> bool:
        if name not in self.changed_data or name in self._HELP:
            return False
        return str(self.cleaned_data.get(name) or "").rstrip("/") != str(self.initial.get(name) or "").rstrip("/")

    def problems_of(self, side: str) -> bool:
        """Say whether a field of that side needs another look."""
        return any(name in self.errors for name in self.SIDES[side])

    def candidate(self) -> Connection:
        """Return the connection as it would be; it is not saved."""
        tried = copy(self.instance)
        for name in self._HELP:
            if entered := self.entered(name):
                setattr(tried, name, entered)
        return tried

    def changed_meanwhile(self) -> None:
        """Say that somebody else was quicker."""
        said = gettext("The connection was changed meanwhile. Open this page again and repeat what you changed.")
        self.add_error(None, said)

    def save(self, commit: bool = True) -> Connection:
        """Store the connection; secrets left empty stay as they are, and so does what the form does not show.

        Raises:
            Meanwhile: somebody has changed it since the form was made; nothing is stored.
        """
        entered = {name: secret for name in self._HELP if (secret := self.entered(name))}
        for name, secret in entered.items():
            self._enter(name, secret)
        if not (commit and self.instance.pk):
            return super().save(commit)
        renewed = ("previous_webhook_secret", "webhook_secret_renewed_at") if "webhook_secret" in entered else ()
        with transaction.atomic():
            if _fields_of(Connection.objects.select_for_update().get(pk=self.instance.pk)) != self._stored:
                raise Meanwhile(
                    "The connection was changed meanwhile.", where="connection", fix="Look at it again, then change it."
                )
            self.instance.save(update_fields=[*self.Meta.fields, *entered, *renewed, "unchecked", "updated_at"])
        return self.instance

    def _enter(self, name: str, secret: str) -> None:
        """Put a secret in its place; one that signs webhooks leaves the one before it good for some days."""
        if name == "webhook_secret" and self._has(name):
            self.instance.previous_webhook_secret = self.instance.webhook_secret
            self.instance.webhook_secret_renewed_at = timezone.now()
        setattr(self.instance, name, secret)

    def groups(self) -> list[Group]:
        """Return the fields as the page shows them."""
        return [
            Group(
                gettext("Store"),
                [
                    self[n]
                    for n in (
                        "store_url",
                        "store_key",
                        "store_secret",
                        "webhook_secret",
                        "store_ca_bundle",
                        "store_login",
                        "store_password",
                    )
                ],
                gettext("WooCommerce 8 or later"),
                side="store",
            ),
            Group(
                "Odoo",
                [
                    self[n]
                    for n in (
                        "odoo_url",
                        "odoo_database",
                        "odoo_login",
                        "odoo_key",
                        "odoo_company_id",
                        "odoo_ca_bundle",
                    )
                ],
                gettext("Version 14 or later"),
                side="odoo",
            ),
            Group("Woodoo", [self["name"], self["enabled"]], wide=True),
        ]


def fingerprint(stored: Mapping[str, Any]) -> str:
    """Return what tells settings, or fields, from others."""
    return sha256(json.dumps(stored, sort_keys=True).encode()).hexdigest()[:16]


def _fields_of(connection: Connection) -> str:
    return fingerprint({name: getattr(connection, name) for name in ConnectionForm.Meta.fields})


def about(of: Connection, data: Mapping[str, Any] | None) -> str:
    """Return what typed secrets are good for: this connection, with these hosts."""
    urls = [str((data or {}).get(name) or getattr(of, name)) for name in ("store_url", "odoo_url")]
    return f"{of.pk} {[_host(url) for url in urls]}"


def _host(url: str) -> tuple[str, str | None, int | None]:
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname, parts.port
    except ValueError:
        return "", None, None
