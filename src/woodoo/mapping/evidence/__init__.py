"""What past orders of the store say of its mappings: what is used, how often, and what each use is mapped to."""
