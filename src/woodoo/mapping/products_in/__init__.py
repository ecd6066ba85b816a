"""How a product of the store becomes a product of Odoo with its variants."""
