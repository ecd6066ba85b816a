"""Both directions at once: people edit both sides at random, and nothing may circle.

`edits` (what people change, and whose it is), `circle` (a store, an Odoo and the connection between them, moved on by
hand), `equal` (both sides compared, by who has the say, with nothing of what Woodoo itself compares with).
"""
