"""Study file -> a folder of tidy records, tables and figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from replication.errors import nearest
from replication.project.arithmetic import require_right_answers
from replication.project.files import write_text
from replication.project.fingerprint import code_behind
from replication.project.places import Project
from replication.project.progress import track
from replication.project.staging import Staging, own_folder, write_manifest
from replication.publish.exhibits import build_tables, draw_figures, write_tables
from replication.records.records import Records, records, tables_read, write_records
from replication.sources.pipeline import read_table
from replication.spec.entries import Study
from replication.spec.read_study import labels_of, read_study, summaries
from replication.study.boundary import told_in
from replication.study.panels import Data, Told, data_of, study_made_from
from replication.study.results import Results
from replication.study.statistics import plan_statistic, run_statistic

NOTHING = "the study asks for nothing; an entry [[models]] with id and formula is estimated"


def run_study(project: Project, path: Path, data: Path | None = None, out: Path | None = None) -> Results:
    """Read a study, estimate its models and statistics, and put all results in place together.

    Parameters
    ----------
    path : Path
        The study file.
    data : Path, optional
        A panel of the user's, in place of the study's own.
    out : Path, optional
        Folder of the results; `results/current/<id>` if none is given.

    Raises
    ------
    UserError
        Anything wrong with the study, the data or the folder; no result is changed then.
    """
    study = read_study(path)
    with told_in(path):
        used = data_of(project, study, path, data)
        done = estimate(project, study, used)
    folder = project.current / study.study.id if out is None else own_folder(out, path, used)
    study, found = done.study, done.records
    with Staging(folder, ours=out is None) as staging:
        write_records(staging, found)
        write_text(staging / "study.toml", path.read_text(encoding="utf-8"))
        write_tables(build_tables(project, study, found), staging)
        draw_figures(project, study, found, staging / "figures")
        about = study_made_from(project, study, path, data, tables_read(study), code_behind(__name__))
        write_manifest(staging, {**about, "converged": found.converged})
    return replace(done, folder=folder)


def estimate(project: Project, study: Study, data: Data) -> Results:
    """Check every word of a study, then run it; nothing is written.

    Raises
    ------
    UserError
        Anything wrong with the study or the data.
    """
    require_right_answers()
    for spec in study.statistics:
        plan_statistic(spec)
    of_panel = study.models or summaries(study)
    frames, accounts, told = _models(project, study, data) if of_panel else ({}, [], Told())
    names = dict.fromkeys(spec.table for spec in study.statistics)
    tables = {name: read_table(project, name) for name in names}
    statistics = [
        run_statistic(spec, tables[spec.table])
        for spec in track(study.statistics, f"{study.study.id}: statistics")
    ]
    frames["statistics"] = statistics + frames.get("statistics", [])
    found = records(study.study.id, frames, accounts)
    idle = [] if study.models or study.statistics or study.tables else [NOTHING]
    doubts = (*told.doubts, *_idle_labels(study, told, found), *idle)
    labelled = study.model_copy(update={"labels": {**told.labels, **study.labels}})
    return Results(labelled, found, told.lines, doubts)


def _models(project: Project, study: Study, data: Data):
    # Loading the estimators takes longer than a whole study of statistics alone.
    from replication.study.all_models import run_models

    return run_models(project, study, data)


def _idle_labels(study: Study, told: Told, found: Records) -> list[str]:
    """Labels that no term, result or column has, of a study on a user's own file."""
    if not told.columns:
        return []
    texts = [values for frame in (found.estimates, found.statistics) for _, values in frame.items()]
    known = {str(text) for values in texts if values.dtype == "str" for text in values.unique()}
    known |= {*told.columns, *study.variables, *(model.id for model in study.models)}
    known |= {account.outcome for account in found.accounts}
    idle = [label for label in labels_of(study) if label not in known]
    return [f"labels: {label!r} is no term of the results{nearest(label, known)}" for label in idle]
