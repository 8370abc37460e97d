"""Where the processor's time of the whole command goes.

    python -m benchmarks.profile_command [rows]

`replicate run` on the panel of benchmarks.whole_command, in a process of its own with one thread. Time is the
processor's, by stage; the profiler itself adds some to what runs in Python rather than in arrays.
"""

from __future__ import annotations

import os
import pstats
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.two_way import sample
from benchmarks.whole_command import ALONE, PERIODS, STUDY

PROFILED = """
import cProfile, time
profile = cProfile.Profile(time.process_time)
profile.enable()
from replication.cli import main
code = main(["run", "large.toml", "--out", "out", "--quiet"])
profile.disable()
profile.dump_stats("profile")
raise SystemExit(code)
"""

STAGES = {
    "reading the file": ("read_table.py", "read_user_table"),
    "sorting it as a panel": ("panel.py", "panel_of"),
    "looking for what is odd in it": ("doubts.py", "doubts_about"),
    "choosing rows, building the design": ("rows.py", "prepare"),
    "projector on the effects": ("absorb.py", "projector"),
    "taking the effects out": ("absorb.py", "residuals"),
    "least squares": ("linear.py", "linear_fit"),
    "R squared of each kind": ("linear.py", "_within_rsquared"),
    "clustered errors": ("one_model.py", "covariances_of"),
    "what it rests on: code, packages, checksums": ("records.py", "made_from"),
    "tables in every format": ("exhibits.py", "write_tables"),
    "records": ("records.py", "write_records"),
    "the run, loading left out": ("run.py", "run_study"),
    "everything": ("cli.py", "main"),
}


def main(rows: int) -> None:
    """Print a line a stage."""
    with tempfile.TemporaryDirectory() as folder:
        sample(rows // PERIODS).to_parquet(f"{folder}/panel.parquet", index=False)
        (Path(folder) / "large.toml").write_text(STUDY)
        for _ in range(2):  # the first compiles what the second loads
            subprocess.run([sys.executable, "-c", PROFILED], cwd=folder, env=ALONE, check=True)
        lines = vars(pstats.Stats(f"{folder}/profile"))["stats"].items()
    found = {(Path(file).name, name): line[3] for (file, _, name), line in lines}
    print(f"{rows:,} rows, load {os.getloadavg()[0]:.1f}, seconds of processor")
    for said, key in STAGES.items():
        print(f"{said:45} {found.get(key, 0.0):6.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
