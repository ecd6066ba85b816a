"""Steps that flows share. Each takes a batch, may be repeated at will, and drops what fails out of the batch."""
