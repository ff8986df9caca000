"""Owners' files become examples here: JSONL and CSV, with errors that name file, line and remedy.

Not plugins: ``reading.read_examples`` chooses by the suffix of the file.
"""
