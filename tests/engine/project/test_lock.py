"""What stands aside is held by one process, and what a killed one left is used again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from replication.project.files import write_text
from replication.project.lock import file_aside, folder_aside

HOLD = """
import sys, time
from pathlib import Path
from replication.project.lock import folder_aside
with folder_aside(Path(sys.argv[1])) as aside:
    (aside / "half").write_text("x")
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def hold(target, seconds):
    """A process that holds the folder aside; it has it when this returns."""
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, target, str(seconds)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout.readline() == "held\n"
    return child


def test_what_a_killed_run_left_is_emptied_and_used_again(tmp_path):
    child = hold(tmp_path / "out", 60)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert (tmp_path / ".out.replicate" / "half").exists()
    with folder_aside(tmp_path / "out") as aside:
        assert list(aside.iterdir()) == []
    assert list(tmp_path.iterdir()) == []


def test_a_second_run_waits_and_says_so(tmp_path, capsys):
    child, started = hold(tmp_path / "out", 1), time.perf_counter()
    with folder_aside(tmp_path / "out") as aside:
        waited = time.perf_counter() - started
        assert list(aside.iterdir()) == []
    child.wait()
    assert waited > 0.8  # the other holds it for a second
    assert capsys.readouterr().err == "replicate: waiting for another run that is writing out\n"


def test_a_file_left_aside_is_overwritten(tmp_path):
    (tmp_path / ".a.txt.replicate").write_text("half of something long")
    write_text(tmp_path / "a.txt", "whole")
    assert (tmp_path / "a.txt").read_text() == "whole"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_link_in_the_place_of_what_stands_aside_is_not_followed(tmp_path):
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "thesis").write_text("x")
    (tmp_path / ".out.replicate").symlink_to(precious)
    with pytest.raises(OSError), folder_aside(tmp_path / "out"):
        pass
    (tmp_path / ".a.replicate").symlink_to(precious / "thesis")
    with pytest.raises(OSError), file_aside(tmp_path / "a"):
        pass
    assert (precious / "thesis").read_text() == "x"
