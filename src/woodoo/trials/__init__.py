"""Test runs: a connection tried from end to end on its real systems, with marked records that are taken away again.

`story.py` is the way of a run, `bench.py` what its steps work with, `book.py` what is kept of it, `cleaning.py` how its
records go, and `chore.py` who carries it out.
"""
