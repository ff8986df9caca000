"""Which solved questions are worth showing before another one, and which are solved well enough."""
