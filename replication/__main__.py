"""The command's way in: as `replicate`, as `python -m replication`, and by the path of this file.

By its path, and with Python's `-P`, it is this very program that starts: no module of the folder that one is
in, and no other installation, can take the place of any of its own.
"""

# These two are loaded before any file is run; whatever else is may be interrupted while it loads.
import os
import sys

INTERRUPTED = 130
BESIDE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

if __package__ and sys.path[:1] == [os.getcwd()] != [BESIDE]:
    del sys.path[0]  # `python -m` puts the folder one is in before all others, whoever wrote what is there


def _load_package() -> None:
    """Load the package around this file under its name."""
    import importlib.util

    file = os.path.join(os.path.dirname(os.path.abspath(__file__)), "__init__.py")
    spec = importlib.util.spec_from_file_location("replication", file)
    assert spec is not None and spec.loader is not None  # a .py file always has both
    sys.modules[spec.name] = package = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(package)


def _interrupted() -> int:
    if "REPLICATE_WITHIN" not in os.environ:  # `replicate all` says it once for all that it runs
        print("replicate: interrupted; what was not finished is made again by the next run", file=sys.stderr)
    return INTERRUPTED


if not __package__:  # also in the processes of a pool, which run this file once more
    try:
        _load_package()
    except KeyboardInterrupt:
        sys.exit(_interrupted())


def run() -> int:
    """Run one command; an interrupt ends it in one line, also while its modules load."""
    os.environ["PYTHONSAFEPATH"] = "1"  # what libraries start finds no module in the folder one is in
    try:
        from replication.cli import main

        return main()
    except KeyboardInterrupt:
        return _interrupted()


if __name__ == "__main__":
    sys.exit(run())
