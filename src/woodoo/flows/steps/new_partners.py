"""Make customers in Odoo for accounts that it does not know: each once, companies with the person below."""

from __future__ import annotations

from collections.abc import Mapping

from ...domain.errors import WoodooError
from ...mapping.customers.customer import CustomerPlan
from ...odoo.partners import Written, ensure_partners
from ...odoo.records import Records


def make_partners(odoo: Records, plans: Mapping[str, CustomerPlan]) -> Written[str]:
    """Create the customers, and return by account who stands for it: the person below a company, else the partner."""
    tops = {plan.partner.external_id: plan.partner.vals for plan in plans.values() if plan.partner.odoo_id is None}
    made = ensure_partners(odoo, tops)
    parents: dict[str, int] = {}
    errors: dict[str, WoodooError] = {}
    for one, plan in plans.items():
        name = plan.partner.external_id
        if plan.partner.odoo_id is None and name in made.errors:
            errors[one] = made.errors[name]
        else:
            parents[one] = plan.partner.odoo_id or made.ids[name]
    people = {}
    for one, parent in parents.items():
        contact = plans[one].partner.contact
        if contact is not None and contact.odoo_id is None:
            people[one] = (contact.external_id(parent), {**contact.vals, "parent_id": parent})
    below = ensure_partners(odoo, dict(people.values()))
    ids = dict(parents)
    for one, (name, _) in people.items():
        if name in below.errors:
            errors[one] = below.errors[name]
            ids.pop(one)
        else:
            ids[one] = below.ids[name]
    return Written(ids, errors)
