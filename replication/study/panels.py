"""Study -> the panel of each of its models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from replication.errors import StudyError
from replication.language.nodes import Name, show
from replication.panel.doubts import doubts_about, strange_levels
from replication.panel.panel import Panel, panel_of
from replication.panel.read_table import read_user_table
from replication.panel.reading import Reading
from replication.project.files import checksums, files_at, sha256
from replication.project.places import Project
from replication.records.records import made_from
from replication.sources.pipeline import read_table
from replication.spec.entries import FileKeys, Study
from replication.spec.read_study import columns_named, conditions_of, read_study, summaries
from replication.spec.settings import settings_of

Key = tuple[str | None, str | None]
Data = Path | Reading | None  # what a user brings: a file, a table that was read, or nothing


def panels_of(project: Project, study: Study, data: Data) -> dict[Key, Panel]:
    """The panel of each model, by the table and entity that it names; a user's stands for the study's.

    Summaries are of the study's own.

    Raises
    ------
    UserError
        No table is named and none brought, or one that cannot be read as a panel.
    """
    named = dict.fromkeys((model.data, model.entity) for model in study.models)
    named |= {(None, None): None} if summaries(study) else {}
    return {(table, entity): _panel(project, study, table, entity, data) for table, entity in named}


def data_of(project: Project, study: Study, path: Path, data: Path | None) -> Path | None:
    """The user's file: the one that is brought, or else the one that the study names.

    Raises
    ------
    StudyError
        A file outside the folders of the study and of the project.
    """
    if data is not None or study.study.file is None:
        return data
    found = path.parent / study.study.file
    within = (path.parent.resolve(), project.root.resolve())
    if not any(found.resolve().is_relative_to(folder) for folder in within):
        allowed = "a file in the folder of the study file or of the project"
        raise StudyError(f"study.data is {study.study.file!r}; allowed: {allowed}")
    return found


def study_made_from(
    project: Project,
    study: Study,
    path: Path,
    data: Path | None,
    tables: Iterable[str],
    code: Mapping[str, str],
) -> dict[str, Any]:
    """For a manifest: what results of a study rest on.

    Parameters
    ----------
    path, data : Path
        The study file, and the user's panel that stands for its own if there is one.
    tables : processed tables that were read
    code : modules behind the results
    """
    names = [name for name in tables if data is None or name != study.study.table]
    made = made_from(project, names, code)
    named = study.study.file
    if data is not None:
        made["inputs"] |= checksums(data, data.name)
    elif named is not None:
        made["brought"] = checksums(path.parent / named, named)
    return {"study": study.study.id, "study_file": sha256(path), **made}


def files_brought(project: Project) -> dict[str, Path]:
    """Panels that studies of `specs` name as files of their own, by their place in the project."""
    named = {path: read_study(path).study.file for path in project.study_files}
    places = [(path.parent / name).resolve() for path, name in named.items() if name]
    found = [file for place in places for file in files_at(place)]
    return {panel.relative_to(project.root.resolve()).as_posix(): panel for panel in found}


def _panel(project: Project, study: Study, table: str | None, entity: str | None, data: Data) -> Panel:
    if table is None and data is not None:
        reading = data if isinstance(data, Reading) else read_user_table(data, study.study)
        entity_name, time_name = _keys_in(project, study, entity, reading)
    elif name := table or study.study.table:
        _refuse_keys_of_files(study, table)
        entity_name, time_name = keys_of(project, study, entity)
        reading = Reading(read_table(project, name), name)
    else:
        raise StudyError("study.data names no table; name one, or bring a panel with --data FILE")
    return panel_of(reading, entity_name, time_name, study.variables)


def _refuse_keys_of_files(study: Study, table: str | None) -> None:
    """A processed table is typed already: the keys that say how to read a file would do nothing."""
    said = sorted(study.study.model_fields_set & FileKeys.model_fields.keys())
    if table is None and said:
        raise StudyError(f"study.{said[0]} is for a file of your own; leave it out, or name the file as data")


@dataclass(frozen=True)
class Told:
    """What is to be told of the files that users brought.

    Attributes
    ----------
    lines : tuple of str
        How each was read.
    doubts : tuple of str
        What looks odd in the columns that the study names.
    labels : mapping of str to str
        What a file says of its columns in words, by the term that a column is.
    columns : tuple of str
        Columns of the files, as terms.
    """

    lines: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()


def told(study: Study, panels: Iterable[Panel]) -> Told:
    """What is to be told of the files behind these panels; nothing of processed tables."""
    found = {panel.reading.origin: panel.reading for panel in panels if panel.reading.assumed is not None}
    lines = [reading.line for reading in found.values()]
    doubts: list[str] = []
    for reading in found.values():
        doubts += doubts_about(reading, columns_named(study)) + strange_levels(reading, conditions_of(study))
    labels = [(name, label) for reading in found.values() for name, label in reading.labels.items()]
    columns = [name for reading in found.values() for name in reading.table.columns]
    return Told(
        lines=tuple(lines),
        doubts=tuple(doubts),
        labels={show(Name(name)): label for name, label in labels},
        columns=tuple(show(Name(name)) for name in columns),
    )


def _keys_in(
    project: Project, study: Study, entity: str | None, read: Reading
) -> tuple[str | None, str | None]:
    """The columns of a user's table that tell entity and time: those named, or the project's if it has them.

    Neither: each row stands alone. An entity alone: its rows have no order.

    Raises
    ------
    StudyError
        A time without an entity.
    """
    settings, columns = settings_of(project), read.table.columns
    unit, time = entity or study.study.entity, study.study.time
    if unit is None and time is None and settings.entity not in columns:
        return None, None
    unit = unit or (settings.entity if settings.entity in columns else None)
    if unit is None:
        raise StudyError(
            "study.entity: this key is missing beside time; it names the column of the panel (allowed: both, "
            "or neither for a cross-section)"
        )
    return unit, time or (settings.time if settings.time in columns else None)


def keys_of(project: Project, study: Study, entity: str | None) -> tuple[str, str]:
    """The columns that tell entity and time: those of the model, the study, or the project's settings.

    Raises
    ------
    StudyError
        Nobody names them.
    """
    settings = settings_of(project)
    names = {
        "entity": entity or study.study.entity or settings.entity,
        "time": study.study.time or settings.time,
    }
    for key, name in names.items():
        if name is None:
            raise StudyError(f"study.{key}: this key is missing; it names the column of the panel")
    return str(names["entity"]), str(names["time"])
