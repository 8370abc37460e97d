"""Streams of random numbers by name."""

from __future__ import annotations

import pytest

from replication.errors import EstimationError
from replication.estimate.seeds import generator


def test_a_stream_is_the_same_in_every_run():
    """Computed once and stored: a change of the rule would change every published bootstrap."""
    assert generator(1998, "wild_bootstrap", "entity").integers(1000, size=5).tolist() == [
        538,
        657,
        263,
        716,
        474,
    ]


def test_names_and_seeds_tell_streams_apart():
    streams = [generator(1, "a", "b"), generator(1, "ab"), generator(1, "b", "a"), generator(2, "a", "b")]
    assert len({stream.integers(2**62) for stream in streams}) == 4


def test_a_negative_seed_is_refused():
    with pytest.raises(EstimationError, match="seed is -1; allowed: 0 or more"):
        generator(-1, "a")
