"""What is known to differ behind two folders of results: the causes that a moved cell can have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FEW = 6  # names printed of a long list


def causes(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """One line for each kind of thing that differs between the manifests of two folders of results.

    Returns one line that says so where nothing that manifests record is different.
    """
    found = []
    if old.get("study_file") != new.get("study_file"):
        found.append("study file changed")
    for key, words in (
        ("claims", "claims file"),
        ("raw", "input data/raw"),
        ("inputs", "table"),
        ("code", "code"),
    ):
        changed = _changed(old, new, key)
        if changed and not (key == "inputs" and _changed(old, new, "raw")):  # the raw file says it already
            found.append(f"{words} changed: {_few(changed)}")
    found += _versions(old, new)
    return tuple(found) or ("cause not known: inputs, study file, code and packages are the same",)


def _changed(old: Mapping[str, Any], new: Mapping[str, Any], key: str) -> list[str]:
    """Names whose checksums differ or that are on one side only; none where a side does not record them."""
    before, after = old.get(key), new.get(key)
    if not isinstance(before, dict) or not isinstance(after, dict):
        return []
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


def _versions(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    changed = _changed(old, new, "packages")
    told = [
        f"{name} {old['packages'].get(name, 'none')} -> {new['packages'].get(name, 'none')}"
        for name in changed
    ]
    return [f"packages changed: {_few(told)}"] if told else []


def _few(names: list[str]) -> str:
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return ", ".join(names[:FEW]) + more
