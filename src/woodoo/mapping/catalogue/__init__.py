"""How a product of Odoo becomes one of the store: what it is there, and what is to be done about it."""
