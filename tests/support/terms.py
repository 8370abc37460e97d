"""Terms by their names, for designs that tests write down."""

from __future__ import annotations

from replication.estimate.design import CONSTANT, Term


def terms_of(*names: str) -> tuple[Term, ...]:
    """Regressors of these names; "const" is the constant."""
    return tuple(CONSTANT if name == "const" else Term(name) for name in names)
