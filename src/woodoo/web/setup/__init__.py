"""Setting a connection up, step by step: what was entered so far, its forms, and keys the store itself hands over."""
