"""What leak guards kept at their owners, in plain words."""

from fedbbpt.runs.results import Bank


def kept_line(bank: Bank) -> str:
    """Return a sentence about the texts that wanted to leave their owners; empty where none did.

    >>> kept_line(Bank("reflection", "owner", 6, 3, 3, (), (), 6, (("copied words", 2),), 2))
    'Leak guards kept 2 of 6 texts at their owners (33 %), 2 as copies: copied words 2.'
    """
    if not bank.guarded:
        return ""
    kept = sum(count for _, count in bank.refused)
    rules = ", ".join(f"{rule} {count}" for rule, count in bank.refused)
    told = f", {bank.near_verbatim} as copies: {rules}" if kept else ""
    share = f"{100 * kept / bank.guarded:.0f} %"
    return f"Leak guards kept {kept} of {bank.guarded} texts at their owners ({share}){told}."
