"""`make harden`: everything hostile that is tried, counted; exit code 1 if anything came through."""

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

SEED = 20010907
STUDIES, RAW, PANELS, WORDS, KILLS, RACES = 500, 500, 200, 100, 200, 10


def main() -> int:
    """Run every part in a temporary folder; print its counts, its time and its first faults."""
    project, failed = Project(Path.cwd()), 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small = small_project(project, folder / "small" / "project")
        watch.start()
        for title, part in (
            (f"{KILLS} kills -9 at random moments", lambda: parts.kills(KILLS, SEED, small)),
            ("full disk", lambda: parts.disk(small)),
            ("runs at once", lambda: parts.races(RACES, SEED, small)),
            (f"{RAW} broken raw files", lambda: parts.raw(RAW, SEED, folder / "raw", project)),
            (f"{PANELS} damaged panels of a user", lambda: parts.panels(PANELS, SEED, folder / "panels")),
            (f"{STUDIES} hostile study files", lambda: parts.studies(STUDIES, SEED, folder / "studies")),
            (f"{WORDS} studies of hostile words", lambda: parts.words(WORDS, SEED, folder / "words")),
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
    print(
        "no code run, no file outside the folder touched, no half-written output, no traceback" * (not failed)
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
