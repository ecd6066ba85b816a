"""Shops and Odoos to try things on: a store double and a real Odoo, usable by anybody.

Table of contents: `store` (the double), `odoo` (the real one), `demo` (both, and Woodoo between them), `shapes` (orders
of every shape), `proof` (those through the flow into a real Odoo, judged).
"""
