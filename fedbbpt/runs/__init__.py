"""A run on disk: its directory, its rounds, its results and its report."""
