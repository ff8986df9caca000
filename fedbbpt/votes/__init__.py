"""How a federation decides by vote: ballots, one tally, certificates, when to stop asking.

All of it is pure. What is proven (``mode_evidence``, ``robustness``) and what only helps to decide
when to stop (``leaning``) are different types, so that the second is never shown as the first.
"""
