"""Ways to answer by vote, as TOML: data only."""
