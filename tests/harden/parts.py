"""The parts of the hardening: each tries its cases and says what was wrong with which."""

from __future__ import annotations

import os
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from replication.project.places import Project
from replication.report.gather import make_report
from replication.sources.pipeline import build_all
from replication.versions.check import standing
from tests.harden.call import Outcome, call
from tests.harden.crash import (
    Small,
    all_made,
    fill_disk,
    interrupt,
    kill_at_random,
    kill_command,
    race,
    stop_all,
)
from tests.harden.extremes import in_a_child, model_cases, statistic_cases, try_statistic
from tests.harden.injection import control_characters, hostile_panel, hostile_words, run_by_a_reader
from tests.harden.other_files import GENERATORS, PIPES, file_faults, out_faults, pipe_faults
from tests.harden.ragged import ragged, read_faults
from tests.harden.raw import broken_files, flipped, truncated, try_raw
from tests.harden.studies import HEAD, hostile_studies, model
from tests.harden.tampered import NAMES, name_faults, rot, scene_faults
from tests.support import made_up
from tests.support.bombs import BOMBS, MEGABYTES, SECONDS, bomb_faults
from tests.support.in_the_way import IN_THE_WAY
from tests.support.scenes import CHANGED, MENDED, REFUSED

LIMITS = (
    0,
    1,
    100,
    511,
    1000,
    2500,
    4000,
    8000,
    16_000,
    30_000,
    10**6,
)  # bytes a file may have on a full disk
KILLS_IN_A_ROW = 4


@contextmanager
def own_folder(folder: Path) -> Iterator[None]:
    """Work in a folder with a panel and a good study, which has been run: everything is loaded then."""
    here = Path.cwd()
    folder.mkdir(parents=True)
    try:
        os.chdir(folder)
        panel().to_csv("panel.csv", index=False)
        run_text(HEAD + model(title='"Warm up"') + FIGURE)
        yield
    finally:
        os.chdir(here)


FIGURE = '\n[[figures]]\nid = "f"\ntitle = "t"\nkind = "coefficients"\nmodels = ["first"]\n'


def panel() -> pd.DataFrame:
    """Six entities over ten years, three columns of noise."""
    draw = np.random.default_rng(1)
    keys = {"land": np.repeat(list("ABCDEF"), 10), "jahr": np.tile(np.arange(1980, 1990), 6)}
    return pd.DataFrame(keys).assign(**{name: draw.normal(size=60).round(3) for name in ("y", "x", "z")})


def run_text(study: str | bytes, data: str = "panel.csv") -> Outcome:
    """Run a study file with this content on a panel in the folder that one is in."""
    here = Path.cwd()
    Path("mine.toml").write_bytes(study if isinstance(study, bytes) else study.encode("utf-8"))
    words = ("--project", str(here), "run", "mine.toml", "--data", data, "--out", "out")
    return call(here, here / "out", *words)


def studies(number: int, seed: int, folder: Path) -> tuple[Counter, list[str]]:
    """Hostile study files: how many were refused, how many ran as harmless, and faults."""
    counts, faults = Counter(), []
    with own_folder(folder):
        for place, case in enumerate(hostile_studies(number, seed)):
            done = run_text(case.content)
            counts["refused" if done.code == 2 else "harmless, run"] += 1
            faults += [f"study {place} ({case.kind}): {fault}" for fault in done.faults]
    return counts, faults


def words(number: int, seed: int, folder: Path) -> tuple[Counter, list[str]]:
    """Studies whose texts are payloads: what a reader of the published files would run."""
    draw, counts, faults = random.Random(seed), Counter(), []
    with own_folder(folder):
        for place in range(number):
            done = run_text(hostile_words(draw))
            counts["published, inert" if done.code == 0 else "refused"] += 1
            faults += [f"words {place}: {fault}" for fault in (*done.faults, *_live(folder, done))]
        for place in range(number):
            table, study = hostile_panel(draw)
            table.to_parquet("hostile.parquet")
            done = run_text(study, "hostile.parquet")
            counts["of hostile panels, inert" if done.code == 0 else "of hostile panels refused"] += 1
            faults += [f"panel of words {place}: {fault}" for fault in (*done.faults, *_live(folder, done))]
    return counts, faults


def _live(folder: Path, done: Outcome) -> list[str]:
    """What a reader of the files, or a terminal, would run."""
    spoken = [f"on the terminal: {line}" for line in control_characters(done.said + done.told)]
    return spoken + (run_by_a_reader(folder / "out") if done.code == 0 else [])


def panels(number: int, seed: int, folder: Path) -> tuple[Counter, list[str]]:
    """Panels of a user's with some bytes changed or cut off, in each format."""
    draw, counts, faults = random.Random(seed), Counter(), []
    with own_folder(folder):
        good = _in_each_format(panel())
        for place in range(number):
            name = list(good)[place % len(good)]
            damage = draw.choice((flipped, flipped, truncated))
            Path(name).write_bytes(damage(draw, good[name], b""))
            done = run_text(HEAD + model(), name)
            counts["refused" if done.code == 2 else "still a panel, run"] += 1
            faults += [f"panel {place} ({name}): {fault}" for fault in done.faults]
    return counts, faults


def _in_each_format(table: pd.DataFrame) -> dict[str, bytes]:
    table.to_csv("a.csv", index=False)
    table.to_parquet("a.parquet")
    table.to_stata("a.dta", write_index=False)
    table.to_excel("a.xlsx", index=False)
    return {name: Path(name).read_bytes() for name in ("a.csv", "a.parquet", "a.dta", "a.xlsx")}


def extremes(folder: Path, source: Project, share: float = 1.0) -> tuple[Counter, list[str]]:
    """Options at their extremes, each in a child whose memory is measured; `share` of them, spread evenly."""
    counts, faults = Counter(), []
    measured = list(statistic_cases(source))
    tables, _ = build_all(source)
    with own_folder(folder):
        works = [(name, partial(_model_faults, study)) for name, study in model_cases()]
        works += [(name, partial(try_statistic, spec, tables[spec.table], folder)) for name, spec in measured]
        for name, work in works[:: round(1 / share)]:
            counts["numbers at their extremes"] += 1
            faults += [f"{name}: {fault}" for fault in in_a_child(work, folder.parent / "told.txt")]
    return counts, faults


def _model_faults(study: str) -> list[str]:
    return list(run_text(study).faults)


def raw(number: int, seed: int, folder: Path, source: Project) -> tuple[Counter, list[str]]:
    """Broken raw files, each under the old checksum and under its own."""
    counts, faults = Counter(), []
    for place, (recipe, files, broken) in enumerate(broken_files(number, seed, source)):
        told = try_raw(folder, recipe, files, broken)
        counts["tried under the old checksum and under its own"] += 1
        faults += [f"raw {place} ({recipe.schema.table}): {fault}" for fault in told]
    return counts, faults


def kills(number: int, seed: int, small: Small) -> tuple[Counter, list[str]]:
    """Runs killed at random moments, and the run after them."""
    draw, faults = random.Random(seed), []
    for start in range(0, number, KILLS_IN_A_ROW):
        told = kill_at_random(small, draw, min(KILLS_IN_A_ROW, number - start))
        faults += [f"kills from {start}: {fault}" for fault in told]
    return Counter({"killed, the next run whole": number}), faults


def disk(small: Small) -> tuple[Counter, list[str]]:
    """Runs on a disk that is full after so many bytes a file."""
    faults = [f"disk: {fault}" for limit in LIMITS for fault in fill_disk(small, limit)]
    return Counter({"full disks": len(LIMITS)}), faults


def races(number: int, seed: int, small: Small) -> tuple[Counter, list[str]]:
    """Three runs at once in one folder."""
    draw = random.Random(seed)
    faults = [f"race {place}: {fault}" for place in range(number) for fault in race(small, 3, draw)]
    return Counter({"times three runs at once": number}), faults


def commands_killed(number: int, seed: int, whole: Project, folder: Path) -> tuple[Counter, list[str]]:
    """Freezes and deposits killed at random moments: a version or a deposit is there whole, or not at all."""
    draw, faults = random.Random(seed), []
    project = made_up.copied(whole.root, folder)
    deposits = max(1, number // 10)  # each runs everything once more, to say what that takes
    faults += kill_command(project, ("deposit",), Path("deposit"), draw, deposits)
    shutil.rmtree(project.results / "v1")
    project.changelog.unlink()
    make_report(project, standing(project))  # which told how the results stand to that version
    words = ("freeze", "--why", "killed")
    faults += kill_command(project, words, Path("results/v1"), draw, number - deposits)
    told = project.changelog.read_text(encoding="utf-8").count("\n## v")
    faults += [] if told == 1 else [f"the changelog tells of {told} versions"]
    return Counter({"freezes and deposits killed": number}), faults


def stops(number: int, seed: int, whole: Project, folder: Path) -> tuple[Counter, list[str]]:
    """`all` stopped by kill, termination and Ctrl-C at random moments, and the one after it."""
    draw, project = random.Random(seed), made_up.copied(whole.root, folder)
    shutil.rmtree(project.root / ".venv")  # what is hidden afterwards was left behind
    made, faults = all_made(project), []
    for begun in range(0, number, KILLS_IN_A_ROW):
        told = stop_all(project, made, draw, min(KILLS_IN_A_ROW, number - begun))
        faults += [f"stops from {begun}: {fault}" for fault in told]
    return Counter({"all stopped, the next whole": number}), faults


def interrupts(number: int, seed: int, whole: Project) -> tuple[Counter, list[str]]:
    """Ctrl-C in the first half second."""
    draw = random.Random(seed)
    faults = [fault for _ in range(number) for fault in interrupt(whole, draw.uniform(0, 0.5))]
    return Counter({"interrupts": number}), faults


def bits(number: int, seed: int, whole: Project, folder: Path) -> tuple[Counter, list[str]]:
    """Flipped bits in what was made, each before a command that reads it."""
    return rot(whole, folder, number, random.Random(seed))


def scenes(target: str, whole: Project, folder: Path, share: float = 1.0) -> tuple[Counter, list[str]]:
    """Stale and tampered results before `make`; `share` of the scenes, spread evenly."""
    names = [*MENDED, *CHANGED, *REFUSED][:: round(1 / share)]
    told = {name: scene_faults(whole, folder, name, target) for name in names}
    counts = Counter({f"scenes of {len(names)} noticed": sum(not faults for faults in told.values())})
    return counts, [f"{name}: {fault}" for name, faults in told.items() for fault in faults]


def names(whole: Project, folder: Path, share: float = 1.0) -> tuple[Counter, list[str]]:
    """Files whose names are words of a shell or of make, among the studies and among the claims."""
    cases = [(name, place) for place in ("specs", "claims") for name in NAMES][:: round(1 / share)]
    told = [(name, fault) for name, place in cases for fault in name_faults(whole, folder, name, place)]
    return Counter({"names refused": len(cases)}), [f"{name!r}: {fault}" for name, fault in told]


def uneven(number: int, seed: int, folder: Path) -> tuple[Counter, list[str]]:
    """Ragged and odd CSV files: refused, or read as Python's own reader reads them."""
    draw, counts, faults = random.Random(seed), Counter(), []
    folder.mkdir(parents=True)
    for place in range(number):
        path = folder / "ragged.csv"
        path.write_bytes(ragged(draw))
        refused, found = read_faults(path)
        counts["refused" if refused else "read as an independent reader does"] += 1
        faults += [f"ragged {place}: {fault}" for fault in found]
    return counts, faults


def other_files(number: int, seed: int, whole: Project, folder: Path) -> tuple[Counter, list[str]]:
    """Hostile registries and claims files."""
    draw, project = random.Random(seed), made_up.copied(whole.root, folder)
    kinds = [list(GENERATORS)[place % len(GENERATORS)] for place in range(number)]
    told = [(kind, fault) for kind in kinds for fault in file_faults(project, kind, draw)]
    return Counter(kinds), [f"{kind}: {fault}" for kind, fault in told]


def in_the_way(folder: Path) -> tuple[Counter, list[str]]:
    """What stands in a folder for results and is not the program's: it stays byte for byte."""
    told = [(case, fault) for case in IN_THE_WAY for fault in out_faults(folder, case)]
    return Counter({"folders as they were": len(IN_THE_WAY)}), [f"{case}: {fault}" for case, fault in told]


def pipes(whole: Project, folder: Path, share: float = 1.0) -> tuple[Counter, list[str]]:
    """A pipe in the place of every file that a command reads."""
    cases = list(PIPES)[:: round(1 / share)]
    told = [(name, fault) for name in cases for fault in pipe_faults(whole, folder, name)]
    return Counter({"pipes waited for by nobody": len(cases)}), [f"{name}: {fault}" for name, fault in told]


def bombs(folder: Path) -> tuple[Counter, list[str]]:
    """Small files that unpack to more than a machine holds, each read in a process of its own."""
    folder.mkdir(parents=True)
    told = [(name, fault) for name in BOMBS for fault in bomb_faults(name, folder)]
    return Counter({f"in under {SECONDS} s and {MEGABYTES} MB": len(BOMBS)}), [f"{n}: {f}" for n, f in told]
