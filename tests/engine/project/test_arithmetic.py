"""Kernels are settled before numpy loads, told as they are, and tried on what is known."""

from __future__ import annotations

import json
import math
import os
import platform
import subprocess
import sys
import time

import numpy as np
import pytest
import scipy.linalg

from replication.cli import main
from replication.project.arithmetic import KERNEL, X86, arithmetic, require_right_answers

ON_X86 = pytest.mark.skipif(platform.machine() not in X86, reason="kernels are chosen on x86 alone")
TELL = (
    "import sys, json, subprocess; from replication.cli import main; main(sys.argv[1:]); "
    "from replication.project.arithmetic import arithmetic; print(json.dumps(arithmetic()))"
)
CHILD = (
    "import sys, subprocess; from replication.cli import main; main(['words']); "
    "sys.exit(subprocess.run([sys.executable, '-c', sys.argv[1]], check=False).returncode)"
)


def told(*words: str, **environment: str) -> dict[str, str]:
    """What a fresh process says of its arithmetic after a command."""
    command = [sys.executable, *words]
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.strip().splitlines()[-1])


@ON_X86
@pytest.mark.parametrize("before", ["Haswell", "SkylakeX", ""])
def test_a_command_uses_the_kernels_of_every_x86_machine_whatever_the_shell_says(before):
    found = told("-c", TELL, "words", OPENBLAS_CORETYPE=before, NPY_DISABLE_CPU_FEATURES="")
    assert found["linear algebra"] == f"openblas {KERNEL}"
    assert found["numpy's instruction sets"] == "X86_V2"


@ON_X86
def test_children_inherit_them():
    tell = (
        "import json; from replication.project.arithmetic import arithmetic; print(json.dumps(arithmetic()))"
    )
    found = told("-c", CHILD, tell, OPENBLAS_CORETYPE="Haswell")
    assert found["linear algebra"] == f"openblas {KERNEL}" and found["numpy's instruction sets"] == "X86_V2"


@ON_X86
def test_a_native_command_leaves_the_kernels_to_the_machine():
    found = told("-c", TELL, "--native", "words", OPENBLAS_CORETYPE="Prescott", NPY_DISABLE_CPU_FEATURES="")
    assert "Nehalem" not in found["linear algebra"]


def test_the_c_librarys_functions_are_told_by_what_they_compute(monkeypatch):
    before = arithmetic()
    assert before == arithmetic()
    exact = math.exp
    monkeypatch.setattr(math, "exp", lambda x: math.nextafter(exact(x), math.inf) if x == 1 else exact(x))
    assert {key for key, value in arithmetic().items() if value != before[key]} == {"its functions"}


def test_what_is_known_comes_out_right_in_well_under_a_second():
    started = time.perf_counter()
    require_right_answers()
    assert time.perf_counter() - started < 1


class Broken(np.ndarray):
    """A matrix whose products are off by one in one place."""

    def __matmul__(self, other):
        found = np.asarray(self) @ np.asarray(other)
        if found.dtype == float:
            found[3, 5] += 1
        return found


@pytest.mark.parametrize(
    ("library", "name", "wrong", "told"),
    [
        (np, "log", lambda x: np.log2(x) * 0.6931, "a logarithm"),
        (np.linalg, "eigvalsh", lambda x: np.diag(x), "a decomposition"),
        (scipy.linalg, "qr", lambda x: (np.eye(len(x)), x + 1e-9), "a decomposition"),
        (np, "indices", lambda shape: np.zeros((2, *shape), dtype=int).view(Broken), "a product of matrices"),
    ],
)
def test_a_library_that_computes_wrongly_is_refused_before_anything_runs(
    tmp_path, monkeypatch, capsys, library, name, wrong, told
):
    (tmp_path / "one.toml").write_text('[study]\nid = "one"\ntitle = "One"\n')
    monkeypatch.setattr(library, name, wrong)
    out = tmp_path / "out"
    assert main(["run", str(tmp_path / "one.toml"), "--out", str(out)]) == 2
    message = capsys.readouterr().err
    assert told in message and "computes wrong results here" in message and message.count("\n") == 1
    assert not out.exists()


def test_matplotlib_says_nothing_where_there_is_no_home(tmp_path):
    code = "from replication.cli import main; main(['words']); import matplotlib.font_manager"
    environment = {name: value for name, value in os.environ.items() if name != "MPLCONFIGDIR"}
    nowhere = {"HOME": "/proc/nowhere", "TMPDIR": str(tmp_path), "XDG_CONFIG_HOME": "/proc/nowhere"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**environment, **nowhere},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
