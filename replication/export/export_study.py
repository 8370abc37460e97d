"""Study file -> a folder with its models as another program's script, and the panel that the script reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from replication.export.exported_model import ExportedError, ExportedModel, exported
from replication.export.identifiers import comment
from replication.export.panel_file import PanelFile
from replication.export.ways import Language, Way, Words, ways_of
from replication.export.write_python import PYTHON
from replication.export.write_r import R
from replication.export.write_stata import STATA
from replication.panel.panel import Panel, average_blocks
from replication.project.files import write_csv, write_text
from replication.project.places import Project
from replication.project.progress import track
from replication.project.staging import Staging, own_folder, write_manifest
from replication.spec.entries import Study
from replication.spec.read_study import read_study
from replication.study.boundary import told_at, told_in
from replication.study.one_model import plan
from replication.study.panels import data_of, panels_of

Program = Literal["python", "r", "stata"]
LANGUAGES: dict[Program, Language] = {"python": PYTHON, "r": R, "stata": STATA}
Found = tuple[ExportedError, tuple[Way, Words] | None]


def export(project: Project, path: Path, to: Program, data: Path | None, out: Path | None) -> list[str]:
    """Write the script and its panels into `results/export/<study>/<program>`, or into `out`; what to tell.

    Raises
    ------
    UserError
        As a run of the study, or a folder that cannot be written.
    """
    study = read_study(path)
    with told_in(path):
        used = data_of(project, study, path, data)
        files, models = _gathered(project, study, used)
    folder = project.exported / study.study.id / to if out is None else own_folder(out, path, used)
    folder.parent.mkdir(parents=True, exist_ok=True)
    found = {model.id: _found(model, LANGUAGES[to]) for model in models}
    with Staging(folder, ours=out is None) as staging:
        for file in files:
            write_csv(staging / file.name, file.table())
        name = f"{study.study.id}.{LANGUAGES[to].suffix}"
        write_text(staging / name, "\n".join(_script(study, files, models, found, LANGUAGES[to])) + "\n")
        write_manifest(staging, {"study": study.study.id})
    errors = [each for listed in found.values() for each in listed]
    said = sum(words is not None for _, words in errors)
    return [f"{said} of {len(errors)} errors of {len(models)} models have words there", f"script in {folder}"]


def _gathered(
    project: Project, study: Study, data: Path | None
) -> tuple[list[PanelFile], list[ExportedModel]]:
    """Every model, estimated, and the files with what they use: one for each panel."""
    panels = panels_of(project, study, data)
    files: dict[tuple[str | None, str | None, int | None], PanelFile] = {}
    models = []
    for spec in track(study.models, f"{study.study.id}: export"):
        panel = panels[spec.data, spec.entity]
        key = (spec.data, spec.entity, spec.average_over)
        if key not in files:
            files[key] = PanelFile(_file_name(study, len(files)), _as_used(panel, spec.average_over))
        ready = plan(spec)
        with told_at(f"models.{spec.id}"):
            models.append(exported(panel, ready, files[key]))
    return list(files.values()), models


def _as_used(panel: Panel, years: int | None) -> Panel:
    return panel if years is None else average_blocks(panel, years)


def _file_name(study: Study, number: int) -> str:
    return f"{study.study.id}{f'_{number + 1}' if number else ''}.csv"


def _found(model: ExportedModel, language: Language) -> list[Found]:
    """Each error of a model with the program's best words for it, or none."""
    return [(error, next(ways_of(language.ways, model, error), None)) for error in model.errors]


def _script(
    study: Study,
    files: list[PanelFile],
    models: list[ExportedModel],
    found: dict[str, list[Found]],
    language: Language,
) -> Iterator[str]:
    ways = [chosen[0] for listed in found.values() for _, chosen in listed if chosen]
    yield from language.opening(study.study.title, ways)
    for file in files:
        yield f"{language.remark} Columns of {file.name} whose name is not our word for them:"
        yield from (
            f"{language.remark}   {name}: {comment(label)}"
            for name, label in file.labels.items()
            if name != label
        )
    for model in models:
        yield from ("", *_model(model, found[model.id], language))


def _model(model: ExportedModel, found: list[Found], language: Language) -> Iterator[str]:
    mark = language.remark
    yield f"{mark} {'-' * 60}"
    yield f"{mark} {model.id}: {comment(model.title or model.formula)}"
    yield f"{mark} {comment(model.formula)}; {model.estimator}; {model.nobs} rows"
    before: Way | None = None
    for error, chosen in found:
        if chosen is None:
            yield f"{mark} {error.label} ({error.kind}): no counterpart in {language.programs} is known"
        else:
            way, words = chosen
            if way is not before:
                yield from language.model_lines(model, way)
            yield from language.error_lines(model, error, way, words)
            before = way
        yield from (f"{mark}   {line}" for line in _expected(model, error))


def _expected(model: ExportedModel, error: ExportedError) -> Iterator[str]:
    """The numbers to be found, beside our words for their terms."""
    yield f"expected, {error.label}: coefficient, standard error, term"
    for label, value, root in zip(model.labels, model.params, error.errors, strict=True):
        yield f"{value:>22.15g} {root:>22.15g}  {comment(label)}"
