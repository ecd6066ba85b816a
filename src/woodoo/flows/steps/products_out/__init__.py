"""The steps of a product on its way to the store."""
