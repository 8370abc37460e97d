"""What several workers of a test run need is made once for all of them: by the first that asks."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder of this name that `make` has filled; not to be written to by a test.

    Parameters
    ----------
    make : callable
        Is given the folder, which is there and empty; where it fails, the next that asks tries again.
    """
    base = factory.getbasetemp()  # pytest-xdist gives each worker a folder in that of the run
    place = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared" / name
    place.parent.mkdir(exist_ok=True)
    with FileLock(f"{place}.lock"):
        whole = Path(f"{place}.whole")
        if not whole.exists():
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            make(place)
            whole.touch()
    return place
