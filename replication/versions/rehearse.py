"""Clean runs of the whole project in folders of their own, under circumstances that must not matter."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from replication.errors import DataError
from replication.project.arithmetic import X86, features
from replication.project.places import PACKAGE, Project
from replication.study.panels import files_brought
from replication.versions.why import everything


@dataclass(frozen=True)
class Setting:
    """What a stranger's machine may have.

    Attributes
    ----------
    folder : str
    told : str
        What is unlike the first, in a few words.
    environment : mapping of str to str
    native : bool
        Whether the kernels named in the environment are used in place of the portable ones.
    needs : str
        Instruction set that the processor must have; empty if none.
    """

    folder: str
    told: str
    environment: Mapping[str, str]
    native: bool = False
    needs: str = ""


PLAIN = {"OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8"}
FIRST = Setting("first", "portable kernels", PLAIN)
# None of this may move a byte.
SECOND = Setting(
    "second run, Größe 2",
    "portable kernels; other threads, hash seed, time zone, locale and path",
    {"OMP_NUM_THREADS": "2", "PYTHONHASHSEED": "4711", "TZ": "Asia/Tokyo", "LC_ALL": "tr_TR.UTF-8"},
)
# This moves late digits, and may move nothing that is printed. Without a choice of the kernels of numpy it
# takes the widest that the processor has.
OTHER_MACHINES = (
    Setting("haswell", "OpenBLAS Haswell, numpy as the processor is",
            PLAIN | {"OPENBLAS_CORETYPE": "Haswell"}, True, "AVX2"),
    Setting("skylake", "OpenBLAS SkylakeX, numpy as the processor is",
            PLAIN | {"OPENBLAS_CORETYPE": "SkylakeX"}, True, "AVX512F"),
    Setting("prescott", "OpenBLAS Prescott, numpy's baseline",
            PLAIN | {"OPENBLAS_CORETYPE": "Prescott",
                     "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR"}, True),
    Setting("without fma", "portable kernels, C library without FMA",
            PLAIN | {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-FMA,-AVX2"}, False, "FMA3"),
)  # fmt: skip
KEPT = ("SYSTEMROOT",)  # without it Windows starts no Python
AT_ONCE = 2  # runs; each takes one core
KIBIBYTE = 1024 if sys.platform == "darwin" else 1  # macOS tells a child's memory in bytes, Linux in KiB


@dataclass(frozen=True)
class Step:
    """One command of a run.

    Attributes
    ----------
    command : str
    seconds, processor_seconds : float
        By the clock, and at work; the latter None where the system does not tell.
    memory : float or None
        At most, in MiB.
    """

    command: str
    seconds: float
    processor_seconds: float | None
    memory: float | None


@dataclass(frozen=True)
class Rehearsal:
    """One clean run: where, under which settings, step by step."""

    project: Project
    setting: Setting
    steps: tuple[Step, ...]

    @property
    def seconds(self) -> float:
        """Time of all steps."""
        return sum(step.seconds for step in self.steps)

    @property
    def processor_seconds(self) -> float:
        """Time at work of all steps."""
        return sum(step.processor_seconds or 0.0 for step in self.steps)

    @property
    def memory(self) -> float:
        """Most memory that a step had, in MiB."""
        return max(step.memory or 0.0 for step in self.steps)


def settings() -> list[Setting]:
    """Those that this machine can show: the two that must agree to the byte, then other kernels."""
    if platform.machine() not in X86:
        return [FIRST, SECOND]
    there = features()
    glibc = platform.libc_ver()[0] == "glibc"
    return [FIRST, SECOND, *(s for s in OTHER_MACHINES if _can(s, there, glibc))]


def _can(setting: Setting, there: set[str], glibc: bool) -> bool:
    """Whether this machine has what a setting needs."""
    return (not setting.needs or setting.needs in there) and (
        glibc or "GLIBC_TUNABLES" not in setting.environment
    )


def rehearse(project: Project, folder: Path, chosen: list[Setting]) -> list[Rehearsal]:
    """Run the project once for each setting, two at a time, each in a copy below `folder`.

    Raises
    ------
    DataError
        A step of a run fails; its last line is told.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda setting: _run(project, folder / setting.folder, setting), chosen))


def _run(project: Project, folder: Path, setting: Setting) -> Rehearsal:
    copy = _copy(project, folder)
    environment = {
        **{name: os.environ[name] for name in KEPT if name in os.environ},
        "PATH": os.defpath, "HOME": str(folder), "PYTHONNOUSERSITE": "1",
        **setting.environment,
    }  # fmt: skip
    words = [["--native", *step] if setting.native else step for step in _steps(copy)]
    return Rehearsal(copy, setting, tuple(_step(copy, step, environment) for step in words))


def _copy(project: Project, folder: Path) -> Project:
    """Raw figures, studies with their panels, claims, printed tables, the program: nothing that was made."""
    for source in (project.raw, project.cleaning, project.specs, project.claims, project.published, PACKAGE):
        if source.is_dir():
            inside = PACKAGE.name if source == PACKAGE else source.relative_to(project.root)
            shutil.copytree(source, folder / inside, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    for name, path in files_brought(project).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, folder / name)
    settings = project.root / "pyproject.toml"
    if settings.is_file():
        shutil.copy(settings, folder)
    return Project(folder)


def _steps(project: Project) -> list[list[str]]:
    """The commands of `make all` where nothing has been made yet, by the account that it goes by itself."""
    commands = dict.fromkeys(item.command for item in everything(project))
    return [[word.removeprefix(f"{project.root}{os.sep}") for word in command] for command in commands]


def _step(project: Project, words: list[str], environment: Mapping[str, str]) -> Step:
    """Run one command in the copy, with the copy's program, and measure it."""
    command = [sys.executable, "-P", str(Path(PACKAGE.name) / "__main__.py"), *words]
    log = project.root / "log.txt"
    started = time.monotonic()
    with log.open("wb") as stream:
        child = subprocess.Popen(command, cwd=project.root, env=environment, stdout=stream, stderr=stream)
        worked, memory = _waited(child)
    if child.returncode:
        last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:] or ["no word"]
        raise DataError(f"clean run: replicate {' '.join(words)} failed: {last[0]}")
    return Step(" ".join(words), time.monotonic() - started, worked, memory)


def _waited(child: subprocess.Popen) -> tuple[float | None, float | None]:
    """Seconds at work and most memory of a child that has ended; Windows does not tell them."""
    if not hasattr(os, "wait4"):
        child.wait()
        return None, None
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)  # told, for it was waited for behind its back
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / KIBIBYTE / 1024
