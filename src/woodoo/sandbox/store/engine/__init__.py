"""The arithmetic of a WooCommerce shop: taxes, coupons and totals. Pure `Decimal`, no shop state, no HTTP."""
