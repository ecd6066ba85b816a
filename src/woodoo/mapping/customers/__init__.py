"""Who an order belongs to: customers, contacts, addresses."""
