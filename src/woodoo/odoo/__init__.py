"""Everything said to Odoo: the wire, the versions, and the bulk calls the flows are built from.

| module        | what it owns                                                            |
|---------------|-------------------------------------------------------------------------|
| `endpoint`    | where a database is and how the address may be typed                    |
| `detect`      | which version answers there, and over which protocol                    |
| `http`        | sending, time-outs, and what it means when no answer comes              |
| `json2`, `jsonrpc`, `xmlrpc` | the three protocols                                      |
| `errors`      | what Odoo's faults mean for the record                                  |
| `client`      | one database: `connect()` and `call()`                                  |
| `dialect`     | every difference between versions, as a table                           |
| `load`        | the grid of Odoo's importer and what its messages mean                  |
| `records`     | bulk reads, create-once, bulk updates, bulk actions                     |
| `workflows`   | confirm, invoice, post, pay, each for a whole batch                     |
| `company`     | the company's own settings that decide amounts                          |
| `checks`      | is this connection fit for work, and what to do if not                  |
| `limiter`     | no more requests than the host likes                                    |
"""
