"""Delivery methods of Odoo as shipping methods of a store."""
