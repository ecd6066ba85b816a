"""The Configuration page of a connection: every setting in its place, in the words of a shop.

| module        | what it decides                                                       |
|---------------|-----------------------------------------------------------------------|
| `sections.py` | which settings stand where on the page, and their words               |
| `kinds.py`    | how one setting is asked for: a record of Odoo, a word, a switch, …   |
| `tables.py`   | settings that are maps: one table with a row for each key             |
| `form.py`     | the form made of them, and how answers become settings again          |
| `cards.py`    | what the page shows of the form                                       |
"""

from .form import ConfigurationForm

__all__ = ["ConfigurationForm"]
