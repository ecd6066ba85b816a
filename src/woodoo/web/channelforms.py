"""The forms of a channel: a mail server in plain fields, or any address of Apprise.

Decides that what was typed is never shown again: neither form keeps its secret in the page.
"""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from woodoo.alerts.channels import mail_address

from .forms import SecretInput, dress

SECURITY = (("starttls", _("STARTTLS, port 587")), ("ssl", _("TLS, port 465")), ("insecure", _("None, port 25")))


class OnceInput(forms.TextInput):
    """A field whose text can be seen while it is typed, and is not sent back."""

    def get_context(self, name: str, value: object, attrs: dict[str, object] | None) -> dict[str, object]:
        return super().get_context(name, None, attrs)


class MailForm(forms.Form):
    """E-mail, by a server that sends it."""

    to = forms.EmailField(label=_("Send to"), max_length=254)
    server = forms.RegexField(
        r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?$",
        label=_("Mail server"),
        max_length=260,
        help_text=_("Such as smtp.example.com; with :2525 where the port is not the usual one."),
        error_messages={"invalid": _("A host name, perhaps with a port: smtp.example.com:2525.")},
    )
    security = forms.ChoiceField(label=_("Encryption"), choices=SECURITY, initial="starttls")
    user = forms.CharField(label=_("User name"), required=False, max_length=200)
    password = forms.CharField(label=_("Password"), required=False, strip=True, widget=SecretInput(), max_length=500)
    sender = forms.EmailField(label=_("Sender"), max_length=254, help_text=_("An address this server may send for."))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for name in ("user", "server"):
            self.fields[name].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}
        dress(self)

    def channel_address(self) -> str:
        """Return the address of the channel, once the form is valid."""
        return mail_address(**self.cleaned_data)


class AddressForm(forms.Form):
    """An address in the form of Apprise."""

    address = forms.CharField(
        label=_("Address"),
        max_length=2000,
        widget=OnceInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "placeholder": "https://hooks.slack.com/services/…"}
        ),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        dress(self)

    def channel_address(self) -> str:
        """Return the address of the channel, once the form is valid."""
        return str(self.cleaned_data["address"]).strip()
