"""How a shop record becomes Odoo records. Pure: no Django, no HTTP, no clock."""
