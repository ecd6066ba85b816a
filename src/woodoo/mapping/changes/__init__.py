"""What becomes of an order that changes after it came over."""
