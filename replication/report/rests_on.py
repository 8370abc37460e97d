"""What the page is made from beside the raw figures, and how its results compare with what was kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from replication.project.files import sha256
from replication.project.places import Project
from replication.project.readback import MANIFEST


@dataclass(frozen=True)
class Standing:
    """How the results compare with the newest frozen version.

    Attributes
    ----------
    said : str
        In a few words, for the first page.
    against : mapping of str to str
        Checksum of the manifest of what they were compared with, by its path in `results`.
    """

    said: str = "no frozen version to compare with"
    against: Mapping[str, str] = field(default_factory=dict)


def manifests(project: Project) -> dict[str, str]:
    """Checksum of the manifest of every folder that the page is made from, by its path in `results`."""
    folders = (project.current, project.crosscheck)
    made = sorted(path for folder in folders for path in folder.glob(f"[!.]*/{MANIFEST}"))
    return {path.parent.relative_to(project.results).as_posix(): sha256(path) for path in made}
