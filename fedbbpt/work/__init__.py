"""What an owner can be asked to do in a round, one file a kind of work."""
