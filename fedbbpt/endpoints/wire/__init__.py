"""How a question travels to a server and what comes back, status and bytes."""
