"""Everything that can go wrong on the way of an order, at every remote call, and whether the books are the same after.

Table of contents: `story` (what happens in the shop), `stand` (a shop, an Odoo, worker processes of our own and the
lines between them), `line` (a line on which a mishap happens to one call), `mishaps` (which there are), `worker` and
`workers` (processes that can be killed), `clock` (pauses pass at once), `books` (what is in Odoo in the end), `points`
(where what can happen), `trial` (one run), `sweep` (all of them, and what came of it), `commands` (the terminal).
"""
