"""A real Odoo to try things on, brought up by the machine itself.

Table of contents: `releases` (which Odoo, and how they differ), `machine` and `apt` (what this machine can do),
`places` (program files), `template` (the database tests begin with), `databases` (copies of it), `keeper` and
`server` (running it), `fixtures` (taxes, products, journals a test needs), `commands` (the terminal).
"""

from woodoo.sandbox.odoo.server import Server, drop_database, find, install, new_database, reset, start, stop, using

__all__ = ["Server", "drop_database", "find", "install", "new_database", "reset", "start", "stop", "using"]
