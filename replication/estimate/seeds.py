"""Random numbers that depend on a root seed and on names, never on the order in which things run."""

from __future__ import annotations

import hashlib

import numpy as np

from replication.errors import EstimationError

ROOT_SEED = 1998

MOST_DRAWS = 999_999
"""More tell nothing new."""

MOST_NUMBERS = 100_000_000
"""Of all draws together: 0.8 GB. What would need more is refused before it is asked for."""


def require_draws(what: str, draws: int, least: int, each: int = 1) -> None:
    """Raise EstimationError unless draws, of `each` numbers, are from `least` to what memory holds."""
    most = min(MOST_DRAWS, MOST_NUMBERS // each)
    if not least <= draws <= most:
        why = f" with {each:,} random numbers a draw" if most < MOST_DRAWS else ""
        raise EstimationError(f"{what}: draws is {draws}; allowed: {least} to {most}{why}")


def generator(seed: int, *names: str) -> np.random.Generator:
    """A stream of its own for each root seed and names, the same on every machine.

    The entropy is the seed beside the SHA-256 of the names, as Python's own hash differs from run to run.

    Raises
    ------
    EstimationError
        A negative seed.
    """
    if seed < 0:
        raise EstimationError(f"seed is {seed}; allowed: 0 or more")
    digest = hashlib.sha256("\x1f".join(names).encode()).digest()
    words = np.frombuffer(digest, dtype="<u4")
    return np.random.default_rng(np.random.SeedSequence([seed, *map(int, words)]))
