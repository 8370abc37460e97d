"""Where every raw file came from, and the reading of raw files against that record."""
