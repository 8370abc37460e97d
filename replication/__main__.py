"""The command's way in, as `replicate` and as `python -m replication`."""

import sys

INTERRUPTED = 130


def run() -> int:
    """Run one command; an interrupt ends it in one line, also while its modules load."""
    try:
        from replication.cli import main

        return main()
    except KeyboardInterrupt:
        print("replicate: interrupted; what was not finished is made again by the next run", file=sys.stderr)
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(run())
