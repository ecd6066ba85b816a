"""Woodoo keeps a WooCommerce store and an Odoo database in step."""

__version__ = "0.1.0"
