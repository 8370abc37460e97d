"""What is known to differ behind two folders of results: the causes that a moved cell can have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from replication.errors import few
from replication.project.readback import MANIFEST
from replication.project.strict import read_json_as

FEW = 6  # names printed of a long list
Record = Mapping[str, Any]
Sums = dict[str, str]


class Made(BaseModel):
    """What results say of how they were made, as far as a cause can lie in it; the rest is unset."""

    study_file: str = ""
    claims: Sums = Field(default_factory=dict)
    published: Sums = Field(default_factory=dict)
    raw: Sums = Field(default_factory=dict)
    inputs: Sums = Field(default_factory=dict)
    code: Sums = Field(default_factory=dict)
    packages: Sums = Field(default_factory=dict)
    arithmetic: Sums = Field(default_factory=dict)


def made(folder: Path) -> Record:
    """What results were made from.

    Raises
    ------
    DataError
        A manifest that says it in other ways.
    """
    return read_json_as(folder / MANIFEST, Made).model_dump(exclude_unset=True)


# What each entry of a manifest's `arithmetic` is called where two machines differ in it.
OTHER = {
    "processor": "processor",
    "system": "system",
    "linear algebra": "kernels",
    "numpy's instruction sets": "kernels",
    "C library": "C library",
    "its functions": "C library",
}


@dataclass(frozen=True)
class Cause:
    """One kind of thing that differs.

    Attributes
    ----------
    what : str
        In a word or two: "code", "packages", "kernels".
    told : str
        The same in a line, with names.
    """

    what: str
    told: str


UNKNOWN = Cause(
    "cause not known",
    "cause not known: inputs, study file, code, packages and the machine's arithmetic are the same",
)


def causes(old: Record, new: Record) -> tuple[Cause, ...]:
    """Each kind of thing that differs between the manifests of two folders of results.

    One that says so where all that both record is the same.
    """
    found = [*_contents(old, new), *_code(old, new), *_packages(old, new), *_arithmetic(old, new)]
    return tuple(found or _tables(old, new)) or (UNKNOWN,)


def _contents(old: Record, new: Record) -> Iterator[Cause]:
    """The study file, the claims, the printed tables, the data."""
    if old.get("study_file") != new.get("study_file"):
        yield Cause("study file", "study file changed")
    for key, what, words in (
        ("claims", "claims", "claims file"),
        ("published", "printed tables", "published/"),
        ("raw", "data", "input data/raw"),
    ):
        changed = _changed(old, new, key)
        if changed:
            yield Cause(what, f"{words} changed: {few(changed, FEW)}")


def _tables(old: Record, new: Record) -> Iterator[Cause]:
    """Processed tables, which follow from all else: a cause of their own only where nothing else is one."""
    if changed := _changed(old, new, "inputs"):
        yield Cause("tables", f"table changed: {few(changed, FEW)}")


def _changed(old: Record, new: Record, key: str) -> list[str]:
    """Names whose checksums differ or that are on one side only; none where a side does not record them."""
    before, after = old.get(key), new.get(key)
    if not isinstance(before, dict) or not isinstance(after, dict):
        return []
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


def _code(old: Record, new: Record) -> Iterator[Cause]:
    """Modules that results can depend on, by content: one that only moved is not changed."""
    before, after = old.get("code", {}), new.get("code", {})
    known = set(before.values())
    changed = sorted(name for name, checksum in after.items() if checksum not in known)
    if changed:
        yield Cause("code", f"code changed: {few(changed, FEW)}")


def _packages(old: Record, new: Record) -> Iterator[Cause]:
    """Packages that are needed for the new results; others that lay beside them have no part in it."""
    before, after = old.get("packages", {}), new.get("packages", {})
    told = [
        f"{name} {before.get(name, 'none')} -> {version}"
        for name, version in after.items()
        if before.get(name) != version
    ]
    if told:
        yield Cause("packages", f"packages changed: {few(told, FEW)}")


def _arithmetic(old: Record, new: Record) -> Iterator[Cause]:
    before, after = old.get("arithmetic", {}), new.get("arithmetic", {})
    told: dict[str, list[str]] = {}
    for name in before.keys() & after.keys():  # what a side does not record is no known cause
        if before[name] != after[name]:
            told.setdefault(OTHER[name], []).append(f"{name} {before[name]} -> {after[name]}")
    yield from (Cause(what, f"other {what}: {'; '.join(lines)}") for what, lines in told.items())
