"""The reference pages of the documentation, made from dataclasses, docstrings and commands."""
