"""How much of a product a store may sell: the figure, what guards it, what is written. Pure."""
