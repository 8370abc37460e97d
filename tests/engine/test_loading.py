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
