"""The ledger: every number in a text is a row that a program checks, with a verdict."""
