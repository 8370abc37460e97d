"""Study -> the panel of each of its models."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from replication.errors import StudyError
from replication.panel.doubts import doubts_about, strange_levels
from replication.panel.panel import Panel, panel_of
from replication.panel.read_table import read_user_table
from replication.panel.reading import Reading
from replication.project.places import Project
from replication.sources.pipeline import read_table
from replication.spec.entries import Study
from replication.spec.read_study import columns_named, conditions_of
from replication.spec.settings import settings_of

Key = tuple[str | None, str | None]


def panels_of(project: Project, study: Study, data: Path | None) -> dict[Key, Panel]:
    """The panel of each model, by the table and entity that it names; a user's stands for the study's.

    Raises
    ------
    UserError
        No table is named and none brought, or one that cannot be read as a panel.
    """
    named = dict.fromkeys((model.data, model.entity) for model in study.models)
    return {(table, entity): _panel(project, study, table, entity, data) for table, entity in named}


def _panel(project: Project, study: Study, table: str | None, entity: str | None, data: Path | None) -> Panel:
    entity_name, time_name = keys_of(project, study, entity)
    if table is None and data is not None:
        reading = read_user_table(data, study.study)
    elif name := table or study.study.data:
        reading = Reading(read_table(project, name), name)
    else:
        raise StudyError("study.data names no table; name one, or bring a panel with --data FILE")
    return panel_of(reading, entity_name, time_name, study.variables)


def told(study: Study, panels: Iterable[Panel]) -> list[str]:
    """How a user's file was read, in one line, and what looks odd in the columns that the study names."""
    own = {panel.reading.origin: panel.reading for panel in panels if panel.reading.assumed is not None}
    lines = [reading.line for reading in own.values()]
    doubts = [doubt for reading in own.values() for doubt in doubts_about(reading, columns_named(study))]
    strange = [doubt for reading in own.values() for doubt in strange_levels(reading, conditions_of(study))]
    return lines + [f"warning: {doubt}" for doubt in (*doubts, *strange)]


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
