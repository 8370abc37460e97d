"""What program made a result: checksums of the package's own modules, versions of everything installed."""

from __future__ import annotations

import platform
from functools import cache
from importlib import metadata

from replication.project.files import sha256
from replication.project.places import PACKAGE

# What no number in a processed table or in a study's results can depend on.
APART = ("replication/cli.py", "replication/claims/", "replication/versions/", "replication/report/")
TABLES = ("replication/sources/", "replication/clean/")


@cache
def all_code() -> dict[str, str]:
    """Checksum of every module and template of the package, by its path in the checkout."""
    files = sorted(path for path in PACKAGE.rglob("*") if path.suffix in (".py", ".j2", ".css"))
    return {path.relative_to(PACKAGE.parent).as_posix(): sha256(path) for path in files}


def table_code() -> dict[str, str]:
    """The modules that processed tables are made by."""
    return {path: found for path, found in all_code().items() if path.startswith(TABLES)}


def study_code() -> dict[str, str]:
    """The modules that a study's results can depend on."""
    return {path: found for path, found in all_code().items() if not path.startswith(APART)}


def page_code() -> dict[str, str]:
    """The modules that the report and the ledger can depend on: all that are not about versions."""
    apart = ("replication/cli.py", "replication/versions/")
    return {path: found for path, found in all_code().items() if not path.startswith(apart)}


@cache
def packages() -> dict[str, str]:
    """Python and every installed distribution with its version, sorted by name."""
    found = {item.name.lower().replace("_", "-"): item.version for item in metadata.distributions()}
    return {"python": platform.python_version(), **dict(sorted(found.items()))}
