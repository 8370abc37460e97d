"""A study file -> its records."""
