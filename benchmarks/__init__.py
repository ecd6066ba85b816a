"""The figures Woodoo promises, measured on the real thing: `python -m benchmarks`, or `make bench`.

Decides that a promise is a ratio against a baseline of the same run wherever it can be one, for machines differ. What
each figure means is in docs/reference/figures.md.

Table of contents: `figures` (a figure, its goal, where it is written), `screen` (what is shown meanwhile); `service`
(the real `woodoo run`), `shop` (a store, a real Odoo and the connection between them), `plain` (what a plain connector
does), `tap` (counts requests), `sender` (a store that knocks), `world` (a shop with people in it, and what can be
broken); and one module per family: `orders`, `policies`, `alone`, `history`, `events`, `lossy`, `day`, `receiver`,
`memory`, `idle`, `faults`, `losses`, `long_tests`, `exact`, `fulfilment`.
"""

import os

import django

#: Store and Odoo of the benchmarks are on this machine.
os.environ["WOODOO_PRIVATE_NETWORKS"] = "127.0.0.0/8, ::1"
# Some flows look at the list of work; `service` says later in which database that is.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "woodoo.settings")
django.setup()
