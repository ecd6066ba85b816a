"""A connection as a file: written in YAML without secrets, read again, compared, and brought in.

| module          | what it decides                                                                    |
|-----------------|------------------------------------------------------------------------------------|
| `yaml_text.py`  | what YAML is taken: small, flat, without anchors, each value with its line          |
| `references.py` | which settings are records of Odoo; their names, and which record a name means here |
| `writing.py`    | what a file looks like: one order, headings, names beside numbers                   |
| `reading.py`    | what a file means for a connection: the settings it makes, what is wrong on a line  |
| `carrying.py`   | what would change, and changing it                                                  |
"""
