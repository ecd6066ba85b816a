"""What each step of setting a connection up asks for.

Decides that a secret that was entered stays entered: its field is empty, says so, and keeps it where nothing is typed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from woodoo.connections.models import check_address
from woodoo.domain.errors import ConfigError
from woodoo.odoo.endpoint import normalise_url
from woodoo.stores.woocommerce.address import normalise

from ..forms import SecretInput, dress
from ..models import ConnectionDraft
from . import draft as drafts

_PLAIN = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}


def _address(shape: Callable[[str], str]) -> Callable[[str], str]:
    """Return what brings a typed address into its form; what is wrong is said beside the field."""

    def clean(typed: str) -> str:
        try:
            url = shape(typed)
        except ConfigError as error:
            raise ValidationError(str(error)) from error
        check_address(url)
        return url

    return clean


class Step(forms.Form):
    """A step, with what was entered before."""

    #: Behind "More".
    more: tuple[str, ...] = ()

    def __init__(self, draft: ConnectionDraft, data: Any = None) -> None:
        super().__init__(data)
        self.draft = draft
        self.shape()
        dress(self)

    def shape(self) -> None:
        """Give fields their values and choices."""

    def put(self) -> None:
        """Write down what was entered and is right so far; the rest stays as it was."""

    def main_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in self.more]

    def more_filled(self) -> bool:
        """Say whether something is entered behind "More", so that it is to be seen."""
        return any(self[name].value() for name in self.more)

    def more_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.more]

    def _keep(self, name: str) -> None:
        """Say of a secret that is there that it may stay."""
        if self.draft.__dict__.get(name):
            self.fields[name].required = False
            self.fields[name].widget.attrs["placeholder"] = _("•••••••• kept")


class StoreStep(Step):
    """Where the store is."""

    more = ("store_ca_bundle",)
    store_url = forms.CharField(
        label=gettext_lazy("Address of the store"),
        max_length=500,
        help_text=gettext_lazy("As in the browser, with the folder if the shop lives in one: https://shop.example.com"),
        widget=forms.TextInput(attrs={**_PLAIN, "inputmode": "url", "autofocus": True}),
    )
    store_ca_bundle = forms.CharField(
        label=gettext_lazy("Private certificate authority"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("File on this server, where the store's certificate is of an authority of your own."),
        widget=forms.TextInput(attrs=_PLAIN),
    )

    def shape(self) -> None:
        self.initial = {"store_url": self.draft.store_url, "store_ca_bundle": self.draft.store_ca_bundle}

    def clean_store_url(self) -> str:
        return _address(normalise)(self.cleaned_data["store_url"])

    def put(self) -> None:
        data = self.cleaned_data
        if url := data.get("store_url"):
            drafts.take_store(self.draft, url, data.get("store_ca_bundle", ""))


class KeysStep(Step):
    """The store's key."""

    store_key = forms.CharField(
        label=gettext_lazy("Consumer key"),
        max_length=200,
        strip=True,
        widget=SecretInput(),
        help_text=gettext_lazy("Begins with ck_."),
    )
    store_secret = forms.CharField(
        label=gettext_lazy("Consumer secret"),
        max_length=200,
        strip=True,
        widget=SecretInput(),
        help_text=gettext_lazy("Begins with cs_. WooCommerce shows both once."),
    )

    def shape(self) -> None:
        self._keep("store_key")
        self._keep("store_secret")

    def put(self) -> None:
        for name in ("store_key", "store_secret"):
            if entered := self.cleaned_data.get(name):
                setattr(self.draft, name, entered)
                self.draft.keys_from = "typed"
                drafts.undo(self.draft, "keys")


class OdooStep(Step):
    """Where Odoo is."""

    more = ("odoo_ca_bundle",)
    odoo_url = forms.CharField(
        label=gettext_lazy("Address of Odoo"),
        max_length=500,
        help_text=gettext_lazy("As in the browser: https://company.odoo.com, https://odoo.example.com, …"),
        widget=forms.TextInput(attrs={**_PLAIN, "inputmode": "url", "autofocus": True}),
    )
    odoo_ca_bundle = forms.CharField(
        label=gettext_lazy("Private certificate authority"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("File on this server, where Odoo's certificate is of an authority of your own."),
        widget=forms.TextInput(attrs=_PLAIN),
    )

    def shape(self) -> None:
        self.initial = {"odoo_url": self.draft.odoo_url, "odoo_ca_bundle": self.draft.odoo_ca_bundle}

    def clean_odoo_url(self) -> str:
        url = _address(normalise_url)(self.cleaned_data["odoo_url"])
        if url == self.draft.store_url:
            raise ValidationError(_("This is the address of the store. Enter that of Odoo."))
        return url

    def put(self) -> None:
        data = self.cleaned_data
        if url := data.get("odoo_url"):
            drafts.take_odoo(self.draft, url, data.get("odoo_ca_bundle", ""))


class LoginStep(Step):
    """Which database, as whom, and what the connection is called."""

    odoo_database = forms.CharField(
        label=gettext_lazy("Database"),
        max_length=200,
        widget=forms.TextInput(attrs=_PLAIN),
    )
    odoo_login = forms.CharField(
        label=gettext_lazy("Login"),
        max_length=200,
        help_text=gettext_lazy(
            "The user Woodoo works as. Best one of its own, so that Odoo's log tells you two apart."
        ),
        widget=forms.TextInput(attrs=_PLAIN),
    )
    odoo_key = forms.CharField(label=gettext_lazy("API key"), max_length=500, strip=True, widget=SecretInput())
    name = forms.CharField(
        label=gettext_lazy("What you call this connection"), max_length=100, widget=forms.TextInput(attrs=_PLAIN)
    )

    def shape(self) -> None:
        one = self.draft
        self._keep("odoo_key")
        if one.odoo_databases:
            options = [(name, name) for name in one.odoo_databases]
            if len(options) > 1:
                options.insert(0, ("", _("Choose")))
            self.fields["odoo_database"] = forms.ChoiceField(label=_("Database"), choices=options)
        else:
            self.fields["odoo_database"].help_text = _("On Odoo Online it is the first part of the address.")
        if len(one.companies) > 1:
            companies = [(str(number), str(name)) for number, name in one.companies]
            self.fields["odoo_company_id"] = forms.TypedChoiceField(
                label=_("Company"), choices=companies, coerce=int, help_text=_("The orders become its own.")
            )
        self.initial = {
            "odoo_database": one.odoo_database,
            "odoo_login": one.odoo_login,
            "odoo_company_id": str(one.odoo_company_id or ""),
            "name": one.name or drafts.proposed_name(one),
        }
        self.order_fields(["odoo_database", "odoo_login", "odoo_key", "odoo_company_id", "name"])

    def clean_name(self) -> str:
        from woodoo.connections.models import Connection

        name = str(self.cleaned_data["name"])
        if Connection.objects.filter(name=name).exists():
            raise ValidationError(_("There is a connection of that name already."))
        return name

    def put(self) -> None:
        data, one = self.cleaned_data, self.draft
        before = (one.odoo_database, one.odoo_login)
        one.odoo_database = data.get("odoo_database") or one.odoo_database
        one.odoo_login = data.get("odoo_login") or one.odoo_login
        if data.get("odoo_key"):
            one.odoo_key = data["odoo_key"]
        if before != (one.odoo_database, one.odoo_login):
            one.companies, one.odoo_company_id = [], None
        elif "odoo_company_id" in data:
            one.odoo_company_id = data["odoo_company_id"]
        one.name = data.get("name") or one.name


FORMS: dict[str, type[Step]] = {"store": StoreStep, "keys": KeysStep, "odoo": OdooStep, "login": LoginStep}
