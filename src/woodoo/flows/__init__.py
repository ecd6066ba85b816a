"""What Woodoo does with each kind of record: one module and one row per flow, the story of each told top to bottom."""
