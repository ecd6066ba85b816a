"""Which store is kept in step with which Odoo, how, and the secrets this takes.

Table of contents: `models` (a connection), `settings` (what can be set for one), `secrets` (how keys are kept),
`keys` (what they are locked with).
"""
