"""Questions answered by vote: every owner through its own endpoint with its own prompts."""
