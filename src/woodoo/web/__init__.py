"""What people and stores reach over HTTP: the webhook receiver, the panel and the health answer.

Table of contents: `hooks` (deliveries of a store), `access` (who may do what), `views/` (one module per screen),
`forms` and `choices` (settings), `journey` (what happened to one record), `links` (addresses in the two systems),
`health`.
"""
