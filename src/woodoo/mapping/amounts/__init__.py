"""What lines must come to, and how they are priced so that Odoo comes to the same cent."""
