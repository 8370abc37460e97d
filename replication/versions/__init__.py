"""Frozen versions: what moved, by how much, why, and whether another machine finds the same."""
