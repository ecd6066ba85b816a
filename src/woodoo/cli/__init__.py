"""The `woodoo` command: run the service, set up connections, look after records.

Table of contents: `main` (the commands and how errors are told), `service` (the database a command works on), `run`
and `supervisor` (the whole service in one process tree), `connections`, `records`, `imports`, `upkeep`, `output`.
"""
