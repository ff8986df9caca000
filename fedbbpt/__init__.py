"""Tune the prompts of a language model nobody can open, together, without sharing data."""
