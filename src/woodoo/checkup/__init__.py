"""The health check of a connection: `findings.py` judges, `look.py` looks, `probe.py` knocks, `book.py` keeps it."""
