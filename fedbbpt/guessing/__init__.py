"""What the columns of a stranger's file probably mean, with the reason for each guess.

Pure but for ``table.read_table`` and the examples that ``guess.guess`` reads. A guess that is not
safe is no guess: the text then names the candidates and the option that decides.
"""
