"""The whole pipeline on a system without POSIX locks, without os.wait4, without make: as on Windows."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from replication.versions.freeze import freeze

# Loaded by every Python of the run, those of `replicate all` and of the clean runs included.
BARE = """
import os, sys
sys.modules["fcntl"] = None
sys.modules["resource"] = None
for name in ("wait4", "sysconf", "getuid", "fork", "O_NOFOLLOW", "O_DIRECTORY"):
    if hasattr(os, name):
        delattr(os, name)
"""


@pytest.fixture
def bare(tmp_path) -> dict[str, str]:
    """An environment in which Python has nothing of POSIX and the path holds no program at all."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(BARE)
    (tmp_path / "temporary").mkdir()
    kept = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
    return {**kept, "PATH": "", "PYTHONPATH": str(folder), "TMPDIR": str(tmp_path / "temporary")}


def replicate(root: Path, environment: dict[str, str], *words: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "replication", *words]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


def test_the_whole_pipeline_runs_and_gives_the_same(project, bare):
    assert subprocess.run(
        [sys.executable, "-c", "import fcntl"], env=bare, capture_output=True, check=False
    ).returncode
    freeze(project, "with POSIX")
    for folder in (project.current, project.processed):
        shutil.rmtree(folder)
    done = replicate(project.root, bare, "all")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PASS: all 2 tables and 1 figures as printed are identical to v1" in done.stdout
    assert list((Path(bare["TMPDIR"])).glob("*.lock")) == []


def test_a_second_run_into_the_same_place_waits(project, bare):
    place = project.root / "held"
    hold = (
        "import sys, time\nfrom pathlib import Path\nfrom replication.project.lock import folder_aside\n"
        "with folder_aside(Path(sys.argv[1])) as aside:\n"
        "    print(time.monotonic(), flush=True); time.sleep(float(sys.argv[2])); print(time.monotonic())\n"
    )
    first = subprocess.Popen(
        [sys.executable, "-c", hold, str(place), "1.5"], env=bare, stdout=subprocess.PIPE, text=True
    )
    assert first.stdout is not None and first.stdout.readline()  # it has the place
    second = subprocess.run(
        [sys.executable, "-c", hold, str(place), "0"], env=bare, capture_output=True, text=True, check=False
    )
    left, _ = first.communicate(timeout=60)
    assert first.returncode == 0 and float(second.stdout.split()[0]) >= float(left), "the second did not wait"
    assert second.returncode == 0 and "waiting for another run that is writing held" in second.stderr
