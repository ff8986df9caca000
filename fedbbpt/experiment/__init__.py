"""A run from its prepared parts to its files: search, gate, baselines, sealed test."""
