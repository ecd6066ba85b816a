"""Shops and Odoos to try things on: a store double and a real Odoo, usable by anybody."""
