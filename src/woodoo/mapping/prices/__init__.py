"""What a product of Odoo costs in the store.

| module            | what it decides                                                         |
|-------------------|-------------------------------------------------------------------------|
| `pricelist.py`    | what a pricelist of Odoo makes of a product's price, and by which rule  |
| `price_tax.py`    | the same price with and without tax                                     |
| `store_prices.py` | regular and sale price with its days, as the store takes them           |
"""
