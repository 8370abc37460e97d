"""A study file -> frozen, checked objects."""
