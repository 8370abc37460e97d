"""What a program loads before it is asked for anything: a command on a small study is mostly that."""

from __future__ import annotations

import subprocess
import sys

SLOW = (
    "scipy.stats",
    "scipy.optimize",
    "openpyxl",
    "matplotlib",
    "statsmodels",
    "linearmodels",
    "joblib",
    "jinja2",
    "docx",
    "scipy.sparse.csgraph",
)


def test_running_a_study_loads_nothing_slow_that_it_does_not_ask_for():
    loaded = "import sys, replication.study.run, replication.study.all_models"
    code = f"{loaded}; print(*(name for name in {SLOW} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_started_as_a_module_it_runs_no_file_of_the_folder_one_is_in(tmp_path):
    for name in ("numpy", "argparse", "tempfile"):
        (tmp_path / f"{name}.py").write_text(f"raise SystemExit('{name} of a stranger')")
    words = [sys.executable, "-m", "replication", "words"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
