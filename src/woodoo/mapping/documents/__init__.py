"""Sales orders and invoices: their headers, lines and fields."""
