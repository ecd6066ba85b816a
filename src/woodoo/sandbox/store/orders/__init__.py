"""What happens to an order in the shop: made, changed, paid, refunded, and what it comes to."""
