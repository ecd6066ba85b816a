"""WooCommerce, over its REST API `wc/v3` and its webhooks."""
