"""What the store is told of an order's deliveries, numbers and states in Odoo."""
