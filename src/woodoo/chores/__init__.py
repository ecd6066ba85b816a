"""What is done for a connection again and again, one module a chore; table.py lists them."""
