"""A day in the life of a shop, compressed: what people do in it, time that passes, and the books at the end.

`people` (who buys, pays, changes and deletes), `passing` (time that goes by for whatever Woodoo waits for), `gate` (a
line to Odoo that can be cut), `books` (the store, Woodoo and Odoo compared, order by order). What breaks meanwhile is
up to whoever runs the day.
"""
