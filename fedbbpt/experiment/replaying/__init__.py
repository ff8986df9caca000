"""Voting methods compared on answers that are recorded once, every call paid for."""
