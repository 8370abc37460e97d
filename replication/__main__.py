"""The command's way in: as `replicate`, as `python -m replication`, and by the path of this file.

By its path, and with Python's `-P`, it is this very program that starts: no module of the folder that one is
in, and no other installation, can take the place of any of its own.
"""

import importlib.util
import os
import sys
from pathlib import Path

INTERRUPTED = 130


def _load_package() -> None:
    """Load the package around this file under its name."""
    spec = importlib.util.spec_from_file_location("replication", Path(__file__).with_name("__init__.py"))
    assert spec is not None and spec.loader is not None  # a .py file always has both
    sys.modules[spec.name] = package = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(package)


if not __package__:  # also in the processes of a pool, which run this file once more
    _load_package()


def run() -> int:
    """Run one command; an interrupt ends it in one line, also while its modules load."""
    os.environ["PYTHONSAFEPATH"] = "1"  # what libraries start finds no module in the folder one is in
    try:
        from replication.cli import main

        return main()
    except KeyboardInterrupt:
        print("replicate: interrupted; what was not finished is made again by the next run", file=sys.stderr)
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(run())
