"""`make harden`: everything hostile that is tried, counted; exit code 1 if anything came through.

`python -m tests.harden 5` tries five per cent of it.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # before numpy is loaded, as the program itself does

from replication.project.places import Project  # noqa: E402
from tests.harden import parts, watch  # noqa: E402
from tests.harden.crash import small_project  # noqa: E402
from tests.harden.tampered import whole_project  # noqa: E402

SEED = 20010907
PER_CENT = int(sys.argv[1]) if len(sys.argv) > 1 else 100  # of what is tried by the hundred


def some(number: int) -> int:
    """How many of so many are tried."""
    return max(1, number * PER_CENT // 100)


def main() -> int:
    """Run every part in a temporary folder; print its counts, its time and its first faults."""
    project, failed, begun = Project(Path.cwd()), 0, time.perf_counter()
    share = PER_CENT / 100
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small = small_project(project, folder / "small" / "project")
        whole = whole_project(folder / "whole" / "project")
        watch.start()
        for title, part in (
            ("runs killed with kill -9 at random moments", lambda: parts.kills(some(200), SEED, small)),
            (
                "freezes and deposits killed",
                lambda: parts.commands_killed(some(100), SEED, whole, folder / "killed" / "project"),
            ),
            (
                "everything stopped by signals",
                lambda: parts.stops(some(20), SEED, whole, folder / "stopped" / "project"),
            ),
            ("Ctrl-C", lambda: parts.interrupts(some(100), SEED, whole)),
            ("full disk", lambda: parts.disk(small)),
            ("runs at once", lambda: parts.races(some(10), SEED, small)),
            ("flipped bits", lambda: parts.bits(some(1000), SEED, whole, folder / "bits")),
            ("stale or tampered, make all", lambda: parts.scenes("all", whole, folder / "all", share)),
            (
                "stale or tampered, make deposit",
                lambda: parts.scenes("deposit", whole, folder / "dep", share),
            ),
            ("names for a shell", lambda: parts.names(whole, folder / "names", share)),
            ("pipes", lambda: parts.pipes(whole, folder / "pipes", share)),
            ("in the way of results", lambda: parts.in_the_way(folder / "way")),
            ("bombs", lambda: parts.bombs(folder / "bombs")),
            ("numbers at their extremes", lambda: parts.extremes(folder / "numbers", project, share)),
            ("ragged panels", lambda: parts.uneven(some(1000), SEED, folder / "ragged")),
            ("registries and claims", lambda: parts.other_files(some(500), SEED, whole, folder / "files")),
            ("broken raw files", lambda: parts.raw(some(500), SEED, folder / "raw", project)),
            ("damaged panels of a user", lambda: parts.panels(some(200), SEED, folder / "panels")),
            ("hostile study files", lambda: parts.studies(some(500), SEED, folder / "studies")),
            ("hostile words", lambda: parts.words(some(100), SEED, folder / "words")),
        ):
            started = time.perf_counter()
            counts, faults = part()
            told = ", ".join(f"{count} {what}" for what, count in counts.items())
            print(
                f"{title}: {told}; {len(faults)} faults ({time.perf_counter() - started:.0f} s)", flush=True
            )
            for fault in faults[:10]:
                print(f"  {fault}")
            failed += len(faults)
    print(f"{failed} faults in {time.perf_counter() - begun:.0f} s")
    if not failed:
        print("no code run, no file outside the folder touched, no half-written output, no traceback")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
