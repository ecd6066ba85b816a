"""Who buys: addresses as the store knows them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Address:
    """A billing or shipping address. Every field may be empty; `country` is ISO 3166-1 alpha-2."""

    first_name: str = ""
    last_name: str = ""
    company: str = ""
    address_1: str = ""
    address_2: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""
    country: str = ""
    email: str = ""
    phone: str = ""

    @property
    def name(self) -> str:
        """The person's name, or the company's where no person is named."""
        return f"{self.first_name} {self.last_name}".strip() or self.company

    @property
    def is_empty(self) -> bool:
        """True where nothing says where to send goods (WooCommerce sends empty strings for virtual orders)."""
        return not (self.address_1 or self.city or self.postcode or self.name)
