"""One TOML file a published method: space, optimizer, work and aggregator, with its source."""
