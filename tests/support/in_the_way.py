"""What can stand where results go, or in the place of a manifest, and is not the program's."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from replication.project.readback import MANIFEST
from replication.project.staging import ARRIVING


def content(folder: Path) -> dict[str, object]:
    """Everything in a folder: files by their bytes, folders and pipes by their kind."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else oct(path.lstat().st_mode)
        for path in folder.rglob("*")
    }


def _manifest(text: str) -> Callable[[Path], object]:
    return lambda out: (out / MANIFEST).write_text(text)


def listing(files: dict[str, str]) -> str:
    """A manifest that lists these files."""
    return json.dumps({"files": files})


# Each is put into a folder in which `estimates.csv` and `tables/` are to be written.
IN_THE_WAY: dict[str, Callable[[Path], object]] = {
    "a file of the user's": lambda out: (out / "estimates.csv").write_text("mine"),
    "a folder": lambda out: (out / "estimates.csv").mkdir(),
    "a file for a folder": lambda out: (out / "tables").write_text("mine"),
    "a manifest of the user's": _manifest("{}"),
    "a list": _manifest("[1]"),
    "files that are null": _manifest('{"files": null}'),
    "names in a list": _manifest('{"files": [["a"]]}'),
    "a nul in a name": _manifest(listing({"a\0.csv": "0"})),
    "half a letter": _manifest('{"files": {"\\ud800": "0"}}'),
    "a name that is no file": _manifest(listing({".": "0"})),
    "no name": _manifest(listing({"": "0"})),
    "a name above": _manifest(listing({"../thesis.csv": "0"})),
    "a long name": _manifest(listing({"x" * 5000: "0"})),
    "depth": _manifest("[" * 100_000),
    "a pipe": lambda out: os.mkfifo(out / MANIFEST),
    "a pipe for a result": lambda out: os.mkfifo(out / "estimates.csv"),
    "a folder as manifest": lambda out: (out / MANIFEST).mkdir(),
    "a device": lambda out: (out / MANIFEST).symlink_to("/dev/zero"),
    "a pipe that arrives": lambda out: os.mkfifo(out / ARRIVING),
}
