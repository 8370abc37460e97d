"""`python -m tests.harden.machines STUDY ...`: `replicate all` as other machines would run it, a line each.

In a copy of the project with these studies alone, frozen first as it is made here; each machine is put
together from environment variables, makes everything again from nothing, and says how its check ends.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from replication.project.places import Project

BASELINE = "X86_V3 X86_V4 AVX512_ICL AVX512_SPR"
NO_FMA = {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA"}
# What it is called, what is put before the command's own words, and the environment.
MACHINES: tuple[tuple[str, tuple[str, ...], dict[str, str]], ...] = (
    ("portable kernels, as any x86 machine", (), {}),
    ("Haswell preset in the shell", (), {"OPENBLAS_CORETYPE": "Haswell", "OPENBLAS_L2_SIZE": "512"}),
    ("own kernels", ("--native",), {}),
    ("Haswell, numpy AVX-512", ("--native",), {"OPENBLAS_CORETYPE": "Haswell"}),
    ("Haswell, numpy AVX2", ("--native",),
     {"OPENBLAS_CORETYPE": "Haswell", "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR"}),
    ("SkylakeX", ("--native",), {"OPENBLAS_CORETYPE": "SkylakeX"}),
    ("Sandybridge", ("--native",), {"OPENBLAS_CORETYPE": "Sandybridge"}),
    ("Nehalem", ("--native",), {"OPENBLAS_CORETYPE": "Nehalem"}),
    ("Prescott", ("--native",), {"OPENBLAS_CORETYPE": "Prescott"}),
    ("C library without FMA", (), NO_FMA),
    ("old PC: baseline, no FMA", ("--native",),
     NO_FMA | {"OPENBLAS_CORETYPE": "Nehalem", "NPY_DISABLE_CPU_FEATURES": BASELINE}),
    ("two threads, hash seed", (),
     {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2", "PYTHONHASHSEED": "4711"}),
    ("locale and clock of elsewhere", (), {"LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Tokyo"}),
    ("no home, ASCII alone", (), {"HOME": "/nonexistent", "LC_ALL": "C", "PYTHONIOENCODING": "ascii"}),
    ("warnings are errors, asserts off", (), {"PYTHONWARNINGS": "error", "PYTHONOPTIMIZE": "2"}),
)  # fmt: skip
PRESET = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "NPY_DISABLE_CPU_FEATURES")


def replicate(project: Project, environment: dict[str, str], *words: str) -> tuple[int, str]:
    """With what code a command ends, and the last line that it says."""
    clean = {name: value for name, value in os.environ.items() if name not in PRESET}
    done = subprocess.run(
        [sys.executable, "-m", "replication", "--project", str(project.root), *words],
        env={**clean, **environment}, capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    return done.returncode, ([*done.stdout.splitlines(), *done.stderr.splitlines()] or [""])[-1]


def small_copy(source: Project, root: Path, studies: list[str]) -> Project:
    """The project with some of its studies, without claims, results and versions."""
    for name in ("data/raw", "cleaning"):
        shutil.copytree(source.root / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "requirements.lock", "CITATION.cff", "LICENSE"):
        shutil.copy(source.root / name, root)
    project = Project(root)
    project.specs.mkdir()
    for study in studies:
        shutil.copy(source.specs / f"{study}.toml", project.specs)
    return project


def main() -> int:
    """Freeze, then run as each machine; exit code 1 if one of them does not pass."""
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        project = small_copy(Project(Path.cwd()), Path(name) / "project", sys.argv[1:])
        for words in (("all", "report"), ("freeze", "--why", "the machine that all are compared with")):
            code, told = replicate(project, {}, *words)
            if code:
                sys.exit(told)
        for called, before, environment in MACHINES:
            shutil.rmtree(project.processed)
            shutil.rmtree(project.current)
            code, told = replicate(project, environment, *before, "all")
            failed += code != 0
            print(f"{called}: exit {code}: {told}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
