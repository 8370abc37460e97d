"""Every model of a study that another program can estimate, estimated by it too, and the two compared."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from replication.crosscheck import by_linearmodels, by_pyfixest, by_statsmodels
from replication.crosscheck.asked_errors import KERNELS, Keys, keys_of, over_time
from replication.crosscheck.opinion import Known, Opinion, error_of, versions_of
from replication.estimate.design import Fit
from replication.panel.panel import Panel
from replication.panel.shards import beyond_memory
from replication.project.files import write_csv
from replication.project.fingerprint import code_behind
from replication.project.places import Project
from replication.project.progress import track
from replication.project.staging import Staging, write_manifest
from replication.publish.printed_words import in_a_row
from replication.records.records import tables_read
from replication.spec.entries import ModelSpec, Study
from replication.spec.read_study import read_study
from replication.study.boundary import told_at, told_in
from replication.study.one_model import fit_model, plan
from replication.study.panels import Key, data_of, panels_of, study_made_from

Models = Mapping[str, Known]
PROGRAMS: Mapping[str, Models] = {
    "statsmodels": by_statsmodels.MODELS,
    "linearmodels": by_linearmodels.MODELS,
}
OPTIONAL: Mapping[str, Models] = {by_pyfixest.NAME: by_pyfixest.MODELS}
ASKED = " or ".join(PROGRAMS)
ARITHMETIC = (ArithmeticError, ValueError, np.linalg.LinAlgError)
# What says that a program cannot; of an optional one nobody pins the version, and so what it stumbles over.
GIVES_UP: Mapping[str, tuple[type[Exception], ...]] = {
    "statsmodels": ARITHMETIC,
    "linearmodels": (*ARITHMETIC, by_linearmodels.GAVE_UP),
    by_pyfixest.NAME: (Exception,),
}
Pair = tuple[str, Keys]
COLUMNS = [
    "study",
    "model",
    "quantity",
    "clusters",
    "term",
    "ours",
    "theirs",
    "program",
    "version",
    "difference",
    "tolerance",
    "agrees",
]
FILE = "crosscheck.csv"
BY_BATCH = "its rows are read batch by batch, and the others want them in memory together"


@dataclass(frozen=True)
class ModelOpinions:
    """What other programs say of one model; nothing where none can estimate it.

    Attributes
    ----------
    model : str
    opinions : tuple of Opinion
    failed : tuple of str
        Programs that gave up on it, each with its own word: that is no disagreement, and it is told.
    known : frozenset of (str, tuple of str)
        Quantities, errors with their clusters, that statsmodels or linearmodels can compute of its estimator.
    """

    model: str
    opinions: tuple[Opinion, ...]
    failed: tuple[str, ...] = ()
    known: frozenset[Pair] = frozenset()

    @property
    def said(self) -> frozenset[Pair]:
        """Those of `known` that one of the two has computed."""
        return self.known & {(each.quantity, each.by) for each in self.opinions if each.program in PROGRAMS}

    @property
    def line(self) -> str:
        """One line for a reader."""
        if not self.opinions:
            return f"{self.model}: no second program" + "".join(f" ({why})" for why in self.failed)
        apart = [opinion for opinion in self.opinions if not opinion.agrees]
        if apart:
            worst = max(apart, key=lambda opinion: opinion.difference)
            at = f"{worst.quantity} {worst.term}".strip()
            return (
                f"{self.model}: DISAGREES with {worst.program} in {len(apart)} of {len(self.opinions)} "
                f"numbers, most in {at}: {worst.ours:.12g} against {worst.theirs:.12g}"
            )
        programs = in_a_row(dict.fromkeys(opinion.program for opinion in self.opinions))
        largest = max(opinion.difference for opinion in self.opinions)
        told = "".join(f"; {why}" for why in self.failed)
        return f"{self.model}: {len(self.opinions)} numbers agree with {programs} to {largest:.0e}{told}"


def second_opinions(project: Project, path: Path, data: Path | None = None) -> list[ModelOpinions]:
    """What other programs say of every model of a study.

    Raises
    ------
    UserError
        As a run of the study.
    """
    study = read_study(path)
    with told_in(path):
        brought = data_of(project, study, path, data)
        if brought is not None and beyond_memory(brought):
            return [ModelOpinions(model.id, (), (BY_BATCH,)) for model in study.models]
        return list(_on_each_model(study, panels_of(project, study, brought)))


def _on_each_model(study: Study, panels: Mapping[Key, Panel]) -> Iterator[ModelOpinions]:
    for model in track(study.models, f"{study.study.id}: second opinion"):
        ready = plan(model)
        with told_at(f"models.{model.id}"):
            _, fit = fit_model(panels[model.data, model.entity], ready)
        yield opinions_on(fit, model)


def opinions_on(fit: Fit, model: ModelSpec) -> ModelOpinions:
    """What every program that knows the estimator says of one fit."""
    if not fit.converged:
        return ModelOpinions(model.id, (), ("did not converge",))
    opinions: list[Opinion] = []
    failed = []
    for program, models in _at_hand().items():
        if model.estimator in models:
            said, why = _asked(models[model.estimator], fit, model, GIVES_UP[program])
            opinions += said
            failed += [f"{program} gave up: {why}"] if why else []
    return ModelOpinions(model.id, tuple(opinions), tuple(failed), frozenset(_known(fit, model)))


def _at_hand() -> Mapping[str, Models]:
    """The programs that are installed."""
    return {**PROGRAMS, **OPTIONAL} if by_pyfixest.installed() else PROGRAMS


def _known(fit: Fit, model: ModelSpec) -> Iterator[Pair]:
    """What statsmodels or linearmodels can compute of the estimator, as far as we can of this fit."""
    kernels = {error_of(kind): kind for kind in KERNELS}
    for models in PROGRAMS.values():
        for name in models[model.estimator].quantities if model.estimator in models else ():
            if name == error_of("clustered"):
                yield from ((name, by) for by in keys_of(fit, model))
            elif name not in kernels or over_time(fit, model, kernels[name]):
                yield name, ()


def _asked(
    known: Known, fit: Fit, model: ModelSpec, gives_up: tuple[type[Exception], ...]
) -> tuple[list[Opinion], str]:
    """The opinions of one program, and its complaint if it stopped in between."""
    said: list[Opinion] = []
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            for opinion in known.ask(fit, model):
                said.append(opinion)
        except gives_up as problem:
            return said, " ".join(f"{problem or type(problem).__name__}".split())[:120]
    return said, ""


def crosscheck(project: Project, path: Path, data: Path | None = None) -> tuple[list[str], bool]:
    """Ask, tell, and, where all agree, write `results/crosscheck/<study>/crosscheck.csv`; whether they do.

    A disagreement writes nothing: it is asked again until it is mended. Of a panel brought with `data`
    nothing is written either.

    Raises
    ------
    UserError
        As a run of the study, or a folder that cannot be written.
    """
    study = read_study(path)
    found = second_opinions(project, path, data)
    lines = [*(each.line for each in found), _closing(found)]
    if not agree(found) or data is not None:
        return lines, agree(found)
    with Staging(project.crosscheck / study.study.id) as staging:
        write_csv(staging / FILE, as_table(study.study.id, found))
        about = study_made_from(project, study, path, data, tables_read(study), code_behind(__name__))
        write_manifest(staging, about)
    return lines, True


def agree(found: list[ModelOpinions]) -> bool:
    """Whether no number disagrees."""
    return all(opinion.agrees for each in found for opinion in each.opinions)


def _closing(found: list[ModelOpinions]) -> str:
    opinions = [opinion for each in found for opinion in each.opinions]
    asked = sum(bool(each.opinions) for each in found)
    apart = sum(not opinion.agrees for opinion in opinions)
    verdict = f"{apart} DISAGREE" if apart else "all agree"
    known, said = (sum(map(len, pairs)) for pairs in ([e.known for e in found], [e.said for e in found]))
    models = f"{asked} of {len(found)} models, {len(opinions):,} numbers"
    if not known:
        return f"second opinion on {models}: {verdict}"
    pairs = f"{said:,} of {known:,} pairs of model and quantity that {ASKED} can compute"
    return f"second opinion on {models}, {pairs} ({said / known:.1%}): {verdict}"


def as_table(study: str, found: list[ModelOpinions]) -> pd.DataFrame:
    """One row a number that another program computed too."""
    opinions = [(each.model, opinion) for each in found for opinion in each.opinions]
    versions = versions_of([opinion.program for _, opinion in opinions])
    rows = [
        (study, model, o.quantity, " ".join(o.by), o.term, o.ours, o.theirs, o.program)
        + (versions[o.program], o.difference, o.tolerance, "yes" if o.agrees else "NO")
        for model, o in opinions
    ]
    return pd.DataFrame(rows, columns=COLUMNS)
