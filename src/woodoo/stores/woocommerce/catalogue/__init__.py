"""The products of a WooCommerce shop: read, written, and the lists they are sorted by."""
