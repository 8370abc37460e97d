"""Algebra, absorbed effects, optimisation and likelihoods, on plain arrays."""
