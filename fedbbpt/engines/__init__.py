"""How assignments reach owners and reports come back."""
