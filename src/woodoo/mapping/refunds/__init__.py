"""What becomes of refunds: credit notes, goods that come back, and refunds the store is asked for; pure."""
