"""What the flow from the store's products to Odoo's is made of, step by step."""
