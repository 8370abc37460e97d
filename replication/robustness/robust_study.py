"""Study file -> a folder of what other reasonable choices make of its results."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from replication.errors import StudyError
from replication.project.arithmetic import require_right_answers
from replication.project.files import write_csv, write_parquet, write_parquet_parts, write_text
from replication.project.fingerprint import code_behind
from replication.project.lock import folder_kept
from replication.project.places import Project
from replication.project.staging import Staging, own_folder, write_manifest
from replication.publish.exhibits import write_tables
from replication.records.records import COLUMNS
from replication.robustness.curve import curve
from replication.robustness.curve_chart import write_curve
from replication.robustness.curve_page import Checked, section
from replication.robustness.curve_tables import curve_tables, with_factors
from replication.robustness.executors import executor_of
from replication.robustness.influence_tables import influence_tables
from replication.spec.entries import Study
from replication.spec.read_study import labels_of, read_study
from replication.study.boundary import told_in
from replication.study.panels import data_of, panels_of, study_made_from


def run_robustness(
    project: Project, path: Path, on: str = "here", data: Path | None = None, out: Path | None = None
) -> tuple[str, ...]:
    """Do every entry of `[[robustness]]` of a study and put all results in place together.

    Parameters
    ----------
    on : str
        Where the work is done: here, cores, or a Dask scheduler's address.
    data, out : Path, optional
        As for a run of the study.

    Returns
    -------
    The account of each entry, line by line, and where the results are.

    Raises
    ------
    UserError
        As a run of the study; a study without such an entry; no executor of this name.
    """
    study = read_study(path)
    if not study.robustness:
        raise StudyError(f"{path.name}: robustness: the study has no entry of this kind")
    require_right_answers()
    with told_in(path):
        used = data_of(project, study, path, data)
    folder = project.robustness(study.study.id) if out is None else own_folder(out, path, used)
    with folder_kept(folder.with_name(f"{folder.name}-unfinished")) as unfinished:
        with told_in(path):
            done = list(_checked(project, study, used, on, unfinished))
        with Staging(folder, ours=out is None) as staging:
            _write(staging, project.robustness(study.study.id).name, study, done)
            about = study_made_from(project, study, path, data, _tables_of(study), code_behind(__name__))
            write_manifest(staging, about)
        lines = [line for each in done if each.curve is not None for line in each.curve.lines]
    return (*lines, f"results in {folder}")


def _checked(
    project: Project, study: Study, data: Path | None, on: str, unfinished: Path
) -> Iterator[Checked]:
    panels, executor = panels_of(project, study, data), executor_of(on)
    models = {model.id: model for model in study.models}
    for spec in study.robustness:
        model = models[spec.model]
        panel = panels[model.data, model.entity]
        found = curve(panel, spec, model, executor, unfinished / spec.id) if spec.choices else None
        tables = [] if found is None else list(curve_tables(found, labels_of(study)))
        influence = influence_tables(panel, model, spec, labels_of(study)) if spec.influence else ()
        yield Checked(spec, found, (*tables, *influence))


def _write(folder: Path, folder_name: str, study: Study, done: list[Checked]) -> None:
    tables = [table for each in done for table in each.tables]
    records = pd.concat([table.records for table in tables], ignore_index=True)
    records = records.assign(study=study.study.id)[COLUMNS["statistics"]]
    write_csv(folder / "statistics.csv", records)
    write_parquet(folder / "statistics.parquet", records)
    write_tables([table.table for table in tables], folder)
    for found in (each.curve for each in done if each.curve is not None):
        write_parquet_parts(folder / "curves" / f"{found.spec.id}.parquet", with_factors(found))
        write_curve(found, labels_of(study), folder / "figures")
    made = {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
    write_text(folder / "section.html", section(folder_name, done, labels_of(study), made))


def _tables_of(study: Study) -> list[str]:
    """Processed tables that the models with robustness are estimated on."""
    used = [model for model in study.models if model.id in {entry.model for entry in study.robustness}]
    return [name for name in dict.fromkeys(model.data or study.study.table for model in used) if name]
