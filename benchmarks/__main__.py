"""Every benchmark beside its peer, one after the other: python -m benchmarks [name ...]."""

from __future__ import annotations

import subprocess
import sys

NAMES = (
    "specifications",
    "two_way",
    "whole_command",
    "profile_command",
    "partitioned",
    "ppml",
    "universe",
    "cluster",
    "wild_bootstrap",
    "gmm_recovery",
    "tobit_recovery",
    "coverage",
)


def main(names: list[str]) -> None:
    """Run the named benchmarks, or all: each in a process of its own, whose memory is no other's."""
    for name in names or NAMES:
        if name not in NAMES:
            sys.exit(f"benchmark {name!r} is not known; allowed: {', '.join(NAMES)}")
        print(f"== {name}", flush=True)
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True)


main(sys.argv[1:])
