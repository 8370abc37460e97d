"""The benchmarks run: what is published of speed and of recovery can be measured again."""

from __future__ import annotations

import subprocess
import sys

import pytest

SMALL = {
    "coverage": ["2"],
    "gmm_recovery": ["2"],
    "partitioned": ["2000"],
    "profile_command": ["2000"],
    "specifications": ["20", "2"],
    "tobit_recovery": ["2"],
    "universe": ["3"],
}
"""Those that need no peer, at sizes at which they say nothing."""


@pytest.mark.parametrize("name", SMALL)
def test_a_benchmark_runs(name):
    call = [sys.executable, "-m", f"benchmarks.{name}", *SMALL[name]]
    run = subprocess.run(call, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    assert run.stdout
