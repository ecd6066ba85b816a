"""Everything at once, to try Woodoo on: a real Odoo 19, a shop to order from, and the service between them.

Table of contents: `commands` (the terminal), `place` (files and ports), `keeper` (the shop and the service, kept
running), `connect` (the connection between them).
"""
