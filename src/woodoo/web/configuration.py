"""The form for how the two sides of a connection match: taxes, journals, shipping and the rest.

Decides how settings become fields and fields settings again: each row of a map is a field of its own named
`map__key`; what a side does not name but the settings hold stays visible, and what only old orders name can be added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from pydantic import ValidationError

from woodoo.connections.settings import ConnectionSettings

from .choices import Choice, Choices
from .forms import Group, dress

#: Statuses a WooCommerce order can have after checkout (woocommerce `wc-order-functions.php`, `wc_get_order_statuses`).
STATUSES = ("pending", "on-hold", "processing", "completed")

#: Setting that is a map → (where its keys are, where its answers are) among the choices.
MAPS = {
    "tax_map": ("tax_rates", "taxes"),
    "journal_map": ("payment_methods", "journals"),
    "shipping_map": ("shipping_methods", "carriers"),
    "pricelist_map": ("currencies", "pricelists"),
}
#: Keys no store lists but orders made by hand have (woocommerce `class-wc-meta-box-order-data.php`: "N/A", "Other").
BY_HAND = {
    "journal_map": (
        Choice("other", "Other", "chosen by hand in the store's administration"),
        Choice("", "No payment method", "N/A in the store's administration"),
    ),
}
#: Settings with an empty row for a key the store does not list (any more) → its label, an example, what a key is like.
ANOTHER = {
    "tax_map": ("Another tax rate", "Number of the rate, as in the message of the parked order.", r"[0-9]{1,18}"),
    "journal_map": (
        "Another payment method",
        "Its short name, such as stripe: in brackets in the message of the parked order.",
        r"\S(.{0,98}\S)?",
    ),
}
#: Setting that is one Odoo record → its choices, its label, what empty means.
ONES = {
    "shipping_product_id": ("service_products", "Product for shipping", "Not set"),
    "fee_product_id": ("service_products", "Product for fees", "Not set"),
    "warehouse_id": ("warehouses", "Warehouse", "The company's default"),
    "pricelist_id": ("pricelists", "Pricelist", "Odoo's own choice"),
    "team_id": ("teams", "Sales team", "Odoo's own choice"),
}
#: Settings that are one plain value → label.
PLAIN = {
    "order_prefix": "Prefix of order numbers",
    "timezone": "Time zone of the shop",
    "namespace": "Prefix of external ids",
    "odoo_slots": "Batches at once",
    "batch_size": "Records per batch",
    "poll_seconds": "Seconds between polls",
    "odoo_requests_per_second": "Requests per second",
}
_NUMBERS = {"odoo_slots", "batch_size", "poll_seconds"}
_LIST = "import_statuses"


class ConfigurationForm(forms.Form):
    """Fields made from the settings as they are and from what there is to choose."""

    def __init__(self, stored: Mapping[str, Any], choices: Choices, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.stored = stored
        self.choices = choices
        self.known = ConnectionSettings.model_fields
        self._add_statuses()
        self._add_maps()
        for name, (source, label, empty) in ONES.items():
            offered = getattr(choices, source)
            if name == "pricelist_id" and offered is not None and choices.company_currency:
                offered = [choice for choice in offered if choice.currency == choices.company_currency]
            self._add_one(name, label, offered, stored.get(name), empty)
        self._add_sku_field()
        for name, label in PLAIN.items():
            if name in self.known:
                self._add_plain(name, label)
        dress(self)
        # Check boxes of a list are told apart by their own template, not by the select's look.
        self.fields[_LIST].widget.attrs["class"] = "form-check-input"

    # Fields

    def _stored(self, name: str) -> Any:
        return self.stored.get(name, self.known[name].get_default(call_default_factory=True))

    def _help(self, name: str) -> str:
        return self.known[name].description or ""

    def _add_statuses(self) -> None:
        chosen = list(self._stored(_LIST))
        names = list(dict.fromkeys([*STATUSES, *chosen]))
        self.fields[_LIST] = forms.MultipleChoiceField(
            label="Orders in these statuses",
            choices=[(name, name.replace("-", " ").capitalize()) for name in names],
            widget=forms.CheckboxSelectMultiple,
            initial=chosen,
            help_text=self._help(_LIST),
            error_messages={"required": "Choose at least one status."},
        )

    def _add_maps(self) -> None:
        for name, (_, answers) in MAPS.items():
            current = self._stored(name)
            offered = getattr(self.choices, answers)
            for key in self._keys(name):
                field, fitting = f"{name}__{key.key}", offered
                if name == "pricelist_map" and offered is not None:
                    fitting = [choice for choice in offered if choice.currency == key.key]
                self._add_one(field, key.title, fitting, current.get(key.key), "Not mapped")
                self.fields[field].help_text = key.hint
                if name == "pricelist_map" and fitting == []:
                    self.fields[field].help_text = f"Odoo has no pricelist in {key.key} yet"
            if name in ANOTHER:
                self._add_another(name, offered)

    def _keys(self, name: str) -> list[Choice]:
        """Return the keys of a map: those a side names, those of orders made by hand, and those set already."""
        named = getattr(self.choices, MAPS[name][0])
        keys: list[Choice] = list(named or [])
        keys += [choice for choice in BY_HAND.get(name, ()) if choice.key not in {c.key for c in keys}]
        lost = "not active in Odoo" if name == "pricelist_map" else "not in the store's list"
        known = {choice.key for choice in keys}
        return keys + [
            Choice(key, key, lost if named is not None else "") for key in self._stored(name) if key not in known
        ]

    def _add_another(self, name: str, offered: Sequence[Choice] | None) -> None:
        label, help_text, form = ANOTHER[name]
        self.fields[f"another_{name}"] = forms.RegexField(
            f"^{form}$",
            label=label,
            required=False,
            strip=True,
            help_text=help_text,
            error_messages={"invalid": help_text},
            widget=forms.TextInput(attrs={"placeholder": label, "autocomplete": "off", "spellcheck": "false"}),
        )
        self._add_one(f"another_{name}_is", f"{label}: in Odoo", offered, None, "Not mapped")

    def _add_one(
        self, name: str, label: str, choices: Sequence[Choice] | None, current: int | None, empty: str
    ) -> None:
        """Add a field for one Odoo record: a list where Odoo answered, else its number."""
        help_text = self._help(name) if name in self.known else ""
        if choices is None:
            self.fields[name] = forms.IntegerField(
                label=label, required=False, min_value=1, initial=current, help_text=help_text
            )
            return
        options = [("", empty), *((c.key, f"{c.title} ({c.hint})" if c.hint else c.title) for c in choices)]
        if current and str(current) not in {key for key, _ in options}:
            options.append((str(current), f"No. {current} (not found in Odoo)"))
        self.fields[name] = forms.TypedChoiceField(
            label=label,
            required=False,
            choices=options,
            coerce=int,
            empty_value=None,
            initial=str(current or ""),
            help_text=help_text,
        )

    def _add_sku_field(self) -> None:
        name, current = "sku_field", self._stored("sku_field")
        choices = self.choices.sku_fields
        if choices is None:
            self.fields[name] = forms.CharField(label="SKU field", initial=current, help_text=self._help(name))
            return
        options = [(c.key, f"{c.title} ({c.hint})") for c in choices]
        if current not in dict(options):
            options.append((current, current))
        self.fields[name] = forms.ChoiceField(
            label="SKU field", choices=options, initial=current, help_text=self._help(name)
        )

    def _add_plain(self, name: str, label: str) -> None:
        current, help_text = self._stored(name), self._help(name)
        if name in _NUMBERS:
            self.fields[name] = forms.IntegerField(label=label, initial=current, help_text=help_text)
        elif name == "odoo_requests_per_second":
            self.fields[name] = forms.FloatField(label=label, required=False, initial=current, help_text=help_text)
        else:
            self.fields[name] = forms.CharField(
                label=label, required=False, initial=current, help_text=help_text, strip=False, empty_value=""
            )

    # Answer

    def clean(self) -> dict[str, Any]:
        """Put the settings together and have them checked by their own schema."""
        data = super().clean() or self.cleaned_data
        for name in ANOTHER:
            self._check_another(name, data)
        if self.errors:
            return data
        try:
            self.settings = ConnectionSettings.model_validate(self._put_together(data))
        except ValidationError as exc:
            for error in exc.errors(include_input=False):
                path = "__".join(str(part) for part in error["loc"])
                first = str(error["loc"][0]) if error["loc"] else ""
                known = next((name for name in (path, first) if name in self.fields), None)
                self.add_error(known, error["msg"])
        return data

    def _check_another(self, name: str, data: Mapping[str, Any]) -> None:
        key, answer = data.get(f"another_{name}"), data.get(f"another_{name}_is")
        if key and f"{name}__{key}" in self.fields:
            self.add_error(f"another_{name}", "It has a row of its own above.")
        elif key and not answer and not self.has_error(f"another_{name}_is"):
            self.add_error(f"another_{name}_is", "Choose what it is in Odoo.")
        elif answer and not key and not self.has_error(f"another_{name}"):
            self.add_error(f"another_{name}", ANOTHER[name][1])

    def _put_together(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the settings of the form on top of the stored ones, without what is empty."""
        raw = {name: value for name, value in self.stored.items() if name not in MAPS}
        for name in MAPS:
            raw[name] = {}
        for field, value in data.items():
            name, is_row, key = field.partition("__")
            if is_row:
                if value:
                    raw[name][key] = value
            elif name.startswith("another_"):
                continue
            elif value in (None, "") and name != "order_prefix":
                raw.pop(name, None)
            else:
                raw[name] = value
        for name in ANOTHER:
            if data.get(f"another_{name}"):
                raw[name][data[f"another_{name}"]] = data[f"another_{name}_is"]
        return raw

    def stored_form(self) -> dict[str, Any]:
        """Return the settings as the connection stores them: only what differs from the defaults."""
        return self.settings.model_dump(mode="json", exclude_defaults=True)

    # Cards

    def groups(self) -> list[Group]:
        """Return the fields as the page shows them."""
        plain = [name for name in PLAIN if name in self.fields]
        orders = [_LIST, "sku_field", *(n for n in ("order_prefix", "timezone") if n in plain)]
        odoo = ["warehouse_id", "pricelist_id", "team_id", *(n for n in ("namespace",) if n in plain)]
        pace = [n for n in plain if n not in (*orders, *odoo)]
        return [
            self._map_group(
                "tax_map", "Taxes", "Each tax rate of the store is a sales tax in Odoo.", "The store has no tax rates."
            ),
            self._map_group(
                "journal_map",
                "Payments",
                "Where the payments of each method are registered.",
                "The store names no payment methods.",
            ),
            self._map_group(
                "shipping_map",
                "Shipping methods",
                "Optional: without one the product for shipping is used.",
                "The store names no shipping methods.",
            ),
            self._map_group(
                "pricelist_map",
                "Other currencies",
                "Odoo takes an order's currency from its pricelist: one for each currency of your orders.",
                "Only the company's currency is active in Odoo.",
            ),
            Group("Shipping and fees", [self[n] for n in ("shipping_product_id", "fee_product_id")]),
            Group("Orders", [self[n] for n in orders]),
            Group("In Odoo", [self[n] for n in odoo]),
            Group("Pace", [self[n] for n in pace], "Good as they are for most shops."),
        ]

    def _map_group(self, name: str, title: str, hint: str, empty: str) -> Group:
        fields = [self[field] for field in self.fields if field.startswith(f"{name}__")]
        by_hand = {f"{name}__{choice.key}" for choice in BY_HAND.get(name, ())}
        open_rows = [field for field in fields if not field.value() and field.name not in by_hand]
        gaps = 0 if name in ("shipping_map", "pricelist_map") else len(open_rows)
        another = (self[f"another_{name}"], self[f"another_{name}_is"]) if name in ANOTHER else None
        return Group(title, fields, hint, mapped=True, empty=empty, gaps=gaps, another=another)
