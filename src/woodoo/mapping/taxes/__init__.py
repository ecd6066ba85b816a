"""Which Odoo tax a store's rate means."""
