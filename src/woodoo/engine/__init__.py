"""What is still to do, who is at it, and what came of it: the part that never forgets a record.

Table of contents, along the way of a record: `inbox` (an event comes in), `wake` (somebody is rung for), `schedule`
(the worker process), `pump` (runs a flow on what is due), `lease` (who is at a record), `flow` (what a flow is given
and gives back), `verdict` and `report` (what becomes of a record), `work` (the to-do list as people use it).
Beside it: `models` (the tables), `registry` (which flows a connection has), `breaker` (a side is down), `sweep` (puts
right what was left lying), `poll` and `cursors` (looking for what no event told), `ledger` and `redact` (every remote
call, without secrets), `links` (store record and Odoo record), `db` (SQL of our own).
"""
