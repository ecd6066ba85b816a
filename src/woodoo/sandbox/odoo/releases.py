"""The Odoo releases the sandbox can bring up, and everything in which they differ.

Decides where each comes from and what a plain connector user needs in it. A further release is a further row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from woodoo.domain.errors import ConfigError

_MODULES = ("base", "sale_management", "stock", "sale_stock", "account", "delivery", "contacts")

_ROLES = (
    "base.group_user",
    "base.group_partner_manager",  # create and change contacts
    "sales_team.group_sale_salesman_all_leads",  # sales: all documents
    "stock.group_stock_user",
    "account.group_account_invoice",  # billing: invoices and payments
)


@dataclass(frozen=True)
class Release:
    """One Odoo release as the sandbox installs it."""

    version: str
    #: Debian release the files come from, and the suite that holds the package itself.
    suite: str
    package_suite: str
    packages: tuple[str, ...]
    docker_image: str
    modules: tuple[str, ...]
    #: Roles (external ids of groups) of the API user.
    roles: tuple[str, ...]
    #: Field of a user that holds the roles.
    groups_field: str
    #: Arguments of `res.users.apikeys._generate` after scope and name.
    key_arguments: tuple[object, ...]
    #: Setting for the port of the long-polling process.
    gevent_setting: str


RELEASES: Mapping[str, Release] = {
    "19": Release(
        version="19",
        # Only the package is taken from sid: Python 3.14 there is newer than Odoo 19 can bear.
        suite="trixie",
        package_suite="sid",
        packages=("odoo-19", "tzdata", "tzdata-legacy", "python3-phonenumbers"),
        docker_image="odoo:19",
        modules=_MODULES,  # the generic chart of accounts and stock_delivery install themselves
        roles=(*_ROLES, "product.group_product_manager"),
        groups_field="group_ids",
        key_arguments=(False,),  # no expiry
        gevent_setting="gevent_port",
    ),
    "14": Release(
        version="14",
        suite="bullseye",
        package_suite="bullseye",
        packages=("odoo-14",),
        docker_image="odoo:14",
        modules=(*_MODULES, "l10n_generic_coa"),
        # Creating products and setting stock takes an inventory administrator there.
        roles=(*_ROLES, "stock.group_stock_manager"),
        groups_field="groups_id",
        key_arguments=(),
        gevent_setting="longpolling_port",
    ),
}


def release(version: str) -> Release:
    """Return one release of the table.

    Raises:
        ConfigError: the sandbox does not know it.
    """
    try:
        return RELEASES[version.removesuffix(".0")]
    except KeyError:
        raise ConfigError(
            f"The sandbox has no Odoo {version}.",
            where="--version",
            fix="It has " + " and ".join(RELEASES) + ".",
        ) from None
