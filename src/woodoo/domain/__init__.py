"""The nouns of the shop and of the books, shared by every other package. Standard library only."""
