"""Something that is made: what it is called, why it has to be made again, what makes it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from replication.project.places import Project

FEW = 4  # names printed of a long list
Kind = Literal[
    "tables",
    "table",
    "codebook",
    "study",
    "robustness",
    "second opinion",
    "printed tables",
    "claims",
    "report",
]


class Called(NamedTuple):
    """What something that is made is called: its kind and, where there are several, which one."""

    kind: Kind
    id: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.id}".rstrip()


@dataclass(frozen=True)
class Artefact:
    """Something that is made.

    Attributes
    ----------
    name : Called
    reasons : tuple of str
        Why it has to be made again; none if it is up to date.
    command : tuple of str
        The words of `replicate` that make it; none where nothing asks for it any more.
    folder : Path, optional
        Where it stands if it is a folder of results.
    converged : bool
        Whether every model in it did.
    """

    name: Called
    reasons: tuple[str, ...]
    command: tuple[str, ...] = ()
    folder: Path | None = None
    converged: bool = True


Late = Collection[Called]  # artefacts of the stage before that are out of date
Stage = Callable[[Project, Late], list[Artefact]]
