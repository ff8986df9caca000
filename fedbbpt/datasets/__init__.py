"""Owners' data become examples here, with errors that name place, line and remedy.

Not plugins: ``opening.open_rows`` chooses by the suffix of the file, or by ``hf:``.
"""
