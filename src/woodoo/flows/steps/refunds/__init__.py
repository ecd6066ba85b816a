"""The steps of the refund flow: looking, crediting, receiving goods, telling the store."""
