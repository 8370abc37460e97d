"""The small safe language in which study files write variables, filters and formulas."""
