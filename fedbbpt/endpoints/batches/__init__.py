"""Lists of requests as batch files: patient runs at half the price."""
